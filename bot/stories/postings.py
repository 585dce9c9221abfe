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

    Things and weights go by numbers. A posting is one number: the slot, and in its lower half which of the weights. A
    thing of one brief has it by itself, since most things are of one; a dictionary for each brief, or a list for each
    thing, would take several times as much memory.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._postings: list[int | array[int]] = []
        self._free: list[int] = []
        self._weights: list[float] = []
        self._weight_numbers: dict[float, int] = {}
        self._things: list[tuple[array[int], array[int]]] = [(array("I"), array("H"))] * slots
        """By slot its things and their weights, in the order in which they came."""

    def count(self, thing: str) -> int:
        """How many briefs are about it."""
        number = self._numbers.get(thing)
        return 0 if number is None else _length(self._postings[number])

    def add(self, slot: int, things: Mapping[str, float]) -> None:
        """Takes in a brief with the weight of each of its things."""
        numbers, weights = array("I"), array("H")
        for thing, weight in things.items():
            code = self._weight(weight)
            weights.append(code)
            numbers.append(self._add(thing, slot << _BITS | code))
        self._things[slot] = numbers, weights

    def drop(self, slot: int) -> None:
        """Takes out what `add` took in."""
        numbers, weights = self._things[slot]
        self._things[slot] = array("I"), array("H")
        for number, weight in zip(numbers, weights, strict=True):
            found = self._postings[number]
            if isinstance(found, int) or len(found) == 1:
                del self._numbers[self._names[number]]
                self._names[number], self._postings[number] = "", 0
                self._free.append(number)
            else:
                found.remove(slot << _BITS | weight)

    def dots(self, pulls: Mapping[str, float]) -> NDArray[np.float64]:
        """By slot, the sum of each pull times the weight that its thing has there; things of a crowd are left out."""
        codes, pulled, lengths = array("I"), [], []
        for thing, pull in pulls.items():
            number = self._numbers.get(thing)
            found = () if number is None else self._postings[number]
            if isinstance(found, int):
                codes.append(found)
                lengths.append(1)
            elif 0 < len(found) <= CROWD:
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
        for number, weight in zip(*self._things[slot], strict=True):
            yield self._weights[weight], _length(self._postings[number])

    def shared(self, slot: int, things: Iterable[str]) -> dict[str, float]:
        """Those of these things that a brief is about, with their weights there."""
        own = dict(zip(*self._things[slot], strict=True))
        return {
            thing: self._weights[own[number]]
            for thing in things
            if (number := self._numbers.get(thing)) is not None and number in own
        }

    def _add(self, thing: str, code: int) -> int:
        """Adds a posting; the number of its thing."""
        number = self._numbers.get(thing)
        if number is None:
            number = self._new(thing, code)
        elif isinstance(found := self._postings[number], int):
            self._postings[number] = array("I", (found, code))
        else:
            found.append(code)
        return number

    def _new(self, thing: str, code: int) -> int:
        if self._free:
            number = self._free.pop()
            self._names[number], self._postings[number] = thing, code
        else:
            number = len(self._names)
            self._names.append(thing)
            self._postings.append(code)
        self._numbers[thing] = number
        return number

    def _weight(self, weight: float) -> int:
        number = self._weight_numbers.get(weight)
        if number is None:
            number = self._weight_numbers[weight] = len(self._weights)
            self._weights.append(weight)
        return number


def _length(posting: int | array[int]) -> int:
    return 1 if isinstance(posting, int) else len(posting)
