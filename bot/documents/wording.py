"""The words that documents say by themselves: labels, ages, dates; dates by CLDR where English is not spoken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from bot.models import Brief, Origin
from bot.models.zones import zone_of
from bot.saying import PSEUDO, say, say_count, spoken
from bot.text.language_names import ENGLISH_NAMES

_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60))
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def by_cldr() -> str:
    """The language whose dates and units Babel says; empty for English, which needs no Babel."""
    # In the language for tests any other than English will do.
    return {"en": "", PSEUDO: "ko"}.get(spoken(), spoken())


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: "2 hours ago"; "just now" below a minute and for the future."""
    seconds = (now - at).total_seconds()
    for unit, size in _UNITS:
        if seconds >= size:
            return say("{length} ago", length=_length(int(seconds // size), unit))
    return say("just now")


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "2 hours 5 minutes"."""
    rest = int(length.total_seconds())
    parts = []
    for unit, size in _UNITS:
        number, rest = divmod(rest, size)
        if number:
            parts.append(_length(number, unit))
    return " ".join(parts[:2]) or say("less than a minute")


def _length(number: int, unit: str) -> str:
    if locale := by_cldr():
        from babel.units import format_unit

        # Babel has no longer form for Korean and Japanese, whose short one is the whole word.
        return format_unit(number, f"duration-{unit}", length="short", locale=locale)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def local(at: datetime, zone: str) -> str:
    """An instant as a clock on the wall shows it: "24 Nov 2026, 08:30"."""
    there = at.astimezone(zone_of(zone))
    if locale := by_cldr():
        from babel.dates import format_date

        return f"{format_date(there, 'long', locale=locale)} {there:%H:%M}"
    return f"{there.day} {there:%b %Y, %H:%M}"


def local_with_day(at: datetime, zone: str) -> str:
    """As `local`, with the day of the week: "Tue 24 Nov 2026, 08:30"."""
    there = at.astimezone(zone_of(zone))
    if locale := by_cldr():
        from babel.dates import format_skeleton

        return f"{format_skeleton('yMMMEd', there, locale=locale)} {there:%H:%M}"
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M}"


def long_date(on: date) -> str:
    """ "Tuesday 24 November 2026"."""
    return _long_date(on, by_cldr())


@lru_cache(maxsize=64)
def _long_date(on: date, locale: str) -> str:
    if locale:
        from babel.dates import format_date

        return format_date(on, "full", locale=locale)
    return f"{on:%A} {on.day} {on:%B %Y}"


def short_date(on: date) -> str:
    """ "2026-11-24", as it is typed; where it is not read so, as it is written there."""
    if locale := by_cldr():
        from babel.dates import format_date

        return format_date(on, "long", locale=locale)
    return on.isoformat()


def day_names() -> tuple[str, ...]:
    """The days of the week in short, Monday first."""
    if locale := by_cldr():
        from babel.dates import get_day_names

        names = get_day_names("abbreviated", locale=locale)
        return tuple(names[day] for day in range(7))
    return _DAYS


def language_name(code: str) -> str:
    """The name of a language, its code where we have no name."""
    if locale := by_cldr():
        from babel import Locale

        return str(Locale(locale).languages.get(code, code))
    return ENGLISH_NAMES.get(code, code)


def publishers(brief: Brief, limit: int = 3, *, is_named: bool = True) -> str:
    """Who reports it: "3 publishers: A, B, C", or for one "Single source: A"; without names only how many."""
    known = dict.fromkeys(source.publisher for source in brief.text.sources if source.publisher)
    names = list(known) if is_named else []
    if brief.is_single_source:
        return say("Single source: {name}", name=names[0]) if names else say("Single source")
    if not names:
        return say_count("{n} publisher", "{n} publishers", brief.publishers)
    shown = _listed(names, limit)
    return say_count("{n} publisher: {names}", "{n} publishers: {names}", brief.publishers, names=shown)


def byline(brief: Brief, reader_language: str, now: datetime, *, is_named: bool = True) -> tuple[str, ...]:
    """The small facts about a brief that a reader weighs it by; `is_named`: with the names of its publishers."""
    facts = [publishers(brief, is_named=is_named), age(brief.published_at, now)]
    if brief.text.differs:
        facts.append(say("sources differ"))
    return (*facts, *_languages(brief, reader_language), writer(brief))


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
        facts.append(say("in {language}", language=language_name(brief.text.language)))
    known = brief.text.source_languages
    if set(known) - {reader, brief.text.language} or (len(known) == 1 and known[0] != brief.text.language):
        *most, last = map(language_name, known[:3])
        names = say("{languages} and {last}", languages=", ".join(most), last=last) if most else last
        facts.append(say("sources in {languages}", languages=names))
    return tuple(facts)


def listed(parts: Iterable[str]) -> str:
    """Parts beside each other, as the language divides them."""
    return say(", ").join(parts)


def _listed(names: Sequence[str], limit: int) -> str:
    rest, shown = len(names) - limit, listed(names[:limit])
    return say("{names} and {n} more", names=shown, n=rest) if rest > 0 else shown
