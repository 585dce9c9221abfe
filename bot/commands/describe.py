"""Rules, schedules and addresses in words for a person. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.documents.wording import day_names, language_name, listed, local_with_day, short_date, span
from bot.models import ALL_DAYS, Digest, TopicRule
from bot.models.zones import zone_of
from bot.saying import say, say_count, speaking

_ID: Final = re.compile(r"#?[td]?\d+", re.IGNORECASE)
_DIVIDES: Final = frozenset(",;、=")
_WORDS: Final = frozenset(("none", "all", "off", "-"))


def rule_in_words(rule: TopicRule, source_names: Mapping[int, str]) -> str:
    """`any of "Korea Japan", "한일"; not "football"; in Korean; at least 2 publishers`."""
    parts = []
    if rule.words:
        words = _quoted(rule.words)
        parts.append(say("any of {words}", words=words) if len(rule.words) > 1 else words)
    if rule.excluded:
        parts.append(say("not {words}", words=_quoted(rule.excluded)))
    if rule.source_ids:
        parts.append(say("from {names}", names=_sources(rule.source_ids, source_names)))
    if rule.excluded_source_ids:
        parts.append(say("not from {names} alone", names=_sources(rule.excluded_source_ids, source_names)))
    if rule.languages:
        parts.append(say("in {language}", language=listed(map(language_name, rule.languages))))
    if rule.min_publishers > 1:
        parts.append(say_count("at least {n} publisher", "at least {n} publishers", rule.min_publishers))
    return "; ".join(parts) or say("everything")


def _sources(ids: Sequence[int], names: Mapping[int, str]) -> str:
    gone = say("a source not followed any more")
    return listed(names.get(id_, gone) for id_ in ids)


def _quoted(words: Sequence[str]) -> str:
    return listed(say("“{word}”", word=word) for word in words)


def days_in_words(days: Sequence[int]) -> str:
    """`daily`, `Mon–Fri`, `Mon, Wed, Sat`."""
    if tuple(days) == ALL_DAYS:
        return say("daily")
    names = day_names()
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[days[0]]}–{names[days[-1]]}"
    return listed(names[day] for day in days)


def days_as_typed(days: Sequence[int]) -> str:
    """As a command takes them: `daily`, `Mon–Fri`."""
    with speaking("en"):
        return days_in_words(days)


def schedule_in_words(digest: Digest) -> str:
    """`08:00, 18:00 Asia/Seoul, Mon–Fri`."""
    times = ", ".join(f"{one.at:%H:%M}" for one in digest.times)
    return listed((f"{times} {digest.zone}", days_in_words(digest.days)))


def paused_in_words(digest: Digest, now: datetime) -> str:
    """Whether and until when it is paused; empty when it is not."""
    if digest.is_paused or digest.next_due_at is None:
        return say("paused")
    if digest.paused_until is not None and is_resting(digest, now):
        return say("paused until {date}", date=short_date(digest.paused_until))
    return ""


def is_resting(digest: Digest, now: datetime) -> bool:
    """Whether it is paused until a date that is still to come."""
    return digest.paused_until is not None and now.astimezone(zone_of(digest.zone)).date() < digest.paused_until


def instant_in_words(at: datetime, zone: str, now: datetime) -> str:
    """`Wed 25 Nov 2026, 08:00 (in 3 hours)`, in local time."""
    length = span(abs(at - now))
    if abs(at - now) < timedelta(minutes=1):
        distance = say("just now") if at <= now else say("in a moment")
    else:
        distance = say("in {length}", length=length) if at > now else say("{length} ago", length=length)
    return f"{local_with_day(at, zone)} ({distance})"


def is_clear(name: str) -> bool:
    """Whether a command that names it means nothing else: no id, no list, none of the words with a meaning."""
    text = unicodedata.normalize("NFKC", name).strip().lower()
    return not (_ID.fullmatch(text) or _DIVIDES & set(text) or text in _WORDS)


def typed_name(name: str, ref: str) -> str:
    """How to name something in a command: in quotes, or by its id when the name holds some or could be misread."""
    return ref if any(mark in name for mark in '"“”„«»') or not is_clear(name) else f'"{name}"'


def as_typed(command: str, values: Mapping[str, str]) -> str:
    """A command with its values as a person would type it; empty when some value cannot be quoted."""
    words = [command]
    for name, value in values.items():
        if not value:
            continue
        quotes = next((pair for pair in ('""', "“”", "«»") if not set(pair) & set(value)), "")
        if not quotes:
            return ""
        is_plain = not any(char.isspace() or char in "'‘’“”„«»\",:=" for char in value)
        words.append(f"{name}:{value if is_plain else quotes[0] + value + quotes[1]}")
    return " ".join(words)
