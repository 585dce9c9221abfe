"""Rows of amendments: edits of messages that stand in a channel, claimed with a lease and settled after the edit.

One row for each copy. What it is to say is not in it: it is composed when it is claimed, from what is laid over the
briefs then, so that two corrections of one message come to one right edit, and doing it twice is doing it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import CORRECTIONS, LOCAL_WORKSPACE, ChannelRef, DeliveryState, Value, WorkspaceId, message_key
from bot.store.claiming import claim
from bot.store.database import Database
from bot.store.platforms import is_of
from bot.store.rows import value
from bot.store.schema import (
    amendment_is_open,
    amendments,
    brief_versions,
    briefs,
    corrections,
    deliveries,
    digests,
    edition_items,
    editions,
    shared_answers,
    shared_items,
)

PENDING: Final = "pending"
SENDING: Final = "sending"
DONE: Final = "done"
GONE: Final = "gone"
FAILED: Final = "failed"
_RACE: Final = timedelta(minutes=5)
"""So long may an edition be under way between what it read and what it recorded."""
MISSING: Final = timedelta(hours=1)
"""For so long after a correction we look for what was told while it was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment(Value):
    """A copy to be edited, with what it said."""

    id: int
    workspace_id: WorkspaceId
    delivery_id: int | None
    share_id: int | None
    edition_id: int | None
    part: int
    channel: ChannelRef
    message_ref: str
    title: str
    caveat: str
    page: str
    """The document that it showed, as JSON; empty when it was posted before these were kept."""
    zone: str
    revision: int
    attempts: int
    told_at: datetime
    """When what it said was decided."""
    created_at: datetime

    @property
    def key(self) -> str:
        """As the message was sent with, so that it is found as before."""
        return f"bs-{self.share_id}" if self.delivery_id is None else message_key(self.delivery_id, self.told_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldItem:
    """A brief as a copy told it, and the brief that answers for it now."""

    told_id: int
    version: int
    headline: str
    topic: str
    brief_id: int


class Amendments:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def plan_missing(self, now: datetime) -> None:
        """Plans the edits of what was told while a correction was made: composed before it, recorded after it."""
        made = corrections.c
        recent = select(made.workspace_id, made.brief_id, made.version, made.at).where(made.kind.in_(CORRECTIONS))
        if not (found := await self._db.rows(recent.where(made.at > now - MISSING))):
            return
        async with self._db.writing() as connection:
            for correction in found:
                for name, copies in (("delivery_id", _missed(correction)), ("share_id", _missed_share(correction))):
                    insert = self._db.insert(amendments)
                    rows = _at(copies, now)
                    from_rows = insert.from_select(["workspace_id", name, "next_try_at", "created_at"], rows)
                    await connection.execute(from_rows.on_conflict_do_nothing(index_elements=[name]))

    async def claim(
        self, now: datetime, *, limit: int, lease_s: float, owner: str, platforms: Sequence[str]
    ) -> list[Amendment]:
        """Copies to edit now on these platforms, those first that wait longest."""
        async with self._db.writing() as connection:
            due = _due(now, tuple(platforms), limit)
            lease = {"lease_until": now + timedelta(seconds=lease_s), "lease_owner": owner}
            if not (
                ids := await claim(
                    connection, amendments, due, state=SENDING, attempts=amendments.c.attempts + 1, **lease
                )
            ):
                return []
            rows = await connection.execute(_whole(ids))
            return [value(Amendment, row) for row in rows]

    async def settle(self, one: Amendment, state: str, *, owner: str, error: str = "", now: datetime) -> bool:
        """It is done, or given up; what was corrected again meanwhile is due once more. False without our lease."""
        is_same = amendments.c.revision == one.revision
        settled = {
            "state": case((is_same, state), else_=PENDING),
            "done_at": case((is_same, literal(now, amendments.c.done_at.type)), else_=None),
        }
        return await self._change(one, owner, {**settled, "error": error})

    async def retry(self, one: Amendment, *, owner: str, error: str, at: datetime) -> bool:
        """To be tried again then; False without our lease."""
        return await self._change(one, owner, {"state": PENDING, "error": error, "next_try_at": at})

    async def _change(self, one: Amendment, owner: str, values: dict[str, Any]) -> bool:
        is_ours = (amendments.c.id == one.id, amendments.c.lease_owner == owner, amendments.c.state == SENDING)
        async with self._db.writing() as connection:
            change = update(amendments).where(*is_ours).values(**values, lease_until=None)
            return bool((await connection.execute(change)).rowcount)

    async def told(self, one: Amendment) -> list[ToldItem]:
        """The briefs of a copy, in the order in which it told them."""
        async with self._db.glancing() as connection:
            return [ToldItem(**row._mapping) for row in await connection.execute(_told(one))]

    async def pages_before(self, one: Amendment) -> list[str]:
        """The documents of the messages of its edition before this one, in order."""
        if one.edition_id is None or one.part == 1:
            return []
        query = select(deliveries.c.page).where(deliveries.c.edition_id == one.edition_id)
        query = query.where(deliveries.c.part < one.part).order_by(deliveries.c.part)
        async with self._db.glancing() as connection:
            return list((await connection.execute(query)).scalars())

    async def counts(self, workspace: WorkspaceId) -> dict[str, int]:
        """How many copies of a workspace stand in which state."""
        query = select(amendments.c.state, func.count().label("copies")).where(amendments.c.workspace_id == workspace)
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.group_by(amendments.c.state))
            return {row.state: row.copies for row in rows}


