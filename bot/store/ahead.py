"""Rows that a clock wrote which ran ahead, once it is right again.

Nothing is due before its instant, and a clock that was days ahead has put off everything by days: feeds that are not
polled, leases that do not end, editions of tomorrow that count as missed. Such rows show for themselves: they tell of
something that was done at an instant which has not come yet, or hold a lease longer than anybody is given one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import DeliveryState, EditionState
from bot.store.database import Database
from bot.store.schema import (
    amendments,
    articles,
    deliveries,
    digest_is_on,
    digests,
    editions,
    follows,
    heartbeats,
    model_attempts,
    notices,
    sources,
    stories,
)
from bot.store.unmaking import unmake

TOLERANCE: Final = timedelta(minutes=10)
"""By so much the clocks of processes that share a store may differ."""
_LONGEST: Final[Mapping[Column[Any], timedelta]] = {
    sources.c.lease_until: timedelta(minutes=5),
    digests.c.lease_until: timedelta(minutes=2),
    deliveries.c.lease_until: timedelta(minutes=2),
    amendments.c.lease_until: timedelta(minutes=2),
    model_attempts.c.lease_until: timedelta(minutes=15),
}
"""Leases, with how long one lasts at most."""
_PAUSES: Final[Mapping[Column[Any], timedelta]] = {
    follows.c.not_before: timedelta(minutes=30),
    amendments.c.next_try_at: timedelta(hours=1),
    notices.c.next_try_at: timedelta(days=1),
}
"""What waits for another look, with how long it waits at most."""


class Ahead:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def put_right(self, now: datetime, *, news_window: timedelta) -> dict[str, int]:
        """Makes due what a clock that ran ahead put off, and unmakes the editions that it skipped; how many of each.

        An edition that was begun to be sent stands. An article that was too old to be news by that clock is news when
        it is so by this one.
        """
        limit = now + TOLERANCE
        async with self._db.writing() as connection:
            counts = {
                "feeds": await _feeds(connection, now, limit),
                "leases": await _leases(connection, limit),
                "pauses": await _pauses(connection, now, limit),
                "editions": await _editions(connection, limit),
                "articles": await _articles(connection, now, limit, news_window),
            }
            await connection.execute(delete(heartbeats).where(heartbeats.c.beat_at > limit))
        return {what: count for what, count in counts.items() if count}


async def _feeds(connection: AsyncConnection, now: datetime, limit: datetime) -> int:
    late = update(sources).where(sources.c.last_polled_at > limit, sources.c.next_poll_at > now)
    return _count(await connection.execute(late.values(next_poll_at=now, last_polled_at=now)))


async def _leases(connection: AsyncConnection, limit: datetime) -> int:
    return sum(
        [
            _count(await connection.execute(update(column.table).where(column > limit + most).values({column: None})))
            for column, most in _LONGEST.items()
        ]
    )


async def _pauses(connection: AsyncConnection, now: datetime, limit: datetime) -> int:
    return sum(
        [
            _count(await connection.execute(update(column.table).where(column > limit + most).values({column: now})))
            for column, most in _PAUSES.items()
        ]
    )


async def _editions(connection: AsyncConnection, limit: datetime) -> int:
    """Those of digests that were skipped, or that nobody has begun to send."""
    of_digests = select(editions.c.id).join(digests, digests.c.id == editions.c.digest_id)
    ahead = of_digests.where(editions.c.created_at > limit, digest_is_on)
    unbegun = ahead.join(deliveries, deliveries.c.edition_id == editions.c.id).where(
        deliveries.c.part == 1, deliveries.c.state == DeliveryState.PENDING, deliveries.c.attempts == 0
    )
    ids = [
        *(await connection.execute(ahead.where(editions.c.state == EditionState.SKIPPED))).scalars(),
        # Locked, so that nobody can begin to send what is unmade here.
        *(await connection.execute(unbegun.with_for_update(skip_locked=True, of=deliveries))).scalars(),
    ]
    await unmake(connection, ids)
    return len(ids)


async def _articles(connection: AsyncConnection, now: datetime, limit: datetime, news_window: timedelta) -> int:
    """Those whose own date, which an undated one has not, makes them news."""
    is_news = and_(
        ~articles.c.is_news,
        articles.c.seen_at > limit,
        articles.c.published_at < articles.c.seen_at,
        articles.c.published_at >= now - news_window,
    )
    change = update(articles).where(is_news).values(is_news=True, seen_at=now).returning(articles.c.story_id)
    found = (await connection.execute(change)).scalars().all()
    due = sorted({story for story in found if story is not None})
    for start in range(0, len(due), 500):
        again = update(stories).where(stories.c.id.in_(due[start : start + 500]))
        await connection.execute(again.values(is_due=True, changed_at=now))
    return len(found)


def _count(result: Any) -> int:
    return max(int(result.rowcount), 0)
