"""One pacer for the bot's token: under Discord's global limit, and far from the ban for refused requests.

discord.py waits for each route's own limit but knows no global one: of a fan-out to 100 channels a quarter was lost.
The answers to commands are not counted by Discord and do not wait here; what does gives way to them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sized
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

import aiohttp
import structlog

from bot.courtesy import give_way

log = structlog.get_logger(__name__)

GLOBAL_PER_S: Final = 50.0
WINDOW_S: Final = 1.03
WINDOW_MOST: Final = 50
"""So many requests in any such time, which is a little longer than the second in which Discord counts as many: by that
much a request may be slower on its way than the one that comes so many after it. It costs 2.9 % of the rate."""
START_FREE: Final = 5
"""Requests that a start takes: who we are, where the gateway is, which commands are there."""
START_PER_S: Final = 10.0
START_S: Final = 1.0
"""How long a new process goes slowly, since the one before it may have used up the second that it begins in."""
REFUSED_WINDOW_S: Final = 600.0
REFUSED_MOST: Final = 4000
"""Of 10,000 refused requests within ten minutes Discord bans the address; at this many we stop for a while."""
_UNCOUNTED: Final = ("/interactions/", "/webhooks/")


@dataclass(slots=True)
class Moment:
    """When a request was let go; put right when it is on its way, since a connection may have to be made first."""

    at: float


class Pacer:
    """Gives each request its moment, in the order in which they ask: evenly, and never too many in a second.

    Even steps alone are not enough: when the process was held up for a moment, those that waited would go all at once.
    """

    def __init__(self, answers: Sized = (), *, most: int = WINDOW_MOST, window_s: float = WINDOW_S) -> None:
        self._answers = answers
        # A little faster than the window allows, so that a moment in which the process was held up is made good.
        self._gap_s, self._window_s = 0.8 * window_s / most, window_s
        self._turn = asyncio.Lock()
        self._given: deque[Moment] = deque(maxlen=most)
        self._count = 0
        self._free_at = 0.0
        self._began_at = 0.0
        self._refused: deque[float] = deque()

    async def wait(self) -> Moment:
        """Until this request may be sent; gives the moment, to be put right when it is."""
        clock = asyncio.get_running_loop().time
        async with self._turn:
            at = max(self._free_at, clock())
            self._free_at = at + self._gap(at)
            if len(self._given) == self._given.maxlen:
                at = max(at, self._given[0].at + self._window_s)
            if (pause := at - clock()) > 0:
                await asyncio.sleep(pause)
            await give_way(self._answers)
            self._given.append(moment := Moment(clock()))
            return moment

    def _gap(self, at: float) -> float:
        """How long after a request at this instant the next one may follow."""
        self._began_at = self._began_at or at
        self._count += 1
        if self._count <= START_FREE:
            return 0.0
        return 1.0 / START_PER_S if at < self._began_at + START_S else self._gap_s

    def note(self, status: int, *, is_global: bool = False, is_shared: bool = False, after_s: float = 0.0) -> None:
        """Takes in what a request was answered with."""
        now = asyncio.get_running_loop().time()
        if is_global:
            self._free_at = max(self._free_at, now + after_s)
            log.warning("discord.global_limit", after_s=after_s)
        if status in (401, 403) or (status == 429 and not is_shared):
            self._refused.append(now)

    @property
    def refused(self) -> int:
        """Requests that were refused within the last ten minutes."""
        limit = asyncio.get_running_loop().time() - REFUSED_WINDOW_S
        while self._refused and self._refused[0] < limit:
            self._refused.popleft()
        return len(self._refused)

    @property
    def is_exhausted(self) -> bool:
        """Whether so many were refused that nothing which may be refused should be sent now."""
        return self.refused >= REFUSED_MOST

    def trace(self) -> aiohttp.TraceConfig:
        """Hangs the pacer into each request of an HTTP session, discord.py's own retries included."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._before)
        config.on_request_headers_sent.append(self._sent)
        config.on_request_chunk_sent.append(self._sent)
        config.on_request_end.append(self._after)
        return config

    async def _before(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        if not any(part in params.url.path for part in _UNCOUNTED):
            context.moment = await self.wait()

    async def _sent(
        self,
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestHeadersSentParams | aiohttp.TraceRequestChunkSentParams,
    ) -> None:
        """After its headers, and again with its body, before which the process may have been held up."""
        if moment := getattr(context, "moment", None):
            moment.at = asyncio.get_running_loop().time()

    async def _after(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        headers = params.response.headers
        self.note(
            params.response.status,
            is_global=headers.get("X-RateLimit-Global", "").lower() == "true",
            is_shared=headers.get("X-RateLimit-Scope") == "shared",
            after_s=_seconds(headers.get("Retry-After", "")),
        )


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
