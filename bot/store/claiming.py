"""Work that is due, taken from its table so that no other process takes the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, update
from sqlalchemy.ext.asyncio import AsyncConnection


async def claim(connection: AsyncConnection, table: Table, due: Select[Any], /, **marks: Any) -> list[int]:
    """The ids that a query of this table finds, in its order, each marked: put off, or leased to somebody.

    In a transaction that writes. On PostgreSQL what another one is just claiming is passed over; SQLite has one writer.
    The marks must take the rows out of `due` until the lease ends.
    """
    ids = list((await connection.execute(due.with_for_update(skip_locked=True, of=table))).scalars())
    if ids:
        await connection.execute(update(table).where(table.c.id.in_(ids)).values(marks))
    return ids
