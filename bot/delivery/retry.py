"""When a message that was not sent is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FIRST_S: Final = 5.0
LONGEST_S: Final = 900.0
MOST_ATTEMPTS: Final = 30
"""With the longest pause this is most of a working day."""


def next_try(attempts: int, now: datetime, *, after_s: float | None, jitter: float) -> datetime | None:
    """When to try again after this many attempts; None when it is time to give up.

    The pause doubles up to a quarter of an hour. What the platform asked for (`after_s`) is a lower bound. `jitter` is
    0 to 1 and spreads tries that failed together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    pause = min(LONGEST_S, FIRST_S * 2 ** (attempts - 1)) * (0.75 + jitter / 2)
    return now + timedelta(seconds=max(pause, after_s or 0.0))
