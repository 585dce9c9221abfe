"""Which other briefs a reader of one would want: the same people, places and themes, but not the same story. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from heapq import nlargest
from typing import Final

from bot.models import Brief, BriefText, Related
from bot.stories.reasons import reason_of
from bot.stories.things import Kind, Thing, things_of

LIMIT: Final = 5
CAPACITY: Final = 5000
"""Briefs that are looked through, the newest; what is older is history, not related news."""
MIN_SCORE: Final = 0.035
CROWD: Final = 300
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
    story_id: int
    published_at: datetime
    headline: str
    deck: str
    language: str
    related: tuple[Related, ...]
    things: Mapping[str, float]
    """What it is about: folded word or name → how much it counts."""


class RelatedIndex:
    """The newest briefs by what they are about."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._entries: dict[int, Entry] = {}
        # Most things are of one brief, whose number then stands there by itself: lists of one took half of the memory.
        self._by_thing: dict[str, int | list[int]] = {}
        self._norms: dict[int, tuple[float, int]] = {}
        self._newest: tuple[BriefText | None, dict[str, Thing]] = (None, {})

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, brief: Brief) -> None:
        """Takes a brief in, in place of its earlier version."""
        self._drop(brief.id)
        things = {key: _weight(thing) for key, thing in self._things(brief.text).items()}
        self._entries[brief.id] = Entry(
            brief.id,
            brief.story_id,
            brief.published_at,
            brief.text.headline,
            brief.text.summary,
            brief.text.language,
            brief.related,
            things,
        )
        for thing in things:
            match self._by_thing.get(thing):
                case None:
                    self._by_thing[thing] = brief.id
                case int(other):
                    self._by_thing[thing] = [other, brief.id]
                case more:
                    more.append(brief.id)
        while len(self._entries) > self._capacity:
            self._drop(next(iter(self._entries)))

    def find(
        self, text: BriefText, *, story_id: int, now: datetime, limit: int = LIMIT, but: Iterable[int] = ()
    ) -> tuple[Related, ...]:
        """At most `limit` other briefs, the nearest first, each with a reason; none rather than a far-fetched one.

        `but`: briefs that are not wanted. The older a brief, the more it must have in common.
        """
        things = self._things(text)
        weights = {key: _weight(thing) for key, thing in things.items()}
        norm, without = self._norm(weights), frozenset(but)
        pulls = {key: weight * self._rarity(key) ** 2 for key, weight in weights.items()}
        scored = []
        for id_, dot in self._dots(pulls).items():
            entry = self._entries[id_]
            cosine = dot / (norm * self._norm_of(entry) or 1.0)
            if cosine < MIN_SCORE or entry.story_id == story_id or id_ in without:
                continue
            score = cosine * _freshness(max(now - entry.published_at, timedelta()))
            if score >= MIN_SCORE:
                scored.append((score, id_))
        found: list[Related] = []
        for score, id_ in nlargest(4 * limit, scored):
            entry = self._entries[id_]
            shared = [thing for thing in things if thing in entry.things and not self._is_crowded(thing)]
            reason = self._reason(things, entry, shared, text.language, score)
            if reason and len(found) < limit:
                found.append(_link(entry, min(score, 1.0), reason))
        return tuple(found)

    def get(self, brief_id: int) -> Entry | None:
        """What is kept of a brief of the index."""
        return self._entries.get(brief_id)

    def linked_back(self, brief: Brief, link: Related) -> tuple[Related, ...] | None:
        """What the brief at the other end of a link is related to, now that this one is; None when nothing changes."""
        other = self._entries.get(link.brief_id) if link.brief_id else None
        if other is None:
            return None
        things = self._things(brief.text)
        shared = [key for key in things if key in other.things]
        reason = self._reason(things, other, shared, other.language, link.score) or link.reason
        back = Related(
            brief_id=brief.id, headline=brief.text.headline, blurb=brief.text.summary, score=link.score, reason=reason
        )
        kept = [known for known in other.related if known.brief_id != brief.id]
        merged = tuple(sorted([*kept, back], key=lambda known: -known.score)[:LIMIT])
        if merged == other.related:
            return None
        self._entries[other.id] = replace(other, related=merged)
        return merged

    def _things(self, text: BriefText) -> dict[str, Thing]:
        """A brief that is written is found, added and linked back: its words are read once."""
        if self._newest[0] != text:
            self._newest = (text, things_of(text))
        return self._newest[1]

    def _dots(self, pulls: Mapping[str, float]) -> dict[int, float]:
        """How much each brief that shares a thing with these is about the same, rare things first."""
        dots: dict[int, float] = {}
        entries = self._entries
        for thing, pull in pulls.items():
            if not self._is_crowded(thing):
                for id_ in self._about(thing):
                    dots[id_] = dots.get(id_, 0.0) + pull * entries[id_].things[thing]
        return dots

    def _is_crowded(self, thing: str) -> bool:
        return len(self._about(thing)) > CROWD

    def _about(self, thing: str) -> Sequence[int]:
        """The briefs that are about it, in the order in which they came."""
        found = self._by_thing.get(thing, ())
        return (found,) if isinstance(found, int) else found

    def _norm_of(self, entry: Entry) -> float:
        """The length of an entry, measured anew when the index has grown so far that other words are rare in it."""
        size = len(self._entries)
        norm, then = self._norms.get(entry.id, (0.0, 0))
        if not 0.8 * size <= then <= 1.25 * size:
            norm = self._norm(entry.things)
            self._norms[entry.id] = (norm, size)
        return norm

    def _norm(self, things: Mapping[str, float]) -> float:
        return math.sqrt(sum((weight * self._rarity(thing)) ** 2 for thing, weight in things.items()))

    def _rarity(self, thing: str) -> float:
        return math.log((PRIOR_BRIEFS + len(self._entries)) / (1 + len(self._about(thing))))

    def _reason(
        self, things: Mapping[str, Thing], other: Entry, shared: Iterable[str], language: str, score: float
    ) -> str:
        """What both are about, in words; empty when it is nothing that a reader would call a reason."""
        most = max(_COMMON_LEAST, _COMMON_SHARE * len(self._entries))
        ranked = sorted(shared, key=lambda key: (-self._rarity(key) * (things[key].weight + other.things[key]), key))
        rare = {key for key in ranked if len(self._about(key)) <= most}
        heads = f"{other.headline} {other.deck}".casefold()
        return reason_of([(things[key], key in rare) for key in ranked], heads, language, closeness=score)

    def _drop(self, brief_id: int) -> None:
        entry = self._entries.pop(brief_id, None)
        self._norms.pop(brief_id, None)
        for thing in entry.things if entry else ():
            briefs = self._by_thing[thing]
            if isinstance(briefs, int) or len(briefs) == 1:
                del self._by_thing[thing]
            else:
                briefs.remove(brief_id)


def _freshness(age: timedelta) -> float:
    return OLD + (1 - OLD) * math.exp(-age / FADE)


def _weight(thing: Thing) -> float:
    return _scaled(thing.weight, thing.kind)


@cache
def _scaled(weight: float, kind: Kind) -> float:
    """The same few numbers for all, so that thousands of briefs share them."""
    return weight * _KINDS[kind]


def _link(entry: Entry, score: float, reason: str) -> Related:
    return Related(brief_id=entry.id, headline=entry.headline, blurb=entry.deck, score=round(score, 4), reason=reason)
