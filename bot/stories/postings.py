"""Which briefs are about a thing, and how much: packed, so that thousands are laid beside one in a millisecond."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

CROWD: Final = 300
"""What more briefs than this are about draws none of them near."""
_BITS: Final = 16
_MASK: Final = (1 << _BITS) - 1


class Postings:
    """Briefs, by the slot each has (below 65,536), under the things that they are about.

    Things go by their hashes, which this process alone knows, and weights by numbers. A posting is one number: the
    slot, and in its lower half which of the weights. A thing of one brief has it by itself, since most things are of
    one; words, and a dictionary for each brief or a list for each thing, would take several times as much memory.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._by_thing: dict[int, int | array[int]] = {}
        self._weights: list[float] = []
        self._weight_numbers: dict[float, int] = {}
        self._things: list[tuple[array[int], array[int]]] = [(array("q"), array("H"))] * slots
        """By slot its things and their weights, in the order in which they came."""

    def count(self, thing: str) -> int:
        """How many briefs are about it."""
        return _length(self._by_thing.get(hash(thing)))

    def add(self, slot: int, things: Mapping[str, float]) -> None:
        """Takes in a brief with the weight of each of its things."""
        hashes, weights = array("q", map(hash, things)), array("H", map(self._weight, things.values()))
        self._things[slot] = hashes, weights
        codes = {weight: slot << _BITS | weight for weight in set(weights)}
        for thing, weight in zip(hashes, weights, strict=True):
            match self._by_thing.get(thing):
                case None:
                    self._by_thing[thing] = codes[weight]
                case int(other):
                    self._by_thing[thing] = array("I", (other, codes[weight]))
                case more:
                    more.append(codes[weight])

    def drop(self, slot: int) -> None:
        """Takes out what `add` took in."""
        hashes, weights = self._things[slot]
        self._things[slot] = array("q"), array("H")
        for thing, weight in zip(hashes, weights, strict=True):
            found = self._by_thing[thing]
            if isinstance(found, int) or len(found) == 1:
                del self._by_thing[thing]
            else:
                found.remove(slot << _BITS | weight)

    def dots(self, pulls: Mapping[str, float]) -> NDArray[np.float64]:
        """By slot, the sum of each pull times the weight that its thing has there; things of a crowd are left out."""
        codes, pulled, lengths = array("I"), [], []
        for thing, pull in pulls.items():
            found = self._by_thing.get(hash(thing))
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

    def weights(self, slot: int) -> Iterator[tuple[float, int]]:
        """Of each thing of a brief its weight there, and how many briefs are about it."""
        for thing, weight in zip(*self._things[slot], strict=True):
            yield self._weights[weight], _length(self._by_thing[thing])

    def shared(self, slot: int, things: Iterable[str]) -> dict[str, float]:
        """Those of these things that a brief is about, with their weights there."""
        wanted = {hash(thing): thing for thing in things}
        own = zip(*self._things[slot], strict=True)
        return {wanted[thing]: self._weights[weight] for thing, weight in own if thing in wanted}

    def _weight(self, weight: float) -> int:
        number = self._weight_numbers.get(weight)
        if number is None:
            number = self._weight_numbers[weight] = len(self._weights)
            self._weights.append(weight)
        return number


def _length(posting: int | array[int] | None) -> int:
    return 0 if posting is None else 1 if isinstance(posting, int) else len(posting)
