"""The alarm clock: jobs that fail or dawdle stop nothing; a scheduler that died stops the process."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot.errors import StoreFull
from bot.schedule import Job, Schedule, ScheduleStopped
from tests.waiting import until


async def test_job_that_fails_is_logged_and_runs_again() -> None:
    stop = asyncio.Event()
    runs = 0

    async def fail() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            stop.set()
        raise RuntimeError("a defect")

    with capture_logs() as logs:
        async with asyncio.timeout(10):
            await Schedule([Job(name="poll", every_s=0.01, run=fail)]).run(stop)
    assert {(entry["event"], entry["job"]) for entry in logs} == {("job.failed", "poll")}
    assert runs >= 3


async def test_stop_in_the_moment_in_which_a_job_begins_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    ended = 0

    async def work() -> None:
        nonlocal ended
        await asyncio.sleep(0)
        ended += 1

    for number in range(100):
        stop, before = asyncio.Event(), ended
        asyncio.get_running_loop().call_later(0.002 + number * 1e-5, stop.set)
        # So often that two of five stops fall into that moment.
        schedule = Schedule([Job(name=name, every_s=0.0003, run=work) for name in ("poll", "deliver")])
        async with asyncio.timeout(10):
            await schedule.run(stop)
        assert not schedule.at_work
        assert ended > before
    assert [record.getMessage() for record in caplog.records if record.name.startswith("apscheduler")] == []


async def test_trouble_of_the_store_is_said_once_without_a_traceback_until_it_is_over() -> None:
    stop, full = asyncio.Event(), StoreFull("The disk is full.")
    left = {"poll": 3, "deliver": 4}

    async def work(name: str) -> None:
        left[name] -= 1
        if left[name] > 0:
            # As a job with tasks of its own raises it.
            raise ExceptionGroup("unhandled", [full, ExceptionGroup("lanes", [full])])
        stop.set() if max(left.values()) <= 0 else None

    jobs = [Job(name=name, every_s=0.01, run=partial(work, name)) for name in left]
    schedule = Schedule(jobs)
    with capture_logs() as logs:
        async with asyncio.timeout(10):
            await schedule.run(stop)
    [trouble, recovered] = [entry for entry in logs if entry["event"].startswith("store.")]
    assert (trouble["event"], trouble["reason"]) == ("store.trouble", "The disk is full.")
    assert recovered["event"] == "store.recovered"
    assert not any("exc_info" in entry for entry in logs)
    assert schedule.troubles == {}


async def test_defect_beside_a_trouble_of_the_store_is_told_whole() -> None:
    stop = asyncio.Event()

    async def fail() -> None:
        stop.set()
        raise ExceptionGroup("unhandled", [StoreFull("The disk is full."), KeyError("a defect")])

    with capture_logs() as logs:
        await Schedule([Job(name="deliver", every_s=60, run=fail)]).run(stop)
    assert [(entry["event"], entry["exc_info"]) for entry in logs] == [("job.failed", True)]


async def test_slow_job_runs_once_at_a_time_and_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    stop, begun = asyncio.Event(), []

    async def slow() -> None:
        begun.append("slow")
        await stop.wait()

    async def quick() -> None:
        begun.append("quick")
        if begun.count("quick") == 5:
            stop.set()

    async with asyncio.timeout(10):
        await Schedule([Job(name="slow", every_s=0.01, run=slow), Job(name="quick", every_s=0.01, run=quick)]).run(stop)
    assert begun.count("slow") == 1
    assert caplog.records == []


async def test_stop_waits_for_the_job_at_work() -> None:
    stop, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def send() -> None:
        stop.set()
        await may_end.wait()
        ended.set()

    running = asyncio.create_task(Schedule([Job(name="deliver", every_s=60, run=send)]).run(stop))
    await stop.wait()
    await asyncio.sleep(0.02)
    assert not running.done()
    may_end.set()
    await running
    assert ended.is_set()


async def test_scheduler_whose_own_loop_failed_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(scheduler: AsyncIOScheduler) -> float:
        raise RuntimeError("the scheduler's own loop failed")

    monkeypatch.setattr(AsyncIOScheduler, "_process_jobs", fail)
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    with pytest.raises(ScheduleStopped):
        async with asyncio.timeout(10):
            await Schedule([], beat_s=0.01, watch_s=0.1).run(asyncio.Event())


class SetClock(datetime):
    """The machine's clock, which somebody sets."""

    off = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.off


