"""What belongs to a workspace, found by walking the schema: to give it away whole, to compare it, to remove it.

A table is a workspace's when it has `workspace_id`, or when its rows cannot be without a row of such a table. So one
that is added later is exported, forgotten and, unless it is said to be history, audited without anybody's doing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import IdKind, WorkspaceId, public_id
from bot.store.database import Database
from bot.store.schema import Instant, briefs, follows, metadata, sources, workspace_sources, workspaces
from bot.text.urls import without_login

SECRET: Final = frozenset({"installations"})
"""Sealed tokens (law 9)."""
SECRET_COLUMNS: Final = frozenset({"feed_token"})
"""Whoever knows one reads the digest's feed: never handed over, and in the audit trail only as changed."""
HISTORY: Final = frozenset(
    [
        "editions",
        "deliveries",
        "audit",
        "brief_versions",
        "corrections",
        "reports",
        "shared_answers",
        "amendments",
        "notices",
    ]
)
"""Tables that tell what happened, not what is set: their changes are no changes of the configuration."""
_INTERNAL: Final = frozenset({"lease_until", "lease_owner"})
"""Columns that name our own processes."""
_DERIVED: Final = frozenset(("id", "workspace_id", "name_key", "trouble", "slot", "next_on", "next_slot"))
"""Columns that no manager sets; instants are none of theirs either."""
_IDS: Final[Mapping[str, IdKind]] = {"source_ids": "src", "excluded_source_ids": "src", "topic_ids": "t"}
"""Fields that hold ids, with what stands before such an id."""

Row = Mapping[str, Any]
Configuration = Mapping[str, Mapping[str, str]]
"""Things that are set, by what they are called (`topic “Korea” (t1)`), with their fields in words."""


@cache
def owned() -> Mapping[Table, ColumnElement[bool]]:
    """The tables of a workspace, parents first, each with the condition on its rows (parameter `owner`)."""
    found: dict[Table, ColumnElement[bool]] = {}
    for table in metadata.sorted_tables:
        # By the row that one is a part of where there is such: deliveries have no index of their workspace.
        parents = [(key.parent, key.column) for key in table.foreign_keys if not key.parent.nullable]
        part = [
            (child, parent) for child, parent in parents if parent.table in found and parent.table is not workspaces
        ]
        if table is workspaces:
            found[table] = table.c.id == bindparam("owner")
        elif part:
            [(child, parent), *_] = part
            found[table] = child.in_(select(parent).where(found[parent.table]))
        elif "workspace_id" in table.c:
            found[table] = table.c.workspace_id == bindparam("owner")
    return found


class Holdings:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def everything(self, workspace: WorkspaceId) -> dict[str, list[Row]]:
        """Every row of a workspace by table, as JSON knows values; no secret, nothing about our processes."""
        found: dict[str, list[Row]] = {}
        async with self._db.reading() as connection:
            for table, is_owned in owned().items():
                if table.name in SECRET:
                    continue
                columns = [column for column in table.c if column.name not in _INTERNAL | SECRET_COLUMNS]
                query = select(*columns).where(is_owned).order_by(*table.primary_key.columns)
                rows = await connection.execute(query, {"owner": workspace})
                found[table.name] = [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]
        return found

    async def counts(self, workspace: WorkspaceId) -> dict[str, int]:
        """How many rows of each table are the workspace's."""
        async with self._db.reading() as connection:
            return {
                table.name: (
                    await connection.execute(
                        select(func.count()).select_from(table).where(is_owned), {"owner": workspace}
                    )
                ).scalar_one()
                for table, is_owned in owned().items()
            }

    async def configuration(self, workspace: WorkspaceId) -> Configuration:
        """What is set in a workspace, in words that two instants can be compared by."""
        found: dict[str, Mapping[str, str]] = {}
        async with self._db.reading() as connection:
            for table, is_owned in owned().items():
                is_set = table is workspaces or "workspace_id" in table.c
                if table in (workspace_sources, follows) or not is_set or table.name in HISTORY | SECRET:
                    continue
                for row in await connection.execute(select(table).where(is_owned), {"owner": workspace}):
                    found[_called(table, row._asdict())] = _fields(table, row._asdict())
            for row in await self._followed(connection, workspace):
                found[f"source “{row.title or without_login(row.url)}” ({public_id('src', row.id)})"] = {
                    "followed": "yes"
                }
            for row in await connection.execute(_stories(), {"owner": workspace}):
                brief = public_id("b", row.brief_id) if row.brief_id else ""
                found[f"follow f{row.id}"] = {"brief": brief, "channel": row.channel}
        return found

    async def _followed(self, connection: AsyncConnection, workspace: WorkspaceId) -> Any:
        query = select(sources.c.id, sources.c.title, sources.c.url).join(workspace_sources)
        return await connection.execute(query.where(workspace_sources.c.workspace_id == workspace))


def _stories() -> Select[Any]:
    """The stories that channels follow; one that is followed no more is no setting any more."""
    columns = (follows.c.id, follows.c.channel, briefs.c.id.label("brief_id"))
    query = select(*columns).outerjoin(briefs, briefs.c.story_id == follows.c.story_id)
    return query.where(follows.c.workspace_id == bindparam("owner"), follows.c.ended_at.is_(None))


def _called(table: Table, row: Row) -> str:
    """What a row is called for people."""
    if table is workspaces:
        return "settings"
    refs = {"topics": "t", "digests": "d"}
    key = [str(row[column.name]) for column in table.primary_key.columns if column.name != "workspace_id"]
    # Not by its name, which may change: that is a change of a field.
    return f"{table.name.removesuffix('s')} {refs.get(table.name, '')}{' '.join(key)}".strip()


def _fields(table: Table, row: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in table.c:
        if column.name in _DERIVED | _INTERNAL or isinstance(column.type, Instant):
            continue
        value = row[column.name]
        if column.name in SECRET_COLUMNS and value:
            value = f"set ({sha256(value.encode()).hexdigest()[:6]})"
        parts = value.items() if isinstance(value, dict) else [(column.name, value)]
        found |= {name: _in_words(_with_refs(name, part)) for name, part in parts}
    return found


def _with_refs(name: str, value: Any) -> Any:
    """Ids as people know them: `t1`, and caps as they are typed: `t1=2`."""
    if name == "caps":
        return [f"{public_id('t', topic)}={most}" for topic, most in value]
    return [public_id(_IDS[name], id_) for id_ in value] if name in _IDS else value


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    return "" if value is None else str(_plain(value))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


_TOLD_AT: Final = {
    "editions": "created_at",
    "follows": "ended_at",
    "audit": "at",
    "reports": "created_at",
    "shared_answers": "created_at",
    "notices": "created_at",
}
AGED: Final = {name: column for name, column in _TOLD_AT.items() if name in metadata.tables}
"""Rows of a workspace that are removed when they are older than its retention, by the column that tells."""
