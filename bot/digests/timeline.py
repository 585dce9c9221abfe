"""What of a story became known when: lines of a brief's versions and of its articles' headlines. Pure.

What the first version was written from is told by the headlines of its articles, in the order in which they were
published; what came after by the one sentence of each later version that says most of what was new in it. Nothing is
said in words of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.digests.news import news_of
from bot.documents import wording
from bot.documents.nodes import Block, Bullets, Heading, Inline, Link, Text
from bot.models import BriefText, Citation, Version, VersionKind
from bot.saying import say, say_count
from bot.text.urls import untracked
from bot.text.words import terms

MOST: Final = 8
SHORTEST: Final = timedelta(hours=3)
"""A story that was told within less has no course of events that its brief does not show."""
_CORRECTING: Final = (VersionKind.EDITED, VersionKind.REWRITTEN, VersionKind.SOURCE)
_SAME: Final = 0.5
"""A headline that shares this much of its words with an earlier line reports the same."""
_CORRECTS: Final = re.compile(r"\b(?:correction|corrected|retraction|retracted)\b|정정|訂正|撤回", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What became known, when, and who said it."""

    at: datetime
    text: str
    sources: tuple[Citation, ...]
    is_correction: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What is known of how a story was told."""

    reports: Sequence[Citation]
    """Its articles, with the instants at which they were published."""
    versions: Sequence[Version]
    """The versions of its brief that the reader may see, the first one first."""


def timeline_of(course: Course) -> tuple[Line, ...]:
    """The lines, oldest first; none of a story that was told at one go."""
    if not course.versions:
        return ()
    first_at = course.versions[0].at
    dated = sorted((one for one in course.reports if one.published_at and one.title), key=_published)
    early = [one for one in dated if _published(one) <= first_at]
    lines = _told_apart(early or dated[:1])
    lines += _of_versions(course.versions)
    lines.sort(key=lambda line: line.at)
    if len(lines) < 2 or lines[-1].at - lines[0].at < SHORTEST:
        return ()
    return tuple(lines)


def timeline_blocks(lines: Sequence[Line], shown: Mapping[str, str], *, zone: str) -> list[Block]:
    """The lines as they are drawn, at most eight; `shown` has the sentences in the reader's language, by their own."""
    if not lines:
        return []
    left = max(0, len(lines) - MOST)
    kept = [lines[0], *lines[-(MOST - 2) :]] if left else list(lines)
    items = [_item(line, shown.get(line.text, line.text), zone, is_first=line is lines[0]) for line in kept]
    if left:
        items.insert(1, (Text(say_count("{n} more in between", "{n} more in between", left + 1)),))
    return [Heading(say("How it became known"), level=2), Bullets(tuple(items))]


def _told_apart(reports: Iterable[Citation]) -> list[Line]:
    """A line for each headline that tells something else than those before it; a correction always does."""
    lines: list[Line] = []
    known: list[frozenset[str]] = []
    for report in reports:
        words = frozenset(terms(report.title))
        is_known = any(len(words & other) >= _SAME * min(len(words), len(other)) for other in known)
        if words and (not is_known or _CORRECTS.search(report.title)):
            lines.append(Line(at=_published(report), text=report.title, sources=(report,)))
        known.append(words)
    return lines


def _of_versions(versions: Sequence[Version]) -> list[Line]:
    lines = []
    told = [versions[0].text]
    for version in versions[1:]:
        if version.kind is VersionKind.RETRACTED:
            continue
        is_corrected = version.kind in _CORRECTING
        new = news_of(version.text, told, most=1) if is_corrected or version.kind is VersionKind.NEWS else ()
        known = {source.url for text in told for source in text.sources}
        for place in new:
            line = _line(version.text, place, version.at, known)
            # A correction is dated by when it was made, not by what it is drawn from.
            lines.append(replace(line, at=version.at, is_correction=True) if is_corrected else line)
        told.append(version.text)
    return lines


def _line(text: BriefText, place: int, at: datetime, known: set[str]) -> Line:
    """A sentence, dated by the first article that is new and carries it; else by when it was written."""
    sentence = text.sentences[place]
    sources = tuple(source for source in text.sources if source.n in sentence.sources)
    published = [source.published_at for source in sources if source.published_at and source.url not in known]
    return Line(at=min(published, default=at), text=sentence.text, sources=sources)


def _item(line: Line, words: str, zone: str, *, is_first: bool) -> tuple[Inline, ...]:
    when = wording.local(line.at, zone)
    if is_first:
        when = say("{when}, first report", when=when)
    elif line.is_correction or _CORRECTS.search(line.text):
        when = say("{when}, correction", when=when)
    spans: list[Inline] = [Text(when, strong=True), Text(f" · {words}")]
    named = {source.publisher: source for source in reversed(line.sources) if source.publisher}
    for source in reversed(named.values()):
        spans.append(Text(" · "))
        spans.append(Link(source.publisher, untracked(source.url)) if source.url else Text(source.publisher))
    return tuple(spans)


def _published(report: Citation) -> datetime:
    assert report.published_at is not None
    return report.published_at
