"""Dates, weekdays, years and words like "yesterday", in English, Korean and Japanese. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        1,
    )
    for name in names.split()
}
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        [
            "monday mon 월요일 月曜",
            "tuesday tue tues 화요일 火曜",
            "wednesday wed 수요일 水曜",
            "thursday thu thurs 목요일 木曜",
            "friday fri 금요일 金曜",
            "saturday sat 토요일 土曜",
            "sunday sun 일요일 日曜",
        ]
    )
    for name in names.split()
}
_RELATIVE: Final = {
    "today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "오늘": 0, "어제": -1, "내일": 1, "昨日": -1, "明日": 1, "今日": 0,
}  # fmt: skip
_MONTH: Final = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
_DATE: Final = re.compile(
    rf"\b(?P<m1>{_MONTH})\s?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s?%)(?:\s?,?\s?(?P<y1>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m2>{_MONTH})(?:\s?,?\s?(?P<y2>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<m3>{_MONTH})(?:\sof)?\s?,?\s(?P<y3>(?:19|20)\d\d)\b"
    r"|\b(?P<y4>(?:19|20)\d\d)[-/.](?P<m4>\d{1,2})[-/.](?P<d4>\d{1,2})\b"
    r"|(?P<y5>(?:19|20)\d\d)\s?[년年]\s?(?:(?P<m5>\d{1,2})\s?[월月]\s?(?:(?P<d5>\d{1,2})\s?[일日])?)?"
    r"|(?P<m6>\d{1,2})\s?[월月]\s?(?:(?P<d6>\d{1,2})\s?[일日])?"
    r"|(?<!\d)(?<!\d[.,])(?P<d7>\d{1,2})\s?[일日](?!\s?[간間])"
    rf"|\b(?P<m8>{_MONTH})(?!\w)"
    r"|\b(?P<w1>monday|tuesday|wednesday|thursday|friday|saturday|sunday|(?:mon|tues|tue|wed|thurs|thu|fri|sat|sun)\.)"
    r"|(?P<w2>[월화수목금토일]요일|[月火水木金土日]曜)"
    r"|\b(?P<rel>today|tonight|yesterday|tomorrow)\b|(?P<rel2>오늘|어제|내일|昨日|明日|今日)"
    r"|(?<![\w.,$€£#-])(?P<y9>(?:19|20)\d\d)(?![\w%]|[.,]\d|[-\s](?:people|million|billion|percent))",
    re.IGNORECASE,
)


class When(NamedTuple):
    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    offset: int | None
    """Days from the day of publication, for "yesterday"."""
    start: int
    end: int


def find_dates(text: str) -> list[When]:
    """The dates of a sentence in order."""
    return [found for match in _DATE.finditer(text) if (found := _read(match))]


def is_same(claim: When, source: When, published_at: datetime | None) -> bool:
    """Whether a date of a source is the claim's; weekdays and "yesterday" are counted from its publication."""
    if claim.offset is not None and claim.offset == source.offset:
        return True
    if claim.weekday is not None and claim.weekday == source.weekday:
        return True
    days = _days(source, published_at)
    if claim.offset is not None:
        return published_at is not None and published_at.date() + timedelta(claim.offset) in days
    if claim.weekday is not None:
        return any(day.weekday() == claim.weekday for day in days)
    return _fits(claim, source) or any(_is_on(claim, day) for day in days)


def is_alike(one: When, other: When) -> bool:
    """Whether two dates tell the same sort of thing, so that one may stand in the other's place."""
    return _sort(one) == _sort(other)


def _sort(when: When) -> str:
    if when.weekday is not None or when.offset is not None:
        return "day of the week"
    return "year" if when.month is None and when.day is None else "day of the year"


def is_publication_day(claim: When, published_at: datetime | None) -> bool:
    """Whether a claim only tells the day, month or year of publication."""
    if published_at is None:
        return False
    day = published_at.date()
    if claim.offset is not None:
        return claim.offset == 0
    return claim.weekday == day.weekday() if claim.weekday is not None else _is_on(claim, day)


def _read(match: re.Match[str]) -> When | None:
    part = {key.rstrip("123456789"): value for key, value in match.groupdict().items() if value}
    start, end = match.span()
    if "w" in part:
        return When(None, None, None, _WEEKDAYS[part["w"].casefold().rstrip(".")], None, start, end)
    if "rel" in part:
        return When(None, None, None, None, _RELATIVE[part["rel"].casefold()], start, end)
    year = int(part["y"]) if "y" in part else None
    day = int(part["d"]) if "d" in part else None
    month = _month(part["m"]) if "m" in part else None
    if match["m8"] and not _is_month(match):
        return None
    return When(year, month, day, None, None, start, end)


def _is_month(match: re.Match[str]) -> bool:
    """ "May" and "March" are months by themselves only with a capital and a small word before them."""
    word = match["m8"]
    if not word[0].isupper():
        return False
    if word.casefold().rstrip(".") not in ("may", "march", "mar"):
        return True
    before = match.string[max(0, match.start() - 20) : match.start()].split()
    return bool(before) and before[-1][0].islower()


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS[text.casefold().rstrip(".")]


def _fits(claim: When, source: When) -> bool:
    """Each part that the claim tells is told by the source; a year it leaves out may be any."""
    return all(told is None or told == known for told, known in zip(claim[:3], source[:3], strict=True)) and any(
        told is not None for told in claim[:3]
    )


def _is_on(claim: When, day: date) -> bool:
    pairs = ((claim.year, day.year), (claim.month, day.month), (claim.day, day.day))
    return any(told is not None for told, _ in pairs) and all(told is None or told == known for told, known in pairs)


def _days(when: When, published_at: datetime | None) -> list[date]:
    """The days that a date of a source may mean."""
    if published_at is None:
        return _whole(when, when.year)
    day = published_at.date()
    if when.offset is not None:
        return [day + timedelta(when.offset)]
    if when.weekday is not None:
        back = (day.weekday() - when.weekday) % 7
        return [day - timedelta(back), day + timedelta(7 - back)]
    if when.month is None and when.day is not None and when.year is None:
        return _whole(when._replace(month=day.month), day.year)
    return _whole(when, when.year or day.year)


def _whole(when: When, year: int | None) -> list[date]:
    try:
        return [date(year, when.month, when.day)] if year and when.month and when.day else []
    except ValueError:
        return []
