"""What stands in an edition, and why. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.documents import wording
from bot.models import Brief, Origin, Pick
from bot.saying import say, say_count
from bot.store.editions import SentStory
from bot.text.words import terms

ALIKE: Final = 0.8
"""Headlines that share this much of their words tell the same; the better one is enough."""
PER_PUBLISHER: Final = 3
"""Stories of one edition that rest on the same publisher alone, while there are others."""

FADE: Final = 2.0
"""How fast what is old falls back; a week is looked at with less."""
WEEK_FADE: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A brief that could stand in an edition."""

    brief: Brief
    topic: str = ""
    """The first of the digest's topics that it matches; empty without topics."""
    topic_rank: int = 0
    """Where that topic stands in the digest."""
    matches: str = ""
    """Why it matches, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a digest asks of its selection beside how much."""

    caps: Mapping[int, int] = field(default_factory=dict)
    """By the rank of a topic: how many of its stories there are at most."""
    language: str = ""
    """Stories in this language come first; empty: none does."""
    fade: float = FADE
    """How fast what is old falls back, over the time that the edition looks back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    picks: tuple[Pick, ...]
    left_out: tuple[tuple[str, str], ...]
    """Public id of each brief that was not chosen, and why."""


def select(
    candidates: Iterable[Candidate],
    *,
    sent: Mapping[int, SentStory],
    limit: int,
    now: datetime,
    window: timedelta,
    wish: Wish = Wish(),
) -> Selection:
    """The best of the candidates, under their topics in the digest's order; each with a reason.

    No topic gets more than its share of the places, and no publisher that stands alone more than a few, while others
    want them; what is left then goes to the best that waited, up to the cap of a topic that has one. `sent` is what
    this channel was told of each story before: it is not told again unless there is news of it since. `window` is how
    far back the edition looks.
    """
    ranked = sorted(
        candidates,
        key=lambda one: (
            _is_foreign(one.brief, wish.language),
            -score(one.brief, now, window, fade=wish.fade),
            one.brief.id,
        ),
    )
    share = max(1, limit // max(1, len({one.topic_rank for one in ranked})))
    edition = _Edition(sent, limit, wish.caps)
    waiting = [one for one in ranked if not edition.consider(one, share=share, alone=PER_PUBLISHER)]
    for one in waiting:
        edition.consider(one, share=limit, alone=limit)
    picks = tuple(_pick(one, sent, now) for one in edition.in_order(ranked))
    return Selection(picks=picks, left_out=tuple(edition.left_out))


def score(brief: Brief, now: datetime, window: timedelta, *, fade: float = FADE) -> float:
    """How much a brief deserves its place: many independent publishers, new, and told at some length."""
    age = max(now - brief.published_at, timedelta())
    weight = 1.0 + math.log(max(1, brief.publishers)) * 1.5 + math.log(1 + brief.article_count) * 0.3
    if brief.origin is Origin.IMPORTED:
        # Somebody chose to add it, today.
        weight += 1.5
        age = min(age, max(now - brief.news_at, timedelta()))
    elif brief.is_single_source:
        weight *= 0.7
    return weight * math.exp(-fade * (age / window))


def _is_foreign(brief: Brief, language: str) -> bool:
    return bool(language) and brief.text.language not in (language, "und")


def has_news(brief: Brief, before: SentStory) -> bool:
    """Whether an article came to a story after what was told of it was written: other words alone are no news."""
    return brief.version > before.brief_version and brief.news_at > before.written_at


class _Edition:
    """Places that fill up, the best candidates first."""

    def __init__(self, sent: Mapping[int, SentStory], limit: int, caps: Mapping[int, int]) -> None:
        self._sent, self._limit, self._caps = sent, limit, caps
        self._chosen: dict[int, frozenset[str]] = {}
        self._topics: Counter[int] = Counter()
        self._alone: Counter[str] = Counter()
        self.left_out: list[tuple[str, str]] = []

    def consider(self, candidate: Candidate, *, share: int, alone: int) -> bool:
        """Takes it in or leaves it out with a reason; False while only its topic's or publisher's share is full."""
        brief, topic, publisher = candidate.brief, candidate.topic_rank, _only_publisher(candidate.brief)
        reason = self._refusal(brief, topic)
        if not reason and (self._topics[topic] >= share or (publisher and self._alone[publisher] >= alone)):
            return False
        words = _words(brief)
        if not reason and any(_is_alike(words, others) for others in self._chosen.values()):
            reason = say("tells the same as a better one")
        if reason:
            self.left_out.append((brief.ref, reason))
            return True
        self._chosen[brief.id] = words
        self._topics[topic] += 1
        self._alone[publisher] += 1
        return True

    def in_order(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Those that were taken, by topic; within a topic in the order given."""
        taken = [one for one in candidates if one.brief.id in self._chosen]
        return sorted(taken, key=lambda one: one.topic_rank)

    def _refusal(self, brief: Brief, topic: int) -> str:
        before = self._sent.get(brief.story_id)
        if before is not None and not has_news(brief, before):
            return say("was told here before, and there is no news of it since")
        if len(self._chosen) >= self._limit:
            return say("better ones fill the edition")
        if self._topics[topic] >= self._caps.get(topic, self._limit):
            return say("its topic has as many stories as it may")
        return ""


def _pick(candidate: Candidate, sent: Mapping[int, SentStory], now: datetime) -> Pick:
    brief = candidate.brief
    is_update = brief.story_id in sent
    parts = [say_count("{n} publisher", "{n} publishers", brief.publishers), wording.age(brief.published_at, now)]
    if candidate.matches:
        parts.append(candidate.matches)
    if is_update:
        parts.append(say("news since it was last told"))
    return Pick(brief=brief, topic=candidate.topic, is_update=is_update, why=", ".join(parts))


def _words(brief: Brief) -> frozenset[str]:
    return frozenset(terms(brief.text.headline))


def _is_alike(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) >= ALIKE * len(words | others)


def _only_publisher(brief: Brief) -> str:
    """The publisher that a story rests on alone; empty for one of several."""
    sources = brief.text.sources
    return sources[0].publisher if brief.is_single_source and sources else ""
