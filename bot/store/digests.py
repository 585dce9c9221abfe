"""Rows of digests: the schedules, and which are due."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, String, delete, exists, func, literal_column, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.models import (
    ChannelRef,
    Covers,
    Digest,
    Place,
    Quiet,
    Style,
    TimeOfDay,
    WorkspaceId,
    parse_public_id,
    public_id,
)
from bot.saying import marked, say
from bot.store.claiming import claim
from bot.store.database import Database
from bot.store.deliveries import skip_waiting
from bot.store.platforms import is_of
from bot.store.rows import name_key, not_found, value
from bot.store.schema import digest_is_on, digests, workspaces
from bot.store.troubles import end_trouble, set_trouble

_PAUSED: Final = marked("the digest was paused")


class Digests:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, digest: Digest) -> Digest:
        """Stores a new digest, whose id is given here; Conflict when the workspace has one of that name."""
        try:
            async with self._db.writing() as connection:
                return await insert_digest(connection, digest)
        except IntegrityError:
            raise _taken(digest.name) from None

    async def get(self, workspace: WorkspaceId, digest_id: int) -> Digest:
        return await self.find(workspace, public_id("d", digest_id))

    async def find(self, workspace: WorkspaceId, text: str) -> Digest:
        """By id (`d2`, `2`) or name; NotFound offers the nearest names."""
        found = await self.list(workspace)
        number = parse_public_id("d", text)
        key = name_key(text)
        # The id first: buttons and forms name it, whatever somebody calls another one.
        for digest in found:
            if digest.id == number:
                return digest
        for digest in found:
            if name_key(digest.name) == key:
                return digest
        raise not_found("digest", text, {public_id("d", digest.id): digest.name for digest in found})

    async def list(self, workspace: WorkspaceId) -> builtins.list[Digest]:
        """All digests of a workspace, by name."""
        async with self._db.glancing() as connection:
            query = select(digests).where(digests.c.workspace_id == workspace).order_by(digests.c.name_key)
            return [digest_of(row) for row in await connection.execute(query)]

    async def save(self, digest: Digest, *, is_pause: bool = False) -> int:
        """Writes everything of a known digest; Conflict when another has its name.

        When it is paused by this (`is_pause`), editions that wait are skipped with that reason; how many.
        """
        query = update(digests).where(digests.c.id == digest.id, digests.c.workspace_id == digest.workspace_id)
        try:
            async with self._db.writing() as connection:
                known = (await connection.execute(query.values(**_columns(digest), lease_until=None))).rowcount
                if not (is_pause and known):
                    return 0
                return await skip_waiting(connection, digest.id, before=digest.paused_until, why=_PAUSED)
        except IntegrityError:
            raise _taken(digest.name) from None

    async def skip_paused(self, digest_id: int) -> int:
        """Skips what waits again of a digest that was paused while that was on its way; how many editions."""
        query = select(digests.c.is_paused, digests.c.paused_until).where(digests.c.id == digest_id)
        async with self._db.writing() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None or not (row.is_paused or row.paused_until):
                return 0
            before = None if row.is_paused else row.paused_until
            return await skip_waiting(connection, digest_id, before=before, why=_PAUSED)

    async def remove(self, workspace: WorkspaceId, digest_id: int) -> None:
        """Removes it with its editions; NotFound when it is not this workspace's."""
        query = delete(digests).where(digests.c.id == digest_id, digests.c.workspace_id == workspace)
        async with self._db.writing() as connection:
            gone = (await connection.execute(query)).rowcount
        if not gone:
            raise not_found("digest", public_id("d", digest_id), {})

    async def claim_due(
        self, now: datetime, *, limit: int, lease_s: float, platforms: Sequence[str]
    ) -> builtins.list[Digest]:
        """Digests of these platforms that are due, the longest due first.

        Nobody else gets them until they are planned or the lease ends.
        """
        due = (
            select(digests.c.id)
            .where(
                digest_is_on,
                digests.c.next_due_at <= now,
                or_(digests.c.lease_until.is_(None), digests.c.lease_until <= now),
                is_of(digests.c.workspace_id, platforms),
                ~_is_left(),
            )
            .order_by(digests.c.next_due_at)
            .limit(limit)
        )
        async with self._db.writing() as connection:
            if not (ids := await claim(connection, digests, due, lease_until=now + timedelta(seconds=lease_s))):
                return []
            rows = await connection.execute(select(digests).where(digests.c.id.in_(ids)))
            found = {row.id: digest_of(row) for row in rows}
        return [found[id_] for id_ in ids]

    async def unserved(self, before: datetime, *, platforms: Sequence[str]) -> dict[str, int]:
        """How many digests of each other platform were due before then and still are: whose bot does not run."""
        # An expression, or SQLite would read all digests in the order of their workspaces.
        workspace = literal_column("digests.workspace_id || ''", String())
        query = (
            select(workspace, func.count())
            .where(
                digest_is_on,
                digests.c.next_due_at < before,
                ~is_of(digests.c.workspace_id, platforms),
                ~_is_left(),
            )
            .group_by(workspace)
        )
        found: dict[str, int] = {}
        async with self._db.glancing() as connection:
            for name, count in await connection.execute(query):
                platform = name.partition(":")[0]
                found[platform] = found.get(platform, 0) + count
        return found

    async def set_trouble(self, digest_id: int, channel: ChannelRef, reason: str, now: datetime) -> bool:
        """Notes why its channel cannot be posted to; True when there was none before, so that it is told."""
        return await set_trouble(self._db, digests, digest_id, channel, reason, now)

    async def end_trouble(self, digest_id: int) -> None:
        """Its channel can be posted to again."""
        await end_trouble(self._db, digests, digest_id)

    async def next_due_at(self) -> datetime | None:
        """When the next digest of all is due."""
        query = select(func.min(digests.c.next_due_at)).where(digest_is_on)
        async with self._db.glancing() as connection:
            soonest: datetime | None = (await connection.execute(query)).scalar()
        return soonest


