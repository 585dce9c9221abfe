"""The alarm clock: a handful of jobs at intervals. What is due when is rows, not jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something to do every so many seconds; it begins at once and never runs twice side by side."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[None]]


class ScheduleStopped(RuntimeError):
    """The scheduler stopped by itself; the process must not go on as if it were at work."""


class Schedule:
    """Runs jobs until it is told to stop."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set, then waits for the jobs at work. A job that fails is logged and runs again.

        Raises ScheduleStopped when the scheduler dies.
        """
        died = asyncio.Event()
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_listener(lambda _: died.set(), EVENT_SCHEDULER_SHUTDOWN)
        for job in self._jobs:
            scheduler.add_job(
                self._runner(job),
                "interval",
                seconds=job.every_s,
                name=job.name,
                next_run_time=datetime.now(UTC),
                # The default grace of one second drops a job that is a little late.
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        scheduler.start()
        await _first(stop, died)
        if not stop.is_set():
            raise ScheduleStopped("the scheduler stopped by itself")
        scheduler.shutdown(wait=False)
        await asyncio.gather(*self._running, return_exceptions=True)

    def _runner(self, job: Job) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            # A task of its own, shielded: stopping the scheduler cancels what it started, not what we began to send.
            task = asyncio.ensure_future(self._guarded(job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.shield(task)

        return run

    async def _guarded(self, job: Job) -> None:
        try:
            await job.run()
        except Exception:
            log.exception("job.failed", job=job.name)


async def _first(*events: asyncio.Event) -> None:
    """Waits until one of the events is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