async def plan_amendments(
    database: Database, connection: AsyncConnection, brief_id: int, workspace: WorkspaceId | None, *, now: datetime
) -> int:
    """Has every copy that told a brief edited, in one workspace or in all; how many that are."""
    planned = 0
    for name, copies in (("delivery_id", _copies(brief_id, workspace)), ("share_id", _shares(brief_id, workspace))):
        insert = database.insert(amendments)
        from_rows = insert.from_select(["workspace_id", name, "next_try_at", "created_at"], _at(copies, now))
        again = from_rows.on_conflict_do_update(
            index_elements=[name],
            set_={
                "revision": amendments.c.revision + 1,
                "state": case((amendments.c.state == SENDING, SENDING), else_=PENDING),
                "attempts": 0,
                "next_try_at": now,
                "created_at": now,
                "done_at": None,
                "error": "",
            },
        )
        planned += int((await connection.execute(again)).rowcount)
    return planned


def _at(copies: Select[Any], now: datetime) -> Select[Any]:
    at = literal(now, amendments.c.created_at.type)
    return copies.add_columns(at.label("next_try_at"), at.label("created_at"))


def _copies(brief_id: int, workspace: WorkspaceId | None) -> Select[Any]:
    """The messages of editions that told a brief's story, also those that are still to be sent."""
    # By story: what was told of a story that was merged into this one counts as told of this one.
    story = select(briefs.c.story_id).where(briefs.c.id == brief_id).scalar_subquery()
    told = select(edition_items.c.edition_id).where(edition_items.c.story_id == story)
    found = select(deliveries.c.workspace_id, deliveries.c.id).where(
        deliveries.c.edition_id.in_(told), deliveries.c.state != DeliveryState.FAILED
    )
    return found if workspace is None else found.where(deliveries.c.workspace_id == workspace)


def _shares(brief_id: int, workspace: WorkspaceId | None) -> Select[Any]:
    found = select(shared_answers.c.workspace_id, shared_answers.c.id).where(
        shared_answers.c.id.in_(select(shared_items.c.share_id).where(shared_items.c.brief_id == brief_id))
    )
    return found if workspace is None else found.where(shared_answers.c.workspace_id == workspace)


