"""Rows of briefs: the newest version, all versions, and what they are related to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict, NotFound
from bot.models import Brief, BriefText, Origin, Refusal, Related, Story, Version, WorkspaceId, public_id
from bot.saying import say
from bot.store import bodies
from bot.store.brief_rows import HISTORY, as_written, brief_of, latest, one, statement, version_of, whole
from bot.store.database import Database
from bot.store.indexing import Findable, index_again, index_new
from bot.store.merging import successor
from bot.store.saving import Relate, Written, articles_of, save, write_related, write_row
from bot.store.schema import articles, brief_versions, briefs, related, stories
from bot.store.spend import Usage
from bot.store.visible import viewer


@dataclass(frozen=True, kw_only=True, slots=True)
class BriefFacts:
    """What a topic's rule asks of a brief beside its words."""

    source_ids: frozenset[int] = frozenset()
    owners: frozenset[str] = frozenset()
    article_titles: tuple[str, ...] = ()


class Briefs:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def save(self, written: Sequence[Written], relate: Relate, *, now: datetime) -> list[Brief]:
        """Writes the briefs of stories, all of them or none; see `saving`."""
        async with self._db.writing() as connection:
            return await save(self._db, connection, written, relate, now)

    async def reword(
        self, brief: Brief, story: Story, text: BriefText, usage: Usage, *, refusals: Sequence[Refusal] = ()
    ) -> Brief | None:
        """The next version of a brief in other words for the same articles; None when either has changed meanwhile.

        Other words are no news, so the version keeps the instant of the one before: whatever reached us since then,
        a digest must still be able to tell as news.
        """
        async with self._db.writing() as connection:
            is_same = (briefs.c.id == brief.id, briefs.c.version == brief.version)
            known = (await connection.execute(select(briefs).where(*is_same).with_for_update())).one_or_none()
            if known is None or not await _is_as_told(connection, story):
                return None
            facts = {"refused": bodies.dump_refused(refusals)}
            row = await write_row(connection, known, text, facts, brief.updated_at, usage)
            told = {"headline": text.headline, "blurb": text.summary}
            await connection.execute(update(related).where(related.c.other_id == row.id).values(told))
            await index_again(connection, Findable(row.id, text, story.titles, row.published_at))
        return as_written(row, brief.related)

    async def add_imported(
        self, text: BriefText, *, related: Sequence[Related], published_at: datetime | None, now: datetime
    ) -> Brief:
        """Stores a brief written elsewhere, as news of now. Conflict when one of the same words is there."""
        facts = {
            "origin": Origin.IMPORTED,
            "published_at": min(published_at or now, now),
            "news_at": now,
            "publishers": max(1, len({citation.publisher for citation in text.sources})),
        }
        async with self._db.writing() as connection:
            await self._refuse_double(connection, text)
            insert = stories.insert().values(is_due=False, changed_at=now).returning(stories.c.id)
            story_id = (await connection.execute(insert)).scalar_one()
            row = await write_row(connection, None, text, {"story_id": story_id, **facts}, now)
            await write_related(connection, {row.id: related})
            await index_new(connection, [Findable(row.id, text, (), row.published_at)])
        return as_written(row, tuple(related))

    async def _refuse_double(self, connection: AsyncConnection, text: BriefText) -> None:
        is_alike = briefs.c.body["headline"].as_string() == text.headline
        imported = select(briefs.c.id, briefs.c.body).where(briefs.c.origin == Origin.IMPORTED, is_alike)
        for id_, body in await connection.execute(imported):
            known = bodies.load(body)
            if (known.headline, known.lede) == (text.headline, text.lede):
                raise Conflict(f"{text.headline!r} was added already, as {public_id('b', id_)}")

    async def get(self, brief_id: int, *, workspace: WorkspaceId | None, is_raw: bool = False) -> Brief:
        """NotFound for a number that is none, or that this workspace does not see.

        The number of a brief whose story was merged into another gives that one's brief. `is_raw`: its own words,
        whatever correction lies over them.
        """
        query = one(to_all=workspace is None, is_raw=is_raw)
        found = await self._list(query, workspace, brief=brief_id)
        if not found:
            async with self._db.reading() as connection:
                other = await successor(connection, brief_id)
            if other != brief_id:
                found = await self._list(query, workspace, brief=other)
        if not found:
            raise NotFound(
                say("no brief {ref} here", ref=public_id("b", brief_id)),
                allowed=say("an id as /brief latest shows it"),
            )
        return found[0]

    async def by_ids(self, brief_ids: Sequence[int], *, workspace: WorkspaceId | None) -> list[Brief]:
        """Those of these that the workspace sees, in no order."""
        if not brief_ids:
            return []
        return await self._list(statement(to_all=workspace is None).where(briefs.c.id.in_(brief_ids)), workspace)

    async def latest(
        self,
        workspace: WorkspaceId | None,
        *,
        limit: int,
        offset: int = 0,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> list[Brief]:
        """Briefs that the workspace sees, newest first; published from `since` on and earlier than `before`."""
        query = latest(to_all=workspace is None, has_start=since is not None, has_end=before is not None)
        return await self._list(query, workspace, limit=limit, offset=offset, since=since, before=before)

    async def news(self, workspace: WorkspaceId | None, *, since: datetime, limit: int) -> list[Brief]:
        """Briefs that the workspace sees and that became news since then, those of the most publishers first."""
        query = statement(to_all=workspace is None).where(briefs.c.is_news, briefs.c.news_at >= since)
        order = (briefs.c.publishers.desc(), briefs.c.news_at.desc(), briefs.c.id.desc())
        return await self._list(query.order_by(*order).limit(limit), workspace)

    async def versions_of(self, brief_ids: Sequence[int], *, workspace: WorkspaceId) -> dict[int, int]:
        """The version at which the workspace reads each of these briefs; those that it does not see are left out."""
        query = whole(to_all=False).where(briefs.c.id.in_(brief_ids))
        return {brief.id: brief.version for brief in await self._list(query, workspace)}

    async def with_sources(self, brief_ids: Sequence[int]) -> dict[int, BriefFacts]:
        """For each brief what topic rules need to know of its articles."""
        query = (
            select(briefs.c.id, articles.c.source_id, articles.c.owner, articles.c.title)
            .join(articles, articles.c.story_id == briefs.c.story_id)
            .where(briefs.c.id.in_(brief_ids))
        )
        parts: dict[int, list[Any]] = {id_: [] for id_ in brief_ids}
        async with self._db.reading() as connection:
            for row in await connection.execute(query):
                parts[row.id].append(row)
        return {
            id_: BriefFacts(
                source_ids=frozenset(row.source_id for row in rows),
                owners=frozenset(row.owner for row in rows),
                article_titles=tuple(row.title for row in rows),
            )
            for id_, rows in parts.items()
        }

    async def recent(self, since: datetime, *, after_id: int = 0, limit: int = 500) -> list[Brief]:
        """The next briefs in order of number, of those published since then."""
        query = statement(to_all=True, is_raw=True).where(briefs.c.published_at >= since, briefs.c.id > after_id)
        return await self._list(query.order_by(briefs.c.id).limit(limit))

    async def before_newest(self, count: int, *, since: datetime) -> int:
        """The number after which the newest `count` briefs published since then come; 0 when there are fewer."""
        newest = select(briefs.c.id).where(briefs.c.published_at >= since).order_by(briefs.c.id.desc())
        async with self._db.glancing() as connection:
            return (await connection.execute(newest.limit(1).offset(count))).scalar() or 0

    async def set_related(self, links: Mapping[int, Sequence[Related]]) -> None:
        """Replaces what briefs are related to; nothing for those that were pruned."""
        if not links:
            return
        async with self._db.writing() as connection:
            standing = select(briefs.c.id).where(briefs.c.id.in_(links))
            there = set((await connection.execute(standing)).scalars())
            await write_related(connection, {id_: links[id_] for id_ in there}, replaced=there)

    async def versions(self, brief_id: int) -> list[tuple[int, datetime, BriefText]]:
        """Every version, the first one first."""
        query = select(brief_versions).where(brief_versions.c.brief_id == brief_id).order_by(brief_versions.c.version)
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [(row.version, row.created_at, bodies.load(row.body)) for row in rows]

    async def history(self, brief_id: int, *, workspace: WorkspaceId) -> list[Version]:
        """Every version that a workspace may see, the first one first: those of all, and its own corrections."""
        return [version_of(row) for row in await self._db.rows(HISTORY, {"brief": brief_id, "viewer": workspace})]

    async def spent(self, brief_id: int) -> dict[int, Usage]:
        """The tokens that a model used for each version; a version that no model wrote has none."""
        query = select(brief_versions).where(brief_versions.c.brief_id == brief_id)
        async with self._db.glancing() as connection:
            rows = (await connection.execute(query)).all()
        return {
            row.version: Usage(input_tokens=row.input_tokens, output_tokens=row.output_tokens)
            for row in rows
            if row.input_tokens or row.output_tokens
        }

    async def each(self, *, after_id: int = 0, limit: int = 500) -> list[Brief]:
        """The next briefs in order of number, for reading all in pages."""
        query = whole(to_all=True).where(briefs.c.id > after_id).order_by(briefs.c.id).limit(limit)
        return await self._list(query)

    async def _list(self, query: Any, workspace: WorkspaceId | None = None, **more: object) -> list[Brief]:
        return [brief_of(row) for row in await self._db.rows(query, viewer(workspace) | more)]


async def _is_as_told(connection: AsyncConnection, story: Story) -> bool:
    """Whether a story is as it was read, and not about to be told anew."""
    is_due = select(stories.c.is_due).where(stories.c.id == story.id)
    found = (await connection.execute(is_due)).scalar_one_or_none()
    now_there = (await articles_of(connection, [story.id]))[story.id]
    return found is False and now_there == {article.id for article in story.articles}
