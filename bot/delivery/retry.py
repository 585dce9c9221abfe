"""When a message that was not sent is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.documents import wording
from bot.models import Delivery
from bot.saying import marked

FIRST_S: Final = 5.0
LONGEST_S: Final = 900.0


def next_try(delivery: Delivery, now: datetime, *, after_s: float | None, jitter: float) -> datetime | None:
    """When to try again after a send that was not; None when the edition may not be posted by then.

    The pause doubles up to a quarter of an hour, and the last try is made when the edition's time ends. What the
    platform asked for (`after_s`) is a lower bound. `jitter` is 0 to 1 and spreads tries that failed together.
    """
    pause = min(LONGEST_S, FIRST_S * 2.0 ** min(delivery.attempts - 1, 20)) * (0.75 + jitter / 2)
    asked = now + timedelta(seconds=after_s or 0.0)
    end = delivery.last_chance
    if now >= end or asked > end:
        return None
    return max(asked, min(now + timedelta(seconds=pause), end))


def too_late(delivery: Delivery, now: datetime) -> str | None:
    """Why a message is not sent any more; None while it may be."""
    if now <= delivery.last_chance:
        return None
    late = wording.span(now - delivery.due_at)
    if not delivery.error:
        return marked("not sent within its time, {length} late").format(length=late)
    words = marked("not sent within its time, {length} late; before: {reason}")
    return words.format(length=late, reason=delivery.error)
