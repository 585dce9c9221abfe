"""Writes briefs with their versions and links: of several stories at once with a few statements for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Brief, BriefText, Origin, Refusal, Related, Story, VersionKind
from bot.store import bodies
from bot.store.brief_rows import as_written
from bot.store.database import Database
from bot.store.indexing import Findable, index_again, index_new
from bot.store.merging import retire
from bot.store.schema import articles, brief_versions, briefs, related, stories
from bot.store.spend import Usage

Relate = Callable[[Brief], Sequence[Related]]
"""What a brief that has its number by now is to be related to."""
_VERSION: Final = brief_versions.insert()
_SETTLED: Final = update(stories).where(stories.c.id == bindparam("story")).values(is_due=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The brief of a story, not stored yet."""

    story: Story
    text: BriefText
    publishers: int
    refusals: tuple[Refusal, ...] = ()

    def findable(self, brief: Brief) -> Findable:
        return Findable(brief.id, self.text, self.story.titles, brief.published_at)

    def columns(self) -> dict[str, Any]:
        """What its row says of it beside its words."""
        told = self.story.articles
        news = [article.seen_at for article in told if article.is_news]
        newest = self.story.last_at
        return {
            "story_id": self.story.id,
            "publishers": self.publishers,
            "article_count": len(told),
            "published_at": newest,
            "news_at": max(news) if news else newest,
            "is_news": bool(news),
        }


async def save(
    database: Database, connection: AsyncConnection, written: Sequence[Written], relate: Relate, now: datetime
) -> list[Brief]:
    """Writes the briefs of stories: version 1, or the next when its words changed; the same words keep the version.

    `relate` is asked for each in their order. A story stays due when articles came to it since it was read.
    """
    ids = [one.story.id for one in written]
    query = select(briefs).where(briefs.c.story_id.in_(ids)).order_by(briefs.c.id).with_for_update()
    known = {row.story_id: row for row in await connection.execute(query)}
    fresh = [one for one in written if one.story.id not in known]
    first = await _insert(database, connection, fresh, now)
    saved: list[Brief] = []
    for one in written:
        row = known.get(one.story.id)
        saved.append(first[one.story.id] if row is None else await _revise(connection, row, one, now))
    links = {brief.id: relate(brief) for brief in saved}
    await write_related(connection, links, replaced={row.id for row in known.values()})
    await index_new(connection, [one.findable(first[one.story.id]) for one in fresh])
    await _settle(connection, written, saved)
    return [replace(brief, related=tuple(links[brief.id])) for brief in saved]


async def _insert(
    database: Database, connection: AsyncConnection, fresh: Sequence[Written], now: datetime
) -> dict[int, Brief]:
    """Version 1 of each brief, by its story."""
    if not fresh:
        return {}
    rows = []
    for one in fresh:
        words = {"body": bodies.dump(one.text), "refused": bodies.dump_refused(one.refusals)}
        told = {"language": one.text.language, "written_by": one.text.written_by, "created_at": now, "updated_at": now}
        rows.append({"version": 1, **told, **words, **one.columns()})
    numbers = await database.insert_numbered(connection, briefs, rows)
    versions = [_version(id_, 1, row["body"], row["refused"], now) for id_, row in zip(numbers, rows, strict=True)]
    await connection.execute(_VERSION, versions)
    return {one.story.id: _first(id_, one, now) for id_, one in zip(numbers, fresh, strict=True)}


def _first(id_: int, one: Written, now: datetime) -> Brief:
    return Brief(
        id=id_,
        version=1,
        origin=Origin.WRITTEN,
        text=one.text,
        refusals=one.refusals,
        created_at=now,
        updated_at=now,
        **one.columns(),
    )


async def _revise(connection: AsyncConnection, known: Any, one: Written, now: datetime) -> Brief:
    """A brief that was written before, as it is told now."""
    facts = one.columns() | {"refused": bodies.dump_refused(one.refusals)}
    row = await write_row(connection, known, one.text, facts, now)
    brief = as_written(row, ())
    if row.version != known.version or row.article_count != known.article_count:
        await index_again(connection, one.findable(brief))
    return brief


