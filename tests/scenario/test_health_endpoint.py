"""The operator's view: heartbeats, `check`, and /healthz and /metrics over real HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError

from bot import health, logs, pulse
from bot.cli import living
from bot.config import Settings
from bot.errors import StoreError
from bot.listening import Endpoint
from bot.metrics import Metrics
from bot.ports import SystemClock
from bot.pulse import problems
from bot.store import Store
from bot.store.database import Database
from bot.store.heartbeats import Heartbeat
from tests.fakes import FakeClock
from tests.waiting import until

T0 = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


@dataclass
class Told:
    signs: dict[str, datetime] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    async def look(self) -> dict[str, datetime]:
        return self.signs


def heart(
    process: str = "h:1", *, roles: tuple[str, ...] = ("ingest",), beat_at: datetime = T0, **more: Any
) -> Heartbeat:
    return Heartbeat(process=process, roles=roles, jobs=more, started_at=T0 - timedelta(days=1), beat_at=beat_at)


async def get(address: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, await answer.text()


async def test_endpoint_tells_metrics_and_what_is_wrong(sqlite_store: Store) -> None:
    clock, metrics, jobs, stop = (
        FakeClock(),
        Metrics(),
        Told({"poll": T0, pulse.connection("discord"): T0}),
        asyncio.Event(),
    )
    settings = Settings(health_listen="127.0.0.1:0", log_level="error", _env_file=None)  # type: ignore[call-arg]
    endpoint = Endpoint(settings, sqlite_store, clock, metrics)
    running = asyncio.create_task(endpoint.run(jobs, stop))
    before = structlog.get_config()
    try:
        logs.configure(settings, watch=metrics.note)
        log = structlog.get_logger("here")
        log.debug("source.fetched", seconds=0.2)
        log.info("source.polled", source=1, new=3, updated=1)
        log.info("delivery.sent", delivery=1, seconds=2.0)
        log.info("command.run", command="brief latest", workspace="discord:77", outcome="done", duration_ms=12)
        log.info("command.run", command="made up", workspace="discord:77", outcome="made up", duration_ms=1)
        await until(lambda: bool(endpoint.address))
        status, text = await get(endpoint.address, "/metrics")
        assert status == 200
        for line in (
            'briefbot_polls_total{outcome="ok"} 1.0',
            'briefbot_articles_total{stored="new"} 3.0',
            "briefbot_fetch_seconds_count 1.0",
            'briefbot_deliveries_total{outcome="sent"} 1.0',
            'briefbot_commands_total{command="brief latest",outcome="done"} 1.0',
            'briefbot_commands_total{command="other",outcome="refused"} 1.0',
            'briefbot_queue{kind="deliveries_waiting"} 0.0',
            'briefbot_job_age_seconds{job="poll"} 0.0',
            'briefbot_connection_age_seconds{platform="discord"} 0.0',
        ):
            assert line in text.splitlines()
        assert "discord:77" not in text
        assert "made up" not in text
        assert (await get(endpoint.address, "/healthz"))[0] == 200
        jobs.troubles |= {"poll": "The disk is full.", "deliver": "The disk is full."}
        status, text = await get(endpoint.address, "/healthz")
        assert (status, json.loads(text)["problems"]) == (503, ["The disk is full."])
        jobs.troubles.clear()
        clock.advance(3600)
        status, text = await get(endpoint.address, "/healthz")
        assert status == 503
        assert "the job poll has not ended well since 3600 s ago" in text
        assert "discord is not connected since 3600 s ago" in text
        assert (await get(endpoint.address, "/"))[0] == 404
    finally:
        structlog.configure(**before)
        stop.set()
        await running


def test_dropped_events_are_counted_and_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    metrics, before = Metrics(), structlog.get_config()
    try:
        logs.configure(Settings(log_level="warning", _env_file=None), watch=metrics.note)  # type: ignore[call-arg]
        structlog.get_logger().info("source.unchanged")
        structlog.get_logger().warning("source.failed")
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert "source.failed" in said
    assert "source.unchanged" not in said
    assert metrics.registry.get_sample_value("briefbot_polls_total", {"outcome": "unchanged"}) == 1


@pytest.mark.parametrize(
    ("hearts", "found"),
    [
        ([heart()], ""),
        ([heart(beat_at=T0 - timedelta(minutes=5))], "nobody does ingest: h:1"),
        ([heart("h:2"), heart(beat_at=T0 - timedelta(minutes=5))], ""),
        ([heart("h:2", roles=("slack",)), heart(beat_at=T0 - timedelta(minutes=5))], "nobody does ingest"),
        ([heart(deliver=T0 - timedelta(minutes=11))], "the job deliver has not ended well"),
    ],
)
def test_dead_process_counts_until_another_does_its_work(hearts: list[Heartbeat], found: str) -> None:
    wrong = problems(hearts, T0)
    assert (found in wrong[0]) if found else not wrong


async def test_check_is_broken_while_the_heartbeat_is_old(sqlite_url: str, sqlite_store: Store) -> None:
    async def process() -> health.Finding:
        settings = Settings(database_url=sqlite_url, _env_file=None)  # type: ignore[call-arg]
        return next(one for one in await health.check(settings) if one.area == "process")

    assert (await process()).state is health.State.OFF
    now = SystemClock().now()
    await sqlite_store.heartbeats.beat(heart(beat_at=now - timedelta(minutes=5)))
    assert (await process()).state is health.State.BROKEN
    await sqlite_store.heartbeats.beat(heart("h:2", beat_at=now, poll=now))
    found = await process()
    assert found.state is health.State.OK
    assert "poll" in found.says
    await sqlite_store.heartbeats.end("h:2")
    assert (await process()).state is health.State.BROKEN
    await sqlite_store.heartbeats.beat(heart("h:3", beat_at=now + timedelta(days=1)))
    assert [one.process for one in await sqlite_store.heartbeats.all()] == ["h:3"]


async def test_quick_check_tells_the_truth_and_makes_nothing(
    sqlite_url: str, sqlite_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database_url=sqlite_url, _env_file=None)  # type: ignore[call-arg]
    now, here = SystemClock().now(), f"{socket.gethostname()}:7"

    async def says(code: int) -> str:
        assert await living.check(settings, as_json=False) == code
        return capsys.readouterr().out

    await sqlite_store.heartbeats.beat(heart("elsewhere:1", beat_at=now))
    assert "no process of this machine is at work, only of elsewhere" in await says(1)
    await sqlite_store.heartbeats.beat(heart(here, beat_at=now))
    assert "ingest at work" in await says(0)
    deaf: dict[str, Any] = {pulse.connection("discord"): now - timedelta(minutes=6)}
    await sqlite_store.heartbeats.beat(heart(here, beat_at=now, **deaf))
    assert "discord is not connected since 360 s ago" in await says(1)
    await sqlite_store.heartbeats.beat(heart(here, beat_at=now, dispatch=now - timedelta(minutes=11)))
    assert "the job dispatch has not ended well" in await says(1)
    await sqlite_store.heartbeats.beat(heart(here, beat_at=now - timedelta(minutes=2)))
    assert "nobody does ingest" in await says(1)

    await sqlite_store.database.answer()
    (tmp_path / "store.db").rename(tmp_path / "lost.db")
    assert "there is no database" in await says(1)
    assert not (tmp_path / "store.db").exists()
    with pytest.raises(StoreError, match="was removed or replaced"):
        await sqlite_store.database.answer()
    (tmp_path / "store.db").write_bytes((tmp_path / "lost.db").read_bytes())
    with pytest.raises(StoreError, match="was removed or replaced"):
        await sqlite_store.database.answer()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StoreError("The disk is full."), "The disk is full."),
        (ConnectionResetError("reset by peer"), "reset by peer"),
        (ProgrammingError("SELECT 1", {}, Exception("relation is not there")), "(builtins.Exception) relation is not"),
    ],
)
async def test_store_that_cannot_answer_is_told_whatever_it_says(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, reason: str
) -> None:
    """Alike by the health check of a container, by the operator's and by the endpoint."""

    @asynccontextmanager
    async def fail(_: object) -> AsyncIterator[None]:
        for one in (error,):
            raise one
        yield

    clock, stop = FakeClock(), asyncio.Event()
    settings = Settings(database_url=sqlite_url, health_listen="127.0.0.1:0", _env_file=None)  # type: ignore[call-arg]
    store = await Store.open(sqlite_url)
    monkeypatch.setattr(Database, "glancing", fail)
    monkeypatch.setattr(Database, "reading", fail)
    endpoint = Endpoint(settings, store, clock, Metrics())
    running = asyncio.create_task(endpoint.run(Told(), stop))
    await until(lambda: bool(endpoint.address))
    status, text = await get(endpoint.address, "/healthz")
    stop.set()
    await running
    await store.close()
    assert (status, len(json.loads(text)["problems"])) == (503, 1)
    assert reason in json.loads(text)["problems"][0]
    assert await living.check(settings, as_json=False) == 1
    assert reason in capsys.readouterr().out
    [found] = [one for one in await health.check(settings) if one.area == "store"]
    assert (found.state, reason in found.says) == (health.State.BROKEN, True)


async def test_database_that_was_not_migrated_is_no_surprise(postgres: URL, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(database_url=postgres.render_as_string(hide_password=False), _env_file=None)  # type: ignore[call-arg]
    assert await living.check(settings, as_json=False) == 1
    assert "Run: briefbot migrate" in capsys.readouterr().out
    [found] = [one for one in await health.check(settings) if one.area == "store"]
    assert "Run: briefbot migrate" in found.says
