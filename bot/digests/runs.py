"""The runs of a digest: which is next, which were missed, and what a change of its times makes of them. Pure.

A day has a run for each slot. A time that is changed keeps its slot, so that a day which has had its run does not get
another; where the new time has passed already on a day whose run is still to come, that run comes at the old time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain, count
from typing import Final

from bot.digests.calendar import Due, instant_of, next_run
from bot.models import Covers, Digest, TimeOfDay
from bot.models.zones import zone_of

OVERLAP: Final = timedelta(hours=12)
"""How much further back an edition looks than to the one before it, which may have been too early for something."""
WEEK: Final = timedelta(days=7) + OVERLAP
LONGEST: Final = timedelta(days=8)

Made = Collection[tuple[date, int]]
"""The dates and slots that have had their edition."""


def retimed(digest: Digest, times: Sequence[time], *, used: Collection[int] = ()) -> Digest:
    """The digest at these times of the day. A time that stays keeps its slot, and a new one has that of the time
    nearest to it that went.

    `used` are slots that had their edition today: what is added beside takes those that are free before others, so that
    taking a time away and adding another is no way to a further edition either.
    """
    wanted = sorted(set(times))
    slots = {one.at: one.slot for one in digest.times if one.at in wanted}
    gone = [one for one in digest.times if one.at not in wanted]
    new = [at for at in wanted if at not in slots]
    pairs = [(at, one) for at in new for one in gone]
    for at, one in sorted(pairs, key=lambda pair: _apart(pair[0], pair[1].at)):
        if at not in slots and one.slot not in slots.values():
            slots[at] = one.slot
    for at in new:
        if at not in slots:
            slots[at] = next(slot for slot in chain(sorted(used), count()) if slot not in slots.values())
    first, *others = [TimeOfDay(slot=slots[at], at=at) for at in wanted]
    return replace(digest, at=first.at, slot=first.slot, also_at=tuple(others))


def used_today(digest: Digest, made: Made, now: datetime) -> set[int]:
    """The slots of its local date that had their edition."""
    today = now.astimezone(zone_of(digest.zone)).date()
    return {slot for on, slot in made if on == today}


def _apart(one: time, other: time) -> int:
    return abs(one.hour * 60 + one.minute - other.hour * 60 - other.minute)


def next_of(digest: Digest, *, after: datetime, made: Made = ()) -> Due:
    """Its first run strictly after an instant that has had no edition, not before a pause ends."""
    while True:
        due = next_run(digest.times, digest.zone, digest.days, after=after, since=digest.paused_until)
        if (due.on, due.slot) not in made:
            return due
        after = due.at


def due_next(digest: Digest, due: Due) -> Digest:
    """The digest with this as its next run."""
    return replace(digest, next_due_at=due.at, next_on=due.on, next_slot=due.slot)


def rescheduled(old: Digest, new: Digest, *, made: Made, now: datetime) -> Digest:
    """The digest as it was changed, with its next run.

    A run that is due already is kept, so that a change at that moment does not lose it. One that is to come and would
    be lost, since its new time has passed, is kept at its old time. No slot of a date has a second run.
    """
    due = next_of(new, after=now, made=made)
    old_run = pending(old)
    if old_run is None or new.is_paused or (old_run.on, old_run.slot) in made:
        return due_next(new, due)
    if old_run.at <= now and not old.is_paused:
        return due_next(new, old_run)
    if old_run.at < due.at and not old.is_paused and _would_be_lost(old_run, new, due, made, now):
        return due_next(new, old_run)
    return due_next(new, due)


def pending(digest: Digest) -> Due | None:
    """The run that is noted as its next."""
    if digest.next_due_at is None or digest.next_on is None:
        return None
    return Due(on=digest.next_on, at=digest.next_due_at, slot=digest.next_slot)


def _would_be_lost(run: Due, new: Digest, due: Due, made: Made, now: datetime) -> bool:
    """Whether a date that the schedule still has would go without a run that it was to have."""
    if run.on.weekday() not in new.days or (new.paused_until and run.on < new.paused_until):
        return False
    at = next((one.at for one in new.times if one.slot == run.slot), None)
    if at is not None:
        instant = instant_of(run.on, at, new.zone)
        return instant is None or instant <= now
    return due.on > run.on and not any(on == run.on for on, _ in made)


def missed_and_due(digest: Digest, now: datetime) -> list[Due]:
    """Every run up to now that has not been handled, the newest last; at least one, and one for each slot of a date."""
    run = pending(digest)
    assert run is not None
    runs = {}
    while run.at <= now:
        # A digest whose time was changed while it was due may come to its slot again: the later time holds.
        runs[run.on, run.slot] = run
        run = next_of(digest, after=run.at)
    return sorted(runs.values(), key=lambda run: run.at)


def run_by_hand(digest: Digest, *, made: Made, now: datetime) -> Due | None:
    """The run of today that one sent now takes the place of: the next, else one that passed; None when all were."""
    today = now.astimezone(zone_of(digest.zone)).date()
    free = [one for one in digest.times if (today, one.slot) not in made]
    ahead = [one for one in free if (instant := instant_of(today, one.at, digest.zone)) and instant > now]
    chosen = next(iter(ahead or free), None)
    return Due(on=today, at=now, slot=chosen.slot) if chosen else None


def next_beside(run: Due, digest: Digest, *, made: Made, now: datetime) -> Due:
    """Its next run when this one is sent by hand. One that is due already stays the next: nobody has handled it."""
    waiting = pending(digest)
    taken = {*made, (run.on, run.slot)}
    if waiting and waiting.at <= now and not digest.is_paused and (waiting.on, waiting.slot) not in taken:
        return waiting
    return next_of(digest, after=now, made=taken)


def window(first: Due, last: Due, digest: Digest) -> timedelta:
    """How far back the edition of the last of some runs looks, when none of the others had one."""
    if digest.covers is Covers.WEEK:
        return WEEK
    start = _before(first, digest)
    return min(_wall(last, digest) - start + OVERLAP, LONGEST)


def _before(run: Due, digest: Digest) -> datetime:
    """The local time of the run before this one, by the schedule as it is now."""
    wall = _wall(run, digest)
    for days in range(8):
        on = run.on - timedelta(days=days)
        found = [local for one in digest.times if (local := datetime.combine(on, one.at)) < wall]
        if found and on.weekday() in digest.days:
            return found[-1]
    return wall - timedelta(days=7)


def _wall(run: Due, digest: Digest) -> datetime:
    at = next((one.at for one in digest.times if one.slot == run.slot), digest.at)
    return datetime.combine(run.on, at)
