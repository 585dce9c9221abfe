"""When digests are due: each local date that exists has one run, at the instant that the law names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import available_timezones

import pytest

from bot.digests.calendar import Due, instant_of, next_edition, next_run
from bot.digests.zone_names import zone_named
from bot.errors import UsageError
from bot.models import TimeOfDay
from tests import soaking
from tests.calendar_oracle import expected_editions, expected_runs, offset_changes

TIMES = (time(0, 0), time(1, 30), time(2, 30), time(9, 0))
SEVERAL = tuple(TimeOfDay(slot=slot, at=at) for slot, at in enumerate((*TIMES[:3], time(2, 40), time(9), time(23, 45))))
EVERY_DAY = range(7)


@pytest.mark.parametrize(
    ("zone", "on", "at", "expected"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:00+00:00"),  # gap: 03:00 EDT
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30+00:00"),  # fold: the first, EDT
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "2026-04-23T22:00+00:00"),  # midnight gap: 01:00
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 0), "2018-11-04T03:00+00:00"),
        ("America/Havana", date(2026, 11, 1), time(0, 0), "2026-11-01T04:00+00:00"),  # midnight fold: the first
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45+00:00"),  # half-hour fold
        ("Asia/Seoul", date(2026, 1, 15), time(9, 0), "2026-01-15T00:00+00:00"),
    ],
)
def test_instant_is_the_one_the_law_names(zone: str, on: date, at: time, expected: str) -> None:
    assert instant_of(on, at, zone) == datetime.fromisoformat(expected)


def test_date_that_does_not_exist_has_no_edition() -> None:
    assert instant_of(date(2011, 12, 30), time(9, 0), "Pacific/Apia") is None
    friday = datetime(2011, 12, 29, 20, 0, tzinfo=UTC)
    assert next_edition(time(9, 0), "Pacific/Apia", EVERY_DAY, after=friday).on == date(2011, 12, 31)


def test_next_edition_is_strictly_after_and_on_a_chosen_day() -> None:
    at = datetime(2026, 1, 16, 8, 0, tzinfo=UTC)  # a Friday, at the very minute
    assert next_edition(time(8, 0), "UTC", EVERY_DAY, after=at) == Due(
        on=date(2026, 1, 17), at=datetime(2026, 1, 17, 8, 0, tzinfo=UTC)
    )
    assert next_edition(time(8, 0), "UTC", (0,), after=at).on == date(2026, 1, 19)


@pytest.mark.parametrize("zone", ["America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"])
def test_walk_gives_every_date_once_in_zones_with_odd_days(zone: str) -> None:
    _check_zone(zone, date(2011, 1, 1), date(2013, 1, 1))
    _check_zone(zone, date(2025, 6, 1), date(2027, 1, 1))


@pytest.mark.soak
def test_walk_gives_every_date_once_in_every_zone_for_years() -> None:
    start, end = date(2020, 1, 1), soaking.size(date(2021, 1, 1), date(2030, 1, 1))
    seen: set[tuple[object, ...]] = set()
    for zone in sorted(available_timezones() - {"Factory", "localtime"}):
        # Links and zones that agreed for these years are one case.
        shape = tuple(offset_changes(zone, start, end))
        if shape not in seen:
            seen.add(shape)
            _check_zone(zone, start, end)
    assert len(seen) > 50


def _check_zone(zone: str, start: date, end: date) -> None:
    for at in TIMES:
        expected = list(expected_editions(zone, at, start, end))
        assert list(_walked(zone, (TimeOfDay(at=at),), expected[0].at, end)) == expected[1:], (zone, at)
    runs = expected_runs(zone, SEVERAL, start, end)
    assert list(_walked(zone, SEVERAL, runs[0].at, end)) == runs[1:], (zone, "several")


def _walked(zone: str, times: Sequence[TimeOfDay], after: datetime, end: date) -> Iterator[Due]:
    while True:
        due = next_run(times, zone, EVERY_DAY, after=after)
        if due.on >= end:
            return
        yield due
        after = due.at


def test_times_that_a_gap_moves_onto_one_instant_have_one_edition() -> None:
    times = [TimeOfDay(slot=slot, at=at) for slot, at in enumerate((time(2, 10), time(2, 40), time(3, 0), time(3, 5)))]
    at = datetime(2026, 3, 8, 0, 0, tzinfo=UTC)
    runs = []
    for _ in range(3):
        runs.append(run := next_run(times, "America/New_York", EVERY_DAY, after=at))
        at = run.at
    assert [(run.on.day, run.slot, f"{run.at:%H:%M}") for run in runs] == [
        (8, 0, "07:00"),
        (8, 3, "07:05"),
        (9, 0, "06:10"),
    ]


def test_zone_is_found_in_any_case_and_by_city() -> None:
    assert zone_named("asia/seoul").key == "Asia/Seoul"
    assert zone_named("Seoul").key == "Asia/Seoul"


@pytest.mark.parametrize(
    ("typed", "zone"), [("KST", "Asia/Seoul"), ("jst", "Asia/Tokyo"), ("東京", "Asia/Tokyo"), ("UTC", "UTC")]
)
def test_zone_is_found_by_the_name_that_people_there_give_it(typed: str, zone: str) -> None:
    assert zone_named(typed).key == zone


@pytest.mark.parametrize(("typed", "place"), [("EST", "America/New_York"), ("cet", "Europe/Berlin")])
def test_name_of_an_hour_is_no_zone_since_it_has_no_summer_time(typed: str, place: str) -> None:
    with pytest.raises(UsageError, match=rf"'{typed}' names an hour.*Allowed: {place}"):
        zone_named(typed)


@pytest.mark.parametrize("typed", ["Mars/Phobos", "foo", "GMT+9", "x" * 3000])
def test_zone_that_is_like_none_names_no_other(typed: str) -> None:
    with pytest.raises(UsageError, match=r"Allowed: the name of a city such as Asia/Seoul\. Example") as raised:
        zone_named(typed)
    assert len(str(raised.value)) < 300


def test_wrong_zone_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'Asia/Soul' is no time zone.*Asia/Seoul.*Example"):
        zone_named("Asia/Soul")
