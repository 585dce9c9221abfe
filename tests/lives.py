"""Lives of the whole bot on one store, each a fork of the test: from the feeds to the channel, until SIGKILL."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot import config, logs
from bot.app import App, Pace, build
from bot.errors import StoreError
from bot.store import engine
from tests.recorder import RecordingAdapter
from tests.shared_clock import SharedClock

PACE = Pace(poll_s=0.03, dispatch_s=0.03, deliver_s=0.02, prune_s=3600.0, notify_s=1.0)
BUSY_S = 0.25
"""For how long a life waits for a database that another process has locked."""


def forked(work: Callable[[], Coroutine[Any, Any, None]], *, errors: Path | None = None) -> int:
    """A process that does this and ends; what it writes to stderr goes to the end of a file."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if errors is not None:
            os.dup2(os.open(errors, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 2)
        asyncio.run(work())
        code = 0
    finally:
        os._exit(code)


@dataclass(frozen=True, kw_only=True)
class Life:
    """One life of the bot; nothing of it is kept but what is in the store and in the channel."""

    url: str
    folder: Path
    clock: SharedClock
    number: int
    trouble: float = 0.2
    """The share of messages whose answer is lost, or that the platform puts off."""

    async def __call__(self) -> None:
        engine.BUSY_TIMEOUT_S = BUSY_S  # type: ignore[misc]
        settings = config.load(
            env_file=None,
            database_url=self.url,
            log_level="warning",
            log_format="json",
            poll_interval_s=600,
            fetch_timeout_s=1.0,
            read_pages=False,
            allow_private_sources=(ip_network("127.0.0.0/8"),),
        )
        logs.configure(settings, watch=self._watch)
        app = await self._built(settings)
        for moment in ("before_cursor_execute", "commit"):
            event.listen(app.store.database.engine.sync_engine, moment, self._tick)
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        self.clock.child_is(up=True)
        await app.run(stop, pace=PACE)
        await app.close()

    async def _built(self, settings: config.Settings) -> App:
        """As whoever supervises the process would start it again and again."""
        while True:
            recorder = RecordingAdapter(self.folder / "channel.jsonl", trouble=self.trouble, seed=self.number)
            try:
                return await build(settings, clock=self.clock, adapters={"console": recorder})
            except StoreError:
                await asyncio.sleep(0.05)

    def _watch(self, told: Mapping[str, Any]) -> None:
        if told.get("event") in ("source.polled", "source.unchanged"):
            self.clock.note_done()

    def _tick(self, *_: object) -> None:
        self.clock.tick()
