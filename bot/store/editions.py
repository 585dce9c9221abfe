"""Rows of editions: each run of a digest once, by its slot of a local date, with what stood in it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.documents.stored import to_json
from bot.models import BriefText, ChannelRef, Digest, Edition, EditionState, Pick, WorkspaceId
from bot.ports import Payload
from bot.store import bodies
from bot.store.database import Database, given_pairs, many_pairs
from bot.store.digests import digest_of, is_same
from bot.store.rows import value
from bot.store.schema import (
    brief_versions,
    deliveries,
    digests,
    edition_items,
    editions,
)
from bot.store.unmaking import BATCH, unbegun, unmake


@dataclass(frozen=True, kw_only=True, slots=True)
class SentStory:
    """What of a story a channel was given last."""

    brief_version: int
    written_at: datetime
    """When that version was written; what came after it was not in it."""
    told: tuple[tuple[int, int], ...] = ()
    """The number of each brief that told it, with the version told last; several where stories were merged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionItem:
    """A brief as it stood in an edition."""

    brief_id: int
    brief_version: int
    topic: str
    is_update: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """The run that an edition is for, and when its digest is due next."""

    on: date
    slot: int = 0
    due_at: datetime
    next_on: date
    next_slot: int = 0
    next_due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionPlan:
    """An edition to be made: with messages, or without when it is skipped (`is_skipped`) or says nothing."""

    digest: Digest
    slot: Slot
    picks: Sequence[Pick] = ()
    payloads: Sequence[Payload] = ()
    reason: str = ""
    is_late: bool = False
    is_skipped: bool = False
    is_quiet: bool = False
    """Skipped since there is nothing new, as its digest wishes."""

    @property
    def key(self) -> tuple[int, date, int]:
        """What there is one edition for."""
        return self.digest.id, self.slot.on, self.slot.slot

    @property
    def state(self) -> EditionState:
        if self.is_skipped:
            return EditionState.SKIPPED
        return EditionState.PLANNED if self.payloads else EditionState.DELIVERED


_names = [column.name for column in edition_items.c if column.name != "edition_id"]
_SAME_ITEMS = edition_items.insert().from_select(
    ["edition_id", *_names],
    select(editions.c.id, *(edition_items.c[name] for name in _names))
    .select_from(edition_items.join(editions, editions.c.id.in_(bindparam("others", expanding=True))))
    .where(edition_items.c.edition_id == bindparam("like")),
)
"""Has editions tell what another one tells."""


