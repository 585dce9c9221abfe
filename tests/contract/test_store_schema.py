"""The schema: migrated equals declared, other versions are refused, and bad places are named."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

import bot
from bot import config
from bot.app import Pace, build
from bot.errors import ConfigError, SchemaMismatch, StoreBusy, StoreError, StoreFull, StoreUnreachable
from bot.models import LOCAL_WORKSPACE
from bot.process import place
from bot.store import Store
from bot.store.database import Database
from bot.store.heartbeats import Heartbeat, Heartbeats
from bot.store.migrate import _known, apply_to, head, migrate
from bot.store.schema import metadata
from bot.stories.duplicates import bands
from tests.fakes import FakeClock
from tests.recorder import RecordingAdapter
from tests.trouble import Restart
from tests.waiting import until

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


async def test_editions_and_what_belongs_to_them_outlive_the_upgrade_to_slots(store_url: str) -> None:
    """As they stand in a database of the version before, whose editions are made anew on SQLite."""
    database = Database(store_url)
    await _anew(database)
    async with database.writing() as connection:
        await connection.run_sync(apply_to, "0012")
        for row in (
            "workspaces (id, created_at) VALUES ('console:local', 1)",
            "digests (id, workspace_id, name, name_key, at, zone, days, topic_ids, style, created_at) "
            "VALUES (1, 'console:local', 'Morning', 'morning', '08:00', 'UTC', '[0]', '[]', 'full', 1)",
            "stories (id, changed_at) VALUES (1, 1)",
            "briefs (id, story_id, body, published_at, news_at, created_at, updated_at) "
            "VALUES (1, 1, '{}', 1, 1, 1, 1)",
            'editions (id, workspace_id, digest_id, "on", channel, due_at, state, created_at) '
            "VALUES (1, 'console:local', 1, '2026-01-15', 'console:news', 1, 'delivered', 1)",
            "edition_items (edition_id, position, story_id, brief_id, brief_version) VALUES (1, 0, 1, 1, 1)",
            "deliveries (id, workspace_id, edition_id, part, parts, next_try_at) "
            "VALUES (1, 'console:local', 1, 1, 1, 1)",
            "amendments (id, workspace_id, delivery_id, next_try_at, created_at) VALUES (1, 'console:local', 1, 1, 1)",
        ):
            await connection.execute(text(f"INSERT INTO {row}"))
        await connection.run_sync(apply_to, "head")
        counts = [
            (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("editions", "edition_items", "deliveries", "amendments")
        ]
        kept = (await connection.execute(text("SELECT id, digest_id, slot, state FROM editions"))).one()
        chosen = (await connection.execute(text("SELECT slot, also_at, quiet, place, ping FROM digests"))).one()
    await database.close()
    assert counts == [1, 1, 1, 1]
    assert tuple(kept) == (1, 1, 0, "delivered")
    assert (chosen.slot, chosen.quiet, chosen.place, chosen.ping) == (0, "note", "channel", None)


async def test_texts_that_are_known_are_known_after_the_upgrade_to_bands_of_houses(store_url: str) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    houses = {1: "harbour", 2: "하우스", 3: ""}
    database = Database(store_url)
    await _anew(database)
    async with database.writing() as connection:
        await connection.run_sync(apply_to, "0017")
        await connection.execute(text("INSERT INTO sources (id, url, created_at) VALUES (1, 'https://a.example/', 1)"))
        for id_, owner in houses.items():
            article = "(id, source_id, url, title, text, owner, published_at, seen_at)"
            values = {"id": id_, "owner": owner}
            await connection.execute(
                text(f"INSERT INTO articles {article} VALUES (:id, 1, '', 'T', 'T', :owner, 1, 1)"), values
            )
            # They were whole numbers of 64 bits then, of which the upper half is kept.
            halves = [band & 0xFFFFFFFF for band in bands(owner, "", words)]
            before = [(half << 32 | 7) - (1 << 64) * (half >> 31) for half in halves]
            rows = [{"band": band, "id": id_} for band in [*before, before[0]]]
            await connection.execute(text("INSERT INTO article_bands (band, article_id) VALUES (:band, :id)"), rows)
        await connection.run_sync(apply_to, "head")
        found = (await connection.execute(text("SELECT band, article_id FROM article_bands"))).all()
    await database.close()
    assert {tuple(row) for row in found} == {
        (band, id_) for id_, owner in houses.items() for band in bands(owner, "", words)
    }


def test_revisions_are_told_by_the_names_of_their_files() -> None:
    scripts = ScriptDirectory(str(Path(bot.__file__).parents[1] / "migrations"))
    versions = [script.revision for script in scripts.walk_revisions()]
    assert versions == [*reversed(_known())]
    assert scripts.get_current_head() == head()


async def test_database_of_a_newer_version_is_refused(store_url: str) -> None:
    store = await Store.open(store_url)
    async with store.database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'from-tomorrow'"))
    await store.close()
    with pytest.raises(SchemaMismatch, match="newer version"):
        await Store.open(store_url)


async def test_upgrade_under_processes_of_the_version_before_is_refused(store_url: str) -> None:
    database = Database(store_url)
    await _anew(database)
    async with database.writing() as connection:
        await connection.run_sync(apply_to, "0016")
    hearts, now = Heartbeats(database), datetime.now(UTC)
    await hearts.beat(_heart("elsewhere:17", now - timedelta(seconds=4)))
    await hearts.beat(_heart("elsewhere:18", now - timedelta(seconds=100)))
    dead = f"{socket.gethostname()}:{_dead_number()}"
    await hearts.beat(replace(_heart(dead, now), place=place()))
    assert [heart.place for heart in await hearts.all() if heart.process == dead] == [place()]
    assert not any(heart.jobs for heart in await hearts.all())
    try:
        with pytest.raises(
            SchemaMismatch, match=r"before are at work on the database: elsewhere:17 \(\d+ s ago\)\. Stop"
        ):
            await migrate(store_url)
        with pytest.raises(SchemaMismatch, match=r"elsewhere:17|briefbot migrate$"):
            await Store.open(store_url)
        await hearts.end("elsewhere:17")
        # A container that shares our name: its number means nothing here.
        await hearts.beat(replace(_heart(dead, now), place="another boot pid:[1]"))
        with pytest.raises(SchemaMismatch, match=rf"at work on the database: {dead} "):
            await migrate(store_url)
        await hearts.end(dead)
        assert await migrate(store_url) == head()
        # Of the same version any number may come.
        await hearts.beat(_heart("elsewhere:17", now))
        assert await migrate(store_url) == head()
    finally:
        await database.close()


async def test_upgrade_goes_on_when_it_is_told_to_and_the_older_process_stops(store_url: str) -> None:
    database = Database(store_url)
    await _anew(database)
    async with database.writing() as connection:
        await connection.run_sync(apply_to, "0016")
    await Heartbeats(database).beat(_heart("elsewhere:17", datetime.now(UTC)))
    older = Store(database, "0016")
    await older.require_unchanged()
    assert await migrate(store_url, while_running=True) == head()
    with pytest.raises(SchemaMismatch, match=rf"brought to schema {head()} while this process, of schema 0016"):
        await older.require_unchanged()
    await older.close()


async def test_running_bot_stops_when_another_version_changes_its_database(tmp_path: Path, sqlite_url: str) -> None:
    settings = config.load(env_file=None, database_url=sqlite_url, log_level="error")
    app = await build(settings, adapters={"console": RecordingAdapter(tmp_path / "channel.jsonl")})
    running = asyncio.create_task(app.run(asyncio.Event(), frozenset(("schedule",)), Pace(pulse_s=0.05)))

    async def is_up() -> bool:
        return bool(await app.store.heartbeats.all())

    try:
        async with asyncio.timeout(10):
            await until(is_up)
            async with app.store.database.writing() as connection:
                await connection.execute(text("UPDATE alembic_version SET version_num = 'from-tomorrow'"))
            with pytest.raises(SchemaMismatch, match="from-tomorrow"):
                await running
        assert await app.store.heartbeats.all() == [], "it did not die, it stopped"
    finally:
        await app.close()


async def _anew(database: Database) -> None:
    """An empty database, in which nothing was migrated; before it is connected to."""
    if database.is_sqlite:
        _remove(Path(str(database.url.database)))
    else:
        async with database.writing() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))


def _remove(file: Path) -> None:
    file.unlink()


def _heart(process: str, at: datetime) -> Heartbeat:
    return Heartbeat(process=process, roles=("ingest",), jobs={}, started_at=at, beat_at=at)


def _dead_number() -> int:
    """The number of a process that is there no more."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


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


