"""The alarm clock: a handful of jobs at intervals. What is due when is rows, not jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.errors import StoreError, store_error
from bot.ports import SystemClock

log = structlog.get_logger(__name__)

BEAT_S: Final = 5.0
WATCH_S: Final = 60.0
"""A scheduler that has not run anything for so long is dead: an error in its own loop stops it without a word."""
RETRY_S: Final = 30.0
"""A job that the store kept from its work waits no longer than this, however seldom it is due."""
_SLACK: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something to do every so many seconds; it begins at once and never runs twice side by side."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[None]]


class ScheduleStopped(RuntimeError):
    """The scheduler stopped by itself; the process must not go on as if it were at work."""


class _Every(BaseTrigger):  # type: ignore[misc]
    """So long after each run.

    The library's own goes on from when it was due, in steps: a clock that is set forward by a year means millions.
    """

    def __init__(self, seconds: float) -> None:
        self.pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now + self.pause


class Schedule:
    """Runs jobs until it is told to stop."""

    def __init__(self, jobs: Sequence[Job], *, beat_s: float = BEAT_S, watch_s: float = WATCH_S) -> None:
        self._jobs = (*jobs, Job(name="heartbeat", every_s=beat_s, run=self._beat))
        self._look_s = min(beat_s, watch_s)
        self._looks = round(watch_s / self._look_s)
        self._beats = 0
        self.ended: dict[str, datetime] = {}
        """When each job ended well last; before its first end, when the schedule began."""
        self.troubles: dict[str, str] = {}
        """What the store said to each job that it does not let do its work, as long as that lasts."""
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set, then waits for the jobs at work. A job that fails is logged and runs again.

        Cancelled while it waits, it cancels them and waits for their end.

        Raises ScheduleStopped when the scheduler dies.
        """
        died = asyncio.Event()
        self.ended = dict.fromkeys((job.name for job in self._jobs), SystemClock().now())
        scheduler = self._scheduler(died)
        scheduler.start()
        try:
            await self._watch(scheduler, stop, died)
        finally:
            if scheduler.running:
                # A job that it was about to begin begins: cancelled before that, it would be logged as failed.
                scheduler.pause()
                await asyncio.sleep(0)
                scheduler.shutdown(wait=False)
            await asyncio.gather(*self._running, return_exceptions=True)

    @property
    def at_work(self) -> list[str]:
        """The jobs that are at work now."""
        return [task.get_name() for task in self._running]

    def _scheduler(self, died: asyncio.Event) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(timezone=UTC, logger=_quiet_logger())
        scheduler.add_listener(lambda _: died.set(), EVENT_SCHEDULER_SHUTDOWN)
        for job in self._jobs:
            scheduler.add_job(
                self._runner(job),
                _Every(job.every_s),
                name=job.name,
                next_run_time=SystemClock().now(),
                # The default grace of one second drops a job that is a little late.
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        return scheduler

    async def _watch(self, scheduler: AsyncIOScheduler, stop: asyncio.Event, died: asyncio.Event) -> None:
        beats, left = self._beats, self._looks
        while True:
            await first(stop, died, timeout_s=self._look_s)
            if stop.is_set():
                return
            # Looks, not seconds: none of them passes while the machine sleeps.
            beats, left = (beats, left - 1) if self._beats == beats else (self._beats, self._looks)
            if died.is_set() or not left:
                raise ScheduleStopped("the scheduler stopped by itself")
            self._hasten(scheduler)

    def _hasten(self, scheduler: AsyncIOScheduler) -> None:
        """No job waits longer than it may: what was due soon is far away once the clock is set back."""
        now = SystemClock().now()
        for job in scheduler.get_jobs():
            pause = job.trigger.pause
            if job.name in self.troubles:
                pause = min(pause, timedelta(seconds=RETRY_S))
            if job.next_run_time > now + pause + _SLACK:
                job.modify(next_run_time=now + pause)

    async def _beat(self) -> None:
        self._beats += 1

    def _runner(self, job: Job) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            # A task of its own, shielded: stopping the scheduler cancels what it started, not what we began to send.
            task = asyncio.create_task(self._guarded(job), name=job.name)
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(task)

        return run

    async def _guarded(self, job: Job) -> None:
        try:
            await job.run()
        except Exception as error:
            if found := store_error(error):
                self._put_off(job, found)
            else:
                log.exception("job.failed", job=job.name)
        else:
            self._done(job)
            self.ended[job.name] = SystemClock().now()

    def _put_off(self, job: Job, error: StoreError) -> None:
        """What is due stays due. It is said once, however many jobs meet it however often."""
        is_news = error.message not in self.troubles.values()
        self.troubles[job.name] = error.message
        if is_news:
            log.error("store.trouble", job=job.name, reason=error.message)

    def _done(self, job: Job) -> None:
        if self.troubles.pop(job.name, None) and not self.troubles:
            log.warning("store.recovered", job=job.name)


def _quiet_logger() -> logging.Logger:
    """Without the warning at each look that a long job is still at work, as it may be."""
    logger = logging.getLogger(f"{__name__}.scheduler")
    logger.setLevel(logging.ERROR)
    return logger


async def first(*events: asyncio.Event, timeout_s: float) -> None:
    """Waits until one of the events is set or the time is over."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
