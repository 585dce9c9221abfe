"""The articles of the recent window as sparse vectors, and how near any vector is to each of them. Pure, in memory.

A few arrays instead of dictionaries: 20,000 articles take some 50 MB, and one article is compared with all that share a
telling term in about a millisecond. Terms are known by a hash, so nothing has to be remembered about those that went.
Weights are kept as 65,535ths, which is finer than what they are made of.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

KEPT_TERMS: Final = 250
"""Heaviest terms of an article that are kept."""
BUCKETS: Final = 1 << 19
"""Places for hashed terms. A full window holds more terms, but two that share a place are seldom in texts so alike that
it tells; more places do not fit the processor's cache."""
PRIOR_ARTICLES: Final = 2000
"""Articles we pretend to have seen, so that the first few do not make every word look rare."""
CROWD: Final = 2500
"""A term in more articles than this is not looked up: it costs time and tells nothing."""
_ONE: Final = 65_535
"""A weight of 1, as it is kept."""
LATEST: Final = 512
"""Articles held beside the sorted index until it is built anew."""


@dataclass(frozen=True, slots=True)
class Vector:
    """Hashed terms, ascending and distinct, with their weights."""

    terms: Ints
    weights: NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A vector as it is kept, in a third of the bytes: with 20,000 texts it is the larger part of what all takes."""

    terms: NDArray[np.int32]
    weights: NDArray[np.uint16]
    """Of `_ONE`."""


class Window:
    """The last `capacity` articles, each in a numbered slot until newer ones push it out."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.size = capacity + LATEST
        """Slots; a slot is taken again only after the sorted index was built without its old article."""
        self._vectors: dict[int, _Kept] = {}
        self._added = 0
        self._frequency = np.zeros(BUCKETS, np.int32)
        self._query, self._asked = np.zeros(BUCKETS, np.float32), np.zeros(BUCKETS, np.bool_)
        self._starts = np.zeros(BUCKETS + 1, np.int32)
        # The narrowest that holds the number of a slot: a full index has five million of them.
        self._slots, self._weights = np.zeros(0, np.min_scalar_type(self.size)), np.zeros(0, np.uint16)
        self._latest = 0
        self._filled = 0
        self._latest_terms = np.zeros(LATEST * KEPT_TERMS, np.int32)
        self._latest_weights = np.zeros(LATEST * KEPT_TERMS, np.uint16)
        self._latest_slots = np.zeros(LATEST * KEPT_TERMS, np.int32)

    def __len__(self) -> int:
        return len(self._vectors)

    def __contains__(self, slot: int) -> bool:
        return slot in self._vectors

    def vector(self, weights: dict[str, float]) -> Vector:
        """A text's terms weighted by how rare each is now, as a vector of length 1 of which the heaviest are kept."""
        # The same in every process and every version.
        hashed = np.fromiter(map(zlib.crc32, map(str.encode, weights)), np.int64, len(weights)) % BUCKETS
        terms, places = np.unique(hashed, return_inverse=True)
        total = tally(places, np.fromiter(weights.values(), np.float64, len(weights)), len(terms))
        total *= np.log((PRIOR_ARTICLES + len(self)) / (1 + self._frequency[terms]))
        kept = heaviest(Vector(terms, total), KEPT_TERMS)
        return Vector(kept.terms, kept.weights / (np.sqrt(kept.weights @ kept.weights) or 1.0))

    def oldest(self) -> int | None:
        """The slot of the article that has to go when another one is added."""
        return next(iter(self._vectors)) if len(self) >= self._capacity else None

    def add(self, vector: Vector) -> int:
        """Takes an article in, in place of the oldest when the window is full; its slot."""
        if (gone := self.oldest()) is not None:
            self._frequency[self._vectors.pop(gone).terms] -= 1
        slot = self._added % self.size
        self._added += 1
        kept = _Kept(vector.terms.astype(np.int32), np.rint(vector.weights * _ONE).astype(np.uint16))
        self._vectors[slot] = kept
        self._frequency[kept.terms] += 1
        self._note(kept, slot)
        if self._latest >= LATEST:
            self._sort()
        return slot

    def dots(self, vector: Vector) -> Floats:
        """For each slot that was ever used the product of its article and a vector; 0 for an empty one."""
        telling = self._frequency[vector.terms] <= CROWD
        terms, weights = vector.terms[telling], vector.weights[telling]
        found = self._sorted_dots(terms, weights)
        if self._latest:
            self._asked[terms], self._query[terms] = True, weights
            met = np.flatnonzero(self._asked[self._latest_terms[: self._filled]])
            self._asked[terms] = False
            products = self._query[self._latest_terms[met]] * self._latest_weights[met]
            found += tally(self._latest_slots[met], products, len(found))
        # Those that went since the index was sorted are still in it.
        oldest = self._added - len(self)
        gone = np.arange(max(0, oldest - LATEST), oldest) % self.size
        found[gone] = 0.0
        return found / _ONE

    def total(self, slots: Iterable[int]) -> Vector:
        """The sum of several articles."""
        ids, values, _ = self._flat(list(slots))
        terms, places = np.unique(ids, return_inverse=True)
        return Vector(terms, tally(places, values, len(terms)))

    def products(self, slots: Sequence[int]) -> Floats:
        """The product of each two of some articles."""
        ids, values, owners = self._flat(slots)
        terms, places = np.unique(ids, return_inverse=True)
        rows = np.zeros((len(slots), len(terms)))
        order = {slot: row for row, slot in enumerate(slots)}
        rows[[order[int(owner)] for owner in owners], places] = values
        return np.asarray(rows @ rows.T, np.float64)

    def with_each(self, slot: int, others: Sequence[int]) -> Floats:
        """The product of one article with each of some others."""
        ids, values, owners = self._flat(others)
        own = self._vectors[slot]
        places = np.searchsorted(own.terms, ids).clip(max=len(own.terms) - 1) if len(own.terms) else ids * 0
        met = own.terms[places] == ids if len(own.terms) else ids < 0
        products = np.where(met, values * own.weights[places], 0.0)
        return tally(owners, products, self.size)[list(others)] / _ONE

    def _sorted_dots(self, terms: Ints, weights: NDArray[np.floating[Any]]) -> Floats:
        starts = self._starts[terms].astype(np.int64)
        counts = self._starts[terms + 1] - starts
        places = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        values = np.repeat(weights, counts) * self._weights[places]
        return tally(self._slots[places], values, min(self._added, self.size))

    def _note(self, vector: _Kept, slot: int) -> None:
        """Holds an article beside the sorted index."""
        filled = slice(self._filled, self._filled + len(vector.terms))
        self._latest_terms[filled], self._latest_weights[filled] = vector.terms, vector.weights
        self._latest_slots[filled] = slot
        self._latest, self._filled = self._latest + 1, filled.stop

    def _flat(self, slots: Sequence[int]) -> tuple[Ints, NDArray[np.floating[Any]], Ints]:
        """The terms of some articles one after the other, with their weights and whose they are."""
        vectors = [self._vectors[slot] for slot in slots]
        owners = np.repeat(np.array(slots, np.int32), [len(vector.terms) for vector in vectors])
        ids = np.concatenate([np.zeros(0, np.int32), *(vector.terms for vector in vectors)])
        return ids, np.concatenate([np.zeros(0, np.uint16), *(vector.weights for vector in vectors)]) / _ONE, owners

    def _sort(self) -> None:
        """Puts the latest articles into the sorted index, behind the others of each term, and takes out what went."""
        is_there = np.zeros(self.size, np.bool_)
        is_there[list(self._vectors)] = True
        kept = is_there[self._slots]
        before = np.zeros(len(kept) + 1, np.int32)
        np.cumsum(kept, out=before[1:])
        starts = before[self._starts]
        del before
        filled = np.flatnonzero(is_there[self._latest_slots[: self._filled]])
        filled = filled[np.argsort(self._latest_terms[filled], kind="stable")]
        terms = self._latest_terms[filled]
        self._slots = np.insert(self._slots[kept], starts[terms + 1], self._latest_slots[filled])
        self._weights = np.insert(self._weights[kept], starts[terms + 1], self._latest_weights[filled])
        starts[1:] += np.cumsum(np.bincount(terms, minlength=BUCKETS)).astype(np.int32)
        self._starts = starts
        self._latest = self._filled = 0


def tally(places: Ints, values: NDArray[np.floating[Any]], size: int) -> Floats:
    """The sum of the values at each place below `size`."""
    return np.bincount(places, values, size).astype(np.float64)


def heaviest(vector: Vector, count: int) -> Vector:
    """The terms of most weight, at most `count`; the first of those that weigh the same."""
    if len(vector.terms) <= count:
        return vector
    kept = np.sort(np.argsort(-vector.weights, kind="stable")[:count])
    return Vector(vector.terms[kept], vector.weights[kept])
