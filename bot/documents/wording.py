"""The words that documents say by themselves: labels, ages, counts. In one place, so that they can be translated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.models import Brief, Origin
from bot.saying import say

SINGLE: Final = "Single source"

_LANGUAGES: Final = {
    "ko": "Korean",
    "ja": "Japanese",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "zh": "Chinese",
    "en": "English",
}


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: "2 hours ago"; "just now" below a minute and for the future."""
    seconds = (now - at).total_seconds()
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{counted(int(seconds // size), unit)} ago"
    return "just now"


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "2 hours 5 minutes"."""
    minutes = int(length.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [counted(number, unit) for number, unit in ((days, "day"), (hours, "hour"), (minutes, "minute")) if number]
    return " ".join(parts[:2]) or "less than a minute"


def counted(number: int, unit: str) -> str:
    """`1 source`, `3 sources`, `2 stories`."""
    if number == 1:
        return f"1 {unit}"
    plural = f"{unit[:-1]}ies" if unit.endswith("y") and unit[-2:-1] not in "aeiou" else f"{unit}s"
    return f"{number} {plural}"


def local(at: datetime, zone: str) -> str:
    """An instant as a clock on the wall shows it: "24 Nov 2026, 08:30"."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%b %Y, %H:%M}"


def long_date(on: date) -> str:
    """ "Tuesday 24 November 2026"."""
    return f"{on:%A} {on.day} {on:%B %Y}"


def language(code: str) -> str:
    """The name of a language, its code where we have no name."""
    return _LANGUAGES.get(code, code)


def publishers(brief: Brief, limit: int = 3, *, is_named: bool = True) -> str:
    """Who reports it: "3 publishers: A, B, C", or for one "Single source: A"; without names only how many."""
    known = dict.fromkeys(source.publisher for source in brief.text.sources if source.publisher)
    names = list(known) if is_named else []
    if brief.is_single_source:
        return f"{SINGLE}: {names[0]}" if names else SINGLE
    shown = _listed(names, limit)
    return f"{counted(brief.publishers, 'publisher')}: {shown}" if shown else counted(brief.publishers, "publisher")


def byline(brief: Brief, workspace_language: str, now: datetime, *, is_named: bool = True) -> tuple[str, ...]:
    """The small facts about a brief that a reader weighs it by; `is_named`: with the names of its publishers."""
    facts = [publishers(brief, is_named=is_named), age(brief.published_at, now)]
    if brief.text.differs:
        facts.append(say("sources differ"))
    return (*facts, *_languages(brief, workspace_language), writer(brief))


def writer(brief: Brief) -> str:
    """Who wrote it: "by extraction", "by gpt-4o", "written elsewhere"."""
    if brief.origin is Origin.IMPORTED:
        return say("written elsewhere")
    by = brief.text.written_by
    return say("by extraction") if by == "extractive" else say("by {model}", model=by.partition(":")[2] or by)


def _languages(brief: Brief, reader: str) -> tuple[str, ...]:
    """The languages of its sources, and its own, where they are not the reader's: "sources in Korean and English"."""
    facts = []
    if brief.text.language not in ("und", reader):
        facts.append(say("in {language}", language=language(brief.text.language)))
    spoken = brief.text.source_languages
    if set(spoken) - {reader, brief.text.language} or (len(spoken) == 1 and spoken[0] != brief.text.language):
        *most, last = map(language, spoken[:3])
        names = say("{languages} and {last}", languages=", ".join(most), last=last) if most else last
        facts.append(say("sources in {languages}", languages=names))
    return tuple(facts)


def _listed(names: Sequence[str], limit: int) -> str:
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")
