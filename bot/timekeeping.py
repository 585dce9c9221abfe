"""Notices that the clock was set back, and puts right what it wrote while it ran ahead."""

from __future__ import annotations

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
        self._put_right_at: datetime | None = None

    async def look(self) -> None:
        now = self._clock.now()
        if self._put_right_at is None or self._is_back(now) or now - self._put_right_at > ANYWAY:
            if self._is_back(now):
                log.warning("clock.set_back", to=now.isoformat(), was=str(self._last))
            found = await self._store.ahead.put_right(now, news_window=self._news_window)
            if found:
                log.warning("clock.put_right", reason="the clock had run ahead", **found)
            self._put_right_at = now
        self._last = now

    def _is_back(self, now: datetime) -> bool:
        return self._last is not None and now < self._last - TOLERANCE
