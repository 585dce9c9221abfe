"""Rows of stories: which articles belong together, and whose brief is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.models import Article, Citation, Story, public_id
from bot.store.database import Database
from bot.store.merging import led_to, merge
from bot.store.rows import value
from bot.store.schema import articles, briefs, stories, story_is_due

_CHUNK = 500
"""Values of one IN list."""
_REPORTS = (
    select(articles.c.publisher, articles.c.title, articles.c.url, articles.c.published_at)
    .where(articles.c.story_id == bindparam("story"), articles.c.title != "")
    .order_by(articles.c.published_at, articles.c.id)
    .limit(_CHUNK)
)


class Overtaken(Exception):
    """Another process has put articles into stories that this one was about to; they are not to be put again."""


class Stories:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def place(
        self,
        placements: Sequence[tuple[int, int | None]],
        *,
        now: datetime,
        merged: Mapping[int, int] | None = None,
        new: Collection[int] = (),
    ) -> dict[int, int]:
        """Puts articles into stories; gives the story of each article. Stories that gain or lose one are due then.

        A placement is (article, story); a story of None is one of its own, and a negative number names a new story that
        several placements share. An article that has a story already is moved. `merged` names for each stored story
        that lost all its articles the one that stands for it now; its brief leads there from then on.

        Overtaken, with nothing changed, when an article among `new` has a story meanwhile.
        """
        if not placements:
            return {}
        async with self._db.writing() as connection:
            await _require_new(connection, sorted(new))
            numbers = await self._with_stories(connection, placements, now)
            placed = {article: numbers[_place(article, story)] for article, story in placements}
            left = await _stories_of(connection, placed)
            await _put(connection, placed)
            into = {gone: numbers.get(_place(0, kept), kept) for gone, kept in (merged or {}).items()}
            emptied = await _emptied(connection, into)
            await merge(connection, {gone: into[gone] for gone in emptied})
            due = update(stories).where(stories.c.id == bindparam("story")).values(is_due=True, changed_at=now)
            changed = sorted({*placed.values(), *left} - emptied)
            await connection.execute(due, [{"story": story} for story in changed])
        return placed

    async def _with_stories(
        self, connection: AsyncConnection, placements: Sequence[tuple[int, int | None]], now: datetime
    ) -> dict[tuple[str, int], int]:
        """The number of the story that each placement names."""
        places = list(dict.fromkeys(_place(*placement) for placement in placements))
        known = [number for kind, number in places if kind == "known"]
        # Another process may have merged it in the meantime.
        ends = await led_to(connection, known) if known else {}
        numbers = {("known", number): ends.get(number, number) for number in known}
        # Or pruned it, or a workspace was forgotten: what was near it begins anew.
        standing = await _standing(connection, numbers.values())
        numbers = {place: number for place, number in numbers.items() if number in standing}
        new = [place for place in places if place not in numbers]
        if new:
            insert = stories.insert().returning(stories.c.id, sort_by_parameter_order=True)
            ids = (await connection.execute(insert, [{"changed_at": now} for _ in new])).scalars().all()
            numbers |= dict(zip(new, ids, strict=True))
        return numbers

    async def get(self, story_id: int) -> Story:
        query = select(stories.c.id, stories.c.is_due).where(stories.c.id == story_id)
        found = await self._list(query)
        if not found:
            raise NotFound(f"no story {public_id('s', story_id)}", example="s12")
        return found[0]

    async def reports(self, story_id: int) -> list[Citation]:
        """The articles of a story as sources, the first published first; without their texts."""
        rows = await self._db.rows(_REPORTS, {"story": story_id})
        return [Citation(n=n, **row._asdict()) for n, row in enumerate(rows, start=1)]

    async def due(self, *, limit: int) -> list[Story]:
        """Stories whose brief is to be written, the first made first."""
        query = select(stories.c.id, stories.c.is_due).where(story_is_due)
        return await self._list(query.order_by(stories.c.id).limit(limit))

    async def each(self, *, after_id: int = 0, limit: int = 500) -> list[Story]:
        """The next stories that were not merged into others, in order of number, for reading all in pages."""
        stands = stories.c.merged_into.is_(None)
        query = select(stories.c.id, stories.c.is_due).where(stories.c.id > after_id, stands)
        return await self._list(query.order_by(stories.c.id).limit(limit))

    async def _list(self, query: Any) -> list[Story]:
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
            ids = [row.id for row in rows]
            members = await _members(connection, ids)
            written = select(briefs.c.story_id, briefs.c.id).where(briefs.c.story_id.in_(ids))
            brief_of = {row.story_id: row.id for row in await connection.execute(written)}
        return [
            Story(id=row.id, articles=tuple(members.get(row.id, ())), brief_id=brief_of.get(row.id), is_due=row.is_due)
            for row in rows
        ]


async def _members(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, list[Article]]:
    query = select(articles).where(articles.c.story_id.in_(list(ids)))
    found: dict[int, list[Article]] = {}
    for row in await connection.execute(query.order_by(articles.c.published_at, articles.c.id)):
        found.setdefault(row.story_id, []).append(value(Article, row))
    return found


async def _put(connection: AsyncConnection, placed: Mapping[int, int]) -> None:
    """Writes the story of each article, and its place when it has none yet."""
    last = (await connection.execute(select(func.max(articles.c.place)))).scalar_one() or 0
    change = (
        update(articles)
        .where(articles.c.id == bindparam("article"))
        .values(story_id=bindparam("story"), place=func.coalesce(articles.c.place, bindparam("new_place")))
    )
    rows = [
        {"article": article, "story": story, "new_place": last + number}
        for number, (article, story) in enumerate(placed.items(), start=1)
    ]
    await connection.execute(change, rows)


async def _stories_of(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """The stories that some articles are in."""
    found: set[int] = set()
    for part in _chunks(list(ids)):
        query = select(articles.c.story_id).where(articles.c.id.in_(part), articles.c.story_id.is_not(None))
        found |= set((await connection.execute(query.distinct())).scalars())
    return found


async def _require_new(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Overtaken unless none of these articles has a story; nobody else can give them one until we are done."""
    for start in range(0, len(ids), _CHUNK):
        wanted = ids[start : start + _CHUNK]
        query = select(articles.c.id).where(articles.c.id.in_(wanted), articles.c.story_id.is_(None))
        found = (await connection.execute(query.order_by(articles.c.id).with_for_update())).all()
        if len(found) < len(wanted):
            raise Overtaken


async def _standing(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Those of some stories that are still there."""
    found: set[int] = set()
    for part in _chunks(sorted(set(ids))):
        query = select(stories.c.id).where(stories.c.id.in_(part), stories.c.merged_into.is_(None))
        found |= set((await connection.execute(query)).scalars())
    return found


async def _emptied(connection: AsyncConnection, story_ids: Collection[int]) -> set[int]:
    """Those of some stories that have no article: what was meant to be merged may have grown elsewhere meanwhile."""
    if not story_ids:
        return set()
    query = select(articles.c.story_id).where(articles.c.story_id.in_(list(story_ids))).distinct()
    return set(story_ids) - set((await connection.execute(query)).scalars())


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _place(article: int, story: int | None) -> tuple[str, int]:
    """What makes placements go to the same story."""
    if story is None:
        return ("own", article)
    return ("new", story) if story < 0 else ("known", story)
