"""Whether a fact of a claim is the fact that its sources have in the same place. Pure.

A number, date, name or direction that merely stands somewhere in a source may belong to something else. So each is
weighed by what stands around it: the source's fact of that kind whose surroundings are most like the claim's must be
the claim's own. A rival that fits clearly better is what the source really says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol, TypeVar

from bot.briefs.grounding.lines import Line, Slot, nearness
from bot.briefs.grounding.sources import SourceLine

FITS: Final = 0.6
"""Nearness from which a source's other fact counts as the one that stands there."""
MARGIN: Final = 0.07
"""How much nearer it must be than the source's same fact."""

PERHAPS: Final = 0.4
"""The same for a claim in other words, where less of what stands around can be alike …"""
FAR: Final = 0.25
"""… and the rival must be so much nearer."""


_BEFORE_DOER: Final = frozenset(["said", "says", "by", "told", "added", "warned"])


class Placed(Protocol):
    """A fact with its place in a sentence."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


F = TypeVar("F", bound=Placed)
Occurrences = Sequence[tuple[SourceLine, F]]
Same = Callable[[F, F, SourceLine], bool]


class Verdict(NamedTuple):
    is_found: bool
    """The fact stands in the sources at all."""
    rival: str
    """What the sources say in its place; empty when nothing fits better."""


def weigh(
    claim: Line, fact: F, facts: Sequence[F], everywhere: Occurrences[F], near: Occurrences[F], same: Same[F]
) -> Verdict:
    """Judges one of a claim's facts: `everywhere` are those of its sources, `near` those in the sentences like it."""
    slot = claim.slot(fact.start, fact.end)
    equal = [(line, other) for line, other in everywhere if same(fact, other, line)]
    best = max((nearness_of(slot, line.place(other.start, other.end)) for line, other in equal), default=0.0)
    needed = min(max(FITS, best + MARGIN), max(PERHAPS, best + FAR))
    found, highest = "", needed
    for line, other in near:
        if same(fact, other, line):
            continue
        score = nearness_of(slot, line.place(other.start, other.end))
        if score >= highest and not _is_taken(claim, fact, facts, line, other, score, same):
            found, highest = line.text[other.start : other.end], score
    return Verdict(bool(equal), found)


def _is_taken(
    claim: Line, fact: F, facts: Sequence[F], line: SourceLine, other: F, score: float, same: Same[F]
) -> bool:
    """Whether another fact of the claim is that fact of the source, and stands there as well or better.

    Where the claim is in other words (`score` is low), a fact that it tells anywhere is no rival.
    """
    place = line.place(other.start, other.end)
    return any(
        same(one, other, line) and (score < FITS or nearness_of(_slot(claim, one), place) >= score)
        for one in facts
        if one is not fact
    )


def nearness_of(claim: Slot, source: Slot) -> float:
    """`nearness`; "X said so" and "so it is, according to X" are the same place seen from its two sides."""
    found = nearness(claim, source)
    if _is_behind(claim) == _is_behind(source):
        return found
    turned = claim._replace(left=claim.right, right=claim.left, before="", after="")
    return max(found, nearness(turned, source))


def _is_behind(slot: Slot) -> bool:
    """Whether who did it is named behind what was done: "said X", "led by X", "according to X"."""
    return slot.before in _BEFORE_DOER or (slot.before == "to" and bool(slot.left) and slot.left[0][0] == "accord")


def _slot(claim: Line, fact: Placed) -> Slot:
    return claim.slot(fact.start, fact.end)
