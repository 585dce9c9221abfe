"""Politeness: how many requests a host gets at once, how soon after another, and none while it asked for rest."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from bot.errors import FetchError
from bot.saying import marked

AT_ONCE: Final = 64
PER_HOST: Final = 2
GAP_S: Final = 0.5
LONGEST_GAP_S: Final = 10.0
LONGEST_REST_S: Final = 3600.0
"""One feed's Retry-After may be a day; the thousand other feeds of its host should not all be late for that."""
REMEMBERED: Final = 4096


@dataclass(slots=True)
class _Host:
    gap_s: float
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PER_HOST))
    next_at: float = 0.0
    """Monotonic time before which no request begins."""
    rest_until: float = 0.0


class Hosts:
    """A turn at a host. Times are of the monotonic clock, since they are waited for and never kept.

    `is_ours` tells the hosts of the operator's own network, which need no gap.
    """

    def __init__(self, *, gap_s: float = GAP_S, is_ours: Callable[[str], bool] = lambda _: False) -> None:
        self._gap_s, self._is_ours = gap_s, is_ours
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for a turn at the host and holds it while the block runs; FetchError while the host rests."""
        known = self._host(host)
        async with known.slots:
            rest = known.rest_until - time.monotonic()
            if rest > 0:
                raise FetchError(marked("its host asked us to wait"), retry_after_s=rest)
            now = time.monotonic()
            start = max(now, known.next_at)
            known.next_at = start + known.gap_s
            if start > now:
                await asyncio.sleep(start - now)
            async with self._slots:
                yield

    def rest(self, host: str, seconds: float) -> None:
        """No request to this host for so long, up to an hour: it said so (Retry-After)."""
        known = self._host(host)
        known.rest_until = max(known.rest_until, time.monotonic() + min(seconds, LONGEST_REST_S))

    def slow_down(self, host: str, gap_s: float) -> None:
        """The gap that a host's robots.txt asks for, within reason."""
        self._host(host).gap_s = min(max(gap_s, self._gap_s), LONGEST_GAP_S)

    def _host(self, name: str) -> _Host:
        known = self._hosts.get(name)
        if known is None:
            known = self._hosts[name] = _Host(gap_s=0.0 if self._is_ours(name) else self._gap_s)
            if len(self._hosts) > REMEMBERED:
                self._forget()
        self._hosts.move_to_end(name)
        return known

    def _forget(self) -> None:
        """The host that was asked longest ago and does not rest; where the oldest all rest, the first of them."""
        now = time.monotonic()
        oldest = islice(self._hosts.items(), AT_ONCE)
        del self._hosts[next((name for name, host in oldest if host.rest_until <= now), next(iter(self._hosts)))]