def _missed(correction: Any) -> Select[Any]:
    """Messages of editions that were recorded after a correction and tell its brief as it was before."""
    story = select(briefs.c.story_id).where(briefs.c.id == correction.brief_id).scalar_subquery()
    # From what the brief stands in to the messages, of which there are too many to begin with.
    told = select(edition_items.c.edition_id).join(editions, editions.c.id == edition_items.c.edition_id)
    told = told.where(edition_items.c.story_id == story, edition_items.c.brief_version < correction.version)
    told = told.where(_is_just_after(editions.c.created_at, correction))
    found = select(deliveries.c.workspace_id, deliveries.c.id).where(deliveries.c.edition_id.in_(told))
    return found.where(_is_its(deliveries.c.workspace_id, correction))


def _missed_share(correction: Any) -> Select[Any]:
    stands = shared_items.c.brief_id == correction.brief_id
    told = select(shared_items.c.share_id).where(stands, shared_items.c.brief_version < correction.version)
    found = select(shared_answers.c.workspace_id, shared_answers.c.id).where(shared_answers.c.id.in_(told))
    found = found.where(_is_just_after(shared_answers.c.created_at, correction))
    return found.where(_is_its(shared_answers.c.workspace_id, correction))


def _is_just_after(at: ColumnElement[datetime], correction: Any) -> ColumnElement[bool]:
    return at.between(correction.at, correction.at + _RACE)


def _is_its(workspace_id: ColumnElement[str], correction: Any) -> ColumnElement[bool]:
    """The operator's hold for all."""
    return true() if correction.workspace_id == LOCAL_WORKSPACE else workspace_id == correction.workspace_id


def _due(now: datetime, platforms: tuple[str, ...], limit: int) -> Select[Any]:
    lease = amendments.c.lease_until
    stands = or_(
        amendments.c.delivery_id.is_(None),
        exists().where(deliveries.c.id == amendments.c.delivery_id, deliveries.c.state == DeliveryState.SENT),
    )
    return (
        select(amendments.c.id)
        .where(amendment_is_open, amendments.c.next_try_at <= now, or_(lease.is_(None), lease <= now), stands)
        .where(is_of(amendments.c.workspace_id, platforms))
        .order_by(amendments.c.next_try_at, amendments.c.id)
        .limit(limit)
    )


def _whole(ids: Sequence[int]) -> Select[Any]:
    of_copy = (deliveries.c[name] for name in ("channel", "message_ref", "title", "caveat", "page"))
    told = [func.coalesce(column, shared_answers.c[column.key]).label(column.key) for column in of_copy]
    return (
        select(
            amendments,
            *told,
            deliveries.c.edition_id,
            func.coalesce(deliveries.c.part, 1).label("part"),
            func.coalesce(digests.c.zone, "").label("zone"),
            func.coalesce(editions.c.created_at, shared_answers.c.created_at, amendments.c.created_at).label("told_at"),
        )
        .outerjoin(deliveries, deliveries.c.id == amendments.c.delivery_id)
        .outerjoin(editions, editions.c.id == deliveries.c.edition_id)
        .outerjoin(digests, digests.c.id == editions.c.digest_id)
        .outerjoin(shared_answers, shared_answers.c.id == amendments.c.share_id)
        .where(amendments.c.id.in_(ids))
        .order_by(amendments.c.id)
    )


def _told(one: Amendment) -> Select[Any]:
    if one.share_id is not None:
        table: Any = shared_items
        is_of_it, place, topic = table.c.share_id == one.share_id, table.c.position, literal("")
        now_at: ColumnElement[bool] = briefs.c.id == table.c.brief_id
    else:
        table = edition_items
        is_of_it, place, topic = table.c.edition_id == one.edition_id, table.c.position, table.c.topic
        now_at = briefs.c.story_id == table.c.story_id
    version = and_(brief_versions.c.brief_id == table.c.brief_id, brief_versions.c.version == table.c.brief_version)
    return (
        select(
            table.c.brief_id.label("told_id"),
            table.c.brief_version.label("version"),
            func.coalesce(brief_versions.c.body["headline"].as_string(), "").label("headline"),
            topic.label("topic"),
            briefs.c.id.label("brief_id"),
        )
        .join(briefs, now_at)
        .outerjoin(brief_versions, version)
        .where(is_of_it)
        .order_by(place)
    )
