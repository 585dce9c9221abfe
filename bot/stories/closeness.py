"""How near two stories are, from sums over their articles; how near is enough. Pure.

Two measures, because texts and mere headlines fail in opposite ways. Full texts of one event share much with one
another, so the average over all pairs tells it; what they share with *any* neighbour is taken off, since texts on a
crowded subject are near to everything. Headlines of one event often share no word with one another, only with the event
as a whole; so they are held against the sum of the story's headlines. In between, each measure counts by its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEAR_ENOUGH: Final = 0.07
"""The average over pairs of texts, above what is typical of them, from which two stories are one."""
WHOLE_ENOUGH: Final = 0.12
"""The cosine of two stories' sums from which headlines are of one story."""
TYPICAL: Final = 0.3
"""How much of the nearness to its nearest neighbours, of whatever story, is taken off."""
NEIGHBOURS: Final = 5
"""Nearest neighbours that tell what is typical of an article."""
FADE_S: Final = 72 * 3600.0
"""After how many seconds two texts are only 1/e as near."""


@dataclass(frozen=True, slots=True)
class Side:
    """One or many stories: articles, the product of their sum with itself, typical nearness, share of headlines."""

    count: Floats
    product: Floats
    typical: Floats
    brief: Floats


def margins(dots: Floats, one: Side, others: Side) -> Floats:
    """How much nearer than needed `one` is to each of `others`, of which `dots` are the products of sums."""
    average = dots / (one.count * others.count)
    above = average - TYPICAL * (one.typical + others.typical) / 2 - NEAR_ENOUGH
    whole = dots / np.sqrt(one.product * others.product) - WHOLE_ENOUGH
    brief = (one.brief + others.brief) / 2
    return (1 - brief) * above + brief * whole
