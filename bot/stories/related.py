"""Which other briefs a reader of one would want: the same people, places and themes, but not the same story. Pure."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from heapq import nlargest
from itertools import islice
from typing import Final

import numpy as np

from bot.models import Brief, BriefText, Related
from bot.stories.postings import CROWD, Postings
from bot.stories.reasons import reason_of
from bot.stories.things import Kind, Thing, things_of

LIMIT: Final = 5
CAPACITY: Final = 5000
"""Briefs that are looked through, the newest; what is older is history, not related news."""
MIN_SCORE: Final = 0.035
PRIOR_BRIEFS: Final = 30
FADE: Final = timedelta(days=20)
OLD: Final = 0.7
"""What an old brief still counts beside one of today."""
_COMMON_SHARE: Final = 0.04
"""What more of the briefs than this are about is no reason by itself: "also about Trump"."""
_COMMON_LEAST: Final = 4
_KINDS: Final = {Kind.PART: 0.9, Kind.WORD: 1.0, Kind.NAME: 1.2, Kind.PHRASE: 0.4}
"""What a thing counts by its kind: the words of a phrase count by themselves already."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of a brief in memory: enough to link to it, not its text."""

    id: int
    slot: int
    """Its place in the arrays of the index."""
    story_id: int
    published_at: datetime
    headline: str
    deck: str
    language: str
    related: tuple[Related, ...]


