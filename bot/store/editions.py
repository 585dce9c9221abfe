"""Rows of editions: each run of a digest once a local date, with what stood in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import ChannelRef, Digest, Edition, EditionState, Pick, WorkspaceId
from bot.ports import Payload
from bot.store.database import Database
from bot.store.rows import value
from bot.store.schema import deliveries, digests, edition_items, editions


@dataclass(frozen=True, kw_only=True, slots=True)
class SentStory:
    """What of a story a channel was given last."""

    brief_version: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """The run that an edition is for, and when its digest is due next."""

    on: date
    due_at: datetime
    next_on: date
    next_due_at: datetime


class Editions:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def plan(
        self,
        digest: Digest,
        slot: Slot,
        *,
        picks: Sequence[Pick],
        payloads: Sequence[Payload],
        is_late: bool = False,
        reason: str = "",
        now: datetime,
    ) -> Edition | None:
        """Makes an edition with its items and deliveries and moves its digest on, in one transaction.

        None when that date has its edition already; the digest is moved on all the same. Without payloads nothing is
        posted and the edition is delivered at once.
        """
        state = EditionState.PLANNED if payloads else EditionState.DELIVERED
        facts = {"state": state, "reason": reason, "is_late": is_late, "story_count": len(picks)}
        async with self._db.writing() as connection:
            row = await self._start(connection, digest, slot, facts, now)
            if row is None:
                return None
            await _write_items(connection, row.id, picks)
            await _write_deliveries(connection, digest, row.id, payloads, now)
        return _edition(row)

    async def skip(self, digest: Digest, slot: Slot, *, reason: str, now: datetime) -> Edition | None:
        """Records that a date's edition was not posted, and why; None when that date has its edition already."""
        async with self._db.writing() as connection:
            facts = {"state": EditionState.SKIPPED, "reason": reason}
            row = await self._start(connection, digest, slot, facts, now)
        return _edition(row) if row is not None else None

    async def _start(
        self, connection: AsyncConnection, digest: Digest, slot: Slot, facts: dict[str, Any], now: datetime
    ) -> Any:
        advance = update(digests).where(digests.c.id == digest.id)
        await connection.execute(advance.values(next_on=slot.next_on, next_due_at=slot.next_due_at, lease_until=None))
        insert = self._db.insert(editions).values(
            workspace_id=digest.workspace_id,
            digest_id=digest.id,
            on=slot.on,
            channel=digest.channel,
            due_at=slot.due_at,
            created_at=now,
            **facts,
        )
        return (await connection.execute(insert.on_conflict_do_nothing().returning(editions))).one_or_none()

    async def get_on(self, digest_id: int, on: date) -> Edition | None:
        """The edition of a digest for a local date."""
        query = select(editions).where(editions.c.digest_id == digest_id, editions.c.on == on)
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _edition(row) if row is not None else None

    async def recent(self, workspace: WorkspaceId, *, limit: int) -> list[Edition]:
        """The newest editions of a workspace."""
        query = select(editions).where(editions.c.workspace_id == workspace)
        async with self._db.reading() as connection:
            rows = await connection.execute(query.order_by(editions.c.due_at.desc(), editions.c.id.desc()).limit(limit))
            return [_edition(row) for row in rows]

    async def sent(self, workspace: WorkspaceId, channel: ChannelRef, *, since: datetime) -> dict[int, SentStory]:
        """For each story that stood in an edition of this channel since then: what of it, and when last."""
        query = (
            select(edition_items.c.story_id, func.max(edition_items.c.brief_version), func.max(editions.c.created_at))
            .join(editions, editions.c.id == edition_items.c.edition_id)
            .where(
                editions.c.workspace_id == workspace,
                editions.c.channel == channel,
                editions.c.created_at >= since,
                editions.c.state.in_([EditionState.PLANNED, EditionState.DELIVERED]),
            )
            .group_by(edition_items.c.story_id)
        )
        async with self._db.reading() as connection:
            rows = await connection.execute(query)
            return {story: SentStory(brief_version=version, at=at) for story, version, at in rows}


async def _write_items(connection: AsyncConnection, edition_id: int, picks: Sequence[Pick]) -> None:
    rows = [
        {
            "edition_id": edition_id,
            "position": position,
            "story_id": pick.brief.story_id,
            "brief_id": pick.brief.id,
            "brief_version": pick.brief.version,
            "topic": pick.topic,
            "is_update": pick.is_update,
            "why": pick.why,
        }
        for position, pick in enumerate(picks)
    ]
    if rows:
        await connection.execute(edition_items.insert(), rows)


async def _write_deliveries(
    connection: AsyncConnection, digest: Digest, edition_id: int, payloads: Sequence[Payload], now: datetime
) -> None:
    rows = [
        {
            "workspace_id": digest.workspace_id,
            "edition_id": edition_id,
            "part": part,
            "parts": len(payloads),
            "channel": digest.channel,
            "body": payload.to_json(),
            "caveat": payload.caveat,
            "next_try_at": now,
        }
        for part, payload in enumerate(payloads, start=1)
    ]
    if rows:
        await connection.execute(deliveries.insert(), rows)


def _edition(row: Any) -> Edition:
    return value(Edition, row, state=EditionState(row.state))
