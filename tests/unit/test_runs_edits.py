"""What becomes of a digest's runs when its times are changed: none twice, and no date without one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.calendar import Due, instant_of
from bot.digests.runs import (
    OVERLAP,
    WEEK,
    due_next,
    missed_and_due,
    next_of,
    rescheduled,
    retimed,
    run_by_hand,
    used_today,
    window,
)
from bot.models import LOCAL_WORKSPACE, ChannelRef, Covers, Digest

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
TODAY = date(2026, 1, 15)


def digest(*times: str, now: datetime = NOON, **parts: object) -> Digest:
    first, *others = [time.fromisoformat(one) for one in times]
    made = Digest(
        id=1,
        workspace_id=LOCAL_WORKSPACE,
        name="Morning",
        channel=ChannelRef("console:news"),
        at=first,
        zone="UTC",
        created_at=now,
    )
    made = retimed(replace(made, **parts), [first, *others])  # type: ignore[arg-type]
    return due_next(made, next_of(made, after=now))


def slots(of: Digest) -> dict[str, int]:
    return {f"{one.at:%H:%M}": one.slot for one in of.times}


def times(*texts: str) -> list[time]:
    return [time.fromisoformat(text) for text in texts]


def edited(of: Digest, *texts: str, made: set[tuple[date, int]] | None = None, now: datetime = NOON) -> Digest:
    made = made or set()
    new = retimed(of, times(*texts), used=used_today(of, made, now))
    return rescheduled(of, new, made=made, now=now)


def coming(of: Digest) -> str:
    assert of.next_due_at is not None
    return f"{of.next_due_at:%d %H:%M}"


def test_a_time_keeps_its_slot_and_a_moved_one_that_of_the_nearest_that_went() -> None:
    made = digest("08:00", "18:00")
    assert slots(made) == {"08:00": 0, "18:00": 1}
    assert slots(retimed(made, times("18:00"))) == {"18:00": 1}
    assert slots(retimed(made, times("19:00"))) == {"19:00": 1}
    assert slots(retimed(made, times("07:00", "18:00", "12:00"))) == {"07:00": 0, "12:00": 2, "18:00": 1}
    assert slots(retimed(retimed(made, times("18:00")), times("18:00", "20:00"), used={0})) == {"18:00": 1, "20:00": 0}


def test_taking_a_time_away_and_adding_another_is_no_further_edition_of_the_day() -> None:
    moved = retimed(digest("08:00", "18:00"), times("18:00"))
    added = retimed(moved, times("18:00", "20:00"), used={1})
    later = retimed(retimed(added, times("20:00"), used={0, 1}), times("20:00", "21:00"), used={0, 1})
    assert slots(later) == {"20:00": 0, "21:00": 1}
    three = retimed(digest("08:00", "12:00", "18:00"), times("18:00"))
    assert slots(retimed(three, times("18:00", "20:00"), used={0, 1})) == {"18:00": 2, "20:00": 0}
    assert slots(retimed(digest("20:00"), times("20:00", "21:00"), used={0, 2})) == {"20:00": 0, "21:00": 2}


@pytest.mark.parametrize(
    ("before", "made", "after", "expected"),
    [
        (("08:00",), {0}, ("14:00",), "16 14:00"),  # today had its edition
        (("18:00",), set(), ("14:00",), "15 14:00"),
        (("18:00",), set(), ("08:00",), "15 18:00"),  # today would have none: it comes at the old time
        (("18:00",), {0}, ("08:00",), "16 08:00"),  # sent by hand
        (("08:00",), {0}, ("08:00", "18:00"), "15 18:00"),
        (("08:00", "18:00"), {0}, ("18:00",), "15 18:00"),
        (("08:00", "18:00"), {0}, ("08:00",), "16 08:00"),
        (("08:00", "18:00"), {0}, ("08:00", "11:00"), "15 18:00"),  # this evening's is still to come
        (("18:00",), set(), ("08:00", "14:00"), "15 14:00"),
    ],
)
def test_change_neither_repeats_nor_loses_a_run(
    before: tuple[str, ...], made: set[int], after: tuple[str, ...], expected: str
) -> None:
    known = {(TODAY, slot) for slot in made}
    start = digest(*before)
    start = due_next(start, next_of(start, after=NOON, made=known))
    assert coming(edited(start, *after, made=known)) == expected


def test_run_kept_at_its_old_time_is_kept_by_a_second_change_as_well() -> None:
    once = edited(digest("18:00"), "08:00")
    assert coming(once) == "15 18:00"
    assert coming(edited(once, "09:00", now=NOON + timedelta(hours=1))) == "15 18:00"
    assert coming(edited(once, "15:00", now=NOON + timedelta(hours=1))) == "15 15:00"


def test_days_that_are_taken_out_take_their_run_along() -> None:
    thursday = digest("18:00")
    new = replace(thursday, days=(0, 1, 2, 4, 5, 6))
    assert coming(rescheduled(thursday, new, made=(), now=NOON)) == "16 18:00"


def test_pause_until_a_date_ends_with_the_first_run_on_or_after_it() -> None:
    resting = digest("08:00", paused_until=date(2026, 1, 20))
    assert coming(resting) == "20 08:00"
    assert coming(edited(resting, "07:00")) == "20 07:00"
    assert coming(digest("08:00", paused_until=date(2026, 1, 20), days=(4,))) == "23 08:00"


def test_sending_by_hand_takes_the_next_place_of_today() -> None:
    made = digest("08:00", "18:00", "20:00")

    def by_hand(*known: int) -> int | None:
        run = run_by_hand(made, made={(TODAY, slot) for slot in known}, now=NOON)
        return run.slot if run else None

    assert [by_hand(), by_hand(1), by_hand(1, 2), by_hand(0, 1, 2)] == [1, 2, 0, None]


def test_edition_looks_back_to_the_one_before_it() -> None:
    def back(of: Digest, slot: int, first: date = TODAY) -> timedelta:
        return window(Due(on=first, at=NOON, slot=slot), Due(on=TODAY, at=NOON, slot=slot), of) - OVERLAP

    assert back(digest("08:00"), 0) == timedelta(days=1)
    assert [back(digest("08:00", "18:00"), slot) for slot in (0, 1)] == [timedelta(hours=14), timedelta(hours=10)]
    assert back(digest("08:00", days=(0, 3)), 0) == timedelta(days=3)
    assert back(digest("08:00"), 0, date(2026, 1, 13)) == timedelta(days=3)
    assert back(digest("08:00", covers=Covers.WEEK), 0) == WEEK - OVERLAP


EDITS = st.tuples(
    st.one_of(st.integers(1, 180), st.integers(1, 40 * 60)),  # minutes since the one before
    st.lists(st.integers(0, 95), min_size=1, max_size=4, unique=True),  # quarters of an hour
    st.sampled_from([0, 0, 0, 30, 200, 2000]),  # minutes by which the alarm clock is behind
)
STARTS = st.sampled_from(
    [
        ("UTC", datetime(2026, 1, 15, 12, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 7, 12, 0, tzinfo=UTC)),  # a gap
        ("America/New_York", datetime(2026, 10, 31, 12, 0, tzinfo=UTC)),  # a fold
        ("Africa/Cairo", datetime(2026, 4, 23, 2, 0, tzinfo=UTC)),  # a midnight gap
        ("America/Havana", datetime(2026, 10, 31, 12, 0, tzinfo=UTC)),  # a midnight fold
        ("Pacific/Apia", datetime(2011, 12, 28, 12, 0, tzinfo=UTC)),  # a date that does not exist
    ]
)


@settings(max_examples=300)
@given(start=STARTS, first=EDITS, edits=st.lists(EDITS, max_size=8))
def test_random_changes_at_random_instants_send_nothing_twice_and_skip_no_date(
    start: tuple[str, datetime],
    first: tuple[int, list[int], int],
    edits: list[tuple[int, list[int], int]],
) -> None:
    zone, now = start
    made: dict[tuple[date, int], datetime] = {}
    most: Counter[date] = Counter()
    one = digest(*_texts(first[1]), now=now, zone=zone)
    assert one.next_on is not None
    begun = one.next_on
    _note_most(one, now, most)
    for gap, quarters, behind in [*edits, (72 * 60, first[1], 0)]:
        until = now + timedelta(minutes=gap)
        one = _dispatched(one, until, timedelta(minutes=behind), made, most)
        now = until
        _note_most(one, now, most)
        wanted = [time.fromisoformat(text) for text in _texts(quarters)]
        new = retimed(one, wanted, used=used_today(one, made, now))
        one = rescheduled(one, new, made=made, now=now)
        _note_most(one, now, most)
    assert len(set(made.values())) == len(made), "two editions at one instant"
    for on, count in Counter(on for on, _ in made).items():
        assert count <= most[on], (on, made)
    days = (max(on for on, _ in made) - begun).days
    for on in (begun + timedelta(days=number) for number in range(days)):
        if instant_of(on, time(12), zone):
            assert any(made_on == on for made_on, _ in made), (on, made)


def _texts(quarters: list[int]) -> list[str]:
    return [f"{number // 4:02}:{number % 4 * 15:02}" for number in sorted(quarters)]


def _dispatched(
    one: Digest, until: datetime, behind: timedelta, made: dict[tuple[date, int], datetime], most: Counter[date]
) -> Digest:
    """The digest after all that was due by then, as the dispatcher does it, always so much behind."""
    while one.next_due_at is not None and one.next_due_at + behind <= until:
        now = one.next_due_at + behind
        runs = missed_and_due(one, now)
        for run in runs:
            made.setdefault((run.on, run.slot), run.at)
            most[run.on] = max(most[run.on], len(one.times))
        one = due_next(one, next_of(one, after=now, made={(run.on, run.slot) for run in runs}))
    return one


def _note_most(one: Digest, now: datetime, most: Counter[date]) -> None:
    for number in (-1, 0, 1):
        on = now.date() + timedelta(days=number)
        most[on] = max(most[on], len(one.times))