class RelatedIndex:
    """The newest briefs by what they are about."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._entries: dict[int, Entry] = {}
        self._by_slot: list[Entry | None] = [None] * (capacity + 1)
        self._free = list(range(capacity, -1, -1))
        self._postings = Postings(capacity + 1)
        # The length of each entry, and how large the index was when it was measured.
        self._norms, self._sizes = np.ones(capacity + 1), np.zeros(capacity + 1)
        self._newest: tuple[BriefText | None, dict[str, Thing]] = (None, {})

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, brief: Brief) -> None:
        """Takes a brief in, in place of its earlier version."""
        self._drop(brief.id)
        slot = self._free.pop()
        self._by_slot[slot] = self._entries[brief.id] = Entry(
            brief.id,
            slot,
            brief.story_id,
            brief.published_at,
            _shared(brief.text.headline),
            _shared(brief.text.summary),
            brief.text.language,
            tuple(replace(link, headline=_shared(link.headline), blurb=_shared(link.blurb)) for link in brief.related),
        )
        self._postings.add(slot, {key: _weight(thing) for key, thing in self._things(brief.text).items()})
        while len(self._entries) > self._capacity:
            self._drop(next(iter(self._entries)))

    def find(
        self, text: BriefText, *, story_id: int, now: datetime, limit: int = LIMIT, but: Iterable[int] = ()
    ) -> tuple[Related, ...]:
        """At most `limit` other briefs, the nearest first, each with a reason; none rather than a far-fetched one.

        `but`: briefs that are not wanted. The older a brief, the more it must have in common.
        """
        things, without = self._things(text), frozenset(but)
        rarity = {key: self._rarity(key) for key in things}
        scored = []
        for entry, cosine in self._near({key: _weight(thing) for key, thing in things.items()}, rarity):
            if entry.story_id == story_id or entry.id in without:
                continue
            score = cosine * _freshness(max(now - entry.published_at, timedelta()))
            if score >= MIN_SCORE:
                scored.append((score, entry.id))
        best = ((score, self._entries[id_]) for score, id_ in nlargest(4 * limit, scored))
        least = self._rarity_of(CROWD)
        telling = {key: value for key, value in rarity.items() if value >= least}
        return tuple(islice(self._links(things, telling, best, text.language), limit))

    def get(self, brief_id: int) -> Entry | None:
        """What is kept of a brief of the index."""
        return self._entries.get(brief_id)

    def linked_back(self, brief: Brief, link: Related) -> tuple[Related, ...] | None:
        """What the brief at the other end of a link is related to, now that this one is; None when nothing changes."""
        other = self._entries.get(link.brief_id) if link.brief_id else None
        if other is None:
            return None
        things = self._things(brief.text)
        rarity = {key: self._rarity(key) for key in things}
        reason = self._reason(things, rarity, other, other.language, link.score) or link.reason
        back = Related(
            brief_id=brief.id, headline=brief.text.headline, blurb=brief.text.summary, score=link.score, reason=reason
        )
        kept = [known for known in other.related if known.brief_id != brief.id]
        merged = tuple(sorted([*kept, back], key=lambda known: -known.score)[:LIMIT])
        if merged == other.related:
            return None
        self._by_slot[other.slot] = self._entries[other.id] = replace(other, related=merged)
        return merged

    def _things(self, text: BriefText) -> dict[str, Thing]:
        """A brief that is written is found, added and linked back: its words are read once."""
        if self._newest[0] != text:
            self._newest = (text, things_of(text))
        return self._newest[1]

    def _near(self, weights: Mapping[str, float], rarity: Mapping[str, float]) -> Iterator[tuple[Entry, float]]:
        """The entries whose cosine with these weights is not too small for any link."""
        dots = self._postings.dots({key: weight * rarity[key] ** 2 for key, weight in weights.items()})
        touched = np.flatnonzero(dots)
        size = len(self._entries)
        then = self._sizes[touched]
        # Measured anew when the index has grown so far that other words are rare in it.
        for slot in touched[(then < 0.8 * size) | (then > 1.25 * size)].tolist():
            self._norms[slot], self._sizes[slot] = self._norm(slot), size
        own = math.sqrt(sum((weight * rarity[key]) ** 2 for key, weight in weights.items()))
        lengths = own * self._norms[touched]
        cosines = dots[touched] / np.where(lengths == 0, 1.0, lengths)
        is_near = cosines >= MIN_SCORE
        for slot, cosine in zip(touched[is_near].tolist(), cosines[is_near].tolist(), strict=True):
            if entry := self._by_slot[slot]:
                yield entry, cosine

    def _links(
        self,
        things: Mapping[str, Thing],
        rarity: Mapping[str, float],
        best: Iterable[tuple[float, Entry]],
        language: str,
    ) -> Iterator[Related]:
        """Links to those of these that a reason can be given for."""
        for score, entry in best:
            if reason := self._reason(things, rarity, entry, language, score):
                yield _link(entry, min(score, 1.0), reason)

    def _norm(self, slot: int) -> float:
        most = self._most()
        told = self._postings.weights(slot)
        return math.sqrt(sum((weight * (most - _log(1 + count))) ** 2 for weight, count in told))

    def _rarity(self, thing: str) -> float:
        return self._rarity_of(self._postings.count(thing))

    def _rarity_of(self, briefs: int) -> float:
        """How much a thing tells that so many briefs are about."""
        return self._most() - _log(1 + briefs)

    def _most(self) -> float:
        """How much a thing tells that no brief is about."""
        return math.log(PRIOR_BRIEFS + len(self._entries))

    def _reason(
        self, things: Mapping[str, Thing], rarity: Mapping[str, float], other: Entry, language: str, score: float
    ) -> str:
        """What both are about, in words; empty when it is nothing that a reader would call a reason."""
        shared = self._postings.shared(other.slot, rarity)
        ranked = sorted(shared, key=lambda key: (-rarity[key] * (things[key].weight + shared[key]), key))
        least = self._rarity_of(max(_COMMON_LEAST, int(_COMMON_SHARE * len(self._entries))))
        heads = f"{other.headline} {other.deck}".casefold()
        return reason_of([(things[key], rarity[key] >= least) for key in ranked], heads, language, closeness=score)

    def _drop(self, brief_id: int) -> None:
        entry = self._entries.pop(brief_id, None)
        if entry is not None:
            self._postings.drop(entry.slot)
            self._by_slot[entry.slot], self._sizes[entry.slot] = None, 0
            self._free.append(entry.slot)


def _shared(text: str) -> str:
    """The same object for the same words: what links tell of briefs stands in thousands of them."""
    return sys.intern(str(text))


def _freshness(age: timedelta) -> float:
    return OLD + (1 - OLD) * math.exp(-age / FADE)


def _weight(thing: Thing) -> float:
    return _scaled(thing.weight, thing.kind)


# Most things are of a few briefs.
_log: Final = cache(math.log)


@cache
def _scaled(weight: float, kind: Kind) -> float:
    """The same few numbers for all, so that thousands of briefs share them."""
    return weight * _KINDS[kind]


def _link(entry: Entry, score: float, reason: str) -> Related:
    return Related(brief_id=entry.id, headline=entry.headline, blurb=entry.deck, score=round(score, 4), reason=reason)
