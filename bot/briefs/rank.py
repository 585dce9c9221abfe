"""How much two sentences say the same. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bot.text.analyse import STOP_WORDS, stem
from bot.text.words import terms

Matrix = NDArray[np.float64]


def similarities(sentences: Sequence[str]) -> Matrix:
    """Cosine of each pair of sentences over TF-IDF of their terms; 1 on the diagonal."""
    bags = [Counter(content_terms(sentence)) for sentence in sentences]
    frequency = Counter(chain.from_iterable(bags))
    place = {term: number for number, term in enumerate(frequency)}
    rarity = [math.log(1 + len(bags) / count) for count in frequency.values()]
    matrix = np.zeros((len(bags), max(1, len(place))))
    for row, bag in enumerate(bags):
        at = [place[term] for term in bag]
        matrix[row, at] = [(1 + math.log(count)) * rarity[n] for count, n in zip(bag.values(), at, strict=True)]
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(norms == 0, 1, norms)
    cosine: Matrix = matrix @ matrix.T
    return cosine


@lru_cache(maxsize=2048)
def content_terms(sentence: str) -> tuple[str, ...]:
    """The terms of a sentence in order, stemmed, without the commonest words.

    Kept for a while: each sentence of a story is asked for several times while its brief is written.
    """
    return tuple(stem(term) for term in terms(sentence) if term not in STOP_WORDS)
