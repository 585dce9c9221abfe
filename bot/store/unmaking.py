"""Editions that nobody began to send are taken back, some at a time, and their digests are due as they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import DeliveryState
from bot.store.schema import Instant, deliveries, delivery_is_open, digest_is_on, digests, editions

BATCH: Final = 500
"""Editions of one statement, and for who has many of one transaction, so that nobody waits long to write."""
_DUE_AT: Final = bindparam("due_at", type_=Instant)
_DUE_AGAIN: Final = (
    update(digests)
    .where(digests.c.id == bindparam("digest"), digests.c.next_due_at > _DUE_AT)
    .values(next_due_at=_DUE_AT, next_on=bindparam("day"), next_slot=bindparam("run"), lease_until=None)
)
is_unbegun: Final = and_(
    delivery_is_open,
    deliveries.c.part == 1,
    deliveries.c.state == DeliveryState.PENDING,
    deliveries.c.attempts == 0,
)
"""The first message of an edition that nobody has begun to send."""


def unbegun(before: datetime) -> Select[Any]:
    """Editions planned before then of which no message was begun, and whose digests would run; the oldest first."""
    return (
        select(deliveries.c.edition_id)
        .join(editions, editions.c.id == deliveries.c.edition_id)
        .join(digests, digests.c.id == editions.c.digest_id)
        .where(
            is_unbegun,
            deliveries.c.next_try_at < before,
            digest_is_on,
            or_(digests.c.paused_until.is_(None), digests.c.paused_until <= editions.c.on),
        )
        .order_by(deliveries.c.next_try_at)
    )


async def unmake(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Takes back editions that nobody began to send; their digests are due as they were."""
    for start in range(0, len(ids), BATCH):
        some = editions.c.id.in_(ids[start : start + BATCH])
        query = select(editions.c.digest_id, editions.c.due_at, editions.c.on, editions.c.slot).where(some)
        # Of several editions of one digest the oldest comes last, and the digest begins again from there.
        rows = await connection.execute(query.order_by(editions.c.due_at.desc()))
        again = {id_: {"digest": id_, "due_at": at, "day": on, "run": slot} for id_, at, on, slot in rows if id_}
        if again:
            await connection.execute(_DUE_AGAIN, [again[id_] for id_ in sorted(again)])
        await connection.execute(delete(editions).where(some))
