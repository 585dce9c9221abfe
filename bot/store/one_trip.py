"""SQLite connections whose short reads run where they are asked for, and all else in one trip to a thread.

aiosqlite makes four trips to its thread for a statement (open a cursor, execute, fetch, close it), and each waits for
two threads to change places: of a command's answer that was the larger part, and on a busy machine nearly all of it. So
a statement is executed, fetched and closed in one go. A SELECT is tried on the event loop itself, which takes tens of
microseconds where a trip takes hundreds; one that takes longer than it may is broken off and runs in the thread.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

import aiosqlite

SHORT_S: Final = 0.002
"""So long a statement may hold up the event loop, and so long may all of one turn of it."""
_STEPS: Final = 1000
"""Steps of SQLite's machine after which the time is looked at: some 20 µs."""
_REMEMBERED: Final = 20
"""So many times a statement that was too long goes straight to the thread."""
_NOT_NOW: Final = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Connector:
    """Opens connections to one database file, and shares out the event loop's time among them."""

    def __init__(self, path: str, *, timeout_s: float, pragmas: Sequence[str]) -> None:
        self._path, self._timeout_s, self._pragmas = path, timeout_s, pragmas
        self._turn_ends = 0.0
        self._long: dict[str, int] = {}

    async def __call__(self) -> aiosqlite.Connection:
        """An open connection; the driver's connection for SQLAlchemy's `async_creator`."""
        connection = _Connection(self._open, 64)
        connection.connector = self
        # As SQLAlchemy does it for connections that it makes: a forgotten one does not keep the process alive.
        connection._thread.daemon = True
        try:
            return await connection
        except sqlite3.Error:
            # Its thread tells the event loop that it ends, and must find it there.
            await asyncio.to_thread(connection._thread.join, 1.0)
            raise

    def _open(self) -> sqlite3.Connection:
        # We begin transactions ourselves; the driver's own way defers them.
        opened = sqlite3.connect(self._path, timeout=self._timeout_s, isolation_level=None, check_same_thread=False)
        for pragma in self._pragmas:
            opened.execute(pragma).close()
        return opened

    def set_patient(self, connection: sqlite3.Connection, watch: Callable[[], bool] | None) -> None:
        """Whether a statement may wait for locks and run on (without `watch`), or may not."""
        # Not for the thread: looking at the time there would wait for the event loop each time.
        connection.set_progress_handler(None, 0)
        connection.execute(f"PRAGMA busy_timeout={0 if watch else int(self._timeout_s * 1000)}").close()
        if watch:
            connection.set_progress_handler(watch, _STEPS)

    def is_long(self, operation: str) -> bool:
        """Whether a statement was too long lately; one that asks the index of words cannot be broken off, so it is."""
        left = self._long.get(operation, 0)
        if left:
            self._long[operation] = left - 1
        return left > 0 or " MATCH " in operation

    def was_long(self, operation: str) -> None:
        """Notes a statement that was broken off."""
        if len(self._long) > 500:
            self._long.clear()
        self._long[operation] = _REMEMBERED

    async def turn(self) -> None:
        """Lets others have the event loop when statements have had it for long enough."""
        now = time.perf_counter()
        if not self._turn_ends:
            self._begin_turn(now)
        elif now > self._turn_ends:
            await asyncio.sleep(0)
            self._begin_turn(time.perf_counter())

    def _begin_turn(self, now: float) -> None:
        self._turn_ends = now + SHORT_S
        asyncio.get_running_loop().call_soon(self._end_turn)

    def _end_turn(self) -> None:
        self._turn_ends = 0.0


class _Connection(aiosqlite.Connection):
    """aiosqlite's connection with cursors of one trip, or none."""

    connector: Connector

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._asked = self._done = 0
        self._is_patient = True
        self._only_reads = False
        self._until = math.inf

    def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self)

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self._asked += 1
        work = partial(fn, *args, **kwargs)
        return await super()._execute(partial(self._in_thread, work))  # type: ignore[no-untyped-call]

    def _in_thread(self, work: Callable[[], Any]) -> Any:
        try:
            if not self._is_patient:
                self.connector.set_patient(self._conn, None)
                self._is_patient = True
            return work()
        finally:
            self._done += 1

    async def run(self, operation: str, work: Callable[[], None]) -> None:
        """Runs a statement, here when it is a short read."""
        begins, reads = operation == "BEGIN", operation.startswith("SELECT")
        if operation.startswith("BEGIN") and self._conn.in_transaction:
            # Whoever had the connection before was broken off as nobody should be; it must not be lost to all others.
            await super().rollback()
        self._only_reads = begins or (reads and self._only_reads)
        is_free = self._asked == self._done
        if is_free and (begins or (reads and not self.connector.is_long(operation))):
            await self.connector.turn()
            if self._ran_here(operation, work):
                return
        await self._execute(work)

    def _ran_here(self, operation: str, work: Callable[[], None]) -> bool:
        if self._is_patient:
            self.connector.set_patient(self._conn, self._is_over)
            self._is_patient = False
        self._until = time.perf_counter() + SHORT_S
        try:
            work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _NOT_NOW:
                raise
            self.connector.was_long(operation)
            return False
        finally:
            self._until = math.inf
        return True

    def _is_over(self) -> bool:
        return time.perf_counter() > self._until

    async def rollback(self) -> None:
        # SQLAlchemy ends every block with one, also where nothing was begun.
        if not self._conn.in_transaction:
            return
        if self._only_reads and self._asked == self._done:
            self._conn.rollback()
        else:
            await super().rollback()


class _Cursor:
    """What SQLAlchemy's adapter asks of a cursor; everything is fetched when it is executed."""

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> _Cursor:
        await self._connection.run(operation, partial(self._run, operation, parameters))
        return self

    async def executemany(self, operation: str, parameters: Iterable[Any]) -> _Cursor:
        await self._connection.run(operation, partial(self._run_many, operation, parameters))
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
