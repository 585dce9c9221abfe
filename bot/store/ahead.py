"""Rows that a clock wrote which ran ahead, once it is right again.

Nothing is due before its instant, and a clock that was days ahead has put off everything by days: feeds that are not
polled, leases that do not end, editions of tomorrow that count as missed. Such rows show for themselves: they tell of
something that was done at an instant which has not come yet, or hold a lease longer than anybody is given one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, and_, delete, literal, select, true, update

from bot.models import EditionState
from bot.store.database import Database
from bot.store.schema import (
    amendment_is_open,
    amendments,
    articles,
    deliveries,
    delivery_is_open,
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
from bot.store.unmaking import BATCH, is_unbegun, unmake

TOLERANCE: Final = timedelta(minutes=10)
"""By so much the clocks of processes that share a store may differ."""
_ALL: Final = true()
_LONGEST: Final[Mapping[Column[Any], tuple[timedelta, ColumnElement[bool]]]] = {
    sources.c.lease_until: (timedelta(minutes=5), _ALL),
    digests.c.lease_until: (timedelta(minutes=2), _ALL),
    deliveries.c.lease_until: (timedelta(minutes=2), delivery_is_open),
    amendments.c.lease_until: (timedelta(minutes=2), amendment_is_open),
    model_attempts.c.lease_until: (timedelta(minutes=15), _ALL),
}
"""Leases, with how long one lasts at most, and which rows have any: of those there is an index."""
_PAUSES: Final[Mapping[Column[Any], tuple[timedelta, ColumnElement[bool]]]] = {
    follows.c.not_before: (timedelta(minutes=30), follows.c.ended_at.is_(None)),
    amendments.c.next_try_at: (timedelta(hours=1), amendment_is_open),
    notices.c.next_try_at: (timedelta(days=1), notices.c.next_try_at.is_not(None)),
}
"""What waits for another look, with how long it waits at most, and in which rows."""


class Ahead:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def put_right(self, now: datetime, *, news_window: timedelta) -> dict[str, int]:
        """Makes due what a clock that ran ahead put off, and unmakes the editions that it skipped; how many of each.

        An edition that was begun to be sent stands. An article that was too old to be news by that clock is news when
        it is so by this one. Mostly there is nothing, and whoever wants to write does not wait for the look.
        """
        limit = now + TOLERANCE
        late = (sources.c.last_polled_at > limit, sources.c.next_poll_at > now)
        again = {"next_poll_at": now, "last_polled_at": now}
        counts = {"feeds": await self._change(sources, *late, values=again), "leases": 0, "pauses": 0}
        for what, columns, to in (("leases", _LONGEST, None), ("pauses", _PAUSES, now)):
            for column, (most, there) in columns.items():
                counts[what] += await self._change(column.table, there, column > limit + most, values={column: to})
        counts["editions"] = await self._editions(_skipped(limit), editions)
        counts["editions"] += await self._editions(_unbegun(limit), deliveries)
        counts["articles"] = await self._articles(now, limit, news_window)
        await self._change(heartbeats, heartbeats.c.beat_at > limit, values=None)
        return {what: count for what, count in counts.items() if count}

    async def _change(self, table: FromClause, *where: ColumnElement[bool], values: Mapping[Any, Any] | None) -> int:
        """Gives these rows other values (None: removes them); how many that were."""
        if not await self._is_any(select(literal(1)).select_from(table).where(*where)):
            return 0
        change: Any = delete(table) if values is None else update(table).values(values)  # type: ignore[arg-type]
        async with self._db.writing() as connection:
            return max(int((await connection.execute(change.where(*where))).rowcount), 0)

    async def _is_any(self, query: Select[Any]) -> bool:
        return bool(await self._db.rows(query.limit(1)))

    async def _editions(self, ahead: Select[Any], locked: Table) -> int:
        """Unmakes them, some at a time; locked, so that nobody can begin to send what is unmade here."""
        some, count = ahead.limit(BATCH).with_for_update(skip_locked=True, of=locked), 0
        more = await self._is_any(ahead)
        while more:
            async with self._db.writing() as connection:
                ids = (await connection.execute(some)).scalars().all()
                await unmake(connection, ids)
            count += len(ids)
            more = len(ids) == BATCH
        return count

    async def _articles(self, now: datetime, limit: datetime, news_window: timedelta) -> int:
        """Those whose own date, which an undated one has not, makes them news."""
        is_news = and_(
            ~articles.c.is_news,
            articles.c.seen_at > limit,
            articles.c.published_at < articles.c.seen_at,
            articles.c.published_at >= now - news_window,
        )
        if not await self._is_any(select(articles.c.id).where(is_news)):
            return 0
        change = update(articles).where(is_news).values(is_news=True, seen_at=now).returning(articles.c.story_id)
        async with self._db.writing() as connection:
            found = (await connection.execute(change)).scalars().all()
            due = sorted({story for story in found if story is not None})
            for start in range(0, len(due), 500):
                again = update(stories).where(stories.c.id.in_(due[start : start + 500]))
                await connection.execute(again.values(is_due=True, changed_at=now))
        return len(found)


def _skipped(limit: datetime) -> Select[Any]:
    """Those of digests that were skipped by that clock."""
    of_digests = select(editions.c.id).join(digests, digests.c.id == editions.c.digest_id)
    return of_digests.where(editions.c.created_at > limit, digest_is_on, editions.c.state == EditionState.SKIPPED)


def _unbegun(limit: datetime) -> Select[Any]:
    """Those of digests that nobody has begun to send."""
    return (
        select(editions.c.id)
        .join(digests, digests.c.id == editions.c.digest_id)
        .join(deliveries, deliveries.c.edition_id == editions.c.id)
        .where(
            editions.c.created_at > limit,
            digest_is_on,
            is_unbegun,
        )
    )
