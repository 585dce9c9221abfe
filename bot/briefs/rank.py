"""Which sentences say what a story is about: LexRank over all of them, with where each stands. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.stories.analyse import STOP_WORDS, stem
from bot.words import terms

DAMPING: Final = 0.15
STEPS: Final = 12
LEAD_BONUS: Final = 0.9
"""How much the first sentence of an article counts beyond its centrality; news say the most important thing first."""
LEAD_FADE: Final = 3.0
"""Sentences after which that bonus is 1/e."""

Matrix = NDArray[np.float64]


def similarities(sentences: Sequence[str]) -> Matrix:
    """Cosine of each pair of sentences over TF-IDF of their terms; 1 on the diagonal."""
    bags = [Counter(_terms(sentence)) for sentence in sentences]
    frequency = Counter(term for bag in bags for term in bag)
    place = {term: number for number, term in enumerate(frequency)}
    matrix = np.zeros((len(bags), max(1, len(place))))
    for row, bag in enumerate(bags):
        for term, count in bag.items():
            matrix[row, place[term]] = (1 + math.log(count)) * math.log(1 + len(bags) / frequency[term])
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(norms == 0, 1, norms)
    cosine: Matrix = matrix @ matrix.T
    return cosine


def centrality(cosine: Matrix) -> Matrix:
    """LexRank: how much the other sentences say the same, 0 to 1 with the best at 1."""
    count = len(cosine)
    rows = cosine.sum(axis=1, keepdims=True)
    walk = cosine / np.where(rows == 0, 1, rows)
    rank = np.full(count, 1 / count)
    for _ in range(STEPS):
        rank = DAMPING / count + (1 - DAMPING) * (walk.T @ rank)
    highest = float(rank.max()) or 1.0
    scaled: Matrix = rank / highest
    return scaled


def scores(sentences: Sequence[str], positions: Sequence[int], cosine: Matrix) -> Matrix:
    """How fit each sentence is to tell the story; `positions` are their places in their articles, 0 the first."""
    lengths = np.array([len(list(terms(sentence))) for sentence in sentences])
    # Very short sentences are central by accident, very long ones are hard to read.
    size = np.clip(lengths / 12, 0.4, 1.0) * np.clip(60 / np.maximum(lengths, 1), 0.5, 1.0)
    lead = LEAD_BONUS * np.exp(-np.array(positions) / LEAD_FADE)
    total: Matrix = (centrality(cosine) + lead) * size
    return total


def _terms(sentence: str) -> list[str]:
    return [stem(term) for term in terms(sentence) if term not in STOP_WORDS]