class Editions:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def plan(self, plans: Sequence[EditionPlan], *, now: datetime) -> dict[int, Edition]:
        """Makes editions with their items and deliveries and moves their digests on, all in one transaction.

        Gives the edition of each digest. One whose slot has its edition already is left out and moved on all the same;
        of one that was changed since it was read nothing is made, and it is due as whoever changed it wished.
        Each digest may stand in `plans` once for a slot. Without messages an edition is delivered at once.
        """
        if not plans:
            return {}
        async with self._db.writing() as connection:
            if not (plans := await _as_read(connection, plans)):
                return {}
            await connection.execute(
                update(digests).where(digests.c.id == bindparam("digest")), [_advanced(plan) for plan in plans]
            )
            known = await _known(connection, plans)
            new = [plan for plan in plans if plan.key not in known]
            if not new:
                return {}
            # In the order of the rows SQLite would be asked once for each; they are known by their keys as well.
            insert = editions.insert().returning(editions.c.digest_id, editions.c.on, editions.c.slot, editions.c.id)
            found = await connection.execute(insert, [_columns(plan, now) for plan in new])
            ids = {(digest, on, slot): id_ for digest, on, slot, id_ in found}
            pairs = [(plan, ids[plan.key]) for plan in new]
            await _insert_items(connection, pairs)
            parts = [row for plan, id_ in pairs for row in _parts(plan, id_, now)]
            if parts:
                await connection.execute(deliveries.insert(), parts)
        return {plan.digest.id: _made(plan, id_, now) for plan, id_ in pairs}

    async def take_back(self, before: datetime) -> int:
        """Unmakes editions planned before then of which no message was begun; returns how many.

        Their digests are due as they were; whoever plans them next says how late they are, or skips them with a reason.
        """
        # Locked first, so that nobody can begin to send what is unmade here.
        some = unbegun(before).limit(BATCH).with_for_update(skip_locked=True, of=deliveries)
        count = 0
        while True:
            async with self._db.writing() as connection:
                ids = [row.edition_id for row in await connection.execute(some)]
                await unmake(connection, ids)
            count += len(ids)
            if len(ids) < BATCH:
                return count
            # Who waits to write goes first, also in another process.
            await asyncio.sleep(0.005)

    async def since(self, digest_id: int, on: date) -> dict[tuple[date, int], Edition]:
        """The editions of a digest for a local date and later ones, by date and slot."""
        query = select(editions).where(editions.c.digest_id == digest_id, editions.c.on >= on)
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.order_by(editions.c.due_at))
            return {(row.on, row.slot): _edition(row) for row in rows}

    async def posted(self, edition_id: int) -> tuple[Edition, int]:
        """An edition, and of how many messages it is."""
        parts = select(func.coalesce(func.max(deliveries.c.parts), 0)).where(deliveries.c.edition_id == edition_id)
        async with self._db.glancing() as connection:
            row = (await connection.execute(select(editions).where(editions.c.id == edition_id))).one()
            return _edition(row), (await connection.execute(parts)).scalar_one()

    async def items(self, edition_id: int) -> list[EditionItem]:
        """What stood in an edition, in order."""
        query = select(edition_items).where(edition_items.c.edition_id == edition_id)
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.order_by(edition_items.c.position))
            return [value(EditionItem, row) for row in rows]

    async def recent(self, workspace: WorkspaceId, *, limit: int) -> list[Edition]:
        """The newest editions of the digests of a workspace."""
        query = select(editions).where(editions.c.workspace_id == workspace, editions.c.digest_id.is_not(None))
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.order_by(editions.c.due_at.desc(), editions.c.id.desc()).limit(limit))
            return [_edition(row) for row in rows]

    async def sent(
        self, places: Collection[tuple[WorkspaceId, ChannelRef]], *, since: datetime, digest_id: int | None = None
    ) -> dict[tuple[WorkspaceId, ChannelRef], dict[int, SentStory]]:
        """For each channel of a workspace, each story that stood in an edition there since then, and what of it was
        told last.

        Of one digest alone with `digest_id`.
        """
        query = _sent(is_sqlite=self._db.is_sqlite).where(editions.c.created_at >= since)
        if digest_id is not None:
            query = query.where(editions.c.digest_id == digest_id)
        found: dict[tuple[WorkspaceId, ChannelRef], dict[int, SentStory]] = {place: {} for place in places}
        rows = await self._db.rows(query, many_pairs(found, is_sqlite=self._db.is_sqlite))
        for workspace, channel, story, brief, version, written_at in rows:
            told = SentStory(brief_version=version, written_at=written_at, told=((brief, version),))
            place = found[workspace, channel]
            known = place.get(story)
            place[story] = told if known is None else _both(known, told)
        return found

    async def told(self, versions: Collection[tuple[int, int]]) -> dict[tuple[int, int], BriefText]:
        """The words of these versions by the number of their brief and their own; without those that were pruned."""
        if not versions:
            return {}
        key = tuple_(brief_versions.c.brief_id, brief_versions.c.version)
        async with self._db.reading() as connection:
            rows = await connection.execute(select(brief_versions).where(key.in_(sorted(versions))))
            return {(row.brief_id, row.version): bodies.load(row.body) for row in rows}


def _sent(*, is_sqlite: bool) -> Select[Any]:
    """What was told in some channels of some workspaces."""
    item, version = edition_items.c, brief_versions.c
    given, workspace, channel = given_pairs(is_sqlite=is_sqlite)
    place = (editions.c.workspace_id, editions.c.channel)
    return (
        select(*place, item.story_id, item.brief_id, func.max(item.brief_version), func.max(version.created_at))
        .select_from(given)
        .join(editions, and_(editions.c.workspace_id == workspace, editions.c.channel == channel))
        .join(edition_items, item.edition_id == editions.c.id)
        .join(brief_versions, and_(version.brief_id == item.brief_id, version.version == item.brief_version))
        .where(
            # Who reads a channel need not read the threads of the stories that it follows.
            editions.c.digest_id.is_not(None),
            editions.c.state.in_([EditionState.PLANNED, EditionState.DELIVERED]),
        )
        .group_by(*place, item.story_id, item.brief_id)
        .order_by(item.brief_id)
    )


def _both(one: SentStory, other: SentStory) -> SentStory:
    return SentStory(
        brief_version=max(one.brief_version, other.brief_version),
        written_at=max(one.written_at, other.written_at),
        told=one.told + other.told,
    )


