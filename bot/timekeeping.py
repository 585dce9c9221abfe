"""Notices that the clock was set back, and puts right what it wrote while it ran ahead."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.ports import Clock
from bot.store import Store
from bot.store.ahead import TOLERANCE

log = structlog.get_logger(__name__)

ANYWAY: Final = timedelta(hours=1)
"""So often it is looked for, since the clock of another process may have been wrong."""


class Timekeeper:
    """Looks at its first look, when the clock went back, and now and then; other looks cost nothing."""

    def __init__(self, store: Store, clock: Clock, *, news_window: timedelta) -> None:
        self._store, self._clock, self._news_window = store, clock, news_window
        self._last: datetime | None = None
        self._looked_at = 0.0
        """The same instant by a clock that nobody sets."""
        self._put_right_at: datetime | None = None

    async def look(self) -> None:
        now = self._clock.now()
        self._tell(now)
        if self._last is not None and now < self._last - TOLERANCE:
            self._put_right_at = None
        self._last, self._looked_at = now, time.monotonic()
        if self._put_right_at is None or now - self._put_right_at > ANYWAY:
            found = await self._store.ahead.put_right(now, news_window=self._news_window)
            if found:
                log.warning("clock.put_right", reason="the clock had run ahead", **found)
            self._put_right_at = now

    def _tell(self, now: datetime) -> None:
        """Says when the clock was set, which explains what is late or skipped from then on."""
        if self._last is None:
            return
        ahead = now - self._last - timedelta(seconds=time.monotonic() - self._looked_at)
        if abs(ahead) > TOLERANCE:
            log.warning("clock.set", by_s=round(ahead.total_seconds()), reason="set anew, or the machine slept")
