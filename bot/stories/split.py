"""Whether the articles of one story are two. Pure."""

from __future__ import annotations

import numpy as np

from bot.stories.closeness import Floats, Side, margins


def halves(products: Floats, typical: Floats, brief: Floats) -> tuple[float, list[int], list[int]]:
    """The two last parts when the nearest are joined again and again, and how much nearer than needed they are.

    `products` holds the product of each two articles; the parts are numbers of its rows.
    """
    count = len(products)
    sums = products.copy()
    sides = np.stack([np.ones(count), np.diagonal(products).copy(), typical, brief])
    parts = [[row] for row in range(count)]
    while len(parts) > 2:
        one, other = _nearest(sums, sides)
        sums[one] += sums[other]
        sums[:, one] += sums[:, other]
        ours, theirs = sides[0, one], sides[0, other]
        sides[2:, one] = (ours * sides[2:, one] + theirs * sides[2:, other]) / (ours + theirs)
        sides[0, one] += theirs
        sides[1, one] = sums[one, one]
        sums = np.delete(np.delete(sums, other, 0), other, 1)
        sides = np.delete(sides, other, 1)
        parts[one] += parts.pop(other)
    margin = _table(sums, sides)[0, 1]
    return float(margin), sorted(parts[0]), sorted(parts[1])


def _nearest(sums: Floats, sides: Floats) -> tuple[int, int]:
    table = _table(sums, sides)
    np.fill_diagonal(table, -np.inf)
    one, other = divmod(int(table.argmax()), len(table))
    return min(one, other), max(one, other)


def _table(sums: Floats, sides: Floats) -> Floats:
    return margins(sums, Side(*sides[:, :, np.newaxis]), Side(*sides[:, np.newaxis, :]))
