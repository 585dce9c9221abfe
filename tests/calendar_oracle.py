"""The calendar's law once more, from the list of offset changes alone: no datetime with a fold, no round trips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.digests.calendar import Due
from bot.models import TimeOfDay


def expected_editions(zone: str, at: time, start: date, end: date) -> Iterator[Due]:
    """Every edition of the dates from `start` up to `end`."""
    changes = offset_changes(zone, start, end)
    on = start
    place = 0
    while on < end:
        wall = datetime.combine(on, at)
        while place + 1 < len(changes) and changes[place + 1][0] <= wall - changes[place][1]:
            place += 1
        # Walls are compared with the offset in force until a change and with the one after it, in order of time.
        due = _first_instant(changes, place, wall)
        if due is not None and _local_date(changes, due) in (on, on + timedelta(days=1)):
            last_before = _local_date(changes, due - timedelta(seconds=1))
            if not last_before < on < _local_date(changes, due):
                yield Due(on=on, at=due.replace(tzinfo=UTC))
        on += timedelta(days=1)


def expected_runs(zone: str, times: Sequence[TimeOfDay], start: date, end: date) -> list[Due]:
    """Every run of the dates from `start` up to `end`, in order; of those at one instant the first of the schedule."""
    found: dict[datetime, Due] = {}
    for one in times:
        for due in expected_editions(zone, one.at, start, end):
            run = Due(on=due.on, at=due.at, slot=one.slot)
            known = found.get(due.at)
            if known is None or run.on < known.on:
                found[due.at] = run
    return [found[at] for at in sorted(found)]


def _first_instant(changes: list[tuple[datetime, timedelta]], place: int, wall: datetime) -> datetime | None:
    for number in range(max(0, place - 1), min(len(changes), place + 3)):
        since, offset = changes[number]
        until = changes[number + 1][0] if number + 1 < len(changes) else datetime.max
        instant = wall - offset
        if since <= instant < until:
            return instant
        if instant < since:
            return since  # skipped: the wall lies in the gap that this change made
    return None


def _local_date(changes: list[tuple[datetime, timedelta]], instant: datetime) -> date:
    offset = next(offset for since, offset in reversed(changes) if since <= instant)
    return (instant + offset).date()


@cache
def offset_changes(zone: str, start: date, end: date) -> list[tuple[datetime, timedelta]]:
    """(instant in naive UTC, offset from then on), the first one far before `start`; to the second."""
    there = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.replace(tzinfo=UTC).astimezone(there).utcoffset() or timedelta()

    step = timedelta(hours=6)
    at = datetime.combine(start, time()) - timedelta(days=3)
    found = [(datetime.min + timedelta(days=400), offset(at))]
    last = datetime.combine(end, time()) + timedelta(days=3)
    while at < last:
        if offset(at + step) != offset(at):
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset(middle) == offset(at) else (low, middle)
            found.append((high.replace(microsecond=0), offset(high)))
        at += step
    return found
