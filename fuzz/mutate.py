"""Inputs changed at random: bytes, words, pieces between marks, and pieces of other inputs. Pure but for its dice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

_PIECE: Final = re.compile(rb"<[^<>]{0,400}>|[\w.-]+|\s+|[^\w\s]", re.ASCII)
_NUMBER: Final = re.compile(rb"\d+")
_NUMBERS: Final = (b"0", b"1", b"-1", b"24", b"60", b"99", b"1e999", b"2147483648", b"18446744073709551616", b"0" * 30)
_BYTES: Final = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\x1b$B",
    b"\x80",
    b"\xa0",
    b"\xf4\x90\x80\x80",
)
_TIMES: Final = (1, 1, 1, 2, 2, 2, 8, 8, 50, 200, 5000)
_MOST_STEPS: Final = 6


class Mutator:
    """Makes new inputs from known ones, none longer than `limit` bytes, with these words and odd characters."""

    def __init__(self, dice: random.Random, words: Sequence[bytes], odd: Sequence[bytes], limit: int) -> None:
        self._dice, self._words, self._odd_ones, self._limit = dice, words, odd, limit
        self._ways: tuple[Callable[[bytearray, Sequence[bytes]], None], ...] = (
            self._byte, self._odd, self._word, self._word, self._cut, self._repeat, self._move, self._number,
            self._pieces, self._pieces, self._splice, self._case,
        )  # fmt: skip

    def mutated(self, data: bytes, pool: Sequence[bytes]) -> bytes:
        """The input after a few random changes; other inputs of the pool lend pieces."""
        made = bytearray(data)
        for _ in range(1 + min(int(self._dice.expovariate(0.7)), _MOST_STEPS)):
            self._dice.choice(self._ways)(made, pool)
        return bytes(made[: self._limit])

    def _span(self, data: bytes | bytearray, most: int = 64) -> tuple[int, int]:
        start = self._dice.randint(0, len(data))
        length = self._dice.choice((1, 2, 4, 16, most, len(data)))
        return start, min(len(data), start + self._dice.randint(0, length))

    def _byte(self, data: bytearray, pool: Sequence[bytes]) -> None:
        if data:
            data[self._dice.randrange(len(data))] = self._dice.randrange(256)

    def _odd(self, data: bytearray, pool: Sequence[bytes]) -> None:
        place = self._dice.randint(0, len(data))
        data[place:place] = self._dice.choice(self._dice.choice((self._odd_ones, self._odd_ones, _BYTES)))

    def _word(self, data: bytearray, pool: Sequence[bytes]) -> None:
        start, end = self._span(data, 12)
        data[start : self._dice.choice((start, start, end))] = self._dice.choice(self._words)

    def _cut(self, data: bytearray, pool: Sequence[bytes]) -> None:
        start, end = self._span(data)
        del data[start:end]

    def _repeat(self, data: bytearray, pool: Sequence[bytes]) -> None:
        start, end = self._span(data)
        room = (self._limit - len(data)) // max(1, end - start)
        if room > 0:
            data[start:start] = data[start:end] * min(room, self._dice.choice(_TIMES))

    def _move(self, data: bytearray, pool: Sequence[bytes]) -> None:
        start, end = self._span(data)
        piece = data[start:end]
        del data[start:end]
        place = self._dice.randint(0, len(data))
        data[place:place] = piece

    def _number(self, data: bytearray, pool: Sequence[bytes]) -> None:
        found = list(_NUMBER.finditer(data))
        if found:
            number = self._dice.choice(found)
            near = str(int(number[0][:18]) + self._dice.choice((-1, 1))).encode()
            data[number.start() : number.end()] = self._dice.choice((*_NUMBERS, near, near, near))

    def _pieces(self, data: bytearray, pool: Sequence[bytes]) -> None:
        """Takes a few neighbouring words or tags out, doubles or exchanges them."""
        pieces = _PIECE.findall(data)
        if len(pieces) < 2:
            return
        start = self._dice.randrange(len(pieces))
        end = start + self._dice.choice((1, 1, 2, 5, 20))
        other = self._dice.randrange(len(pieces))
        pieces[start:end] = self._dice.choice(
            ([], pieces[start:end] * 2, pieces[start:end][::-1], pieces[other : other + end - start])
        )
        data[:] = b"".join(pieces)

    def _splice(self, data: bytearray, pool: Sequence[bytes]) -> None:
        other = self._dice.choice(pool)
        start, end = self._span(other, 200)
        place, until = self._span(data)
        data[place : self._dice.choice((place, until))] = other[start:end]

    def _case(self, data: bytearray, pool: Sequence[bytes]) -> None:
        start, end = self._span(data, 12)
        data[start:end] = data[start:end].swapcase()
