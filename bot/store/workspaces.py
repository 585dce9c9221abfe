"""Rows of workspaces: the tenants and their settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from bot.errors import NotFound
from bot.models import Workspace, WorkspaceId
from bot.store.database import Database, among
from bot.store.platforms import is_of
from bot.store.rows import value
from bot.store.schema import workspaces
from bot.text.clean import harmless

_ONE: Final = select(workspaces).where(workspaces.c.id == bindparam("workspace"))


class Workspaces:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def ensure(self, id: WorkspaceId, *, name: str = "", now: datetime) -> Workspace:  # noqa: A002
        """The workspace of this id, made when it is new."""
        async with self._db.writing() as connection:
            insert = self._db.insert(workspaces).values(id=id, name=harmless(name), created_at=now)
            await connection.execute(insert.on_conflict_do_nothing())
            row = (await connection.execute(_ONE, {"workspace": id})).one()
        return _workspace(row)

    async def get(self, id: WorkspaceId) -> Workspace:  # noqa: A002
        rows = await self._db.rows(_ONE, {"workspace": id})
        if not rows:
            raise NotFound(f"no workspace {id!r}", allowed="a workspace that has used the bot", example="console:local")
        return _workspace(rows[0])

    async def each(self, ids: Collection[WorkspaceId]) -> dict[WorkspaceId, Workspace]:
        """Those of these that there are."""
        query = select(workspaces).where(among(workspaces.c.id, is_sqlite=self._db.is_sqlite))
        found = map(_workspace, await self._db.rows(query, self._db.many([*ids])))
        return {workspace.id: workspace for workspace in found}

    async def present(self, id: WorkspaceId, *, name: str, now: datetime) -> bool:  # noqa: A002
        """Notes that the bot is there, under this name; True when it had left."""
        name = harmless(name)
        await self.ensure(id, name=name, now=now)
        known = workspaces.c.id == id
        async with self._db.writing() as connection:
            await connection.execute(update(workspaces).where(known, workspaces.c.name != name).values(name=name))
            back = update(workspaces).where(known, workspaces.c.left_at.is_not(None))
            return bool((await connection.execute(back.values(left_at=None))).rowcount)

    async def absent(self, id: WorkspaceId, *, now: datetime) -> None:  # noqa: A002
        """Notes that the bot is not there any more; everything is kept for the retention time."""
        query = update(workspaces).where(workspaces.c.id == id, workspaces.c.left_at.is_(None))
        async with self._db.writing() as connection:
            await connection.execute(query.values(left_at=now, greeted_at=None))

    async def greet(self, id: WorkspaceId, *, now: datetime) -> bool:  # noqa: A002
        """Notes that the people there are greeted; True for one caller, and again only after the bot left it."""
        new = workspaces.c.id == id, workspaces.c.greeted_at.is_(None)
        async with self._db.writing() as connection:
            return bool((await connection.execute(update(workspaces).where(*new).values(greeted_at=now))).rowcount)

    async def here(self, platform: str) -> dict[WorkspaceId, str]:
        """The names of a platform's workspaces in which the bot is."""
        query = select(workspaces.c.id, workspaces.c.name).where(
            is_of(workspaces.c.id, [platform]), workspaces.c.left_at.is_(None)
        )
        async with self._db.glancing() as connection:
            return {WorkspaceId(id_): name for id_, name in await connection.execute(query)}

    async def save(self, workspace: Workspace) -> None:
        """Writes all settings of a known workspace."""
        columns = asdict(workspace) | {"muted": list(workspace.muted)}
        async with self._db.writing() as connection:
            await connection.execute(update(workspaces).where(workspaces.c.id == workspace.id).values(**columns))


def _workspace(row: Any) -> Workspace:
    return value(Workspace, row, muted=tuple(row.muted))
