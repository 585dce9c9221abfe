"""What people and operators are told when the store cannot be used."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from bot import config, health
from bot.app import Pace, build
from bot.health import State
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import Office
from tests.recorder import RecordingAdapter
from tests.waiting import until


async def test_person_reads_that_nothing_changed_and_the_log_says_why(
    sqlite_store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(sqlite_store, clock)
    await office.follow("https://harbour.example/feed")
    await sqlite_store.database.engine.dispose()
    for name in ("store.db-wal", "store.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "store.db").write_bytes(b"no database at all" * 1000)
    with capture_logs() as logs:
        said = await office.ask("/brief latest")
    assert "cannot use its database just now and changed nothing" in said
    assert str(tmp_path) not in said
    [entry] = [entry for entry in logs if entry["event"] == "command.without_store"]
    assert "is damaged or no Briefbot database. Restore it from a back-up." in entry["reason"]


@pytest.mark.parametrize(
    ("room", "no_room", "state"),
    [(0, 0, State.OK), (10**18, 0, State.WARNING), (10**18, 10**18, State.BROKEN)],
)
async def test_check_says_how_much_room_is_left(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, room: int, no_room: int, state: State
) -> None:
    monkeypatch.setattr(health, "ROOM", room)
    monkeypatch.setattr(health, "NO_ROOM", no_room)
    settings = config.load(env_file=None, database_url=sqlite_url)
    [disk] = [finding for finding in await health.check(settings) if finding.area == "disk"]
    assert disk.state is state
    assert "MB are left on the disk of the database" in disk.says


async def test_bot_outlives_a_server_that_takes_no_writes_for_a_while(postgres_url: str, tmp_path: Path) -> None:
    """As in a failover: connections end, and the server that answers then is a standby."""
    settings = config.load(env_file=None, database_url=postgres_url)
    app = await build(settings, adapters={"console": RecordingAdapter(tmp_path / "channel")})
    stop, pace = asyncio.Event(), Pace(poll_s=0.05, dispatch_s=0.05, pulse_s=0.05, prune_s=0.2, lease_s=0.4)
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")

    async def set_read_only(value: str) -> None:
        async with admin.connect() as connection:
            await connection.execute(text("SET default_transaction_read_only = off"))
            name = make_url(postgres_url).database
            await connection.execute(text(f"ALTER DATABASE {name} {value}"))
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    with capture_logs() as logs:

        def said(event: str) -> list[str]:
            return [str(entry.get("reason", "")) for entry in logs if entry["event"] == event]

        running = asyncio.create_task(app.run(stop, frozenset({"ingest", "schedule"}), pace))
        await until(lambda: bool(said("turn.taken")), within_s=10)
        await set_read_only("SET default_transaction_read_only = on")
        await until(lambda: any("takes no writes" in one for one in said("store.trouble")), within_s=10)
        await until(lambda: bool(said("turn.lost")) and bool(said("turn.unknown")), within_s=10)
        assert not running.done()
        await set_read_only("RESET ALL")
        await until(lambda: bool(said("store.recovered")) and len(said("turn.taken")) > 1, within_s=10)
        await set_read_only("SET default_transaction_read_only = on")
        stop.set()
        await running
        await app.close()
    await set_read_only("RESET ALL")
    await admin.dispose()
    assert "takes no writes" in said("turn.unreleased")[0]
    assert not [entry for entry in logs if entry.get("exc_info")]


async def test_part_that_cannot_be_closed_keeps_no_other_open(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config.load(env_file=None, database_url=sqlite_url)
    adapter = RecordingAdapter(tmp_path / "channel")
    app = await build(settings, adapters={"console": adapter})
    closed: list[str] = []

    def close(name: str, part: object, method: str = "close") -> None:
        async def fail() -> None:
            closed.append(name)
            raise RuntimeError(f"a defect of {name}")

        monkeypatch.setattr(part, method, fail)

    store, fetcher = app.store.close, app.fetcher.close
    for name, part in (("adapter", adapter), ("fetcher", app.fetcher), ("store", app.store)):
        close(name, part)
    close("turn", app.turns["stories"], "release")
    with capture_logs() as logs:
        await app.close()
    await fetcher()
    await store()
    assert closed == ["adapter", "turn", "fetcher", "store"]
    told = [entry["event"] for entry in logs if entry.get("exc_info")]
    assert told == ["adapter.cut", "turn.unreleased", "fetcher.unclosed", "store.unclosed"]
