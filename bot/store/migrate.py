"""Brings a database to this version's schema, and refuses one that another version made.

Alembic is loaded when there is something to bring up to date: each start and each command of the command line would
else wait a tenth of a second to be told that there is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

import bot
from bot.errors import SchemaMismatch, StoreError
from bot.store.database import Database
from bot.store.heartbeats import ALIVE, at_work

_LOCK = 0x62726965666274
"""PostgreSQL advisory lock that migrating processes hold, one at a time; any number does that nobody else uses."""


async def migrate(url: str, *, while_running: bool = False) -> str:
    """Applies what is missing; returns the revision. SchemaMismatch as of `upgrade`."""
    database = Database(url, is_patient=True)
    try:
        return await upgrade(database, while_running=while_running)
    finally:
        await database.close()


async def upgrade(database: Database, *, while_running: bool = False) -> str:
    """Applies what is missing, all or nothing, while no other process does the same.

    StoreError for a SQLite file of another program. SchemaMismatch when the database is from a newer version, and,
    unless told to go on `while_running`, when processes of the version before are at work on it.
    """
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return await connection.run_sync(_upgrade, while_running)


async def require_current(database: Database) -> str:
    """The revision, when it is ours; SchemaMismatch says what to do otherwise."""
    async with database.reading() as connection:
        found = await connection.run_sync(_revision)
    refuse_unknown(found)
    if found != head():
        raise SchemaMismatch("The database is older than this version. Run: briefbot migrate")
    return found or ""


async def require_revision(database: Database, revision: str) -> None:
    """SchemaMismatch when the database is at another one."""
    async with database.glancing() as connection:
        found = await connection.run_sync(_revision)
    if found != revision:
        raise SchemaMismatch(
            f"The database was brought to schema {found} while this process, of schema {revision}, ran on it. It "
            "stops; start it with the version that changed the database."
        )


def head() -> str:
    """The newest revision that this version knows."""
    return _known()[-1]


def _upgrade(connection: Connection, while_running: bool) -> str:
    found = _revision(connection)
    refuse_unknown(found)
    if found is None:
        _refuse_foreign(connection)
    if found != head():
        if not while_running:
            _refuse_in_use(connection)
        apply_to(connection, "head")
    return head()


def apply_to(connection: Connection, revision: str) -> None:
    """Applies what is missing up to this revision, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def refuse_unknown(revision: str | None) -> None:
    """SchemaMismatch for a revision that only a newer version knows."""
    if revision is not None and revision not in _known():
        raise SchemaMismatch(
            f"The database was made by a newer version of Briefbot (schema {revision}). "
            "Install that version, or restore a back-up made before the upgrade."
        )


def _refuse_foreign(connection: Connection) -> None:
    """A file with tables and without our revision is another program's; on a server a database has extensions' too."""
    if connection.dialect.name != "sqlite":
        return
    if names := sorted(set(inspect(connection).get_table_names()) - {"alembic_version"}):
        raise StoreError(
            f"{connection.engine.url.database} is another program's database (it has a table {names[0]!r}); nothing "
            "was added to it. Name another file in BRIEFBOT_DATABASE_URL, such as sqlite+aiosqlite:///briefbot.db"
        )


def _refuse_in_use(connection: Connection) -> None:
    """Whoever runs on the database knows the schema that it has now, and none that comes after it."""
    if working := at_work(connection):
        raise SchemaMismatch(
            f"Processes of the version before are at work on the database: {', '.join(working)}. Stop them first; they "
            f"finish what they are sending. A killed one counts for {ALIVE.total_seconds():.0f} s. To go on all the "
            "same: briefbot migrate --while-running"
        )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@cache
def _known() -> Sequence[str]:
    """The revisions of this version, oldest first: the numbers that the files of `migrations/versions` begin with."""
    return sorted(file.name.partition("_")[0] for file in _folder().glob("versions/[0-9]*.py"))


def _folder() -> Path:
    # `migrations` is a folder beside `bot` both in a checkout and in an installed wheel.
    return Path(bot.__file__).parent.parent / "migrations"
