"""A store is saved while it is written to, lost, and put back; what may have been posted since is not posted again."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.errors import Conflict, SchemaMismatch, StoreError, UsageError
from bot.models import LOCAL_WORKSPACE, EditionState
from bot.store import Store
from bot.store.backup import back_up, put_back
from bot.store.heartbeats import Heartbeat
from bot.store.schema import deliveries, digests
from tests.fakes import FakeClock
from tests.office import Office
from tests.scenario.test_cli import Cli, cli  # noqa: F401 - a fixture

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


async def test_backup_is_whole_private_and_put_back_with_what_it_had(
    sqlite_url: str, sqlite_store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office, store = Office(sqlite_store, clock), tmp_path / "store.db"
    source = await office.follow("https://first.example/feed")
    brief = await office.report(source, "Otters return")
    await sqlite_store.heartbeats.beat(heart(NOW))
    # A writer in the middle of a transaction: what it has not committed is not in the copy, and nobody waits for it.
    async with sqlite_store.database.writing() as connection:
        await connection.execute(update(digests).values(name="x"))
        copied = back_up(sqlite_url, tmp_path / "saved.db", lambda _: None)
    assert stat.S_IMODE(copied.file.stat().st_mode) == 0o600
    assert copied.rows == sum(counts(store).values())
    assert counts(copied.file) == counts(store)
    assert names(tmp_path) == ["saved.db", "store.db", "store.db-shm", "store.db-wal"]

    with pytest.raises(Conflict, match="is there already"):
        back_up(sqlite_url, copied.file, lambda _: None)
    with pytest.raises(StoreError, match="is at work with this store"):
        await put_back(sqlite_url, copied.file, now=NOW + timedelta(seconds=60), is_forced=True)
    later = NOW + timedelta(hours=1)
    with pytest.raises(Conflict, match="--force"):
        await put_back(sqlite_url, copied.file, now=later, is_forced=False)
    await office.report(source, "Otters leave")
    await sqlite_store.close()
    restored = await put_back(sqlite_url, copied.file, now=later, is_forced=True)
    assert restored.aside is not None
    assert counts(restored.aside)["briefs"] == 2
    assert counts(store) | {"heartbeats": 1} == counts(copied.file)
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    again = await Store.open(sqlite_url)
    assert (await again.health()).is_sound
    assert brief in await Office(again, clock).ask("/brief latest")
    await again.close()


def heart(at: datetime) -> Heartbeat:
    return Heartbeat(process="h:1", roles=("ingest",), jobs={}, started_at=at, beat_at=at)


async def test_what_is_no_sound_store_is_refused_and_nothing_is_changed(sqlite_url: str, tmp_path: Path) -> None:
    saved = back_up(sqlite_url, tmp_path / "saved.db", lambda _: None).file
    (tmp_path / "page.db").write_text("<html>" * 500, encoding="utf-8")
    (tmp_path / "other.db").touch()
    torn = bytearray(saved.read_bytes())
    torn[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    (tmp_path / "torn.db").write_bytes(torn)
    newer = tmp_path / "newer.db"
    newer.write_bytes(saved.read_bytes())
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from-tomorrow'")
        connection.commit()
    before = names(tmp_path)
    for name, error in (("page", StoreError), ("other", StoreError), ("torn", StoreError), ("newer", SchemaMismatch)):
        with pytest.raises(error):
            await put_back(sqlite_url, tmp_path / f"{name}.db", now=NOW, is_forced=True)
    assert names(tmp_path) == before
    with pytest.raises(UsageError, match=r"pg_dump --format=custom --file=briefbot.dump postgresql://bb@db:5432/news"):
        back_up("postgresql+asyncpg://bb:secret@db:5432/news", tmp_path / "x", lambda _: None)
    for name in ("page.db", "torn.db"):
        with pytest.raises(StoreError, match=f"{name} is damaged"):
            back_up(f"sqlite+aiosqlite:///{tmp_path / name}", tmp_path / "q.db", lambda _: None)
    with pytest.raises(UsageError, match="is a folder"):
        back_up(sqlite_url, tmp_path, lambda _: None)
    with pytest.raises(StoreError, match="could not be written"):
        back_up(sqlite_url, tmp_path / "nowhere" / "x.db", lambda _: None)


async def test_restored_bot_does_not_post_what_it_may_have_posted(
    sqlite_url: str,
    sqlite_store: Store,
    clock: FakeClock,
    tmp_path: Path,
    cli: Cli,  # noqa: F811
) -> None:
    """One edition waited when the back-up was made, and one more was due since."""
    office = Office(sqlite_store, clock)
    await office.report(await office.follow("https://first.example/feed"), "Otters return")
    for name in ("Morning", "Evening"):
        await office.ask(f"/brief-admin digest add {name} at:08:00")
    await office.ask("/brief-admin digest send Morning")
    await sqlite_store.close()
    saved = back_up(sqlite_url, tmp_path / "saved.db", lambda _: None).file
    done = cli("restore", str(saved), "--force", BRIEFBOT_DATABASE_URL=sqlite_url)
    assert done.returncode == 0, done.stderr
    store = await Store.open(sqlite_url)
    async with store.database.reading() as connection:
        waiting = (await connection.execute(deliveries.select())).all()
        due = (await connection.execute(digests.select().where(digests.c.next_due_at <= datetime.now(UTC)))).all()
        editions = (await connection.exec_driver_sql("SELECT state, reason FROM editions ORDER BY id")).mappings().all()
    claimed = await store.deliveries.claim(datetime.now(UTC), limit=9, lease_s=60, owner="me", platforms=["console"])
    await store.close()
    assert [row.attempts for row in waiting] == [1] * len(waiting) != []
    assert [one.is_unsure for one in claimed] == [True]
    assert due == []
    assert editions[0]["state"] == "planned"
    skipped = [row["reason"] for row in editions if row["state"] == "skipped"]
    assert f"{len(skipped)} editions due since the back-up are skipped" in done.stdout
    assert "may have been posted" in skipped[0]


async def test_store_that_other_tools_put_back_is_told_so(store_url: str, clock: FakeClock, cli: Cli) -> None:  # noqa: F811
    store = await Store.open(store_url)
    office = Office(store, clock)
    brief = await office.report(await office.follow("https://first.example/feed"), "Otters return")
    for name in ("Morning", "Evening"):
        await office.ask(f"/brief-admin digest add {name} at:08:00")
    await office.ask(f"/brief-admin story follow {brief}")
    await office.ask("/brief-admin digest send Morning")
    await store.heartbeats.beat(heart(datetime.now(UTC)))
    refused = cli("pass-over", BRIEFBOT_DATABASE_URL=store_url)
    assert refused.returncode == 1
    assert "h:1 is at work with this store" in refused.stderr
    await store.heartbeats.beat(heart(NOW))
    done = cli("pass-over", BRIEFBOT_DATABASE_URL=store_url)
    assert done.returncode == 0, done.stderr
    now = datetime.now(UTC)
    found = await store.editions.recent(LOCAL_WORKSPACE, limit=200)
    skipped = [edition.reason for edition in found if edition.state is EditionState.SKIPPED]
    claimed = await store.deliveries.claim(now, limit=9, lease_s=60, owner="me", platforms=["console"])
    [followed] = await store.follows.list(LOCAL_WORKSPACE)
    assert f"{len(skipped)} editions due since the back-up are skipped" in done.stdout
    assert await store.digests.claim_due(now, limit=9, lease_s=60, platforms=["console"]) == []
    assert [one.is_unsure for one in claimed] == [True] * 2
    assert followed.is_put_back
    assert followed.told[1] == 1
    assert await store.heartbeats.all() == []
    await store.close()
