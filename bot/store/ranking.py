"""Puts what the index found in order: what counts beside how often a word stands in a text. Pure.

Of the two databases only SQLite's index knows how rare a word is (bm25). Both are asked for more than is shown, and the
best of it is looked at more closely: whole words rather than pieces of them, words that stand together as typed, and
early, since news says first what it is about. The weights were fitted on 1,275 Korean headlines that look for their
text, and held on as many others.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.store.query import Query

_WHOLE, _EARLY, _TOGETHER = 0.25, 0.4, 0.15
_EARLY_TERMS: Final = 60
_NEAR: Final = 3
_ENDING: Final = re.compile(r"(?:ings?|ed|es|s|e)$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A brief that was found: how good the index thinks it is, and where it has which terms."""

    id: int
    score: float
    places: Mapping[str, Sequence[int]]
    """Root of a term → its places in the text, ascending."""


def root(term: str) -> str:
    """An English word roughly without its ending, for comparing only."""
    return _ENDING.sub("", term) if len(term) > 4 and term.isascii() else term


def places_in(terms: Sequence[str], wanted: Iterable[str]) -> dict[str, list[int]]:
    """Where each of the roots that are wanted stands."""
    roots = tuple(wanted)
    found: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        if term.startswith(roots) and (own := root(term)) in roots:
            found.setdefault(own, []).append(place)
    return found


def ranked(query: Query, candidates: Sequence[Candidate], *, key: Callable[[str], str] = root) -> list[Candidate]:
    """The candidates, best first, with a new score; `key`: what a term of the query is called in `places`."""
    top = max((candidate.score for candidate in candidates), default=0.0)
    if top <= 0:
        return list(candidates)
    words = [tuple(map(key, run)) for run in query.runs]
    terms = list(dict.fromkeys(term for word in words for term in word))
    weights = _weights(terms, candidates)
    found = [
        Candidate(one.id, top * (one.score / top + _closeness(words, terms, weights, one.places)), one.places)
        for one in candidates
    ]
    return sorted(found, key=lambda one: (-one.score, -one.id))


def coverage(query: Query, candidate: Candidate, *, key: Callable[[str], str] = root) -> float:
    """Which share of the words of a query a candidate has, in whole or in part."""
    words = [tuple(map(key, run)) for run in query.runs]
    weights = {term: 1.0 for word in words for term in word}
    return sum(_stretch(word, weights, candidate.places) for word in words) / (len(words) or 1)


def _weights(terms: Sequence[str], candidates: Sequence[Candidate]) -> dict[str, float]:
    """How telling each term is among the candidates; none for what none of them has."""
    weights = {}
    for term in terms:
        having = sum(term in one.places for one in candidates)
        weights[term] = math.log(1 + (len(candidates) - having + 0.5) / (having + 0.5)) if having else 0.0
    return weights


def _closeness(
    words: Sequence[Sequence[str]],
    terms: Sequence[str],
    weights: Mapping[str, float],
    places: Mapping[str, Sequence[int]],
) -> float:
    total = sum(weights.values()) or 1.0
    heaviest = [max(weights[term] for term in word) for word in words]
    whole = sum(heavy * _stretch(word, weights, places) for heavy, word in zip(heaviest, words, strict=True))
    early = sum(weights[term] * math.exp(-places[term][0] / _EARLY_TERMS) for term in terms if term in places)
    pairs = list(pairwise(terms))
    together = sum(weights[one] + weights[next_] for one, next_ in pairs if _follows(places, one, next_))
    of_pairs = sum(weights[one] + weights[next_] for one, next_ in pairs) or 1.0
    return _WHOLE * whole / (sum(heaviest) or 1.0) + _EARLY * early / total + _TOGETHER * together / of_pairs


def _stretch(word: Sequence[str], weights: Mapping[str, float], places: Mapping[str, Sequence[int]]) -> float:
    """The share of a word that its longest found stretch is: most of `대통령이` in a text that has `대통령은`."""
    best = current = 0.0
    for term in word:
        current = current + weights[term] if term in places else 0.0
        best = max(best, current)
    return best / (sum(weights[term] for term in word) or 1.0)


def _follows(places: Mapping[str, Sequence[int]], one: str, next_: str) -> bool:
    """Whether the second term stands within a few places after the first."""
    before, after = places.get(one), places.get(next_)
    if not before or not after:
        return False
    for place in before:
        at = bisect_right(after, place)
        if at < len(after) and after[at] - place <= _NEAR:
            return True
    return False
