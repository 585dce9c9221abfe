"""When something was published, as feeds of many lands write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro gennaio januari ene gen janv",
            "feb february februar février fevrier febrero fevereiro febbraio februari fév fev févr fevr",
            "mar march märz maerz mars marzo março maart mär mrt mrz",
            "apr april avril abril aprile avr abr",
            "may mai mayo maio maggio mei mag",
            "jun june juni juin junio junho giugno giu",
            "jul july juli juillet julio julho luglio juil lug",
            "aug august août aout agosto augustus ago",
            "sep sept september septembre septiembre setembro settembre set",
            "oct october oktober octobre octubre outubro ottobre okt out ott",
            "nov november novembre noviembre novembro",
            "dec december dezember décembre decembre diciembre dezembro dicembre déc dez dic",
        ),
        start=1,
    )
    for name in names.split()
}
# Hours east of UTC. Names that several lands share stand for the one that feeds mean by them (RFC 822 for the first).
_ZONES: Final = {
    **dict.fromkeys(("z", "utc", "ut", "gmt", "wet"), 0.0),
    **{"est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0},
    **{"akst": -9.0, "akdt": -8.0, "hst": -10.0, "ast": -4.0, "adt": -3.0, "nst": -3.5, "ndt": -2.5, "brt": -3.0},
    **{"art": -3.0, "clt": -4.0},
    **{"bst": 1.0, "west": 1.0, "cet": 1.0, "met": 1.0, "mez": 1.0, "cest": 2.0, "mest": 2.0, "mesz": 2.0},
    **{"eet": 2.0, "eest": 3.0, "sast": 2.0, "msk": 3.0, "eat": 3.0, "trt": 3.0, "gst": 4.0, "pkt": 5.0, "ist": 5.5},
    **{"ict": 7.0, "wib": 7.0, "hkt": 8.0, "sgt": 8.0, "pht": 8.0, "awst": 8.0, "kst": 9.0, "jst": 9.0},
    **{"acst": 9.5, "aest": 10.0, "acdt": 10.5, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0},
}
# What stands for the clock on the wall, in summer as in winter.
_WALLS: Final = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}
# Where a feed names no zone, its land's is meant rather than UTC: what is spoken in one zone only.
_ZONE_OF_LANGUAGE: Final = {"ko": 9.0, "ja": 9.0, "zh": 8.0}
# A land may call its own zone as another calls another: China's standard time, and Chicago's.
_OWN_ZONES: Final = {("zh", "cst"): 8.0}
_LANGUAGE_OF_LAND: Final = {"cn": "zh", "tw": "zh", "hk": "zh", "mo": "zh", "kr": "ko", "jp": "ja"}

_TIME: Final = (
    r"(?P<hour>\d{1,2})\s*(?:[:.]|시|時|点|h)\s*(?P<minute>\d{1,2})?(?:\s*(?:분|分))?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:\s*(?:초|秒))?(?:[.,]\d+)?)?"
)
_HALF: Final = r"(?P<half>am|pm|a\.m\.|p\.m\.|오전|오후|午前|午後|上午|下午)"
_CLOCK: Final = re.compile(rf"(?:{_HALF}\s*)?{_TIME}(?:\s*{_HALF.replace('half', 'half_after')})?", re.IGNORECASE)
_YEAR_FIRST: Final = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[-/.년年]\s*(?P<month>\d{1,2})\s*[-/.월月]\s*(?P<day>\d{1,2})(?!\d)\s*[일日.]?"
)
_COMPACT: Final = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:T?(?P<time>\d{4}(?:\d\d)?))?(?!\d)"
)
_MONTH_ONLY: Final = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2}))?")
_NAME: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_FIRST: Final = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s-]*(?:de\s+)?(?P<name>{_NAME})\b\.?[,\s-]*(?:de\s+)?"
    r"(?P<year>\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_NAME_FIRST: Final = re.compile(
    rf"\b(?P<name>{_NAME})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<year>\d{{4}})(?![\d:]))?",
    re.IGNORECASE,
)
_USUAL: Final = re.compile(
    rf"(?:[a-z]{{3}}, )?(\d{{1,2}}) ({_NAME}) (\d{{4}}) (\d\d):(\d\d):(\d\d) (?:gmt|([+-]\d\d)(\d\d))", re.IGNORECASE
)
"""As RFC 822 has it and most feeds: a third of the time of looking for its parts."""
_UNIX: Final = re.compile(r"1\d{9}(?:\d{3})?")
_LAST_YEAR: Final = re.compile(r"(?<!\d)(?P<year>\d{4})$")
_NUMBERS: Final = re.compile(r"(?<!\d)(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<year>\d{4})(?!\d)")
_OFFSET: Final = re.compile(
    r"(?:utc|gmt)?\s*(?P<sign>[+\-−])\s?(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?(?!\d)", re.IGNORECASE
)
_ZONE_NAME: Final = re.compile(r"(?<![^\W\d_])([A-Za-z]{1,4})(?![^\W\d_])")


def parse_date(text: str, *, language: str = "") -> datetime | None:
    """The instant that `text` names, in UTC; None when it names none.

    Without a zone it is local time where the language is spoken (Korean, Japanese, Chinese), else UTC; without a time
    it is midnight UTC. `language`: that of the feed, or of its land (`clock_of`).
    """
    text = " ".join(text[:200].split())
    if usual := _USUAL.fullmatch(text):
        return _usual_instant(usual)
    if _UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    found = _date_part(text)
    if found is None:
        return None
    day, rest = found
    clock = _clock(rest)
    if clock is None:
        return _instant(day, (0, 0, 0), UTC)
    time, after = clock
    return _instant(day, time, _zone(after, language))


def clock_of(url: str, language: str) -> str:
    """The language by whose land's clock a feed is dated: of its address where that names the land, else its own.

    An English edition in China is dated as its Chinese one.
    """
    host = urlsplit(url).hostname or ""
    return _LANGUAGE_OF_LAND.get(host.rpartition(".")[2], language)


def _usual_instant(found: re.Match[str]) -> datetime | None:
    day, month, year, hour, minute, second, hours, minutes = found.groups()
    offset = (abs(int(hours)) + int(minutes) / 60) * (-1 if hours[0] == "-" else 1) if hours else 0.0
    time = int(hour), int(minute), int(second)
    return _instant((int(year), _MONTHS[month.lower()], int(day)), time, _east(offset))


def _date_part(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month and day, and what else the text says."""
    if found := _YEAR_FIRST.search(text):
        return (int(found["year"]), int(found["month"]), int(found["day"])), text[found.end() :].lstrip(" Tt,")
    if found := _COMPACT.search(text):
        clock = ":".join(re.findall("..", found["time"] or ""))
        return (int(found["year"]), int(found["month"]), int(found["day"])), clock + text[found.end() :]
    for pattern in (_DAY_FIRST, _NAME_FIRST):
        for found in pattern.finditer(text):
            if named := _named_date(found, text):
                return named
    if found := _NUMBERS.search(text):
        return _numbered_date(found, text)
    if found := _MONTH_ONLY.fullmatch(text):
        return (int(found["year"]), int(found["month"] or 1), 1), ""
    return None


