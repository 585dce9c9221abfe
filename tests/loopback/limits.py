"""Rate limits: one for all requests of the token, one for the messages of each channel."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass
class Limits:
    """What is allowed; 0 switches a limit off."""

    global_per_s: int = 50
    channel_burst: int = 5
    channel_window_s: float = 5.0
    global_429: int = 0
    route_429: int = 0
    invalid: int = 0
    """Requests answered with 401, 403 or 429, which Discord counts towards a ban."""
    _recent: deque[float] = field(default_factory=deque)
    _buckets: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def global_wait(self) -> float:
        """Seconds to wait when the token's limit is reached, else 0 and the request is counted."""
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        if self.global_per_s and len(self._recent) >= self.global_per_s:
            self.global_429 += 1
            return max(0.001, self._recent[0] + 1.0 - now)
        self._recent.append(now)
        return 0.0

    def bucket(self, key: str) -> tuple[int, float, bool]:
        """(remaining, seconds until it is full again, refused) of a channel's bucket after this request."""
        if not self.channel_burst:
            return 100, 1.0, False
        now, used = time.monotonic(), self._buckets[key]
        while used and used[0] <= now - self.channel_window_s:
            used.popleft()
        is_refused = len(used) >= self.channel_burst
        if is_refused:
            self.route_429 += 1
        else:
            used.append(now)
        return max(0, self.channel_burst - len(used)), used[0] + self.channel_window_s - now, is_refused
