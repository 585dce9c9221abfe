"""Leaves a model alone that fails again and again, and tries it once more after a pause that grows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

THRESHOLD: Final = 3
"""Failures in a row before it is left alone."""
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(minutes=30)


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row; a success forgets them."""

    failures: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the model is to be left alone; after the pause it is not, and the next failure opens it again."""
        return self.open_until is not None and now < self.open_until

    def failed(self, now: datetime, *, at_least: timedelta = timedelta(), is_certain: bool = False) -> timedelta | None:
        """Notes a failure; how long to leave the model alone, None when it may be asked again at once.

        `at_least`: what the model's server asked for. `is_certain`: it will not work until somebody acts.
        """
        self.failures += 1
        pause = at_least
        if is_certain:
            pause = LONGEST_PAUSE
        elif self.failures >= THRESHOLD:
            pause = max(pause, min(FIRST_PAUSE * 2 ** (self.failures - THRESHOLD), LONGEST_PAUSE))
        if not pause:
            return None
        self.open_until = max(now + pause, self.open_until or now)
        return pause

    def succeeded(self) -> None:
        self.failures, self.open_until = 0, None