@pytest.mark.parametrize("off", [timedelta(minutes=-5), timedelta(days=-4000), timedelta(days=4000)])
async def test_jobs_go_on_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch, off: timedelta) -> None:
    for module in ("apscheduler.schedulers.base", "apscheduler.triggers.interval", "bot.ports"):
        monkeypatch.setattr(f"{module}.datetime", SetClock)
    monkeypatch.setattr("bot.schedule._SLACK", timedelta(seconds=0.1))
    monkeypatch.setattr(SetClock, "off", timedelta(0))
    ran = {"dispatch": 0, "poll": 0}
    stop = asyncio.Event()

    async def work(name: str) -> None:
        ran[name] += 1

    jobs = [Job(name="dispatch", every_s=0.02, run=partial(work, "dispatch"))]
    jobs.append(Job(name="poll", every_s=0.3, run=partial(work, "poll")))
    running = asyncio.create_task(Schedule(jobs, beat_s=0.05, watch_s=1.0).run(stop))
    await until(lambda: ran["dispatch"] > 3)
    for set_to in (off, timedelta(0), off):
        SetClock.off = set_to
        before, since = dict(ran), time.process_time()
        await until(lambda before=before: all(ran[name] > before[name] + 1 for name in ran), within_s=5)  # type: ignore[misc]
        assert time.process_time() - since < 2, "it goes through all the times that the clock leapt over"
    stop.set()
    await running


async def test_job_that_the_store_kept_from_its_work_is_soon_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that runs each hour would else be told as in trouble for an hour."""
    monkeypatch.setattr("bot.schedule.RETRY_S", 0.05)
    stop, runs = asyncio.Event(), 0

    async def prune() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise StoreFull("The disk is full.")
        stop.set()

    schedule = Schedule([Job(name="prune", every_s=3600, run=prune)], beat_s=0.05)
    async with asyncio.timeout(10):
        await schedule.run(stop)
    assert schedule.troubles == {}


async def test_scheduler_that_was_shut_down_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[AsyncIOScheduler] = []
    start = AsyncIOScheduler.start

    def remember(scheduler: AsyncIOScheduler, *args: Any) -> None:
        assert scheduler.timezone is UTC
        made.append(scheduler)
        start(scheduler, *args)

    async def die() -> None:
        made[0].shutdown(wait=False)

    monkeypatch.setattr(AsyncIOScheduler, "start", remember)
    with pytest.raises(ScheduleStopped):
        async with asyncio.timeout(10):
            await Schedule([Job(name="die", every_s=60, run=die)]).run(asyncio.Event())


async def test_job_that_hangs_when_it_is_stopped_is_cut_and_awaited() -> None:
    stop, begun, cut = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.01)
            cut.set()

    schedule = Schedule([Job(name="deliver", every_s=60, run=hang)])
    running = asyncio.create_task(schedule.run(stop))
    await begun.wait()
    stop.set()
    assert not (await asyncio.wait({running}, timeout=0.05))[0], "it does not wait for what is at work"
    assert "deliver" in schedule.at_work
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    assert cut.is_set()
    assert schedule.at_work == []


async def test_only_a_job_that_ends_well_gives_a_sign() -> None:
    stop = asyncio.Event()
    begun: list[datetime] = []

    async def fail() -> None:
        begun.append(schedule.ended["poll"])
        if len(begun) == 3:
            stop.set()
        raise RuntimeError("a defect")

    schedule = Schedule([Job(name="poll", every_s=0.01, run=fail)])
    async with asyncio.timeout(10):
        await schedule.run(stop)
    assert len(set(begun)) == 1, "a job that fails each time looks well"
    assert schedule.ended["poll"] == begun[0]
