"""How a story became known: its own sentences and headlines, dated, and nothing of a story told at one go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.digests.timeline import MOST, Course, timeline_blocks, timeline_of
from bot.documents.nodes import Bullets, Heading, Link, Text
from bot.models import BriefText, Citation, Sentence, Version, VersionKind
from bot.saying import speaking

START = datetime(2026, 1, 15, 0, 0, tzinfo=UTC)


def report(n: int, title: str, hours: float) -> Citation:
    at = START + timedelta(hours=hours)
    return Citation(n=n, publisher=f"House {n}", title=title, url=f"https://h{n}.example/", published_at=at)


def version(
    number: int, hours: float, *sources: Citation, words: str = "", kind: VersionKind = VersionKind.NEWS
) -> Version:
    """A version written then, with a sentence of each source."""
    told = tuple(Sentence(text=f"{source.title}{words}.", sources=(source.n,)) for source in sources)
    text = BriefText(headline="x", deck="", lede=told, sources=sources, language="en", written_by="extractive")
    return Version(number=number, kind=kind, note="", at=START + timedelta(hours=hours), text=text)


AGROUND = report(1, "Ferry runs aground", 0)
SAVED = report(2, "Rescuers bring forty people ashore", 5)
ARREST = report(3, "Police arrest the captain", 9)


def test_first_report_then_what_each_version_added_with_its_source() -> None:
    versions = [version(1, 0.5, AGROUND), version(2, 6, AGROUND, SAVED), version(3, 10, AGROUND, SAVED, ARREST)]
    lines = timeline_of(Course(reports=[SAVED, ARREST, AGROUND], versions=versions))
    assert [(line.text.rstrip("."), line.at, line.sources) for line in lines] == [
        (one.title, one.published_at, (one,)) for one in (AGROUND, SAVED, ARREST)
    ]
    heading, bullets = timeline_blocks(lines, {lines[1].text: "구조됐다."}, zone="Asia/Seoul")
    assert isinstance(heading, Heading)
    assert isinstance(bullets, Bullets)
    assert bullets.items[0][0] == Text("15 Jan 2026, 09:00, first report", strong=True)
    assert bullets.items[1][1:] == (Text(" · 구조됐다."), Text(" · "), Link("House 2", "https://h2.example/"))


def test_other_words_are_no_line_and_a_story_told_at_one_go_has_none() -> None:
    again = version(2, 9, AGROUND, words=" near the coast of Norrland", kind=VersionKind.REWORDED)
    assert timeline_of(Course(reports=[AGROUND], versions=[version(1, 0.5, AGROUND), again])) == ()
    close = report(2, "Rescuers bring forty people ashore", 1)
    versions = [version(1, 0.5, AGROUND), version(2, 1.5, AGROUND, close)]
    assert timeline_of(Course(reports=[AGROUND, close], versions=versions)) == ()
    assert timeline_blocks((), {}, zone="UTC") == []


def test_corrected_version_is_dated_by_the_correction() -> None:
    edited = version(2, 30, AGROUND, words=" with 41 aboard", kind=VersionKind.EDITED)
    first, corrected = timeline_of(Course(reports=[AGROUND], versions=[version(1, 0.5, AGROUND), edited]))
    assert (first.at, corrected.at, corrected.is_correction) == (AGROUND.published_at, edited.at, True)


def test_headlines_tell_what_was_known_before_the_first_version_and_a_correction_is_kept() -> None:
    same, corrected = report(4, "Ferry runs aground off Norrland", 1), report(5, "Correction: Ferry runs aground", 8)
    course = Course(reports=[AGROUND, same, SAVED, corrected], versions=[version(1, 12, AGROUND, SAVED)])
    lines = timeline_of(course)
    assert [line.text for line in lines] == [AGROUND.title, SAVED.title, corrected.title]
    [_, bullets] = timeline_blocks(lines, {}, zone="UTC")
    assert isinstance(bullets, Bullets)
    assert bullets.items[2][0] == Text("15 Jan 2026, 08:00, correction", strong=True)
    with speaking("ko"):
        [_, bullets] = timeline_blocks(lines, {}, zone="Asia/Seoul")
    assert isinstance(bullets, Bullets)
    assert bullets.items[0][0] == Text("2026년 1월 15일 09:00, 첫 보도", strong=True)


def test_long_story_keeps_its_first_and_its_newest_lines() -> None:
    words = ["otter", "tariff", "vote", "storm", "bank", "court", "virus", "rocket", "strike", "fire", "merger"]
    words.append("election")
    reports = [report(n, f"{word} {word}s", n) for n, word in enumerate(words)]
    lines = timeline_of(Course(reports=reports, versions=[version(1, 20, *reports)]))
    assert len(lines) == len(words)
    [_, bullets] = timeline_blocks(lines, {}, zone="UTC")
    assert isinstance(bullets, Bullets)
    assert len(bullets.items) == MOST
    assert bullets.items[1] == (Text("5 more in between"),)
    assert bullets.items[-1][1] == Text(" · election elections")
