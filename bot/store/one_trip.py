"""SQLite connections that make one trip to their thread for each statement.

aiosqlite makes four (open a cursor, execute, fetch, close it), and each waits for two threads to change places: of a
command's answer that was the larger part. Here a statement is executed, fetched and closed in one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite


async def connect(path: str, *, timeout_s: float) -> aiosqlite.Connection:
    """An open connection to a database file; the driver's connection for SQLAlchemy's `async_creator`."""
    connection = _Connection(lambda: sqlite3.connect(path, timeout=timeout_s), 64)
    # As SQLAlchemy does it for connections that it makes: a forgotten one does not keep the process alive.
    connection._thread.daemon = True
    return await connection


class _Connection(aiosqlite.Connection):
    """aiosqlite's connection with cursors of one trip."""

    def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self)

    async def rollback(self) -> None:
        # SQLAlchemy ends every block with one, also where nothing was begun.
        if self._conn.in_transaction:
            await super().rollback()


class _Cursor:
    """What SQLAlchemy's adapter asks of a cursor; everything is fetched when it is executed."""

    arraysize = 1

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> _Cursor:
        await self._connection._execute(self._run, operation, parameters)  # type: ignore[no-untyped-call]
        return self

    async def executemany(self, operation: str, parameters: Iterable[Any]) -> _Cursor:
        await self._connection._execute(self._run_many, operation, parameters)  # type: ignore[no-untyped-call]
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        """It was closed when it was executed."""

    def _run(self, operation: str, parameters: Any) -> None:
        cursor = self._connection._conn.execute(operation, parameters)
        self._rows = cursor.fetchall() if cursor.description else ()
        self._keep(cursor)

    def _run_many(self, operation: str, parameters: Iterable[Any]) -> None:
        self._keep(self._connection._conn.executemany(operation, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()
