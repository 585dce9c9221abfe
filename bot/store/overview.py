"""Numbers over all workspaces, for whoever runs the bot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.models import SourceKind
from bot.store.database import Database
from bot.store.schema import articles, briefs, deliveries, sources, stories, workspaces


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """How much there is of everything; nothing that names a workspace or a person."""

    here: Mapping[str, int]
    """Workspaces in which the bot is, by platform."""
    left: int
    sources: int
    shared: int
    failing: int
    articles: int
    stories: int
    briefs: int
    deliveries: Mapping[str, int]
    """By state."""


class Overview:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def numbers(self) -> Numbers:
        async with self._db.reading() as connection:
            places = (await connection.execute(select(workspaces.c.id, workspaces.c.left_at))).all()
            feeds = select(sources.c.is_shared, sources.c.last_error != "").where(sources.c.kind == SourceKind.FEED)
            found = (await connection.execute(feeds)).all()
            by_state = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
            states = {row[0]: row[1] for row in await connection.execute(by_state)}
            counts = [
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in (articles, stories, briefs)
            ]
        return Numbers(
            here=Counter(row.id.partition(":")[0] for row in places if row.left_at is None),
            left=sum(row.left_at is not None for row in places),
            sources=len(found),
            shared=sum(bool(is_shared) for is_shared, _ in found),
            failing=sum(bool(is_failing) for _, is_failing in found),
            articles=counts[0],
            stories=counts[1],
            briefs=counts[2],
            deliveries=states,
        )
