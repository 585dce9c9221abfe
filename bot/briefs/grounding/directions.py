"""Words of direction ("rose", "approved", "won") and words that deny, with where they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from bot.briefs.grounding.lines import Line, Token
from bot.briefs.grounding.opposites import DIRECTIONS, NEGATORS, PLAIN_NEGATORS, STRONG

_CJK_WORDS: Final = tuple(word for word in DIRECTIONS if not word.isascii())
_CJK_DIRECTION: Final = re.compile("|".join(sorted(map(re.escape, _CJK_WORDS), key=len)[::-1]))
_CJK_NEGATION: Final = re.compile(r"않|못하|못했|아니|없(?:다|었|는|이|을)|지 못|なかっ|ない|ません|ず(?:に|、)|ぬ")


PLAIN_AXES: Final = frozenset(["move", "assent", "win", "free", "life", "begin", "place", "trade"])
"""Axes whose words say what happened, wherever in a sentence they stand."""
_UNDOES: Final = re.compile(
    r"un(?!i|der|til|less)[a-z]{3}|dis(?:m|a|obey|q|reg|sat)|il(?:leg|lic)|ir(?:re|ra)|im(?:poss|prop)"
    r"|in(?:val|elig|eff|acc|suff|cap|act)|[a-z]{3,}less$|(?:little|few|short|instead|rather|against|only|avoid\w*|despite)$"
)


class Direction(NamedTuple):
    axis: str
    is_positive: bool
    start: int
    end: int


def find_directions(line: Line) -> list[Direction]:
    """Each word that says a direction; one that says several things stands once for each."""
    found = [
        Direction(axis, is_positive, token.start, token.end)
        for token in line.tokens
        if token.low[0].isalpha()
        for axis, is_positive in DIRECTIONS.get(token.stem or token.low, ())
        if token.low.isascii()
    ]
    if not line.text.isascii():
        for match in _CJK_DIRECTION.finditer(line.text):
            found += [Direction(axis, sign, match.start(), match.end()) for axis, sign in DIRECTIONS[match[0]]]
    return found


def is_same(claim: Direction, source: Direction) -> bool:
    return (claim.axis, claim.is_positive) == (source.axis, source.is_positive)


def is_negator(token: Token) -> bool:
    """Whether a word denies what follows: "not", "didn't", "without", "failed"."""
    return token.low in NEGATORS or token.low.endswith("n't") or token.stem in NEGATORS


def _is_plain(token: Token) -> bool:
    return token.low in PLAIN_NEGATORS or token.low.endswith("n't")


def denied(line: Line, reach: int = 1) -> list[tuple[Token, bool]]:
    """Each word of meaning in a sentence but names, and whether it is among the first `reach` behind a denial."""
    found: list[tuple[Token, bool]] = []
    since, words = 9, 9
    for token in line.tokens:
        words += 1
        if is_negator(token):
            since = words = 0
        elif not token.is_word and token.low not in "-'\"“”":
            since = 9
        elif token.stem:
            if not token.is_capital:
                found.append((token, since < reach and words <= reach + 2))
            since += 1
    return found


def has_denial(line: Line) -> bool:
    """Whether a sentence denies, rejects or undoes anything."""
    return any(
        is_negator(token)
        or _UNDOES.match(token.low)
        or any(axis in ("assent", "begin") and not is_positive for axis, is_positive in DIRECTIONS.get(token.stem, ()))
        for token in line.tokens
    )


def count_cjk_negations(text: str) -> int:
    """How often a Korean or Japanese sentence denies."""
    return len(_CJK_NEGATION.findall(text))


class Change(NamedTuple):
    """Where a claim that is nearly word for word differs from its source's sentence."""

    claim: tuple[Token, ...]
    source: tuple[Token, ...]
    before: str
    """The last word both have before it; empty at the start."""
    after: str
    start: int
    end: int


KEPT: Final = 0.7
"""Share of a claim's words that must stand in the source's sentence in the same order for the rest to be changes."""


def changes(claim: Line, source: Line) -> list[Change]:
    """The differences between two sentences, word by word; none when they are too different to be compared so."""
    one = [token for token in claim.tokens if token.is_word]
    other = [token for token in source.tokens if token.is_word]
    matcher = SequenceMatcher(None, [token.low for token in one], [token.low for token in other], autojunk=False)
    found: list[Change] = []
    if sum(block.size for block in matcher.get_matching_blocks()) < KEPT * min(len(one), len(other)):
        return found
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            before = one[i - 1].low if i else ""
            after = one[j].low if j < len(one) else ""
            start = one[i].start if i < len(one) else len(claim.text)
            end = one[j - 1].end if j > i else start
            found.append(Change(tuple(one[i:j]), tuple(other[k:m]), before, after, start, end))
    return found


def turned(change: Change) -> Token | None:
    """The word of a change that says another direction than the word it stands for; None when there is none."""
    if not change.claim or not change.source or len(change.claim) > 3 or len(change.source) > 3:
        return None
    told, known = _poles(change.source), _poles(change.claim)
    for token in change.claim:
        for axis, is_positive in _poles([token]):
            if (axis, is_positive) not in told and ((axis, not is_positive) in told or axis in STRONG):
                return token
    strong = {axis for axis, _ in told if axis in STRONG}
    lost = strong and not told & known and len(change.claim) == len(change.source) == 1
    return change.claim[0] if lost and change.claim[0].stem else None


def _poles(tokens: Sequence[Token]) -> set[tuple[str, bool]]:
    return {pole for token in tokens for pole in DIRECTIONS.get(token.stem or token.low, ())}


def denial(change: Change) -> tuple[str, bool] | None:
    """A word that denies, put in (True) or left out (False) where the words around it stay; None when there is none."""
    put_in = [token for token in change.claim if _is_plain(token)]
    left_out = [token for token in change.source if _is_plain(token)]
    soft = [token for token in (*change.claim, *change.source) if is_negator(token) and not _is_plain(token)]
    if len(put_in) == len(left_out) or (soft and put_in + left_out):
        return None
    if left_out and not change.after and len(change.source) > max(2, len(change.claim)):
        # The end of the source's sentence is not told at all.
        return None
    if put_in and len(change.claim) <= 4 + len(change.source):
        return put_in[0].low, True
    if (
        left_out
        and len(change.source) <= 4 + len(change.claim)
        and (change.after or change.claim or len(change.source) < 3)
    ):
        return left_out[0].low, False
    return None


def softened(change: Change) -> tuple[str, bool] | None:
    """ "failed to", "refused to" and the like, put in or left out."""
    put_in = [t for t in change.claim if is_negator(t) and not _is_plain(t)]
    left_out = [t for t in change.source if is_negator(t) and not _is_plain(t)]
    if put_in and not any(is_negator(token) for token in change.source) and len(change.claim) <= 3:
        return put_in[0].low, True
    if left_out and not any(is_negator(token) for token in change.claim) and len(change.source) <= 3 and change.after:
        return left_out[0].low, False
    return None