async def write_row(
    connection: AsyncConnection,
    known: Any,
    text: BriefText,
    facts: Mapping[str, Any],
    now: datetime,
    usage: Usage | None = None,
) -> Any:
    """The row of a brief with these words, and the version that they are; `known`: its row before, if any.

    `usage`: what a model took to say the same in other words.
    """
    body = bodies.dump(text)
    columns = {"body": body, "language": text.language, "written_by": text.written_by, **facts}
    if known is None:
        insert = briefs.insert().values(version=1, created_at=now, updated_at=now, **columns).returning(briefs)
        row = (await connection.execute(insert)).one()
    else:
        if known.body != body:
            columns |= {"version": await next_version(connection, known.id), "updated_at": now}
        change = update(briefs).where(briefs.c.id == known.id).values(**columns).returning(briefs)
        row = (await connection.execute(change)).one()
        if row.version == known.version:
            return row
    await connection.execute(_VERSION, _version(row.id, row.version, body, row.refused, now, usage))
    return row


def _version(
    brief_id: int, version: int, body: Any, refused: Any, now: datetime, usage: Usage | None = None
) -> dict[str, Any]:
    used = usage or Usage()
    return {
        "brief_id": brief_id,
        "version": version,
        "body": body,
        "refused": refused,
        "created_at": now,
        "kind": VersionKind.NEWS if usage is None else VersionKind.REWORDED,
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
    }


async def next_version(connection: AsyncConnection, brief_id: int) -> int:
    """The number of a brief's next version; those of corrections count, whichever workspace they are of."""
    newest = select(func.max(brief_versions.c.version)).where(brief_versions.c.brief_id == brief_id)
    return int((await connection.execute(newest)).scalar() or 0) + 1


async def write_related(
    connection: AsyncConnection, links: Mapping[int, Sequence[Related]], *, replaced: Collection[int] = ()
) -> None:
    """What each brief is related to; `replaced`: those of them that may be related to something already."""
    others = {link.brief_id for each in links.values() for link in each if link.brief_id is not None}
    # What is retired is shown to nobody, and what was pruned is there no more.
    shown = select(briefs.c.id).where(briefs.c.id.in_(others), briefs.c.is_retired.is_(False))
    there: set[int | None] = {None, *(await connection.execute(shown)).scalars()} if others else {None}
    if replaced:
        # In one order everywhere, so that two processes never wait for each other in a circle.
        gone = delete(related).where(related.c.brief_id == bindparam("of"))
        await connection.execute(gone, [{"of": brief_id} for brief_id in sorted(replaced)])
    rows = [
        {
            "brief_id": brief_id,
            "position": position,
            "other_id": link.brief_id,
            "url": link.url,
            "headline": link.headline,
            "blurb": link.blurb,
            "score": link.score,
            "reason": link.reason,
        }
        for brief_id, each in links.items()
        for position, link in enumerate(link for link in each if link.brief_id in there)
    ]
    if rows:
        await connection.execute(related.insert(), rows)


async def articles_of(connection: AsyncConnection, story_ids: Sequence[int]) -> dict[int, set[int]]:
    """The numbers of the articles that stories have now."""
    members: dict[int, set[int]] = defaultdict(set)
    query = select(articles.c.story_id, articles.c.id).where(articles.c.story_id.in_(story_ids))
    for row in await connection.execute(query):
        members[row.story_id].add(row.id)
    return members


async def _settle(connection: AsyncConnection, written: Sequence[Written], saved: Sequence[Brief]) -> None:
    members = await articles_of(connection, [one.story.id for one in written])
    done: list[dict[str, int]] = []
    emptied: list[int] = []
    for one, brief in zip(written, saved, strict=True):
        now_there = members[one.story.id]
        if not now_there and one.story.articles:
            # It was merged into another while its brief was written.
            emptied.append(brief.id)
        if now_there == {article.id for article in one.story.articles}:
            done.append({"story": one.story.id})
    await retire(connection, emptied)
    if done:
        await connection.execute(_SETTLED, done)
