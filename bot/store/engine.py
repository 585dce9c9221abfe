"""Opens the database: what each of the two drivers is told, and how long a server may keep us waiting."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import ConfigError, StoreError
from bot.store.address import for_driver
from bot.store.one_trip import Connector
from bot.store.refusals import READ_ONLY, is_of_driver

BUSY_TIMEOUT_S: Final = 5.0
"""So long a writer waits for another process that writes to the same SQLite file."""
CONNECT_S: Final = 10.0
ANSWER_S: Final = 60.0
"""So long a PostgreSQL may work at one statement, waiting for locks included; most take milliseconds, and no heartbeat
is missed meanwhile. One that vanished without closing its connections would else be waited for for ever."""
PING_S: Final = 5.0
"""So long a connection that was not used may take to show that its server is there."""
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-4000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


def open_engine(url: URL, *, is_patient: bool) -> AsyncEngine:
    """The engine of a database; `is_patient` waits for each statement as long as it takes.

    Its errors tell no parameters, among which are tokens. Raises ConfigError and StoreError.
    """
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url, is_patient=is_patient)


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _postgres(url: URL, *, is_patient: bool) -> AsyncEngine:
    patience = {"timeout": CONNECT_S, "command_timeout": None if is_patient else ANSWER_S}
    try:
        engine = create_async_engine(
            for_driver(url), pool_size=10, max_overflow=10, connect_args=patience, hide_parameters=True
        )
    except ModuleNotFoundError:
        raise ConfigError(
            "BRIEFBOT_DATABASE_URL: PostgreSQL needs an extra; install it with: pip install 'briefbot[postgres]'"
        ) from None
    event.listen(engine.sync_engine, "connect", _note_new)
    event.listen(engine.sync_engine, "checkout", _require_answer)
    event.listen(engine.sync_engine, "handle_error", _give_up)
    event.listen(engine.sync_engine, "close", _leave)
    return engine


def _note_new(connection: Any, record: Any) -> None:
    record.info["is_new"] = True


def _require_answer(connection: Any, record: Any, _: Any) -> None:
    """A connection from which no answer comes is not used, and with it all that are as old.

    SQLAlchemy's own way of asking waits as long as for any statement. One that may not write is not used either: it was
    made while its server was not the first one, and perhaps it still is so, or another one is.
    """
    if record.info.pop("is_new", False):
        return
    try:
        says = connection.run_async(lambda driver: driver.fetchval("SHOW transaction_read_only", timeout=PING_S))
    except Exception as error:
        if not is_of_driver(error):
            raise
        connection.driver_connection.terminate()
        raise InvalidatePoolError from error
    if says == "on":
        raise DisconnectionError


def _give_up(context: ExceptionContext) -> None:
    """Connections to a server that does not answer, or writes no more, are not used again: there may be another one."""
    error = context.original_exception
    if (cause := error.__cause__) and getattr(cause, "detail", None):
        # It tells the values of a whole row, which a traceback would show.
        cause.detail = None  # type: ignore[attr-defined]
    if isinstance(error, TimeoutError):
        # Without a goodbye, to which it would not answer either.
        if context.connection is not None and not context.connection.invalidated:
            context.connection.connection.driver_connection.terminate()  # type: ignore[union-attr]
        context.is_disconnect = True
    elif getattr(error, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _leave(connection: Any, _: Any) -> None:
    """Goes with a word of goodbye, and does not wait for an answer to it that may never come."""
    driver = connection.driver_connection
    # One that is cut short in its midst has to be told, or it would work on and hold its locks.
    if not driver.is_closed() and not driver.is_in_transaction():
        driver.terminate()


# ── SQLite ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sqlite(url: URL) -> AsyncEngine:
    _check_place(url)
    engine = create_async_engine(
        url,
        async_creator=Connector(str(url.database), timeout_s=BUSY_TIMEOUT_S, pragmas=_PRAGMAS),
        pool_size=8,
        max_overflow=16,
        # The one that was used last, whose pages are in memory: each may keep four megabytes of them.
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get("bb_begins", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("bb_writes") else "BEGIN")


def _check_place(url: URL) -> None:
    """StoreError when the file of a SQLite database cannot be made or written there."""
    if not url.database or url.database == ":memory:":
        raise ConfigError(
            "BRIEFBOT_DATABASE_URL: a SQLite database needs a file. Example: sqlite+aiosqlite:///briefbot.db"
        )
    path = Path(url.database)
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(f"The folder {folder} of the database does not exist. Make it, or set BRIEFBOT_DATABASE_URL.")
    try:
        # For its owner alone, as are the -wal and -shm that SQLite makes beside it.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be written ({error.strerror}). "
            "Give this user the right to write there, or set BRIEFBOT_DATABASE_URL to another file."
        ) from None
