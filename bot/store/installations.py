"""Rows of installations: sealed tokens of workspaces that installed the app themselves, and installations under way.

What is sealed is opened by `bot.vault` only; nothing here reads it, and no column beside it is secret.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from bot.models import WorkspaceId
from bot.store.database import Database
from bot.store.rows import value
from bot.store.schema import installations, oauth_states
from bot.vault import Vault

STATE_LIFE: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptInstallation:
    """What a workspace gave us when it installed the app; `sealed` is for `bot.vault` to open."""

    workspace_id: WorkspaceId
    """Of an organization as a whole, its own id."""
    sealed: str = field(repr=False)
    created_at: datetime
    updated_at: datetime


class Installations:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def save(self, workspace: WorkspaceId, sealed: str, *, now: datetime) -> None:
        """Keeps it, in the place of an earlier one."""
        row = {"platform": workspace.partition(":")[0], "sealed": sealed, "updated_at": now}
        insert = self._db.insert(installations).values(workspace_id=workspace, created_at=now, **row)
        async with self._db.writing() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["workspace_id"], set_=row))

    async def replace(self, workspace: WorkspaceId, old: str, new: str, *, now: datetime) -> bool:
        """Puts `new` in the place of `old`; False, and nothing is changed, when something else is there by now."""
        known = (installations.c.workspace_id == workspace, installations.c.sealed == old)
        async with self._db.writing() as connection:
            done = await connection.execute(update(installations).where(*known).values(sealed=new, updated_at=now))
        return bool(done.rowcount)

    async def get(self, workspace: WorkspaceId) -> KeptInstallation | None:
        async with self._db.glancing() as connection:
            query = select(installations).where(installations.c.workspace_id == workspace)
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else value(KeptInstallation, row)

    async def list(self, platform: str) -> list[KeptInstallation]:
        """All of a platform, by workspace."""
        query = select(installations).where(installations.c.platform == platform)
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.order_by(installations.c.workspace_id))
            return [value(KeptInstallation, row) for row in rows]

    async def delete(self, workspace: WorkspaceId, sealed: str | None = None) -> bool:
        """Forgets its tokens, and nothing else of the workspace; False when there were none, or not those `sealed`."""
        query = delete(installations).where(installations.c.workspace_id == workspace)
        if sealed is not None:
            query = query.where(installations.c.sealed == sealed)
        async with self._db.writing() as connection:
            return bool((await connection.execute(query)).rowcount)

    async def renew(self, vault: Vault, *, now: datetime) -> int:
        """Seals under the vault's first key whatever another one sealed; says how many that were."""
        query = select(installations.c.workspace_id, installations.c.sealed)
        async with self._db.glancing() as connection:
            found = [row for row in await connection.execute(query) if not vault.is_current(row.sealed)]
        # One by one: what another process replaced meanwhile, it sealed itself.
        done = [await self.replace(row.workspace_id, row.sealed, vault.renew(row.sealed), now=now) for row in found]
        return sum(done)

    async def issue_state(self, *, now: datetime) -> str:
        """Something that nobody can guess, good for one `consume_state` within ten minutes."""
        state = secrets.token_urlsafe(32)
        async with self._db.writing() as connection:
            # Anybody may begin an installation, so what came to nothing is cleared away here.
            await connection.execute(delete(oauth_states).where(oauth_states.c.expires_at <= now))
            await connection.execute(oauth_states.insert().values(hash=_hash(state), expires_at=now + STATE_LIFE))
        return state

    async def consume_state(self, state: str, *, now: datetime) -> bool:
        """Whether it was issued in the last ten minutes; True once only."""
        known = (oauth_states.c.hash == _hash(state), oauth_states.c.expires_at > now)
        async with self._db.writing() as connection:
            return bool((await connection.execute(delete(oauth_states).where(*known))).rowcount)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
