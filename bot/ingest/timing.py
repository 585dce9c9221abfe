"""When a source is polled next. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from bot.models import Source

LONGEST_S: Final = 6 * 3600
LONGEST_FAILING_S: Final = 24 * 3600
GONE_AFTER: Final = timedelta(days=1)
"""What takes the place of the days of patience for a feed whose server says that it is gone for good (410)."""
JITTER: Final = 0.1
SLOWER: Final = 1.25
"""How much longer the pause gets each time a feed has nothing new."""


def after_success(
    source: Source, *, now: datetime, base_interval_s: int, ttl_s: float | None, had_new: bool, jitter: float
) -> tuple[int, datetime]:
    """The pause in seconds, and the next poll. A quiet feed is asked less often, up to 4 times the base pause.

    What the publisher asks for (`ttl_s`) is a lower bound, up to a day. `jitter` is -1 to 1.
    """
    pause = base_interval_s if had_new else min(source.interval_s * SLOWER, base_interval_s * 4)
    pause = min(max(pause, base_interval_s), max(LONGEST_S, base_interval_s))
    asked = min(ttl_s or 0.0, LONGEST_FAILING_S)
    return _at(pause, asked, now, jitter)


def after_failure(
    source: Source,
    *,
    now: datetime,
    base_interval_s: int,
    retry_after_s: float | None,
    is_gone: bool,
    jitter: float,
) -> tuple[int, datetime]:
    """The pause in seconds, and the next poll: twice as long with each failure in a row, up to a day.

    `retry_after_s` is a lower bound, up to a day; a feed that is gone for good (410) is asked once a day.
    """
    pause = LONGEST_FAILING_S if is_gone else min(base_interval_s * 2.0 ** min(source.failures, 16), LONGEST_FAILING_S)
    asked = min(retry_after_s or 0.0, LONGEST_FAILING_S)
    _, at = _at(pause, asked, now, jitter)
    # The pause of a working feed is kept for when it works again.
    return source.interval_s, at


class Verdict(Enum):
    """What a source that fails comes to."""

    POLL = "poll"
    WARN = "warn"
    """Failing for long: those who follow it are told."""
    SWITCH_OFF = "switch off"


def verdict(source: Source, *, now: datetime, is_gone: bool, patience: timedelta) -> Verdict:
    """What the failure of just now means. A source is switched off as long after the notice as the notice took.

    Counted from the notice, so that a bot that was off for a month tells before it acts.
    """
    limit = min(GONE_AFTER, patience) if is_gone else patience
    if source.warned_at:
        return Verdict.SWITCH_OFF if now - source.warned_at >= limit else Verdict.POLL
    return Verdict.WARN if source.failing_since and now - source.failing_since >= limit else Verdict.POLL


def _at(pause: float, asked: float, now: datetime, jitter: float) -> tuple[int, datetime]:
    return int(pause), now + timedelta(seconds=max(pause * (1 + JITTER * jitter), asked))
