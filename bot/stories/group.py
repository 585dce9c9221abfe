"""Which story an article belongs to: one pass over articles as they come, within a recent window. Pure, in memory.

An article is compared with the stories that share a rare term with it. It joins the nearest when they are near enough;
how near is enough depends on how much there is to compare, so that streams of headlines and of full texts both work.
The same articles in the same order always give the same stories.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from typing import Final

from bot.models import Article
from bot.stories.analyse import Features, features

PRIOR_ARTICLES: Final = 400
"""Articles we pretend to have seen, so that the first few do not make every word look rare."""
KEY_TERMS: Final = 14
"""Heaviest terms by which candidates are looked up."""
CROWD: Final = 400
"""A term in more stories than this finds none: it costs time and tells nothing."""
CLOSE_LOOKS: Final = 12
"""Candidates whose articles are compared one by one."""

THRESHOLD: Final = 0.18
"""How near a text must be to a story."""
BRIEF_THRESHOLD: Final = 0.08
"""How near a mere headline must be: it has few words to share, so it is held against the story as a whole."""
CAUTION: Final = 0.06
"""How much nearer a text must be while the index is empty: which words are rare is not known yet."""
LEARNT: Final = 150
"""Articles after which that caution is 1/e."""
FADE: Final = timedelta(days=6)
"""After how long without news a story is only 1/e as near."""

Vector = dict[str, float]
_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where an article belongs: a known story, or None for one of its own; with the similarity (0 to 1) and why."""

    story_id: int | None
    score: float
    reason: str


@dataclass(slots=True)
class _Cluster:
    members: list[Vector] = field(default_factory=list)
    centroid: Vector = field(default_factory=dict)
    """Sum of the members' unit vectors."""
    norm: float = 0.0
    last_at: datetime = _EVER


class StoryIndex:
    """The stories of the recent window, by their terms.

    Two articles further apart than `window` form no story. The index keeps the stories it was told of last, of
    `capacity` articles in all, so that placing one costs the same whatever is in the store.
    """

    def __init__(self, *, window: timedelta = timedelta(hours=72), capacity: int = 20_000) -> None:
        self._window, self._capacity = window, capacity
        self._stories: dict[int, _Cluster] = {}
        self._by_term: dict[str, dict[int, None]] = {}
        self._frequency: Counter[str] = Counter()
        self._count = 0

    def __len__(self) -> int:
        return len(self._stories)

    def place(self, article: Article) -> Placement:
        """The story of an article that is not in the index yet."""
        found = features(article.title, article.text)
        vector = self._vector(found)
        caution = CAUTION * math.exp(-self._count / LEARNT)
        needed = BRIEF_THRESHOLD if found.is_brief else THRESHOLD + caution
        near = self._candidates(vector, article.published_at)
        scored = [(self._closeness(vector, id_, article, is_brief=found.is_brief), -id_) for id_ in near]
        if not scored:
            return Placement(story_id=None, score=0.0, reason="shares no rare word with a recent story")
        score, negative = max(scored)
        if score < needed:
            return Placement(story_id=None, score=score, reason=f"the nearest story is only {score:.2f} near")
        shared = self._shared(vector, self._stories[-negative].centroid)
        return Placement(story_id=-negative, score=score, reason=f"{score:.2f} near; both name {', '.join(shared)}")

    def add(self, article: Article, story_id: int) -> None:
        """Takes an article in as part of a story."""
        found = features(article.title, article.text)
        self._count += 1
        self._frequency.update(found.weights.keys())
        vector = self._vector(found)
        # Taken out and put back, so that the dictionary's order is that of the last news.
        story = self._stories.pop(story_id, None) or _Cluster()
        self._stories[story_id] = story
        story.members.append(vector)
        for term, weight in vector.items():
            story.centroid[term] = story.centroid.get(term, 0.0) + weight
            self._by_term.setdefault(term, {})[story_id] = None
        story.norm = math.sqrt(sum(weight * weight for weight in story.centroid.values()))
        story.last_at = max(story.last_at, article.published_at)
        while self._count > self._capacity and len(self._stories) > 1:
            self._forget(next(iter(self._stories)))

    def rename(self, known_as: int, story_id: int) -> None:
        """Gives a story another number."""
        story = self._stories.pop(known_as)
        self._stories[story_id] = story
        for term in story.centroid:
            of_term = self._by_term[term]
            del of_term[known_as]
            of_term[story_id] = None

    def _forget(self, story_id: int) -> None:
        story = self._stories.pop(story_id)
        self._count -= len(story.members)
        for member in story.members:
            self._frequency.subtract(member.keys())
        for term in story.centroid:
            of_term = self._by_term[term]
            del of_term[story_id]
            if not of_term:
                del self._by_term[term]
                del self._frequency[term]

    def _vector(self, found: Features) -> Vector:
        weights = {term: weight * self._rarity(term) for term, weight in found.weights.items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / norm for term, weight in weights.items()}

    def _rarity(self, term: str) -> float:
        return math.log((PRIOR_ARTICLES + self._count) / (1 + self._frequency[term]))

    def _candidates(self, vector: Vector, at: datetime) -> list[int]:
        """Stories that share a heavy term, those with the nearest centroids only."""
        dots: dict[int, float] = {}
        for term in nlargest(KEY_TERMS, vector, key=lambda term: vector[term]):
            of_term = self._by_term.get(term, {})
            if len(of_term) > CROWD:
                continue
            for id_ in of_term:
                story = self._stories[id_]
                if abs(at - story.last_at) > self._window:
                    continue
                dots[id_] = dots.get(id_, 0.0) + vector[term] * story.centroid[term] / story.norm
        return nlargest(CLOSE_LOOKS, dots, key=lambda id_: (dots[id_], -id_))

    def _closeness(self, vector: Vector, story_id: int, article: Article, *, is_brief: bool) -> float:
        """Between the story as a whole and its articles one by one: a long story must not drift from its event."""
        story = self._stories[story_id]
        whole = _dot(vector, story.centroid) / story.norm
        if is_brief:
            return whole
        each = sum(_dot(vector, member) for member in story.members) / len(story.members)
        gap = abs(article.published_at - story.last_at)
        return (whole + each) / 2 * math.exp(-gap / FADE)

    def _shared(self, vector: Vector, centroid: Vector) -> list[str]:
        common = vector.keys() & centroid.keys()
        return nlargest(3, common, key=lambda term: (vector[term] * centroid[term], term))


def _dot(one: Vector, other: Vector) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)
