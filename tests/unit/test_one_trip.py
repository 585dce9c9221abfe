"""SQLite's statements: short reads run on the event loop; long ones and locks hold nobody else up."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import Database

_SHORT = text("SELECT id FROM things ORDER BY id")
_LONG = text(
    "SELECT (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT count(*) FROM n)"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'things.db'}")
    async with opened.writing() as connection:
        await connection.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO things VALUES (1), (2)"))
    yield opened
    await opened.close()


async def _ids(database: Database) -> list[int]:
    async with database.glancing() as connection:
        return list((await connection.execute(_SHORT)).scalars())


async def test_short_read_makes_no_trip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # However busy the machine is.
    monkeypatch.setattr("bot.store.one_trip.SHORT_S", 30.0)
    turns: list[int] = []
    await _ids(database)
    asyncio.get_running_loop().call_soon(turns.append, 1)
    assert await _ids(database) == [1, 2]
    # Nothing else had its turn in between: the read waited for no thread.
    assert turns == []


async def test_long_read_holds_nothing_up_and_is_whole(database: Database) -> None:
    async with database.reading() as connection:
        before = (await connection.execute(_SHORT)).scalars().all()
        reading = asyncio.ensure_future(connection.execute(_LONG, {"most": 2_000_000}))
        waits = []
        while not reading.done():
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            waits.append(time.perf_counter() - began)
        assert (await reading).scalar_one() == 2_000_000
        # It took some hundred milliseconds, in which others had their turns all the time.
        assert len(waits) > 20
        assert sorted(waits)[len(waits) // 2] < 0.05
        # And the transaction that it was broken off in still shows what it showed.
        async with database.writing() as other:
            await other.execute(text("INSERT INTO things VALUES (3)"))
        assert (await connection.execute(_SHORT)).scalars().all() == before
    assert await _ids(database) == [1, 2, 3]


async def test_many_short_reads_let_others_have_their_turn(database: Database) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    for _ in range(200):
        await _ids(database)
    counting.cancel()
    assert turns > 5


async def test_locked_database_is_waited_for_and_nobody_else_waits(database: Database, tmp_path: Path) -> None:
    await _ids(database)
    other = sqlite3.connect(tmp_path / "things.db", isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    await database.close()
    other.execute("INSERT INTO things VALUES (3)")
    reading = asyncio.ensure_future(_ids(database))
    began = time.perf_counter()
    await asyncio.sleep(0.2)
    assert time.perf_counter() - began < 1.0
    assert not reading.done()
    other.close()
    assert await reading == [1, 2, 3]


async def test_read_that_was_given_up_leaves_its_connection_usable(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), database.reading() as connection:
            await connection.execute(_LONG, {"most": 1_000_000})
    assert await _ids(database) == [1, 2]


async def test_statement_of_the_thread_is_never_broken_off(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.one_trip.SHORT_S", 0.0)
    async with database.glancing() as connection:
        for _ in range(600):
            assert (await connection.execute(_SHORT)).scalars().all() == [1, 2]
            assert (await connection.execute(text("SELECT ' MATCH '"))).scalar() == " MATCH "


@pytest.mark.parametrize("writes", [False, True])
async def test_transaction_that_was_left_open_is_undone_for_who_comes_next(database: Database, writes: bool) -> None:
    async with database.engine.connect() as connection:
        await connection.execution_options(bb_writes=writes)
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver is not None
        driver._conn.execute("BEGIN IMMEDIATE")
        driver._conn.execute("INSERT INTO things VALUES (3)")
        assert list((await connection.execute(_SHORT)).scalars()) == [1, 2]
    assert await _ids(database) == [1, 2]
