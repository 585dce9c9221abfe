"""Feeds and pages read in worker processes, each reading within limits of time and memory.

A round trip to the worker costs 0.2 ms beside 5 to 100 ms of reading, and leaves the event loop free, so small feeds
go there as well. The processes are started when first needed and kept.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import structlog

import bot
from bot.errors import FeedError
from bot.ingest.fetch import Fetched
from bot.ingest.pages import PageText
from bot.ingest.parsed import ParsedFeed
from bot.ingest.worker import feed_from_wire, page_from_wire, read_frame, write_frame
from bot.saying import marked

log = structlog.get_logger(__name__)

_ROOT: Final = Path(bot.__file__).resolve().parent.parent
_KEPT_ENVIRONMENT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH")
_READINGS_OF_ONE: Final = 2000
"""A worker is replaced after so many readings, so that what a library leaks does not add up."""


class _Worker:
    """One process, and one reading at a time in it."""

    def __init__(self) -> None:
        self.readings = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bot.ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,  # an interrupt at the terminal is for the bot, which then closes us
        )

    def ask(self, head: dict[str, Any], body: bytes, limit_s: float) -> dict[str, Any] | None:
        """The worker's answer; None when it died or was killed for taking too long. Blocks."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.readings += 1
        timer = threading.Timer(limit_s, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            write_frame(self._process.stdin, head | {"limit_s": limit_s}, body)
            return read_frame(self._process.stdout)[0]
        except (EOFError, OSError, ValueError):
            return None
        finally:
            timer.cancel()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not sent yet has nobody to go to
                    stream.close()


def _environment() -> dict[str, str]:
    """What a worker is told of our environment: nothing secret."""
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    # One thread for numpy: more would reserve address space that counts against the limit of memory.
    return kept | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _processors() -> int:
    """Those that this process may run on, which in a container may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Parser:
    """Reads feeds and pages without letting them harm the process; close it to leave no process behind."""

    def __init__(self, *, workers: int | None = None, limit_s: float = 10.0) -> None:
        """`limit_s`: seconds that one reading may take; by default as many workers as there are spare processors."""
        self._limit_s = limit_s
        self._free = asyncio.Semaphore(workers or min(4, _processors()))
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._is_closed = False

    @property
    def process_ids(self) -> list[int]:
        """Of the workers that run now."""
        return [worker.process_id for worker in self._all]

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        """The feed in an answer; FeedError when it is none, or takes too much time or memory to read."""
        head = {
            "kind": "feed",
            "url": fetched.url,
            "content_type": fetched.content_type,
            "charset": fetched.charset,
        }
        answer = await self._ask(head, fetched.body)
        if "feed" in answer:
            return feed_from_wire(answer["feed"])
        raise FeedError(answer["error"], feeds=tuple(answer["feeds"]))

    async def page(self, body: bytes, url: str, *, charset: str = "") -> PageText | None:
        """The article on a page; None when there is none, or it cannot be read within the limits."""
        answer = await self._ask({"kind": "page", "url": url, "charset": charset}, body)
        if "error" in answer:
            log.warning("page.unread", reason=answer["error"])
        return page_from_wire(answer["page"]) if answer.get("page") else None

    async def _ask(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        async with self._free:
            if self._is_closed:
                raise FeedError(marked("It was not read: the bot is stopping."))
            # Shielded: a cancelled caller must not leave a worker half way through its answer.
            worker = self._idle.pop() if self._idle else self._start()
            return await asyncio.shield(asyncio.to_thread(self._ask_worker, worker, head, body))

    def _ask_worker(self, worker: _Worker, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        answer = worker.ask(head, body, self._limit_s)
        if answer is None or worker.readings >= _READINGS_OF_ONE or self._is_closed:
            self._all.discard(worker)
            worker.stop()
        else:
            self._idle.append(worker)
        if answer is None:
            log.warning("worker.replaced", kind=head["kind"], bytes=len(body), limit_s=self._limit_s)
            return {"error": f"It takes more than {self._limit_s:.0f} s or too much memory to read.", "feeds": []}
        return answer

    def _start(self) -> _Worker:
        worker = _Worker()
        self._all.add(worker)
        return worker

    def close(self) -> None:
        """Stops the workers at once; idempotent."""
        self._is_closed = True
        while self._all:
            self._all.pop().stop()
        self._idle.clear()