async def test_file_of_another_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (x)")
    url = f"sqlite+aiosqlite:///{file}"
    for opening in (Store.open(url), migrate(url, while_running=True)):
        with pytest.raises(StoreError, match=r"theirs.db is another program's database \(it has a table 't'\)"):
            await opening
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("t",)]


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


async def test_closing_waits_for_a_connection_that_is_being_given_back(store_url: str) -> None:
    database = Database(store_url)
    connection = await database.engine.connect().start()

    async def give_back() -> None:
        await asyncio.sleep(0.05)
        await connection.close()

    giving = asyncio.create_task(give_back())
    await database.close()
    assert giving.done()


async def test_writer_that_waits_too_long_is_told_to_try_again(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.engine.BUSY_TIMEOUT_S", 0.05)
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    one, other = await Store.open(url), await Store.open(url)
    async with one.database.writing() as connection:
        await connection.execute(text("UPDATE sources SET title = ''"))
        with pytest.raises(StoreBusy, match="Try again"):
            await other.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    await one.close()
    await other.close()


async def test_full_disk_is_named_nothing_is_changed_and_reading_goes_on(sqlite_store: Store, clock: FakeClock) -> None:
    await sqlite_store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())

    def limit(connection: Any, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(sqlite_store.database.engine.sync_engine, "connect", limit)
    await sqlite_store.database.engine.dispose()
    stored: list[int] = []

    async def fill() -> None:
        while len(stored) < 1000:
            url = f"https://a.example/{len(stored)}/{'x' * 900}"
            stored.append((await sqlite_store.sources.add(url, workspace=LOCAL_WORKSPACE, now=clock.now())).id)

    with pytest.raises(StoreFull, match=r"full.*nothing was changed"):
        await fill()
    assert (await sqlite_store.workspaces.get(LOCAL_WORKSPACE)).id == LOCAL_WORKSPACE
    assert len(await sqlite_store.sources.followed(LOCAL_WORKSPACE)) == len(stored)


async def test_server_that_died_is_named_and_found_again(
    postgres_server: Any, durable_postgres_url: str, clock: FakeClock
) -> None:
    store, restart = await Store.open(durable_postgres_url), Restart(postgres_server)
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())

    async def lose() -> None:
        async with store.database.writing() as connection:
            await asyncio.to_thread(restart.begin, 0)
            await connection.execute(text("SELECT 1"))

    try:
        with pytest.raises(StoreUnreachable, match="goes on by itself"):
            await lose()
        with pytest.raises(StoreUnreachable):
            await store.workspaces.get(LOCAL_WORKSPACE)
        await asyncio.to_thread(restart.end)
        assert (await store.workspaces.get(LOCAL_WORKSPACE)).id == LOCAL_WORKSPACE
    finally:
        await asyncio.to_thread(restart.end)
        await store.close()


_WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store import Store
from bot.store.migrate import migrate
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
