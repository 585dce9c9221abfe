"""Rate limits: messages for each channel, messages for a workspace, and a tier for each other method."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

_TIER_2 = "conversations.list usergroups.list usergroups.users.list"
_TIER_4 = "users.info chat.postEphemeral views.open views.push views.update views.publish conversations.members"
_SPECIAL = "auth.test oauth.v2.access apps.connections.open chat.getPermalink"
_POSTS = ("chat.postMessage",)


def _per_minute() -> dict[str, int]:
    found = dict.fromkeys(_TIER_2.split(), 20) | dict.fromkeys(_TIER_4.split(), 100)
    return found | dict.fromkeys(_SPECIAL.split(), 600)


@dataclass
class Limits:
    """What is allowed; 0 switches a limit off."""

    channel_per_s: float = 1.0
    channel_burst: int = 3
    team_per_min: int = 300
    others_per_min: int = 50
    """Of each method that `methods` does not name (tier 3)."""
    methods: dict[str, int] = field(default_factory=_per_minute)
    channel_429: int = 0
    team_429: int = 0
    method_429: int = 0
    _filled: dict[str, tuple[float, float]] = field(default_factory=dict)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    @property
    def refused(self) -> int:
        """How many requests were answered with 429."""
        return self.channel_429 + self.team_429 + self.method_429

    def off(self) -> None:
        """Switches every limit off."""
        self.channel_per_s, self.team_per_min, self.others_per_min, self.methods = 0, 0, 0, {}

    def rest(self) -> None:
        """Forgets what was used, as if some minutes had passed."""
        self._filled.clear()
        self._recent.clear()

    def wait(self, team_id: str, method: str, channel: str) -> int:
        """Whole seconds to wait when a limit is reached, else 0 and the request is counted."""
        if method not in _POSTS:
            wait = self._window(f"{team_id} {method}", self.methods.get(method, self.others_per_min))
            self.method_429 += bool(wait)
        elif wait := self._window(team_id, self.team_per_min):
            self.team_429 += 1
        elif wait := self._bucket(f"{team_id} {channel}"):
            self.channel_429 += 1
        return math.ceil(wait)

    def _window(self, key: str, most: int) -> float:
        if not most:
            return 0.0
        now, used = time.monotonic(), self._recent[key]
        while used and used[0] <= now - 60.0:
            used.popleft()
        if len(used) >= most:
            return max(0.001, used[0] + 60.0 - now)
        used.append(now)
        return 0.0

    def _bucket(self, key: str) -> float:
        """Lets a burst through, then one message in each period."""
        if not self.channel_per_s:
            return 0.0
        now = time.monotonic()
        left, at = self._filled.get(key, (float(self.channel_burst), now))
        left = min(self.channel_burst, left + (now - at) * self.channel_per_s)
        is_free = left >= 1.0
        self._filled[key] = (left - is_free, now)
        return 0.0 if is_free else (1.0 - left) / self.channel_per_s