async def _as_read(connection: AsyncConnection, plans: Sequence[EditionPlan]) -> Sequence[EditionPlan]:
    """Those of digests that nobody changed since they were read, nor can before this transaction ends."""
    ids = {plan.digest.id for plan in plans}
    query = select(digests).where(digests.c.id.in_(ids)).order_by(digests.c.id).with_for_update()
    now = {row.id: digest_of(row) for row in await connection.execute(query)}
    return [plan for plan in plans if plan.digest.id in now and is_same(plan.digest, now[plan.digest.id])]


async def _known(connection: AsyncConnection, plans: Sequence[EditionPlan]) -> set[tuple[int, date, int]]:
    query = select(editions.c.digest_id, editions.c.on, editions.c.slot).where(
        editions.c.digest_id.in_([plan.digest.id for plan in plans]),
        editions.c.on.in_({plan.slot.on for plan in plans}),
    )
    return {(digest, on, slot) for digest, on, slot in await connection.execute(query)}


async def _insert_items(connection: AsyncConnection, pairs: Sequence[tuple[EditionPlan, int]]) -> None:
    """The rows of what editions tell, of those that tell the very same by one statement."""
    first: dict[int, int] = {}
    rows: list[dict[str, Any]] = []
    others: dict[int, list[int]] = {}
    for plan, id_ in pairs:
        if (like := first.setdefault(id(plan.picks), id_)) == id_:
            rows += items_of(plan.picks, id_)
        elif plan.picks:
            others.setdefault(like, []).append(id_)
    if rows:
        await connection.execute(edition_items.insert(), rows)
    for like, ids in others.items():
        await connection.execute(_SAME_ITEMS, {"like": like, "others": ids})


def _advanced(plan: EditionPlan) -> dict[str, Any]:
    slot = plan.slot
    return {
        "digest": plan.digest.id,
        "next_on": slot.next_on,
        "next_slot": slot.next_slot,
        "next_due_at": slot.next_due_at,
        "lease_until": None,
    }


def _columns(plan: EditionPlan, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": plan.digest.workspace_id,
        "digest_id": plan.digest.id,
        "on": plan.slot.on,
        "slot": plan.slot.slot,
        "channel": plan.digest.channel,
        "due_at": plan.slot.due_at,
        "state": plan.state,
        "reason": plan.reason,
        "is_late": plan.is_late,
        "story_count": len(plan.picks),
        "created_at": now,
    }


def items_of(picks: Sequence[Pick], edition_id: int) -> Iterable[dict[str, Any]]:
    """The rows of what an edition tells."""
    for position, pick in enumerate(picks):
        yield {
            "edition_id": edition_id,
            "position": position,
            "story_id": pick.brief.story_id,
            "brief_id": pick.brief.id,
            "brief_version": pick.brief.version,
            "topic": pick.topic,
            "is_update": pick.is_update,
            "why": pick.why,
        }


def parts_of(
    payloads: Sequence[Payload], edition_id: int, workspace: WorkspaceId, channel: ChannelRef, now: datetime
) -> Iterable[dict[str, Any]]:
    """The rows of an edition's messages, to be sent at once."""
    for part, payload in enumerate(payloads, start=1):
        yield {
            "workspace_id": workspace,
            "edition_id": edition_id,
            "part": part,
            "parts": len(payloads),
            "channel": channel,
            "title": payload.title,
            "body": payload.to_json(),
            "caveat": payload.caveat,
            "page": to_json(payload.page) if payload.page else "",
            "next_try_at": now,
        }


def _parts(plan: EditionPlan, edition_id: int, now: datetime) -> Iterable[dict[str, Any]]:
    return parts_of(plan.payloads, edition_id, plan.digest.workspace_id, plan.digest.channel, now)


def _made(plan: EditionPlan, edition_id: int, now: datetime) -> Edition:
    return Edition(
        id=edition_id,
        digest_id=plan.digest.id,
        workspace_id=plan.digest.workspace_id,
        on=plan.slot.on,
        slot=plan.slot.slot,
        due_at=plan.slot.due_at,
        state=plan.state,
        reason=plan.reason,
        is_late=plan.is_late,
        story_count=len(plan.picks),
        created_at=now,
    )


def _edition(row: Any) -> Edition:
    return value(Edition, row, state=EditionState(row.state))
