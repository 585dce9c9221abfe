"""One pacer for all messages: one a second in a channel, so many a minute in a workspace, and what Slack asks for."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import Final

CHANNEL_S: Final = 1.05
"""Slack takes one message a second in a channel, and counts on its own clock."""
TEAM_MOST: Final = 150
TEAM_S: Final = 60.0
"""Slack takes "several hundred" a minute in a workspace and does not say how many."""
_MOST_KEPT: Final = 5000


class Pacer:
    """Gives each message its moment; messages of different channels wait for each other only in a busy workspace."""

    def __init__(self, *, channel_s: float = CHANNEL_S, team_most: int = TEAM_MOST) -> None:
        self._channel_s, self._team_most = channel_s, team_most
        self._channel_free: dict[str, float] = {}
        self._team_given: defaultdict[str, deque[float]] = defaultdict(deque)
        self._team_free: dict[str, float] = {}

    def wait_s(self, team: str, channel: str) -> float:
        """Takes the next place for a message there; how long to wait for it."""
        now = asyncio.get_running_loop().time()
        given = self._team_given[team]
        while given and given[0] <= now - TEAM_S:
            given.popleft()
        at = max(now, self._channel_free.get(channel, 0.0), self._team_free.get(team, 0.0))
        if len(given) >= self._team_most:
            at = max(at, given[-self._team_most] + TEAM_S)
        given.append(at)
        self._channel_free[channel] = at + self._channel_s
        while len(self._channel_free) > _MOST_KEPT:
            del self._channel_free[next(iter(self._channel_free))]
        return at - now

    async def wait(self, team: str, channel: str) -> None:
        """Until a message may be sent there."""
        if (seconds := self.wait_s(team, channel)) > 0:
            await asyncio.sleep(seconds)

    def rest(self, team: str, seconds: float) -> None:
        """Slack asked for a pause."""
        now = asyncio.get_running_loop().time()
        self._team_free[team] = max(self._team_free.get(team, 0.0), now + seconds)
