"""What tells that this process is at work: when each job ended well last, and each platform was connected last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from bot.ports import Adapter, Clock
from bot.pulse import connection
from bot.schedule import Schedule

ASK_S: Final = 1.0


class Signs:
    """Of one process; `pulse` judges them, here and from the heartbeat of this process in the store."""

    def __init__(self, schedule: Schedule, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._schedule, self._adapters, self._clock = schedule, adapters, clock
        self._connected: dict[str, datetime] = {}

    @property
    def troubles(self) -> Mapping[str, str]:
        """What the store says to each job that it does not let do its work."""
        return self._schedule.troubles

    @asynccontextmanager
    async def serving(self, platform: str) -> AsyncIterator[None]:
        """While it lasts the platform is ours to be connected to."""
        self._connected[platform] = self._clock.now()
        try:
            yield
        finally:
            del self._connected[platform]

    async def look(self) -> dict[str, datetime]:
        """The last sign of each job and platform; of one that has given none yet, when it began."""
        for platform in list(self._connected):
            if await self._is_connected(platform) and platform in self._connected:
                self._connected[platform] = self._clock.now()
        return self._schedule.ended | {connection(platform): at for platform, at in self._connected.items()}

    async def _is_connected(self, platform: str) -> bool:
        try:
            async with asyncio.timeout(ASK_S):
                return await self._adapters[platform].is_connected()
        except TimeoutError:
            return False
