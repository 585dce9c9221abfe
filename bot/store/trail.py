"""Rows of the audit trail: which manager changed what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select

from bot.models import Audited, Change, WorkspaceId
from bot.store.database import Database
from bot.store.rows import value
from bot.store.schema import audit


class Trail:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, workspace: WorkspaceId, entry: Audited) -> None:
        """Notes what a manager changed."""
        row = asdict(entry) | {"workspace_id": workspace, "changes": [asdict(change) for change in entry.changes]}
        async with self._db.writing() as connection:
            await connection.execute(audit.insert().values(row))

    async def page(
        self, workspace: WorkspaceId, *, limit: int, offset: int = 0, since: datetime | None = None
    ) -> tuple[Sequence[Audited], int]:
        """The newest entries first, and how many there are in all."""
        is_meant = [audit.c.workspace_id == workspace, *([audit.c.at >= since] if since else [])]
        query = select(audit).where(*is_meant).order_by(audit.c.at.desc(), audit.c.id.desc())
        async with self._db.reading() as connection:
            count = (await connection.execute(select(func.count()).select_from(audit).where(*is_meant))).scalar_one()
            rows = (await connection.execute(query.limit(limit).offset(offset))).all()
        return [value(Audited, row, changes=tuple(Change(**one) for one in row.changes)) for row in rows], count
