"""When a digest is due. Pure.

The law: a local time that a day skips (the clock goes forward) is due at the first instant after the gap; one that a
day has twice (the clock goes back) is due at the first of the two; a local date that does not exist has no edition. So
every local date that exists has exactly one for each time, save that times which a gap moves onto the same instant
have one together.

All sums are done on dates or in UTC: arithmetic on a local datetime forgets which of two equal times it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.models import TimeOfDay
from bot.models.zones import zone_of

_SEARCH_DAYS: Final = 16
"""A week, and as many dates as any zone ever skipped at once, with room to spare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A run of a digest: the local date it is for and the slot of that day, and the instant in UTC."""

    on: date
    at: datetime
    slot: int = 0


def next_edition(at: time, zone: str, days: Sequence[int], *, after: datetime) -> Due:
    """As `next_run`, of a schedule with one time a day."""
    return next_run((TimeOfDay(at=at),), zone, days, after=after)


def next_run(
    times: Sequence[TimeOfDay], zone: str, days: Sequence[int], *, after: datetime, since: date | None = None
) -> Due:
    """The first run strictly after an instant, at one of these local times on these weekdays (Monday is 0).

    `since`: on this local date or a later one. Of times that fall on the same instant the first in order has it.
    """
    return _next_run(tuple(times), zone, tuple(days), after, since)


# Digests of a fan-out are due at the same time in a few zones.
@lru_cache(maxsize=1024)
def _next_run(
    times: tuple[TimeOfDay, ...], zone: str, days: tuple[int, ...], after: datetime, since: date | None
) -> Due:
    # The local date may be a day behind what the instant's own date says, so the search begins a day early.
    start = after.astimezone(zone_of(zone)).date() - timedelta(days=1)
    if since is not None:
        start = max(start, since)
    for offset in range(_SEARCH_DAYS):
        on = start + timedelta(days=offset)
        if on.weekday() not in days:
            continue
        # The later a time, the later or the same its instant, over dates as well: the first that fits is the next.
        for one in times:
            if (instant := instant_of(on, one.at, zone)) and instant > after:
                return Due(on=on, at=instant, slot=one.slot)
    raise ValueError(f"no run within {_SEARCH_DAYS} days of {after.isoformat()} for days {tuple(days)}")


def instant_of(on: date, at: time, zone: str) -> datetime | None:
    """The instant in UTC of a local time on a local date; None when that date does not exist in the zone."""
    there = zone_of(zone)
    wall = datetime.combine(on, at)
    instant = wall.replace(tzinfo=there, fold=0).astimezone(UTC)
    if instant.astimezone(there).replace(tzinfo=None) == wall:
        return instant
    instant = _end_of_gap(wall, there)
    last_before = (instant - timedelta(seconds=1)).astimezone(there).date()
    return None if last_before < on < instant.astimezone(there).date() else instant


def _end_of_gap(wall: datetime, there: ZoneInfo) -> datetime:
    """The first instant whose local time is past a time that was skipped."""
    # With fold=0 a skipped time is read with the offset before the gap, so it lies after it; with fold=1 before it.
    after = wall.replace(tzinfo=there, fold=0).astimezone(UTC)
    before = wall.replace(tzinfo=there, fold=1).astimezone(UTC)
    low, high = int(before.timestamp()), int(after.timestamp())
    offset_after = after.astimezone(there).utcoffset()
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, there).utcoffset() == offset_after:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(low, UTC)
