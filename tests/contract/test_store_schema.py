"""The schema: migrated equals declared, other versions are refused, and bad places are named."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import ConfigError, SchemaMismatch, StoreBusy, StoreError
from bot.models import LOCAL_WORKSPACE
from bot.store import Store
from bot.store.database import Database
from bot.store.schema import metadata
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[2]


def shape(connection: Connection) -> dict[str, Any]:
    """Everything of the declared tables that two databases could differ in."""
    look = inspect(connection)
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in look.get_columns(name)
            },
            "primary": look.get_pk_constraint(name),
            "unique": sorted(str(one) for one in look.get_unique_constraints(name)),
            "foreign": sorted(str(one) for one in look.get_foreign_keys(name)),
            "indexes": sorted(_index(one) for one in look.get_indexes(name)),
        }
        for name in metadata.tables
    }


def _index(index: Any) -> str:
    options = sorted(f"{key}={value}" for key, value in index.get("dialect_options", {}).items())
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"


async def shape_at(url: str, *, create: bool = False) -> dict[str, Any]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        if create:
            await connection.run_sync(metadata.create_all)
        found = await connection.run_sync(shape)
    await engine.dispose()
    return found


async def test_upgraded_database_equals_a_fresh_one(store_url: str, tmp_path: Path, postgres: URL) -> None:
    await (await Store.open(store_url)).close()
    if store_url.startswith("sqlite"):
        fresh = f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}"
    else:
        engine = create_async_engine(postgres, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text("DROP DATABASE IF EXISTS fresh"))
            await connection.execute(text("CREATE DATABASE fresh"))
        await engine.dispose()
        fresh = postgres.set(database="fresh").render_as_string(hide_password=False)
    assert await shape_at(store_url) == await shape_at(fresh, create=True)


async def test_database_of_a_newer_version_is_refused(store_url: str) -> None:
    store = await Store.open(store_url)
    async with store.database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'from-tomorrow'"))
    await store.close()
    with pytest.raises(SchemaMismatch, match="newer version"):
        await Store.open(store_url)


async def test_postgres_is_not_migrated_unasked(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))
    await database.close()
    with pytest.raises(SchemaMismatch, match="briefbot migrate"):
        await Store.open(postgres_url)


async def test_place_that_cannot_hold_a_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/nowhere/x.db")
    with pytest.raises(StoreError, match="cannot be written"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(ConfigError, match="needs a file"):
        await Store.open("sqlite+aiosqlite://")
    (tmp_path / "page.db").write_text("<html>" * 500, encoding="utf-8")
    with pytest.raises(StoreError, match=r"damaged or no Briefbot database"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'page.db'}")


async def test_health_of_a_damaged_file_says_so(tmp_path: Path, clock: FakeClock) -> None:
    file = tmp_path / "x.db"
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    await store.close()
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    file.write_bytes(data)
    try:
        store = await Store.open(f"sqlite+aiosqlite:///{file}")
    except StoreError:
        return
    assert not (await store.health()).is_sound
    await store.close()


async def test_writer_that_waits_too_long_is_told_to_try_again(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.database.BUSY_TIMEOUT_S", 0.05)
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    one, other = await Store.open(url), await Store.open(url)
    async with one.database.writing() as connection:
        await connection.execute(text("UPDATE sources SET title = ''"))
        with pytest.raises(StoreBusy, match="Try again"):
            await other.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    await one.close()
    await other.close()


_WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store import Store
from bot.models import WorkspaceId
async def main(url, name):
    store = await Store.open(url)
    now = datetime.now(UTC)
    for number in range(60):
        await store.workspaces.ensure(WorkspaceId(f"console:{name}-{number}"), now=now)
        await store.briefs.latest(None, limit=3)
    await store.close()
asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_share_one_fresh_file(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'shared.db'}"
    arguments = [sys.executable, "-c", _WRITER, url]
    processes = [
        await asyncio.create_subprocess_exec(*arguments, name, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for process in processes:
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
    store = await Store.open(url)
    async with store.database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM workspaces"))).scalar_one() == 180
    assert (await store.health()).is_sound
    await store.close()
