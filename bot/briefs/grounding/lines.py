"""Sentences as the checks see them: tokens with their places, and what stands around a place. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import cached_property
from typing import Final, NamedTuple

from bot.briefs.grounding.stems import content

MAX_CHARS: Final = 1_200
"""Of a sentence; a longer claim is refused, a longer piece of a source is read in parts."""
NEAR: Final = 6
"""Words that count on each side of a claim's fact; around the source's twice as many, since clauses are dropped."""
OTHER_SIDE: Final = 0.35
"""What a word counts that stands on the other side of the fact in the source."""

_SINGLE: Final = re.compile(r"(?<!\w)‘([^‘’\n]{2,300}(?:’\w[^‘’\n]{0,200}){0,4})’(?!\w)")
_MARKS: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "„": "“", "«": "“", "»": "”", "\u00ad": None})
_TOKEN: Final = re.compile(
    r"\d+(?:[.,]\d+)*|(?:[A-Za-z]\.){2,}|[\u30a0-\u30ff]+|[\u3040-\u309f]+|[\u3005-\u3007\u3400-\u9fff]+|[\uac00-\ud7a3]+"
    r"|[^\W\d_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+"
    r"(?:'[^\W\d_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+)*|[^\w\s]"
)


def tidy(text: str) -> str:
    """Compatibility-normalised, one space between words, one kind of apostrophe; quotation marks keep their sides."""
    if not text.isascii():
        text = _SINGLE.sub(r"“\1”", unicodedata.normalize("NFC", text))
        text = unicodedata.normalize("NFKC", text.translate(_MARKS))
    return " ".join(text.replace("``", "“").replace("''", "”").split())


_STOPS: Final = frozenset(".;:!?—–。")
_CLAUSE_ENDS: Final = frozenset(";!?。")
_SIGNS: Final = frozenset("%$€£¥₩")


class Token(NamedTuple):
    low: str
    stem: str
    """Empty for punctuation and for words that mean nothing by themselves."""
    start: int
    end: int
    is_capital: bool

    @property
    def is_word(self) -> bool:
        return self.low[0].isalnum() or self.low in _SIGNS


class Slot(NamedTuple):
    """What stands around a place in a sentence."""

    left: tuple[tuple[str, float], ...]
    right: tuple[tuple[str, float], ...]
    before: str
    """The word or mark next to it; `^` at the start."""
    after: str
    left_set: frozenset[str]
    right_set: frozenset[str]


class Line:
    """A sentence of a claim or of a source."""

    def __init__(self, text: str, *, is_title: bool = False) -> None:
        self.text = text
        self.is_title = is_title

    @cached_property
    def tokens(self) -> list[Token]:
        found = []
        for match in _TOKEN.finditer(self.text):
            word = match[0]
            low = word.casefold()
            stem = content(low) if word[0].isalnum() else ""
            found.append(Token(low, stem, match.start(), match.end(), word[0].isupper()))
        return found

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(token.stem for token in self.tokens if token.stem)

    @cached_property
    def words(self) -> str:
        """Its words, numbers and signs of money with a space around each, for finding runs of words."""
        return f" {' '.join(token.low for token in self.tokens if token.is_word)} "

    def run(self, start: int, end: int, reach: int) -> str:
        """The words from `start` to `end` with `reach` more on each side, or as many more on the other; as `words`."""
        first, last = self.index(start), self.index(end)
        left = _until_stop(self.tokens[max(0, first - 3 * reach) : first][::-1])[::-1]
        inside = [token.low for token in self.tokens[first:last] if token.is_word]
        right = _until_stop(self.tokens[last : last + 3 * reach])
        before = max(reach, 2 * reach - len(right))
        after = max(reach, 2 * reach - len(left))
        return f" {' '.join([*left[-before:], *inside, *right[:after]])} "

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    def index(self, at: int) -> int:
        """The number of the token that begins at a place or next after it."""
        return bisect_left(self._starts, at)

    def slot(self, start: int, end: int) -> Slot:
        """What stands around the characters from `start` to `end`."""
        first, last = self.index(start), self.index(end)
        tokens = self.tokens
        left = [token.stem for token in _sentence(tokens[max(0, first - 30) : first], -1) if token.stem]
        right = [token.stem for token in _sentence(tokens[last : last + 30], 1) if token.stem]
        return Slot(
            _weighed(left),
            _weighed(right),
            tokens[first - 1].low if first else "^",
            tokens[last].low if last < len(tokens) else "$",
            frozenset(left[: 2 * NEAR]),
            frozenset(right[: 2 * NEAR]),
        )


def _sentence(tokens: list[Token], step: int) -> list[Token]:
    """The tokens from a place on, in one direction, as far as its own sentence or clause goes."""
    found: list[Token] = []
    for number, token in list(enumerate(tokens))[::step]:
        before = tokens[number - 1] if number else None
        is_end = token.low == "." and before is not None and len(before.low) > 4 and not before.is_capital
        if token.low in _CLAUSE_ENDS or is_end:
            break
        found.append(token)
    return found


def _until_stop(tokens: list[Token]) -> list[str]:
    """The words up to the end of a sentence or of what a semicolon divides."""
    words = []
    for token in tokens:
        if token.low in _STOPS:
            break
        if token.is_word:
            words.append(token.low)
    return words


def _weighed(stems: list[str]) -> tuple[tuple[str, float], ...]:
    return tuple((stem, 1 / (1 + 0.35 * number)) for number, stem in enumerate(stems[:NEAR]))


def nearness(claim: Slot, source: Slot) -> float:
    """How much of what stands around the claim's fact stands around the source's, 0 to 1."""
    total = got = 0.0
    for side, same, other in (
        (claim.left, source.left_set, source.right_set),
        (claim.right, source.right_set, source.left_set),
    ):
        for stem, weight in side:
            total += weight
            if stem in same:
                got += weight
            elif stem in other:
                got += OTHER_SIDE * weight
    total += 1.0
    got += 0.5 * (claim.before == source.before) + 0.5 * (claim.after == source.after)
    return got / total
