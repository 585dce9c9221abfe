"""Which briefs are about a thing, and how much: packed, so that thousands are laid beside one in a millisecond."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

CROWD: Final = 300
"""What more briefs than this are about draws none of them near."""
_BITS: Final = 16
_MASK: Final = (1 << _BITS) - 1


class Postings:
    """Briefs, by the slot each has (below 65,536), under the things that they are about.

    A posting is one number: the slot, and in its lower half which of the weights. A thing of one brief has it by
    itself, since most things are of one and a list for each would take half of the memory.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._by_thing: dict[str, int | array[int]] = {}
        self._weights: list[float] = []
        self._numbers: dict[float, int] = {}

    def count(self, thing: str) -> int:
        """How many briefs are about it."""
        found = self._by_thing.get(thing)
        return 0 if found is None else 1 if isinstance(found, int) else len(found)

    def add(self, slot: int, things: Mapping[str, float]) -> None:
        """Takes in a brief with the weight of each of its things."""
        codes = {weight: self._code(slot, weight) for weight in set(things.values())}
        for thing, weight in things.items():
            match self._by_thing.get(thing):
                case None:
                    self._by_thing[thing] = codes[weight]
                case int(other):
                    self._by_thing[thing] = array("I", (other, codes[weight]))
                case more:
                    more.append(codes[weight])

    def drop(self, slot: int, things: Mapping[str, float]) -> None:
        """Takes out what `add` took in."""
        for thing, weight in things.items():
            found = self._by_thing[thing]
            if isinstance(found, int) or len(found) == 1:
                del self._by_thing[thing]
            else:
                found.remove(self._code(slot, weight))

    def dots(self, pulls: Mapping[str, float]) -> NDArray[np.float64]:
        """By slot, the sum of each pull times the weight that its thing has there; things of a crowd are left out."""
        codes, pulled, lengths = array("I"), [], []
        for thing, pull in pulls.items():
            found = self._by_thing.get(thing)
            if isinstance(found, int):
                codes.append(found)
                lengths.append(1)
            elif found is not None and len(found) <= CROWD:
                codes.extend(found)
                lengths.append(len(found))
            else:
                continue
            pulled.append(pull)
        flat = np.frombuffer(codes, np.uintc)
        weights = np.array(self._weights)[flat & _MASK] * np.repeat(np.array(pulled), lengths)
        return np.bincount(flat >> _BITS, weights, self._slots).astype(np.float64, copy=False)

    def _code(self, slot: int, weight: float) -> int:
        number = self._numbers.get(weight)
        if number is None:
            number = self._numbers[weight] = len(self._weights)
            self._weights.append(weight)
        return slot << _BITS | number
