"""Says what two briefs have in common, as a reader would. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.saying import say, speaking
from bot.stories.things import Kind, Thing
from bot.text.words import is_cjk

NAMED: Final = 2
"""Things in common that the reason names."""
CLOSE: Final = 0.05
"""Two briefs with so much in common are related, whatever can be said of it …"""
VERY_CLOSE: Final = 0.08
"""… and with so much, even when nothing can."""

_REPEATED: Final = 1.6
"""The weight of what stands in the deck or twice in the text, and, below, of what stands in the headline."""
_HEADLINED: Final = 2.0
_LONG: Final = 6
"""Shorter English words ("ban", "case") mean something else in each story."""


def reason_of(shared: Sequence[tuple[Thing, bool]], other: str, language: str, *, closeness: float = 0.0) -> str:
    """A reason of at most two names or themes, the most telling first; empty when there is none worth saying.

    `shared`: what both are about, the most telling first, and whether it is rare enough to be a reason by itself.
    `other`: headline and deck of the other brief, folded: a mere word counts only if it is its subject.
    `closeness`: how much the two have in common; of much, something must be said.
    """
    able = [(thing, is_rare) for thing, is_rare in shared if _is_sayable(thing, other)]
    chosen = _chosen(able)
    if not chosen and closeness >= CLOSE:
        chosen = _chosen([one for one in shared if one[0].kind is not Kind.PART and not _is_slight(one[0])])
    if chosen:
        return _said([thing.shown for thing in chosen], language)
    with speaking(language):
        return say("on a similar subject") if closeness >= VERY_CLOSE else ""


def _chosen(able: Sequence[tuple[Thing, bool]]) -> list[Thing]:
    """The first that is rare enough, and one more; names and phrases before mere words."""
    chosen: list[Thing] = []
    for thing, is_rare in sorted(able, key=lambda one: one[0].kind is Kind.WORD):
        is_needed = thing.kind is not Kind.WORD or not chosen
        if len(chosen) < NAMED and (chosen or is_rare) and is_needed and not _overlaps(thing, chosen):
            chosen.append(thing)
    return chosen


def _is_sayable(thing: Thing, other: str) -> bool:
    """Whether this brief makes something of it, or the other is about it; a mere word must be what both are about."""
    is_theirs = thing.shown.casefold() in other
    if thing.kind is Kind.PART:
        return False
    if thing.kind is Kind.WORD:
        return is_theirs and thing.weight >= _HEADLINED and not _is_slight(thing)
    return is_theirs or thing.weight >= _REPEATED


def _is_slight(thing: Thing) -> bool:
    """A word that says nothing by itself: "fell"."""
    return thing.kind is Kind.WORD and len(thing.shown) < _LONG and not is_cjk(thing.shown)


def _overlaps(thing: Thing, chosen: Sequence[Thing]) -> bool:
    """Whether it says what is said already: another form of a word, or a piece of it."""
    return any(_alike(word, other) for one in chosen for word in _words(thing) for other in _words(one))


def _words(thing: Thing) -> list[str]:
    return thing.shown.casefold().split()


def _alike(one: str, other: str) -> bool:
    if is_cjk(one) or is_cjk(other):
        return one in other or other in one
    return one == other or (min(len(one), len(other)) > 3 and one[:4] == other[:4])


def _said(names: Sequence[str], language: str) -> str:
    with speaking(language):
        if len(names) == 1:
            return say("also about {name}", name=names[0])
        return say("also about {name} and {other}", name=names[0], other=names[1])