def _named_date(found: re.Match[str], text: str) -> tuple[tuple[int, int, int], str] | None:
    month = _MONTHS[found["name"].lower()]
    rest = text[: found.start()] if text.endswith(found[0]) and ":" in text[: found.start()] else text[found.end() :]
    year = found["year"]
    if year is None and (last := _LAST_YEAR.search(text)):  # "Sat Jul 30 14:05:00 KST 2022"
        year, rest = last["year"], rest[: -len(last["year"])]
    if year is None:
        return None
    return (_whole_year(year), month, int(found["day"])), rest.lstrip(" T,")


def _numbered_date(found: re.Match[str], text: str) -> tuple[tuple[int, int, int], str] | None:
    """`30/07/2022` and `07/30/2022`; a day that could be either is read as day first, unless slashes part it."""
    a, b = int(found["a"]), int(found["b"])
    is_month_first = b > 12 or ("/" in found[0] and a <= 12)
    day, month = (b, a) if is_month_first else (a, b)
    return (int(found["year"]), month, day), text[found.end() :].lstrip(" T,")


def _whole_year(year: str) -> int:
    number = int(year)
    return number if len(year) == 4 else number + (2000 if number < 70 else 1900)


def _clock(text: str) -> tuple[tuple[int, int, int], str] | None:
    found = _CLOCK.search(text)
    if found is None:
        return None
    hour = int(found["hour"])
    half = (found["half"] or found["half_after"] or "").lower()
    if half in ("pm", "p.m.", "오후", "午後", "下午") and hour < 12:
        hour += 12
    elif half in ("am", "a.m.", "오전", "午前", "上午") and hour == 12:
        hour = 0
    return (hour, int(found["minute"] or 0), int(found["second"] or 0)), text[found.end() :]


def _zone(text: str, language: str) -> tzinfo | None:
    """The zone that a text names, else that of the language; None when it is none on earth."""
    if found := _OFFSET.search(text):
        hours = int(found["hours"]) + int(found["minutes"] or 0) / 60
        return _east(hours if found["sign"] == "+" else -hours)
    for name in map(str.lower, _ZONE_NAME.findall(text)):
        if name in _WALLS:
            return ZoneInfo(_WALLS[name])
        if name in _ZONES:
            return _east(_OWN_ZONES.get((language, name), _ZONES[name]))
    return _east(_ZONE_OF_LANGUAGE.get(language, 0.0))


def _east(hours: float) -> timezone | None:
    return timezone(timedelta(hours=hours)) if abs(hours) <= 15 else None


def _instant(day: tuple[int, int, int], time: tuple[int, int, int], zone: tzinfo | None) -> datetime | None:
    hour, minute, second = time
    if hour > 24 or minute > 59 or second > 60 or zone is None:
        return None
    try:
        midnight = datetime(*day, tzinfo=zone)
        return (midnight + timedelta(hours=hour, minutes=minute, seconds=second)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
