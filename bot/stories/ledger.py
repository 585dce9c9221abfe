"""Sums over the articles of each story, kept up to date one article at a time. Pure, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.stories.closeness import Floats, Side
from bot.stories.window import Ints


@dataclass(frozen=True, slots=True)
class Entry:
    """What of an article counts for its story."""

    slot: int
    at: float
    """Seconds since 1970."""
    typical: float
    is_brief: bool


class Ledger:
    """Stories by number, each with a row of sums; `size` is the most stories there can be."""

    def __init__(self, size: int) -> None:
        self._row_of: dict[int, int] = {}
        self._free = list(range(size - 1, -1, -1))
        self._members: dict[int, list[int]] = {}
        self.story_of_row: Ints = np.zeros(size, np.int64)
        self.row_of_slot: Ints = np.full(size, -1, np.int64)
        self._count, self._product, self._typical, self._brief, self._at = np.zeros((5, size))

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, story: int) -> bool:
        return story in self._row_of

    def row(self, story: int) -> int:
        return self._row_of[story]

    def members(self, story: int) -> Sequence[int]:
        """The slots of a story's articles, in the order in which they came to it."""
        return self._members.get(story, ())

    def mean_at(self, story: int) -> float:
        row = self._row_of[story]
        return float(self._at[row] / self._count[row])

    def side(self, rows: Ints) -> Side:
        count = self._count[rows]
        return Side(count, self._product[rows], self._typical[rows] / count, self._brief[rows] / count)

    def join(self, story: int, entry: Entry, *, product: float) -> None:
        """An article comes to a story; `product`: of it with the sum of those that are there."""
        if story not in self._row_of:
            self._open(story)
        row = self._row_of[story]
        self._members[story].append(entry.slot)
        self.row_of_slot[entry.slot] = row
        self._product[row] += 2 * product
        self._sum(row, entry, 1)

    def leave(self, story: int, entry: Entry, *, product: float) -> None:
        """An article goes; `product`: of it with the sum of those that stay. The last one takes the story with it."""
        row = self._row_of[story]
        self._members[story].remove(entry.slot)
        self.row_of_slot[entry.slot] = -1
        if not self._members[story]:
            self._close(story)
            return
        self._product[row] -= 2 * product
        self._sum(row, entry, -1)

    def more_typical(self, slots: Ints, more: Floats) -> None:
        """What is typical of some articles has grown."""
        np.add.at(self._typical, self.row_of_slot[slots], more)

    def rename(self, known_as: int, story: int) -> None:
        row = self._row_of.pop(known_as)
        self._row_of[story] = row
        self._members[story] = self._members.pop(known_as)
        self.story_of_row[row] = story

    def _sum(self, row: int, entry: Entry, sign: int) -> None:
        self._count[row] += sign
        self._product[row] += sign
        self._typical[row] += sign * entry.typical
        self._brief[row] += sign * entry.is_brief
        self._at[row] += sign * entry.at

    def _open(self, story: int) -> None:
        row = self._row_of[story] = self._free.pop()
        self._members[story] = []
        self.story_of_row[row] = story
        for sums in (self._count, self._product, self._typical, self._brief, self._at):
            sums[row] = 0.0

    def _close(self, story: int) -> None:
        self._free.append(self._row_of.pop(story))
        del self._members[story]
