"""Rows of deliveries: messages to be sent once, claimed with a lease before the send and settled after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import ChannelRef, Delivery, DeliveryState, EditionState, Place, WorkspaceId
from bot.store.database import Database
from bot.store.platforms import is_of
from bot.store.rows import value
from bot.store.schema import deliveries, delivery_is_open, digests, editions, follows

FOLLOW_CATCH_UP_S = 24 * 3600
"""How late a post about a followed story may still be posted."""
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)
_first = deliveries.alias("first")
WHOLE = (
    select(
        deliveries,
        editions.c.due_at,
        editions.c.created_at.label("planned_at"),
        editions.c.digest_id,
        editions.c.follow_id,
        func.coalesce(digests.c.catch_up_s, FOLLOW_CATCH_UP_S).label("catch_up_s"),
        func.coalesce(digests.c.publish, False).label("publish"),
        # What is new of a story hangs below its first post; a digest's parts do where it is set so.
        or_(digests.c.place == Place.THREAD, editions.c.follow_id.is_not(None)).label("in_thread"),
        digests.c.channel.label("home"),
        func.coalesce(or_(digests.c.is_paused, digests.c.paused_until > editions.c.on), False).label("is_paused"),
        (func.coalesce(digests.c.trouble, follows.c.trouble, "") != "").label("is_troubled"),
        func.coalesce(func.nullif(follows.c.first_ref, ""), _first.c.message_ref, "").label("first_ref"),
    )
    .join(editions, editions.c.id == deliveries.c.edition_id)
    .outerjoin(digests, digests.c.id == editions.c.digest_id)
    .outerjoin(follows, follows.c.id == editions.c.follow_id)
    .outerjoin(
        _first,
        and_(_first.c.edition_id == deliveries.c.edition_id, _first.c.part == 1, deliveries.c.part > 1),
    )
)
"""Deliveries with what of their edition, and its digest or followed story, says how to send them and for how long."""


def _is_next_part() -> ColumnElement[bool]:
    earlier = deliveries.alias("earlier")
    return ~exists().where(
        and_(earlier.c.edition_id == deliveries.c.edition_id, earlier.c.part < deliveries.c.part),
        earlier.c.state.in_(_OPEN),
    )


# ── what a fan-out runs for each message; to build a statement takes longer than to run it ────────────────────────────

_NOW: BindParameter[Any] = bindparam("now")
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OWNER: BindParameter[Any] = bindparam("owner")


_unsure = and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.attempts > 0)
"""What was surely not sent waits as PENDING again."""


@cache
def _due(*platforms: str) -> Select[tuple[int, bool]]:
    lease = deliveries.c.lease_until
    return (
        select(deliveries.c.id, _unsure.label("is_unsure"))
        .where(delivery_is_open, deliveries.c.next_try_at <= _NOW, or_(lease.is_(None), lease <= _NOW), _is_next_part())
        .where(is_of(deliveries.c.workspace_id, platforms))
        .where(deliveries.c.workspace_id.not_in(bindparam("resting", expanding=True)))
        .order_by(deliveries.c.next_try_at, deliveries.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


_CLAIM = (
    update(deliveries)
    .where(deliveries.c.id.in_(_IDS))
    .values(
        state=DeliveryState.SENDING,
        attempts=deliveries.c.attempts + 1,
        lease_until=bindparam("until"),
        lease_owner=_OWNER,
    )
)
_PUT_BACK = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("of"),
        deliveries.c.state == DeliveryState.SENDING,
        deliveries.c.lease_owner == _OWNER,
    )
    .values(
        state=bindparam("as"),
        attempts=deliveries.c.attempts - 1,
        error=bindparam("reason"),
        next_try_at=bindparam("at"),
        lease_until=None,
    )
)
_CLAIMED = WHOLE.where(deliveries.c.id.in_(_IDS))
_STILL_OPEN = (
    select(deliveries.c.id, deliveries.c.edition_id)
    .where(deliveries.c.id.in_(_IDS), delivery_is_open)
    .with_for_update()
)
_SENT = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("of"))
    .values(
        state=DeliveryState.SENT,
        message_ref=bindparam("ref"),
        sent_at=_NOW,
        lease_owner=_OWNER,
        lease_until=None,
        error="",
    )
)
_WHOLLY_SENT = (
    update(editions)
    .where(
        editions.c.id.in_(_IDS),
        editions.c.state == EditionState.PLANNED,
        ~exists().where(deliveries.c.edition_id == editions.c.id, deliveries.c.state != DeliveryState.SENT),
    )
    .values(state=EditionState.DELIVERED)
)


class Deliveries:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def claim(
        self,
        now: datetime,
        *,
        limit: int,
        lease_s: float,
        owner: str,
        platforms: Sequence[str],
        resting: Sequence[WorkspaceId] = (),
    ) -> list[Delivery]:
        """Messages to send now, as SENDING, for these platforms; a part only when the one before it is settled.

        None of the workspaces that are `resting`.
        One whose lease ended is claimed again: whether it was sent is unknown then, and it `is_unsure`.
        """
        if not platforms:
            return []
        async with self._db.writing() as connection:
            due = await connection.execute(_due(*platforms), {"now": now, "most": limit, "resting": resting})
            unsure = {row.id: bool(row.is_unsure) for row in due}
            if not (ids := list(unsure)):
                return []
            lease = {"until": now + timedelta(seconds=lease_s), "owner": owner}
            await connection.execute(_CLAIM, {"ids": ids} | lease)
            rows = await connection.execute(_CLAIMED, {"ids": ids})
            found = {row.id: delivery_of(row, is_unsure=unsure[row.id]) for row in rows}
        return [found[id_] for id_ in ids]

    async def settle_sent(self, refs: Mapping[int, str], *, owner: str, now: datetime) -> set[int]:
        """They stand in their channels, by id with the reference of each; editions are delivered when all parts are.

        Gives those that were not settled before. The lease does not matter here: what was sent is sent, also when we
        were late to say so.
        """
        async with self._db.writing() as connection:
            open_ = (await connection.execute(_STILL_OPEN, {"ids": list(refs)})).all()
            if open_:
                rows = [{"of": row.id, "ref": refs[row.id], "owner": owner, "now": now} for row in open_]
                await connection.execute(_SENT, rows)
                await connection.execute(_WHOLLY_SENT, {"ids": sorted({row.edition_id for row in open_})})
        return {row.id for row in open_}

    async def put_back(self, rows: Mapping[int, tuple[str, datetime, bool]], *, owner: str) -> None:
        """As if they had not been claimed, by id with why, until when and whether each was unsure: what was surely not
        sent is not looked for.

        Those whose lease is not ours any more stay as they are.
        """
        again = [
            {"of": id_, "reason": why, "at": at, "owner": owner, "as": _state(is_unsure=is_unsure)}
            for id_, (why, at, is_unsure) in rows.items()
        ]
        async with self._db.writing() as connection:
            await connection.execute(_PUT_BACK, again)

    async def settle_retry(
        self, delivery_id: int, *, owner: str, error: str, next_try_at: datetime, is_unsure: bool = False
    ) -> bool:
        """To be tried again then; False when the lease is not ours any more. `is_unsure`: it may have been sent."""
        again = {"state": _state(is_unsure=is_unsure), "error": error, "next_try_at": next_try_at, "lease_until": None}
        async with self._db.writing() as connection:
            return await _settle(connection, delivery_id, again, owner=owner) is not None

    async def settle_failed(self, delivery_id: int, *, owner: str, error: str, now: datetime) -> bool:
        """Given up, with the parts after it and the edition; False when the lease is not ours any more."""
        failed = {"state": DeliveryState.FAILED, "error": error, "lease_until": None}
        async with self._db.writing() as connection:
            edition = await _settle(connection, delivery_id, failed, owner=owner)
            if edition is None:
                return False
            rest = update(deliveries).where(deliveries.c.edition_id == edition, delivery_is_open)
            await connection.execute(rest.values(state=DeliveryState.FAILED, error="an earlier part was not sent"))
            change = update(editions).where(editions.c.id == edition)
            await connection.execute(change.values(state=EditionState.FAILED, reason=error))
        return True

    async def move(self, delivery_id: int, channel: ChannelRef, *, owner: str) -> bool:
        """Has an edition of which nothing was sent go to another channel; False when the lease is not ours any more."""
        async with self._db.writing() as connection:
            edition = await _settle(connection, delivery_id, {"channel": channel}, owner=owner)
            if edition is None:
                return False
            rest = update(deliveries).where(deliveries.c.edition_id == edition, delivery_is_open)
            await connection.execute(rest.values(channel=channel))
            await connection.execute(update(editions).where(editions.c.id == edition).values(channel=channel))
        return True

    async def wake(self, workspace: WorkspaceId, now: datetime) -> int:
        """Makes what waits for another try in a workspace due at once; returns how many messages."""
        waiting = update(deliveries).where(
            deliveries.c.workspace_id == workspace,
            delivery_is_open,
            deliveries.c.error != "",
            deliveries.c.next_try_at > now,
        )
        async with self._db.writing() as connection:
            return int((await connection.execute(waiting.values(next_try_at=now))).rowcount)

    async def waiting(self, workspace: WorkspaceId) -> dict[str, int]:
        """How many messages were put off, by the reason."""
        put_off = (deliveries.c.workspace_id == workspace, delivery_is_open, deliveries.c.error != "")
        query = select(deliveries.c.error, func.count()).where(*put_off).group_by(deliveries.c.error)
        async with self._db.glancing() as connection:
            return {row[0]: row[1] for row in await connection.execute(query.order_by(deliveries.c.error))}


def _state(*, is_unsure: bool) -> DeliveryState:
    """Of a message that waits for another try."""
    return DeliveryState.SENDING if is_unsure else DeliveryState.PENDING


async def skip_waiting(connection: AsyncConnection, digest_id: int, *, before: date | None, why: str) -> int:
    """Skips the editions of a digest that wait and of which surely nothing was sent, with `before` those of earlier
    dates; how many. What is on its way at this moment stays so.
    """
    first = (
        select(deliveries.c.edition_id)
        .join(editions, editions.c.id == deliveries.c.edition_id)
        .where(editions.c.digest_id == digest_id, deliveries.c.part == 1, deliveries.c.state == DeliveryState.PENDING)
    )
    if before is not None:
        first = first.where(editions.c.on < before)
    # Locked, so that nobody begins to send what is skipped here.
    lock = first.with_for_update(skip_locked=True, of=deliveries)
    ids = (await connection.execute(lock)).scalars().all()
    if ids:
        skipped = update(editions).where(editions.c.id.in_(ids))
        await connection.execute(skipped.values(state=EditionState.SKIPPED, reason=why))
        parts = update(deliveries).where(deliveries.c.edition_id.in_(ids))
        await connection.execute(parts.values(state=DeliveryState.FAILED, error=why))
    return len(ids)


async def _settle(
    connection: AsyncConnection, delivery_id: int, values: dict[str, Any], *, owner: str | None = None
) -> int | None:
    """Changes an open delivery (with `owner`: under their lease); gives its edition, None when nothing changed."""
    change = update(deliveries).where(deliveries.c.id == delivery_id, delivery_is_open)
    if owner is not None:
        change = change.where(deliveries.c.lease_owner == owner, deliveries.c.state == DeliveryState.SENDING)
    row = (await connection.execute(change.values(**values).returning(deliveries.c.edition_id))).one_or_none()
    return None if row is None else int(row.edition_id)


def delivery_of(row: Any, *, is_unsure: bool = False) -> Delivery:
    return value(Delivery, row, state=DeliveryState(row.state), is_unsure=is_unsure)
