"""What people and operators are told when the store cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import config, health
from bot.health import State
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import Office


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
