"""Writes down what was sent or had to be put back, of a moment in one transaction: a fan-out settles fifty in a second.

Each waits until it is written. What was sent and is not written when the process dies is looked for after its lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from bot.models import Delivery
from bot.ports import Clock
from bot.store import Store

GATHER_S: Final = 0.1
"""How long a message waits for others to be written with it, while others are under way."""


class Settling:
    """One for the process; knows how many messages are under way, so that the last ones do not wait for more."""

    def __init__(self, store: Store, clock: Clock, *, owner: str) -> None:
        self._store, self._clock, self._owner = store, clock, owner
        self._under_way = 0
        self._refs: dict[int, str] = {}
        self._back: dict[int, tuple[str, datetime, bool]] = {}
        self._is_whole = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A message is being sent, and may have to be written down within."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._look()

    async def sent(self, delivery_id: int, ref: str) -> None:
        """Writes that a message stands in its channel under this reference; raises what the store raises."""
        self._refs[delivery_id] = ref
        await self._written()

    async def put_back(self, delivery: Delivery, reason: str, until: datetime) -> None:
        """Writes that a message was not sent, and is to be claimed then as if it had never been; raises likewise."""
        self._back[delivery.id] = reason, until, delivery.is_unsure
        await self._written()

    async def _written(self) -> None:
        if self._writing is None:
            self._is_whole.clear()
            self._writing = asyncio.create_task(self._write())
        self._look()
        # Others wait for the same task: that one of them is cancelled must not end it.
        await asyncio.shield(self._writing)

    async def end(self) -> None:
        """Until what was sent is written, also when those who waited for it were cancelled."""
        if self._writing is not None:
            self._is_whole.set()
            await asyncio.wait({self._writing})

    def _look(self) -> None:
        if len(self._refs) + len(self._back) >= self._under_way:
            self._is_whole.set()

    async def _write(self) -> None:
        try:
            async with asyncio.timeout(GATHER_S):
                await self._is_whole.wait()
        except TimeoutError:
            pass
        refs, back = self._refs, self._back
        self._refs, self._back, self._writing = {}, {}, None
        if refs:
            await self._store.deliveries.settle_sent(refs, owner=self._owner, now=self._clock.now())
        if back:
            await self._store.deliveries.put_back(back, owner=self._owner)
