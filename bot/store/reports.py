"""Rows of reports: what readers say is wrong with a brief, for the managers of their workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Brief, Value, VersionKind, WorkspaceId
from bot.store.database import Database
from bot.store.notices import Notice, plan_notice
from bot.store.rows import value
from bot.store.schema import reports

HOUR: Final = timedelta(hours=1)
OPEN: Final = "open"
DISMISSED: Final = "dismissed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report(Value):
    """One reader's word; who it was is not kept."""

    id: int
    brief_id: int
    brief_version: int
    reason: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A brief with open reports: how many, and the newest of them."""

    brief_id: int
    count: int
    last_at: datetime


class Reports:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(
        self, workspace: WorkspaceId, brief: Brief, reason: str, *, reporter: str, most: int, now: datetime
    ) -> bool:
        """Notes a report, and that managers be told, once for a brief and day; False when this reader gave `most`
        within an hour. The same reader's second word on a version takes the place of the first.
        """
        of_reader = (reports.c.workspace_id == workspace, reports.c.reporter == reporter)
        recent = select(func.count()).where(*of_reader, reports.c.created_at > now - HOUR)
        same = (*of_reader, reports.c.brief_id == brief.id, reports.c.brief_version == brief.version)
        again = update(reports).where(*same, reports.c.state == OPEN)
        async with self._db.writing() as connection:
            words = {"reason": reason} if reason else {"reporter": reporter}
            if (await connection.execute(again.values(words))).rowcount:
                return True
            if (await connection.execute(recent)).scalar_one() >= most:
                return False
            row = {"workspace_id": workspace, "brief_id": brief.id, "brief_version": brief.version}
            await connection.execute(reports.insert().values(reason=reason, reporter=reporter, created_at=now, **row))
            notice = Notice(
                workspace_id=workspace,
                kind="report",
                brief_id=brief.id,
                key=f"report:{brief.id}:{now.date()}",
                facts={"reason": reason},
            )
            await plan_notice(self._db, connection, notice, now=now)
        return True

    async def open_briefs(self, workspace: WorkspaceId, *, limit: int) -> list[Reported]:
        """Briefs with open reports, the last reported first."""
        newest = func.max(reports.c.created_at)
        query = (
            select(reports.c.brief_id, func.count(), newest)
            .where(reports.c.workspace_id == workspace, reports.c.state == OPEN)
            .group_by(reports.c.brief_id)
            .order_by(newest.desc())
            .limit(limit)
        )
        async with self._db.glancing() as connection:
            rows = await connection.execute(query)
            return [Reported(brief_id=id_, count=count, last_at=at) for id_, count, at in rows]

    async def open_of(self, workspace: WorkspaceId, brief_id: int) -> list[Report]:
        """The open reports about a brief, the newest first."""
        query = select(reports).where(
            reports.c.workspace_id == workspace, reports.c.brief_id == brief_id, reports.c.state == OPEN
        )
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.order_by(reports.c.created_at.desc(), reports.c.id.desc()))
            return [value(Report, row) for row in rows]

    async def dismiss(self, workspace: WorkspaceId, brief_id: int, *, now: datetime) -> int:
        """Closes the open reports about a brief without a change; how many there were."""
        async with self._db.writing() as connection:
            return await close_reports(connection, brief_id, workspace, state=DISMISSED, now=now)


async def close_reports(
    connection: AsyncConnection,
    brief_id: int,
    workspace: WorkspaceId | None,
    *,
    state: str | VersionKind,
    now: datetime,
) -> int:
    """Ends the open reports about a brief, of one workspace or of all; how many there were."""
    change: Any = update(reports).where(reports.c.brief_id == brief_id, reports.c.state == OPEN)
    if workspace is not None:
        change = change.where(reports.c.workspace_id == workspace)
    return int((await connection.execute(change.values(state=str(state), closed_at=now))).rowcount)
