"""Rows of stories: which articles belong together, and whose brief is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.models import Article, Story, public_id
from bot.store.database import Database
from bot.store.rows import value
from bot.store.schema import articles, briefs, stories


class Stories:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def place(self, placements: Sequence[tuple[int, int | None]], *, now: datetime) -> dict[int, int]:
        """Puts articles into stories, which are due then; gives the story of each article.

        A placement is (article, story); a story of None is one of its own, and a negative number names a new story that
        several placements share.
        """
        if not placements:
            return {}
        async with self._db.writing() as connection:
            placed = await self._with_stories(connection, placements, now)
            change = update(articles).where(articles.c.id == bindparam("article")).values(story_id=bindparam("story"))
            await connection.execute(change, [{"article": a, "story": s} for a, s in placed.items()])
            due = update(stories).where(stories.c.id == bindparam("story")).values(is_due=True, changed_at=now)
            await connection.execute(due, [{"story": story} for story in sorted(set(placed.values()))])
        return placed

    async def _with_stories(
        self, connection: AsyncConnection, placements: Sequence[tuple[int, int | None]], now: datetime
    ) -> dict[int, int]:
        new = [place for place in dict.fromkeys(_place(*placement) for placement in placements) if place[0] != "known"]
        numbers: dict[tuple[str, int], int] = {}
        if new:
            insert = stories.insert().returning(stories.c.id, sort_by_parameter_order=True)
            ids = (await connection.execute(insert, [{"changed_at": now} for _ in new])).scalars().all()
            numbers = dict(zip(new, ids, strict=True))
        return {article: numbers.get(_place(article, story), story or 0) for article, story in placements}

    async def get(self, story_id: int) -> Story:
        query = select(stories.c.id, stories.c.is_due).where(stories.c.id == story_id)
        found = await self._list(query)
        if not found:
            raise NotFound(f"no story {public_id('s', story_id)}", example="s12")
        return found[0]

    async def due(self, *, limit: int) -> list[Story]:
        """Stories whose brief is to be written, the first made first."""
        query = select(stories.c.id, stories.c.is_due).where(stories.c.is_due)
        return await self._list(query.order_by(stories.c.id).limit(limit))

    async def each(self, *, after_id: int = 0, limit: int = 500) -> list[Story]:
        """The next stories in order of number, for reading all in pages."""
        query = select(stories.c.id, stories.c.is_due).where(stories.c.id > after_id)
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


def _place(article: int, story: int | None) -> tuple[str, int]:
    """What makes placements go to the same story."""
    if story is None:
        return ("own", article)
    return ("new", story) if story < 0 else ("known", story)
