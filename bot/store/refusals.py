"""What the drivers' errors mean, in our words, so that a person reads what to do and not a stack of SQL."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.errors import StoreBusy, StoreError, StoreFull, StoreUnreachable

READ_ONLY: Final = "25006"
"""PostgreSQL's code for a server that may not be written to."""
# PostgreSQL has a code for each: https://www.postgresql.org/docs/current/errcodes-appendix.html
_NOT_ALLOWED: Final = "42501"
_MISSING: Final = ("42P01", "42703")
"""A table or a column."""
_DEFECTS: Final = ("22", "23", "42")
"""Beginnings of the codes of what we asked wrongly."""
_BUSY_CODES: Final = ("40001", "40P01", "55P03", "57014")
_FULL_CODES: Final = ("53100",)
_LOST_CODES: Final = ("08", "57P")
_CROWDED: Final = "53300"
_REFUSED: Final = ("28", "3D", _NOT_ALLOWED)
# What drivers say where there is no code.
_BUSY: Final = ("locked", "busy", "deadlock detected", "could not serialize")
_DAMAGED: Final = ("not a database", "malformed")
_FULL: Final = ("disk is full", "disk I/O error", "No space left on device", "File too large")
_UNREACHABLE: Final = ("connect", "terminat", "starting up", "shutting down", "recovery mode", "underlying transport")


class PlainErrors:
    """Turns the drivers' errors into ours within its block."""

    def __init__(self, url: URL) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and is_of_driver(error):
            is_sqlite = self._url.get_backend_name() == "sqlite"
            where = (self._url.database if is_sqlite else self._url.host) or "PostgreSQL"
            if plain := _plain(error, where):
                raise plain from error


def is_of_driver(error: BaseException) -> bool:
    """asyncpg's own errors come through where SQLAlchemy connects."""
    known = isinstance(error, (DBAPIError, NoConnectionFree, OSError, sqlite3.Error))
    return known or type(error).__module__.startswith("asyncpg.")


def _plain(error: BaseException, where: str) -> StoreError | None:
    """Our error; None for what is a defect of ours, such as a constraint that does not hold."""
    said = getattr(error, "orig", None) or error
    code = getattr(said, "sqlstate", None) or ""
    if isinstance(error, NoConnectionFree):
        return StoreBusy(f"All connections to {where} are in use; nothing was changed. Try again.")
    if found := _coded(code, _first_line(str(said)), where):
        return found
    if _is_defect(error, said, code):
        return None
    return _worded(error, _first_line(str(said)), where)


def _is_defect(error: BaseException, said: BaseException, code: str) -> bool:
    is_ours = isinstance(error, IntegrityError | DataError | ProgrammingError) or code.startswith(_DEFECTS)
    # asyncpg itself refuses a value of the wrong kind, which is not the server's doing.
    return is_ours or isinstance(said.__cause__, ValueError | TypeError)


def _coded(code: str, words: str, where: str) -> StoreError | None:
    """By the code that PostgreSQL gives, which says the same in each language."""
    if code == READ_ONLY:
        return StoreUnreachable(
            f"The database at {where} takes no writes just now ({words}); nothing was changed. "
            "Is it a standby, or was another server made the first one? Briefbot goes on by itself once it does."
        )
    if code == _CROWDED:
        return StoreUnreachable(
            f"The database at {where} has no connection left ({words}). Raise its max_connections, or stop what holds "
            "them: Briefbot goes on by itself."
        )
    if code.startswith(_REFUSED):
        return StoreError(
            f"The database at {where} does not let us in ({words}). Check the user, the password and the name in "
            "BRIEFBOT_DATABASE_URL, and what that user may do there."
        )
    if code in _MISSING:
        return StoreError(
            f"The database at {where} has not the schema of this version ({words}). Run: briefbot migrate"
        )
    if code in _BUSY_CODES:
        return _busy()
    if code in _FULL_CODES:
        return _full(words, where)
    return _unreachable(words, where) if code.startswith(_LOST_CODES) else None


def _worded(error: BaseException, words: str, where: str) -> StoreError:
    if any(sign in words for sign in _BUSY):
        return _busy()
    if any(sign in words for sign in _DAMAGED):
        return StoreError(f"{where} is damaged or no Briefbot database. Restore it from a back-up.")
    if any(sign in words for sign in _FULL):
        return _full(words, where)
    is_lost = getattr(error, "connection_invalidated", False) or any(sign in words for sign in _UNREACHABLE)
    if is_lost or isinstance(error, OSError):
        # A time that is over says nothing.
        return _unreachable(words or "not in time", where)
    return StoreError(f"The database at {where} cannot be used: {words}")


def _busy() -> StoreBusy:
    return StoreBusy("The database is busy with another process; nothing was changed. Try again.")


def _full(words: str, where: str) -> StoreFull:
    return StoreFull(
        f"The disk of the database ({where}) is full or cannot be written ({words}); "
        "nothing was changed. Make room: Briefbot goes on by itself."
    )


def _unreachable(words: str, where: str) -> StoreUnreachable:
    return StoreUnreachable(
        f"The database at {where} does not answer ({words}). "
        "Is its server running? Briefbot goes on by itself once it is."
    )


def _first_line(words: str) -> str:
    return words.strip().partition("\n")[0]
