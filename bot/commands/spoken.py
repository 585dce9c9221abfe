"""Times, days and dates as they are written in Korean and Japanese, in the forms that `values.py` reads.

`오전 8시 30분` and `午前8時半` are `8:30am`, `월수금` and `月・水・金` are `mon,wed,fri`, `3日間` is `3d`. What else is
typed stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MORNING: Final = ("오전", "아침", "새벽", "午前", "朝")
_AFTERNOON: Final = ("오후", "저녁", "午後", "夕方")
_NOON: Final = ("낮", "昼")
_NIGHT: Final = ("밤", "夜", "深夜")
_HALF: Final = "|".join(sorted((*_MORNING, *_AFTERNOON, *_NOON, *_NIGHT), key=len, reverse=True))
_CLOCK: Final = re.compile(
    rf"(?:(?P<half>{_HALF})\s*)?(?:(?P<figures>\d{{1,2}}:\d{{2}})"
    r"|(?P<hour>\d{1,2})\s*[시時](?:\s*(?P<minute>\d{1,2})\s*[분分]|\s*(?P<is_half>[반半]))?)",
    re.ASCII,
)
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS: Final = dict(zip("월화수목금토일月火水木金土日", _WEEK * 2, strict=True))
DAY: Final = f"[{''.join(_DAYS)}]"
NAMED: Final = "(?:요일|曜日?)"
"""What may follow a day: day of the week."""
_DAY_RUN: Final = re.compile(rf"(?<!\w){DAY}+(?!\w)")
_WORDS: Final = {
    "정오": "noon",
    "正午": "noon",
    "자정": "midnight",
    "零時": "midnight",
    "매일": "daily",
    "毎日": "daily",
    "평일": "weekdays",
    "平日": "weekdays",
    "주말": "weekends",
    "週末": "weekends",
    "오늘": "today",
    "今日": "today",
    "어제": "yesterday",
    "昨日": "yesterday",
    "내일": "tomorrow",
    "明日": "tomorrow",
}
_UNITS: Final = {"시": "h", "時": "h", "일": "d", "日": "d", "주": "w", "週": "w"}
# A bare `7日` is the seventh; hours and weeks can be a length only.
_LENGTH: Final = re.compile(
    r"(\d{1,5})\s*(?:(시|時)[간間]|(일|日)(?=\s*[간전동이間前以])|(주|週)(?:일|[간間])?)"
    r"(?:\s*(?:[간전間前]|동안|이내|以内))*",
    re.ASCII,
)
_DATE: Final = re.compile(r"(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]", re.ASCII)


def clock(text: str) -> str:
    """Times of day, in figures: of one or of a list."""
    return _CLOCK.sub(_figures, _named(text))


def days(text: str) -> str:
    """Days of the week, as `mon-fri` or `mon,wed`."""
    named = re.sub(NAMED, "", _named(text))
    named = re.sub(r" ?(?:[~〜～]|부터|から) ?", "-", named)
    named = re.sub(rf"(?<={DAY})(?:까지|まで)", "", named).replace("・", ",")
    return _DAY_RUN.sub(lambda run: ",".join(_DAYS[day] for day in run[0]), named)


def length(text: str) -> str:
    """How far back: `24時間` as `24h`; or a date."""
    wanted = _LENGTH.fullmatch(_named(text))
    if wanted is None:
        return day(text)
    return wanted[1] + next(_UNITS[unit] for unit in wanted.groups()[1:] if unit)


def day(text: str) -> str:
    """A date as `2026-12-24`, or the English word for one beside today."""
    return _DATE.sub(r"\1-\2-\3", _named(text))


def _named(text: str) -> str:
    words = " ".join(unicodedata.normalize("NFKC", text).split())
    return _WORDS.get(words, words)


def _figures(found: re.Match[str]) -> str:
    """A time with `am` or `pm` where its half of the day is named; midnight and noon may be 0 o'clock then."""
    hour, minute = found["hour"], found["minute"] or ("30" if found["is_half"] else "00")
    if found["figures"]:
        hour, minute = found["figures"].split(":")
    half = found["half"] or ""
    if not half:
        return f"{hour}:{minute.zfill(2)}"
    return f"{int(hour) or 12}:{minute.zfill(2)}{'am' if _is_before_noon(half, int(hour)) else 'pm'}"


def _is_before_noon(half: str, hour: int) -> bool:
    if half in _NIGHT:
        return hour <= 5 or hour == 12
    if half in _NOON:
        return 6 <= hour <= 11
    return half in _MORNING