async def insert_digest(connection: AsyncConnection, digest: Digest) -> Digest:
    """Stores a new digest, whose id is given here."""
    insert = digests.insert().values(_columns(digest)).returning(digests)
    return digest_of((await connection.execute(insert)).one())


def is_same(one: Digest, other: Digest) -> bool:
    """Whether both are set up alike and due alike; whether their channel can be posted to is nobody's wish."""
    return one == other or one == replace(other, trouble=one.trouble, trouble_since=one.trouble_since)


def _is_left() -> ColumnElement[bool]:
    """Of a workspace in which the bot is not any more."""
    return exists().where(workspaces.c.id == digests.c.workspace_id, workspaces.c.left_at.is_not(None))


def _columns(digest: Digest) -> dict[str, Any]:
    columns = {field.name: getattr(digest, field.name) for field in fields(digest) if field.name != "id"}
    columns |= {
        "at": digest.at.strftime("%H:%M"),
        "also_at": [[one.slot, one.at.strftime("%H:%M")] for one in digest.also_at],
        "days": list(digest.days),
        "topic_ids": list(digest.topic_ids),
        "caps": [list(cap) for cap in digest.caps],
    }
    return columns | {"name_key": name_key(digest.name)}


def digest_of(row: Any) -> Digest:
    return value(
        Digest,
        row,
        at=_time(row.at),
        also_at=tuple(TimeOfDay(slot=slot, at=_time(at)) for slot, at in row.also_at),
        days=tuple(row.days),
        topic_ids=tuple(row.topic_ids),
        caps=tuple((topic, most) for topic, most in row.caps),
        style=Style(row.style),
        covers=Covers(row.covers),
        quiet=Quiet(row.quiet),
        place=Place(row.place),
    )


@lru_cache(maxsize=2000)
def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _taken(name: str) -> Conflict:
    return Conflict(
        say("there is a digest named '{name}' already", name=name),
        allowed=say("a name of its own, or edit that digest"),
        example="/brief-admin digest list",
    )
