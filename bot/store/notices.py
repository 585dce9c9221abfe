"""Rows of notices: what managers of a workspace are to be told, once for each key, by whoever runs their platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import WorkspaceId
from bot.store.claiming import claim
from bot.store.database import Database
from bot.store.platforms import is_of
from bot.store.rows import value
from bot.store.schema import EPOCH, notices, sources, workspace_sources, workspaces

KEPT: Final = timedelta(days=2)
"""What could not be told within this is old news."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something that managers are to be told; `facts` are the words that belong to its kind."""

    workspace_id: WorkspaceId
    kind: str
    brief_id: int | None
    key: str
    facts: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DueNotice(Notice):
    """A notice of which it is time."""

    id: int
    attempts: int


class Notices:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def claim(self, now: datetime, *, limit: int, lease_s: float, platforms: Sequence[str]) -> list[DueNotice]:
        """What is to be told now on these platforms; each is put off by the lease, lest two tell it."""
        is_due = (notices.c.next_try_at <= now, notices.c.created_at > now - KEPT)
        due = select(notices.c.id).where(*is_due, is_of(notices.c.workspace_id, tuple(platforms)))
        due = due.order_by(notices.c.next_try_at, notices.c.id).limit(limit)
        async with self._db.writing() as connection:
            until = now + timedelta(seconds=lease_s)
            if not (ids := await claim(connection, notices, due, next_try_at=until, attempts=notices.c.attempts + 1)):
                return []
            rows = await connection.execute(select(notices).where(notices.c.id.in_(ids)).order_by(notices.c.id))
            return [value(DueNotice, row) for row in rows]

    async def plan_failing(self, platforms: Sequence[str], now: datetime) -> None:
        """Has workspaces of these platforms told of sources that fail for long or were switched off for it.

        One notice for all of a workspace, and each source once for either step; `facts` hold their ids.
        """
        own = workspace_sources.c
        step = func.coalesce(sources.c.switched_off_at, sources.c.warned_at)
        query = (
            select(own.workspace_id, own.source_id)
            .join(sources, sources.c.id == own.source_id)
            .join(workspaces, workspaces.c.id == own.workspace_id)
            .where(
                step.is_not(None),
                or_(own.told_at.is_(None), own.told_at < step),
                is_of(own.workspace_id, platforms),
                workspaces.c.left_at.is_(None),
            )
            .order_by(own.workspace_id, sources.c.failing_since, sources.c.id)
        )
        async with self._db.writing() as connection:
            rows = (await connection.execute(query.with_for_update(skip_locked=True, of=workspace_sources))).all()
            for workspace, failing in groupby(rows, key=lambda row: row.workspace_id):
                ids = [row.source_id for row in failing]
                told = update(workspace_sources).where(own.workspace_id == workspace, own.source_id.in_(ids))
                await connection.execute(told.values(told_at=now))
                notice = Notice(
                    workspace_id=workspace,
                    kind="failing",
                    brief_id=None,
                    key=f"failing:{ids[0]}:{(now - EPOCH).total_seconds()}",
                    facts={"sources": " ".join(map(str, ids))},
                )
                await plan_notice(self._db, connection, notice, now=now)

    async def settle(self, notice_id: int, *, next_try_at: datetime | None) -> None:
        """It was told (None), or is tried again then."""
        async with self._db.writing() as connection:
            change = update(notices).where(notices.c.id == notice_id)
            await connection.execute(change.values(next_try_at=next_try_at))


async def plan_notice(database: Database, connection: AsyncConnection, notice: Notice, *, now: datetime) -> None:
    """Has managers told, unless they were told under this key."""
    insert = database.insert(notices).values(next_try_at=now, created_at=now, **asdict(notice))
    await connection.execute(insert.on_conflict_do_nothing(index_elements=["workspace_id", "key"]))
