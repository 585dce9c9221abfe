"""Brings a database to this version's schema, and refuses one that another version made."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import bot
from bot.errors import SchemaMismatch
from bot.store.database import Database

_LOCK = 0x62726965666274
"""PostgreSQL advisory lock that migrating processes hold, one at a time; any number does that nobody else uses."""


async def migrate(url: str) -> str:
    """Applies what is missing; returns the revision. SchemaMismatch when the database is from a newer version."""
    database = Database(url)
    try:
        return await upgrade(database)
    finally:
        await database.close()


async def upgrade(database: Database) -> str:
    """Applies what is missing, all or nothing, while no other process does the same."""
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return await connection.run_sync(_upgrade)


async def require_current(database: Database) -> str:
    """The revision, when it is ours; SchemaMismatch says what to do otherwise."""
    async with database.reading() as connection:
        found = await connection.run_sync(_revision)
    refuse_unknown(found)
    if found != head():
        raise SchemaMismatch("The database is older than this version. Run: briefbot migrate")
    return found or ""


def head() -> str:
    """The newest revision that this version knows."""
    return _scripts().get_current_head() or ""


def _upgrade(connection: Connection) -> str:
    found = _revision(connection)
    refuse_unknown(found)
    if found != head():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head()


def refuse_unknown(revision: str | None) -> None:
    """SchemaMismatch for a revision that only a newer version knows."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaMismatch(
            f"The database was made by a newer version of Briefbot (schema {revision}). "
            "Install that version, or restore a back-up made before the upgrade."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    # `migrations` is a folder beside `bot` both in a checkout and in an installed wheel.
    folder = Path(bot.__file__).parent.parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
