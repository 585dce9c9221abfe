"""Which sentences carry what a story's sources have in common: greedy coverage of weighted terms. Pure.

A term counts for each headline that has it and for each further source that carries it, so that what one paper alone
says weighs nothing by itself. A sentence is worth what it adds to those taken before it; measured against LexRank and
first sentences in docs/quality.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.briefs.figures import tolls
from bot.briefs.person import is_aside, is_personal
from bot.briefs.rank import Matrix, content_terms
from bot.models import Article
from bot.text.headlines import clean_headline
from bot.text.words import is_cjk, runs

PAIR_WEIGHT: Final = 0.5
"""How much a pair of neighbouring terms counts beside a single one."""
LENGTH_POWER: Final = 0.3
"""0 would take the longest sentence, 1 the densest."""
LEAD_BONUS: Final = 0.5
"""How much more the first sentence of an article counts; news say the most important thing first."""
LEAD_FADE: Final = 2.0
"""Sentences after which that bonus is 1/e."""
ALONE: Final = 0.02
"""What a term counts that one source alone has, where nothing weightier is left to tell."""
POOR: Final = 0.7
"""What a question, or a sentence in the writer's own person, is worth of another."""
SAME: Final = 0.55
"""Cosine from which two sentences say the same in other words."""
REPEATS: Final = 0.5
"""Share of a sentence's terms that stand in one taken before, from which it is only the other over again …"""
REPEATS_NUMBER: Final = 0.4
"""… of those that share a number with it …"""
REPEATS_TOLL: Final = 0.25
"""… and of those that count the same victims: "two were hurt" and "injured two"."""
NOTHING_NEW: Final = 0.78
"""Share of a sentence's terms that stand in those taken before together, from which it adds nothing."""
CJK_WORD: Final = 3.0
"""Characters of a Chinese, Japanese or Korean run that read as long as one English word."""

Term = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of one article."""

    text: str
    article: int
    """Index into the articles read."""
    position: int


def word_count(text: str) -> int:
    """How long a text is to read, in English words."""
    words = runs(text)
    if text.isascii():
        return len(words)
    return round(sum(max(1.0, len(run) / CJK_WORD) if is_cjk(run) else 1.0 for run in words))


class Cover:
    """The worth of each line, given those that were taken."""

    def __init__(self, lines: Sequence[Line], articles: Sequence[Article], cosine: Matrix) -> None:
        """`cosine`: how much each two of the lines say the same."""
        self._lines, self._cosine = lines, cosine.tolist()
        self._terms = [concepts(line.text) for line in lines]
        self._words = [set(content_terms(line.text)) for line in lines]
        self._tolls = [tolls(line.text, articles[line.article].language) for line in lines]
        self._sizes = [word_count(line.text) for line in lines]
        self._weight = _weights(articles, self._terms)
        self._factor = [self._standing(number) for number in range(len(lines))]
        self._covered: set[Term] = set()
        self._told: set[str] = set()
        self._most: dict[float, list[float]] = {}
        """By `alone`, what each line added at most when it was last asked: never less than it adds now."""
        self.taken: list[int] = []

    def size(self, number: int) -> int:
        return self._sizes[number]

    def best(self, among: Iterable[int], room: float = math.inf, alone: float = 0.0) -> int | None:
        """The line of these that adds most and has at most `room` words; None when none adds anything.

        `alone` is what a term counts in any case.
        """
        most = self._most.setdefault(alone, [math.inf] * len(self._lines))
        best, worth = None, 0.0
        # As lines are taken, the others only lose: what could not be the best before need not be measured anew.
        for number in sorted(among, key=lambda number: (-most[number], number)):
            if most[number] < worth or most[number] <= 0:
                break
            if self._sizes[number] > room or self.repeats(number):
                continue
            gain = most[number] = self.gain(number, alone)
            if gain > worth or (best is not None and gain == worth and number < best):
                best, worth = number, gain
        return best

    def gain(self, number: int, alone: float = 0.0) -> float:
        weights = map(self._weight.__getitem__, self._terms[number] - self._covered)
        return math.fsum([weight + alone for weight in weights] if alone else weights) * self._factor[number]

    def take(self, number: int) -> None:
        self.taken.append(number)
        self._covered |= self._terms[number]
        self._told |= self._words[number]

    def repeats(self, number: int) -> bool:
        """Whether a line was taken, or says what one that was taken says."""
        words = self._words[number]
        return (
            number in self.taken
            or len(words & self._told) >= NOTHING_NEW * len(words)
            or any(self._cosine[number][other] >= SAME or self._is_same(number, other) for other in self.taken)
        )

    def _is_same(self, one: int, other: int) -> bool:
        mine, theirs = self._words[one], self._words[other]
        is_one_toll = self._tolls[one] & self._tolls[other]
        return _is_same(mine, theirs, REPEATS_TOLL if is_one_toll else REPEATS)

    def _standing(self, number: int) -> float:
        """What place, length and manner make of a line's worth."""
        line = self._lines[number]
        lead = 1 + LEAD_BONUS * math.exp(-line.position / LEAD_FADE)
        manner = POOR if is_aside(line.text) or is_personal(line.text) else 1.0
        return float(manner * lead / max(10, self._sizes[number]) ** LENGTH_POWER)


def says_the_same(one: str, other: str) -> bool:
    """Whether one text is only the other in other words."""
    return _is_same(set(content_terms(one)), set(content_terms(other)))


def _is_same(one: set[str], other: set[str], least: float = REPEATS) -> bool:
    if one == other:
        return True
    shared = one & other
    if any(term.isdigit() and len(term) > 1 for term in shared):
        least = min(least, REPEATS_NUMBER)
    return len(shared) >= least * max(1, min(len(one), len(other)))


def concepts(text: str) -> set[Term]:
    """The terms of a text and its pairs of neighbouring terms."""
    terms = content_terms(text)
    return {*terms, *pairwise(terms)}


def _weights(articles: Sequence[Article], lines: Sequence[set[Term]]) -> dict[Term, float]:
    in_heads, counts = Counter[Term](), Counter[Term]()
    for article in articles:
        in_heads.update(concepts(clean_headline(article.title, article.publisher)))
    carriers = _carriers(articles, lines)
    wanted = set().union(*lines)
    for carried in carriers:
        counts.update(carried & wanted)
    heads, voices = len(articles), len(carriers)
    return {
        term: (PAIR_WEIGHT if isinstance(term, tuple) else 1.0)
        * (in_heads.get(term, 0) / heads + (counts[term] - 1) / voices)
        if term in counts
        else 0.0
        for term in wanted
    }


def _carriers(articles: Sequence[Article], lines: Sequence[set[Term]]) -> list[set[Term]]:
    """What each owner says, since a copied text is one voice; of a single voice, what each of its sentences says."""
    voices: dict[str, set[Term]] = {}
    for article in articles:
        voices.setdefault(article.owner, set()).update(concepts(article.title), concepts(article.text))
    return list(voices.values()) if len(voices) > 1 else [*voices.values(), *lines]
