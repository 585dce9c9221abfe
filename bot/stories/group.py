"""Which story an article belongs to: one pass over articles as they come, within a recent window. Pure, in memory.

`place` finds the story of an article, `add` takes it in, `revise` looks again at the story it came to: whether it is
now the same as another one, or has turned out to be two. The same articles in the same order always give the same
stories, also when the index was rebuilt from their final stories in between.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from bot.models import Article
from bot.stories.closeness import FADE_S, NEIGHBOURS, Floats, Side, margins
from bot.stories.ledger import Entry, Ledger
from bot.stories.split import halves
from bot.stories.window import Ints, Vector, Window, heaviest, tally
from bot.text.analyse import features

CAUTION: Final = 0.06
"""How much nearer all must be while the index is empty: which words are rare, and what is typical, is not known yet."""
LEARNT: Final = 300
"""Articles after which that caution is 1/e."""
STORY_TERMS: Final = 500
"""Heaviest terms by which a story is compared with others."""
MERGES: Final = 3
"""Stories that may be joined on account of one article."""
SPLIT_SIZES: Final = frozenset({4, 6, 9, 13, 19, 28, 42, 63, 94})
"""A story is looked through for two when it has grown by half, so that the cost of an article stays bounded."""
_FRESH: Final = -(1 << 40)
"""Numbers of stories that come from a split begin below this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """An article that belongs to another story than before."""

    article_id: int
    from_story: int
    to_story: int
    is_merger: bool
    """All articles of the story go with it; else those that go are a new story."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """An article as it stands to the window at one moment."""

    vector: Vector
    at: float
    is_brief: bool
    dots: Floats
    """For each slot the product with its article, less the further apart in time."""


class StoryIndex:
    """The stories of the recent window.

    Two articles further apart than `window` do not find each other. The index keeps the last `capacity` articles, so
    that placing one costs the same whatever is in the store.
    """

    def __init__(self, *, window: timedelta = timedelta(hours=72), capacity: int = 20_000) -> None:
        self._window_s = window.total_seconds()
        self._window = Window(capacity)
        size = self._window.size
        self._ledger = Ledger(size)
        self._at, self._typical = np.zeros(size), np.zeros((size, NEIGHBOURS))
        self._brief = np.zeros(size, np.bool_)
        self._article = np.zeros(size, np.int64)
        self._slot_of: dict[int, int] = {}
        self._measured: tuple[Article, _Measured] | None = None
        self._fresh = _FRESH

    def __len__(self) -> int:
        return len(self._ledger)

    def __contains__(self, article_id: int) -> bool:
        return article_id in self._slot_of

    def take(self, article: Article, *, new_story: int) -> tuple[int, list[Move]]:
        """The story of an article, `new_story` when it is in none that is known; takes it in and revises that story."""
        known = self.place(article)
        story = new_story if known is None else known
        self.add(article, story)
        return story, self.revise(story)

    def place(self, article: Article) -> int | None:
        """The story of an article that is not in the index yet; None for one of its own."""
        found = self._measure(article)
        rows, dots = self._by_story(found.dots)
        if not len(rows):
            return None
        typical = float(self._nearest(found.dots).mean())
        near = margins(dots, _one(1.0, typical, found.is_brief), self._ledger.side(rows)) - self._caution()
        best = self._best(near, rows)
        return None if near[best] < 0 else int(self._ledger.story_of_row[rows[best]])

    def add(self, article: Article, story_id: int) -> None:
        """Takes an article in as part of a story."""
        found = self._measure(article)
        self._measured = None
        gone = self._window.oldest()
        if gone is not None:
            found.dots[gone] = 0.0
            self._leave(gone)
            del self._slot_of[int(self._article[gone])]
        slot = self._window.add(found.vector)
        self._typical[slot] = self._nearest(found.dots)
        self._at[slot], self._brief[slot], self._article[slot] = found.at, found.is_brief, article.id
        self._slot_of[article.id] = slot
        self._crowd(found.dots)
        members = np.array(self._ledger.members(story_id), np.int64)
        self._ledger.join(story_id, self._entry(slot), product=float(found.dots[members].sum()))

    def revise(self, story_id: int) -> list[Move]:
        """What has to be put right since an article came to a story: it joins others, or becomes two."""
        moves: list[Move] = []
        for _ in range(MERGES):
            joined = self._join_nearest(story_id)
            if not joined:
                return [*moves, *(() if moves else self._split(story_id))]
            moves += joined
            story_id = joined[0].to_story
        return moves

    def move(self, article_id: int, story_id: int) -> None:
        """Puts an article of the index into another story; one that was forgotten is left where it is."""
        slot = self._slot_of.get(article_id)
        if slot is not None and self._story_of(slot) != story_id:
            self._leave(slot)
            self._enter(slot, story_id)

    def rename(self, known_as: int, story_id: int) -> None:
        """Gives a story another number."""
        if known_as in self._ledger:
            self._ledger.rename(known_as, story_id)

    def _measure(self, article: Article) -> _Measured:
        if self._measured and self._measured[0] is article:
            return self._measured[1]
        told = features(article.title, article.text)
        vector = self._window.vector(told.weights)
        at = article.published_at.timestamp()
        found = _Measured(vector, at, told.is_brief, self._faded(vector, at))
        self._measured = article, found
        return found

    def _faded(self, vector: Vector, at: float) -> Floats:
        dots = self._window.dots(vector)
        there = np.flatnonzero(dots)
        gaps = np.abs(self._at[there] - at)
        dots[there] *= np.where(gaps <= self._window_s, np.exp(-gaps / FADE_S), 0.0)
        return dots

    def _caution(self) -> float:
        return CAUTION * math.exp(-len(self._window) / LEARNT)

    def _by_story(self, dots: Floats) -> tuple[Ints, Floats]:
        """Rows of the stories that are near at all, and the sums over their articles."""
        there = np.flatnonzero(dots)
        rows, places = np.unique(self._ledger.row_of_slot[there], return_inverse=True)
        return rows, tally(places, dots[there], len(rows))

    def _nearest(self, dots: Floats) -> Floats:
        """The nearness of the nearest articles, the furthest of them first."""
        there = dots[dots > 0]
        if len(there) > NEIGHBOURS:
            there = np.partition(there, -NEIGHBOURS)[-NEIGHBOURS:]
        found = np.zeros(NEIGHBOURS)
        found[NEIGHBOURS - len(there) :] = np.sort(there)
        return found

    def _crowd(self, dots: Floats) -> None:
        """Tells the neighbours of a new article that they have one more."""
        slots = np.flatnonzero(dots > self._typical[: len(dots), 0])
        if not len(slots):
            return
        before = self._typical[slots].mean(axis=1)
        self._typical[slots, 0] = dots[slots]
        self._typical[slots] = np.sort(self._typical[slots], axis=1)
        self._ledger.more_typical(slots, self._typical[slots].mean(axis=1) - before)

    def _join_nearest(self, story_id: int) -> list[Move]:
        """Joins a story with the one that is nearest, when it is near enough: the smaller goes to the larger."""
        ledger = self._ledger
        if len(ledger.members(story_id)) == 1:
            # It has just been compared with all stories, and began one of its own.
            return []
        total = heaviest(self._window.total(ledger.members(story_id)), STORY_TERMS)
        rows, dots = self._by_story(self._faded(total, ledger.mean_at(story_id)))
        own = np.array([ledger.row(story_id)])
        rows, dots = rows[rows != own], dots[rows != own]
        if not len(rows):
            return []
        near = margins(dots, ledger.side(own), ledger.side(rows)) - self._caution()
        best = self._best(near, rows)
        if near[best] < 0:
            return []
        other = int(ledger.story_of_row[rows[best]])
        kept, gone = self._larger(story_id, other)
        return self._moved(ledger.members(gone), gone, kept)

    def _larger(self, one: int, other: int) -> tuple[int, int]:
        """The story of more articles first; of two alike the one that began first."""
        sizes = len(self._ledger.members(one)), len(self._ledger.members(other))
        first = self._first(one) < self._first(other)
        return (one, other) if sizes[0] > sizes[1] or (sizes[0] == sizes[1] and first) else (other, one)

    def _split(self, story_id: int) -> list[Move]:
        slots = list(self._ledger.members(story_id))
        if len(slots) not in SPLIT_SIZES:
            return []
        products = self._window.products(slots)
        gaps = np.abs(self._at[slots][:, None] - self._at[slots][None, :])
        typical = self._typical[slots].mean(axis=1)
        margin, one, other = halves(products * np.exp(-gaps / FADE_S), typical, self._brief[slots].astype(float))
        if margin >= self._caution():
            return []
        self._fresh -= 1
        leaving = [slots[row] for row in min(one, other, key=len)]
        return self._moved(leaving, story_id, self._fresh)

    def _moved(self, slots: Iterable[int], from_story: int, to_story: int) -> list[Move]:
        articles = [int(self._article[slot]) for slot in slots]
        for article in articles:
            self.move(article, to_story)
        is_merger = from_story not in self._ledger
        return [Move(article_id=id_, from_story=from_story, to_story=to_story, is_merger=is_merger) for id_ in articles]

    def _enter(self, slot: int, story: int) -> None:
        self._ledger.join(story, self._entry(slot), product=self._with(slot, story))

    def _leave(self, slot: int) -> None:
        story = self._story_of(slot)
        self._ledger.leave(story, self._entry(slot), product=self._with(slot, story))

    def _story_of(self, slot: int) -> int:
        return int(self._ledger.story_of_row[self._ledger.row_of_slot[slot]])

    def _with(self, slot: int, story: int) -> float:
        """The product of an article with the others of a story."""
        others = [other for other in self._ledger.members(story) if other != slot]
        if not others:
            return 0.0
        fades = np.exp(-np.abs(self._at[others] - self._at[slot]) / FADE_S)
        return float(self._window.with_each(slot, others) @ fades)

    def _entry(self, slot: int) -> Entry:
        typical = float(self._typical[slot].mean())
        return Entry(slot, float(self._at[slot]), typical, bool(self._brief[slot]))

    def _best(self, near: Floats, rows: Ints) -> int:
        """The nearest; of several alike the one that has the article of the lowest number."""
        alike = np.flatnonzero(near == near.max())
        if len(alike) == 1:
            return int(alike[0])
        return int(min(alike, key=lambda place: self._first(int(self._ledger.story_of_row[rows[place]]))))

    def _first(self, story: int) -> int:
        """The lowest number of a story's articles."""
        return int(self._article[list(self._ledger.members(story))].min())


def _one(count: float, typical: float, is_brief: bool) -> Side:
    return Side(*(np.array([value]) for value in (count, 1.0, typical, float(is_brief))))
