"""No text keeps a regular expression of ours busy: the time grows with the text, not with its square or worse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.patterns import Found, all_patterns, feedparser_patterns, hostile_texts, seconds

SIZE: Final = 2_000
LONGEST_S: Final = 0.009
"""For so many characters; a pattern whose time grows with the square takes 15 ms and more, others 4 at most."""
ENOUGH_S: Final = 0.4


@dataclass(frozen=True, slots=True)
class Sees:
    """What a pattern is shown at most, by the code before it, so that its time is bounded where it grows faster."""

    characters: int = SIZE
    is_single_spaced: bool = False


SEEN: Final[Mapping[str, Sees]] = {
    # Names and titles: cleaned, on one line, `clipped` at 120 and 400.
    "bot.ingest.entry _FEED_WORDS": Sees(120, is_single_spaced=True),
    "bot.ingest.entry _PARTS": Sees(120, is_single_spaced=True),
    "bot.stories.owners": Sees(400, is_single_spaced=True),
    "bot.text.headlines": Sees(400, is_single_spaced=True),
    "bot.briefs.headline": Sees(400, is_single_spaced=True),
    "bot.ingest.dates": Sees(200, is_single_spaced=True),
    "bot.text.clean _FOOT": Sees(700),
    # Of paragraphs and sentences each run of spaces is one space; sentences have 420 characters at most.
    "bot.text.furniture": Sees(is_single_spaced=True),
    "bot.briefs.person": Sees(420),
    # A command has so many at most; nobody else is answered while one is read.
    "bot.commands.parse": Sees(4_000),
    "bot.commands.values": Sees(4_000, is_single_spaced=True),
    # Twelve characters before a full stop.
    "bot.text.sentences line": Sees(12),
    # What we wrote ourselves: a table of names, PostgreSQL's form of a vector.
    "bot.briefs.grounding.name_words": Sees(12),
}


def sees(found: Found) -> Sees:
    name = f"{found.module} {found.name}"
    return next((what for key, what in SEEN.items() if name.startswith(key)), Sees())


def worst(found: Found) -> tuple[float, Any]:
    """The longest that a hostile text takes, and that text."""
    what, most, at = sees(found), 0.0, ""
    for text in hostile_texts(found.pattern, what.characters):
        shown = " ".join(text.split()) if what.is_single_spaced and isinstance(text, str) else text
        took = seconds(found, shown, at_most=ENOUGH_S)
        if LONGEST_S < took < ENOUGH_S:
            took = unhurried(found, shown)
        if took > most:
            most, at = took, shown
        if most > LONGEST_S:
            break
    return most, at


def unhurried(found: Found, text: Any) -> float:
    """The best of five; no longer than is allowed when it grows with the text alone, on whatever slow machine."""
    took = quarter = ENOUGH_S
    for _ in range(5):
        took = min(took, seconds(found, text, at_most=ENOUGH_S))
        quarter = min(quarter, seconds(found, text[: len(text) // 4], at_most=ENOUGH_S))
        if took < LONGEST_S:
            break
    # Four times as long for four times the text, sixteen times where it grows with the square.
    return took if took > 8 * quarter or quarter > LONGEST_S else min(took, LONGEST_S)


def test_no_pattern_takes_long_over_a_hostile_text() -> None:
    slow, names = [], []
    for found in all_patterns():
        names.append(f"{found.module} {found.name}")
        took, text = worst(found)
        if took > LONGEST_S:
            slow.append(f"{took * 1000:.0f} ms {found.module} {found.name} {text[:40]!r} {found.pattern.pattern!r}")
    assert not slow, "\n".join(slow)
    assert len(names) > 250
    assert not [key for key in SEEN if not any(name.startswith(key) for name in names)]


def test_no_pattern_of_feedparser_takes_long_over_a_hostile_text() -> None:
    """Some of its own take the square only of long runs, so the texts are longer."""
    slow, found = [], feedparser_patterns()
    for one in found:
        # Only ever tried at the beginning of a declaration, which is short.
        if one.name != "RE_SAFE_ENTITY_PATTERN":
            texts = hostile_texts(one.pattern, 8_000)
            took = max(min(seconds(one, text, at_most=ENOUGH_S) for _ in range(2)) for text in texts)
            if took > 4 * LONGEST_S:
                slow.append(f"{took * 1000:.0f} ms {one.module} {one.name} {one.pattern.pattern!r}")
    assert not slow, "\n".join(slow)
    assert len(found) > 8


def test_pattern_that_backtracks_is_found_out() -> None:
    for text in (r"(a+)+b", r"\s+$", r"[\w.]+@x", r"(\d+)*:"):
        found = Found(module="tests", name=text, pattern=re.compile(text), is_anchored=False)
        assert worst(found)[0] > LONGEST_S, text
