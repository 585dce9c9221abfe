"""Counts over all workspaces, for operators: how much waits, and what became of editions and deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select

from bot.models import DeliveryState, EditionState, SourceKind
from bot.store.database import Database
from bot.store.schema import (
    deliveries,
    delivery_is_open,
    digest_is_on,
    digests,
    editions,
    model_spend,
    sources,
    stories,
    story_is_due,
)
from bot.store.sources import is_read

STUCK: Final = timedelta(minutes=15)
"""A message that could go out and did not for so long is stuck."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """How things stand. `editions` and `deliveries` are of the last day, by state."""

    sources: int
    sources_failing: int
    sources_due: int
    stories_due: int
    digests_due: int
    deliveries_waiting: int
    deliveries_stuck: int
    oldest_waiting_at: datetime | None
    editions: Mapping[str, int]
    editions_late: int
    deliveries: Mapping[str, int]
    model_calls: int
    model_tokens: int
    """Of the UTC day, the tokens set aside for calls under way included."""


class Counting:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def figures(self, now: datetime) -> Figures:
        """One consistent look, a handful of indexed counts."""
        is_feed = (sources.c.kind == SourceKind.FEED) & is_read()
        is_new = editions.c.created_at >= now - timedelta(days=1)
        spent = model_spend.c.input_tokens + model_spend.c.output_tokens + model_spend.c.lost + model_spend.c.reserved
        async with self._db.reading() as connection:

            async def count(table_id: ColumnElement[int], *where: ColumnElement[bool]) -> int:
                return int((await connection.execute(select(func.count(table_id)).where(*where))).scalar_one())

            by_state = select(editions.c.state, func.count()).where(is_new).group_by(editions.c.state)
            sent = select(deliveries.c.state, func.count()).join(editions, editions.c.id == deliveries.c.edition_id)
            oldest = select(func.min(editions.c.due_at)).join(deliveries, editions.c.id == deliveries.c.edition_id)
            model = select(func.sum(model_spend.c.calls), func.sum(spent)).where(model_spend.c.day == now.date())
            calls, tokens = (await connection.execute(model)).one()
            edition_counts = {row[0]: row[1] for row in await connection.execute(by_state)}
            sent_counts = {
                row[0]: row[1] for row in await connection.execute(sent.where(is_new).group_by(deliveries.c.state))
            }
            return Figures(
                sources=await count(sources.c.id, is_feed),
                sources_failing=await count(sources.c.id, is_feed, sources.c.failures > 0),
                sources_due=await count(sources.c.id, is_feed, sources.c.next_poll_at <= now),
                stories_due=await count(stories.c.id, story_is_due),
                digests_due=await count(digests.c.id, digests.c.next_due_at <= now, digest_is_on),
                deliveries_waiting=await count(deliveries.c.id, delivery_is_open),
                deliveries_stuck=await count(deliveries.c.id, delivery_is_open, deliveries.c.next_try_at < now - STUCK),
                oldest_waiting_at=(await connection.execute(oldest.where(delivery_is_open))).scalar_one(),
                editions={state.value: edition_counts.get(state, 0) for state in EditionState},
                editions_late=await count(editions.c.id, is_new, editions.c.is_late),
                deliveries={state.value: sent_counts.get(state, 0) for state in DeliveryState},
                model_calls=int(calls or 0),
                model_tokens=int(tokens or 0),
            )
