"""Dates as feeds of many lands write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.dates import parse_date
from bot.ingest.feeds import parse_feed

MOMENT = datetime(2022, 7, 30, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sat, 30 Jul 2022 14:05:00 +0900",
        "Sat, 30 Jul 2022 05:05:00 GMT",
        "30 Jul 22 01:05 EDT",
        "Sat, 30 July 2022 14:05:00 KST",
        "Sat, 30 Jul 2022 14:05:00 GMT+9",
        "sam., 30 juil. 2022 07:05:00 +0200",
        "Sa, 30 Juli 2022 07:05:00 MESZ",
        "2022-07-30T14:05:00+09:00",
        "2022-07-30T05:05Z",
        "2022-07-30T05:05:00.000Z",
        "2022-07-30 14:05:00 +0900",
        "2022/07/30 14:05 JST",
        "2022.07.30. 오후 2:05 KST",
        "2022년 7월 30일 14시 5분 KST",
        "2022年7月30日 14時05分 +0900",
        "Sat Jul 30 14:05:00 KST 2022",
        "July 30, 2022 2:05 PM +0900",
        "14:05 KST, 30 July 2022",
        "20220730T140500+0900",
        "1659157500",
        "1659157500000",
    ],
)
def test_one_moment_is_read_in_every_form(text: str) -> None:
    assert parse_date(text) == MOMENT


def test_a_time_without_a_zone_is_that_of_the_language() -> None:
    assert parse_date("2022-07-30 14:05:00", language="ko") == MOMENT
    assert parse_date("2022-07-30 05:05:00", language="en") == MOMENT
    assert parse_date("2022-07-30 05:05:00") == MOMENT


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Thu, 14 Jul 2022 10:00 ET", 14),
        ("Fri, 14 Jan 2022 10:00 ET", 15),
        ("July 14, 2022 9:00 AM CT", 14),
        ("January 14, 2022 9:00 AM CT", 15),
        ("2022-07-14 08:00:00 MT", 14),
        ("2022-01-14 08:00:00 MT", 15),
        ("14 Jul 2022 07:00:00 PT", 14),
        ("14 Jan 2022 07:00:00 PT", 15),
        # What says standard or daylight time is that, whatever the date.
        ("Thu, 14 Jul 2022 10:00:00 EST", 15),
        ("Fri, 14 Jan 2022 10:00:00 EDT", 14),
    ],
)
def test_wall_clock_of_america_follows_its_summer_time(text: str, hour: int) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.hour == hour


def test_wall_clock_that_shows_an_hour_twice_or_never_gives_one_instant() -> None:
    assert parse_date("6 Nov 2022 01:30 ET") == datetime(2022, 11, 6, 5, 30, tzinfo=UTC)
    assert parse_date("13 Mar 2022 02:30 ET") == datetime(2022, 3, 13, 7, 30, tzinfo=UTC)
    assert parse_date("14 Jul 2022 24:00 ET") == datetime(2022, 7, 15, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "language", "hour"),
    [
        ("https://bote.example/feed", "zh", 4),
        ("https://news.example.cn/en/feed", "en", 4),
        ("https://bote.example.tw/feed", "", 4),
        ("https://lorne.example/feed", "en", 18),
        ("https://lorne.example/feed", "", 18),
    ],
)
def test_cst_is_chinas_in_a_feed_from_there_and_chicagos_elsewhere(url: str, language: str, hour: int) -> None:
    said = f"<language>{language}</language>" if language else ""
    feed = f"""<rss version="2.0"><channel><title>Bote</title>{said}<item><title>Ferry</title>
<link>{url}/1</link><pubDate>Thu, 14 Jul 2022 12:00:00 CST</pubDate></item></channel></rss>"""
    items = [{"id": "1", "title": "Ferry", "date_published": "2022-07-14 12:00:00 CST"}]
    as_json = json.dumps({"version": "https://jsonfeed.org/version/1.1", "language": language, "items": items})
    for body in (feed, as_json):
        (draft,) = parse_feed(body.encode(), url=url).drafts
        assert draft.published_at == datetime(2022, 7, 14, hour, tzinfo=UTC)


def test_midnight_and_noon_are_told_apart() -> None:
    assert parse_date("2022-07-30 오전 12:05 UTC") == datetime(2022, 7, 30, 0, 5, tzinfo=UTC)
    assert parse_date("2022-07-30 오후 12:05 UTC") == datetime(2022, 7, 30, 12, 5, tzinfo=UTC)


def test_a_day_alone_is_its_midnight() -> None:
    assert parse_date("2022-07-30", language="ko") == datetime(2022, 7, 30, tzinfo=UTC)
    assert parse_date("Wed, 26 Sep 2012 24:00:00 GMT") == datetime(2012, 9, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "32 Jan 2022",
        "2022-13-01",
        "0000-00-00 00:00:00",
        "99999999",
        "9999-12-31T23:59:59-12:00",
        "1 de " * 1000,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(
    day=st.integers(0, 40),
    month=st.sampled_from(["Jan", "feb", "March", "Ago", "Nov", "Foo"]),
    year=st.sampled_from([1969, 1999, 2026, 20261]),
    clock=st.tuples(st.integers(0, 25), st.integers(0, 61), st.integers(0, 62)),
    zone=st.sampled_from(["GMT", "+0000", "-0730", "+0900", "-0030", "+2500", "Z", ""]),
)
def test_usual_date_is_read_as_any_other(
    day: int, month: str, year: int, clock: tuple[int, int, int], zone: str
) -> None:
    usual = f"Thu, {day} {month} {year} {clock[0]:02}:{clock[1]:02}:{clock[2]:02} {zone}"
    # With a word before it, its parts are looked for one by one.
    assert parse_date(usual) == parse_date(f"on {usual}")
