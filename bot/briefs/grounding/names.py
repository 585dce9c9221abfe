"""Names of people, organisations and places, told by their capitals. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from bot.briefs.grounding.lines import Line, Token
from bot.briefs.grounding.name_words import ALIASES, COMMON, TITLES
from bot.text.analyse import STOP_WORDS

_NOBODY_WORDS: Final = """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december i i'm i've i'll i'd mon tue wed thu fri sat sun jan feb apr jun jul aug
    sep sept oct nov dec
"""
_NOBODY: Final = frozenset(_NOBODY_WORDS.split())
_JOINERS: Final = frozenset(["of", "the", "and", "for", "de", "van", "von"])
_OPENER: Final = re.compile(r".{4}ly$|.{4}ing$|.{3}(?:ors|ists|ants|ents|tions|ments|ities|[ae]nces)$|.{5}ers$")
""" "Conversely", "Speaking", "Detractors": what sentences begin with that no list has whole."""
_PARTY: Final = re.compile(r"\((?:[RDI]|Rep|Dem)\.?[-–—][^()]{2,20}\)")
""" "(R-Ky.)" behind the name of a member of Congress."""
_LOWER_PARTS: Final = frozenset(["de", "van", "von", "bin", "al", "el", "der", "den", "di", "da"])
_SUFFIX: Final = re.compile(r"'s?$")


class Name(NamedTuple):
    words: tuple[str, ...]
    """Folded, without titles before it and the 's after it."""
    start: int
    end: int
    is_sure: bool
    """False for a lone word that only the beginning of a sentence may have given its capital."""


def find_names(line: Line, known: frozenset[str] = frozenset(), lower: frozenset[str] = frozenset()) -> list[Name]:
    """The names of a sentence. `known` words are names for certain, `lower` words are written small elsewhere."""
    if _is_title_case(line):
        return [_name(run, is_sure=True) for run in _runs(line, lambda token: _bare(token.low) in known)]
    found: list[Name] = []
    parties = [match.span() for match in _PARTY.finditer(line.text)] if "(" in line.text else []
    for run in _runs(line, lambda token: token.is_capital and _bare(token.low) not in _NOBODY):
        if any(start < run[0].start < end for start, end in parties):
            continue
        opens = _opens(line, run[0])
        if opens and len(run) > 1 and _bare(run[0].low) in COMMON and _bare(run[0].low) not in known:
            del run[0]
            opens = False
        name = _name(run, is_sure=not opens or len(run) > 1 or run[0].low in known)
        if not (len(run) == 1 and (_is_small(line, run[0]) or (opens and _is_common(run[0], known, lower)))):
            found.append(name)
    return found


def name_words(lines: Sequence[Line]) -> tuple[frozenset[str], frozenset[str]]:
    """Words that stand with a capital inside a sentence of these, and words that are written small."""
    known, lower = set(), set()
    for line in lines:
        is_title = _is_title_case(line)
        for number, token in enumerate(line.tokens):
            if not token.low[0].isalpha():
                continue
            if not token.is_capital:
                lower.add(_bare(token.low))
            elif not is_title and number and not _opens(line, token) and token.low not in COMMON:
                known.add(_bare(token.low))
    return frozenset(known), frozenset(lower)


def is_same(claim: tuple[str, ...], source: tuple[str, ...]) -> bool:
    """Whether two names may be of the same: one in the other, another word for a country, or its initials."""
    if (claim[-1] == source[-1] and len(claim) == 1) or claim == source:
        return True
    if in_order(claim, source) or in_order(source, claim):
        return True
    one, other = " ".join(claim), " ".join(source)
    if one in ALIASES and ALIASES[one] == ALIASES.get(other):
        return True
    return is_initials(one, source) or is_initials(other, claim)


def _is_title_case(line: Line) -> bool:
    if not line.is_title:
        return False
    words = [token for token in line.tokens if token.low[0].isalpha() and len(token.low) > 3]
    return len(words) >= 3 and sum(token.is_capital for token in words) >= 0.75 * len(words)


def _runs(line: Line, is_part: Callable[[Token], bool]) -> Iterator[list[Token]]:
    """Runs of tokens that are parts of names, with small words such as "de" inside them; titles divide them."""
    tokens = line.tokens
    run: list[Token] = []
    for number, token in enumerate(tokens):
        is_inside = _is_inside(tokens, number, is_part) if run else token.low[0].isalpha() and is_part(token)
        if run and (not is_inside or not _continues(line.text, run[-1], token)):
            yield run
            run = []
        if is_inside and _bare(token.low) not in TITLES and (run or token.low not in _LOWER_PARTS):
            run.append(token)
        if run and (token.low.endswith("'s") or _bare(token.low) in TITLES):
            yield run
            run = []
    if run:
        yield run


def _is_inside(tokens: Sequence[Token], number: int, is_part: Callable[[Token], bool]) -> bool:
    token = tokens[number]
    if token.low in _LOWER_PARTS:
        return number + 1 < len(tokens) and is_part(tokens[number + 1])
    return token.low[0].isalpha() and is_part(token)


def _continues(text: str, last: Token, token: Token) -> bool:
    """Whether two words of a run stand together: "J. K. Rowling", "Rimsky-Korsakov", "Johnson & Johnson"."""
    between = text[last.end : token.start]
    return between in (" ", "", "-", " & ") or (between == ". " and len(last.low) <= 4)


def _name(run: Sequence[Token], *, is_sure: bool) -> Name:
    return Name(tuple(_bare(token.low) for token in run), run[0].start, run[-1].end, is_sure)


def _opens(line: Line, token: Token) -> bool:
    """Whether a token begins a sentence or a quotation, where a capital tells nothing."""
    before = line.text[: token.start].rstrip()
    if not before or before[-1] in "“‘([「『:;!?—–…•":
        return True
    if before[-1] == '"':
        return before.count('"') % 2 == 1
    return before[-1] == "." and not _is_initial(before)


def _is_initial(before: str) -> bool:
    word = before.rsplit(None, 1)[-1]
    return len(word) <= 5 and word[0].isupper()


def _is_small(line: Line, token: Token) -> bool:
    """A pronoun or the like with a capital ("He"); "US" is none."""
    return token.low in STOP_WORDS and not line.text[token.start : token.end].isupper()


def _is_common(token: Token, known: frozenset[str], lower: frozenset[str]) -> bool:
    """Whether a lone word at the beginning is no name: it is written small elsewhere, or begins many a sentence."""
    word = _bare(token.low)
    return word not in known and (
        word in lower or word in COMMON or token.low in COMMON or _OPENER.search(word) is not None
    )


def _bare(word: str) -> str:
    return _SUFFIX.sub("", word)


def in_order(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether all words of a name stand in the other in order: "Kim Jong" in "Kim Jong Un"."""
    words = iter(whole)
    return all(word in words for word in part)


def is_initials(short: str, words: tuple[str, ...]) -> bool:
    """Whether a short name is made of the first letters of a long one: WHO, World Health Organization."""
    letters = short.replace(".", "")
    if not 2 <= len(letters) <= 6 or not letters.isalpha() or len(words) < 2:
        return False
    return letters in ("".join(word[0] for word in words), "".join(w[0] for w in words if w not in _JOINERS))
