"""One pacer for all messages: one a second in a channel, so many a minute in a workspace and never all at once, and
what Slack asks for."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import Final

CHANNEL_S: Final = 1.05
"""Slack takes one message a second in a channel, and counts on its own clock."""
TEAM_MOST: Final = 150
TEAM_S: Final = 60.0
"""Slack takes "several hundred" messages a minute in a workspace and does not say how many."""
APART_S: Final = 0.05
"""Between two messages in a workspace: in a burst of all that a minute allows, people would wait for their answers."""
EDIT_MOST: Final = 45
"""Slack takes at least 50 edits a minute in a workspace."""
LONGEST_S: Final = 8.0
"""With the call that follows it this is less than a delivery waits for its send, which knows nothing after that."""
_MOST_KEPT: Final = 5000
_EDITS: Final = " edits"


class TooLong(Exception):
    """The next moment is further away than anybody should wait for it; none was taken. `is_team`: for all channels."""

    def __init__(self, seconds: float, *, is_team: bool) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds, self.is_team = seconds, is_team


class Pacer:
    """Gives each message its moment; messages of different channels wait for each other only in a busy workspace."""

    def __init__(
        self,
        *,
        channel_s: float = CHANNEL_S,
        team_most: int = TEAM_MOST,
        edit_most: int = EDIT_MOST,
        apart_s: float = APART_S,
    ) -> None:
        self._channel_s, self._team_most, self._edit_most = channel_s, team_most, edit_most
        self._apart_s = apart_s
        self._free: dict[str, float] = {}
        """From when on the next message of a channel may go."""
        self._given: defaultdict[str, deque[float]] = defaultdict(deque)
        """The moments of the last minute, by workspace, of its edits apart."""
        self._next: dict[str, float] = {}
        """From when on the next of such a row may go; one that waits for its channel holds up no other."""
        self._rests: dict[str, float] = {}

    def wait_s(self, team: str, channel: str) -> float:
        """Takes the next place for a message there; how long to wait for it. TooLong when that is too long."""
        wait = self._taken(team, team, self._team_most, at_least=self._free.get(channel, 0.0))
        self._free[channel] = asyncio.get_running_loop().time() + wait + self._channel_s
        while len(self._free) > _MOST_KEPT:
            del self._free[next(iter(self._free))]
        return wait

    def edit_wait_s(self, team: str) -> float:
        """The same for the edit of a message, which Slack counts by workspace only."""
        return self._taken(team, team + _EDITS, self._edit_most)

    def _taken(self, team: str, row: str, most: int, *, at_least: float = 0.0) -> float:
        now, given = asyncio.get_running_loop().time(), self._given[row]
        while given and given[0] <= now - TEAM_S:
            given.popleft()
        turn = at = max(now, self._next.get(row, 0.0), self._rests.get(team, 0.0))
        if len(given) >= most:
            at = max(at, given[-most] + TEAM_S)
        for_team, at = at - now, max(at, at_least)
        if at - now > LONGEST_S:
            raise TooLong(at - now, is_team=for_team > LONGEST_S)
        given.append(at)
        self._next[row] = turn + self._apart_s
        return at - now

    async def wait(self, team: str, channel: str) -> None:
        """Until a message may be sent there."""
        await asyncio.sleep(self.wait_s(team, channel))

    async def wait_edit(self, team: str) -> None:
        """Until one may be changed there."""
        await asyncio.sleep(self.edit_wait_s(team))

    def rest(self, team: str, seconds: float) -> None:
        """Slack asked for a pause."""
        now = asyncio.get_running_loop().time()
        self._rests[team] = max(self._rests.get(team, 0.0), now + seconds)
