"""What a person typed into search, as words, phrases and exclusions; everything else in it is data. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from bot.text.analyse import STOP_WORDS
from bot.text.inflect import cores
from bot.text.words import bigrams, is_cjk, runs

_T = TypeVar("_T")
Groups = Sequence[Sequence[str]]
"""Terms of a query, of which one group is enough, but each term of it."""

MAX_PARTS: Final = 24
"""Parts of a query that count; the words of a whole paragraph would only cost time."""
MAX_TERMS: Final = 48
"""Terms of which any may be found."""
SENTENCE: Final = 4
"""From so many parts on a query is a sentence: a brief that answers it need not have every word."""

_QUOTES: Final = ('""', "“”", "„“", "„”", "«»", "「」", "『』", "《》", "〈〉", "＂＂")
_PHRASE: Final = "|".join(
    f"{re.escape(left)}[^{re.escape(left + right)}]*{re.escape(right)}" for left, right in _QUOTES
)
# A minus before a digit is a number's own: "GDP -0.9%". Within a word it is a hyphen.
_PIECE: Final = re.compile(
    rf"(?P<minus>(?<!\S)[-−–](?=[^\s\d]))?(?:(?P<phrase>{_PHRASE})|(?P<word>[^\s\"“”„«»「」『』《》〈〉＂]+))"
)


@dataclass(frozen=True, slots=True)
class Part:
    """Terms that must stand side by side, in order; `is_prefix` when the only one is a beginning."""

    terms: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    words: tuple[Part, ...]
    """Each word typed, CJK ones without their endings."""
    phrases: tuple[Part, ...]
    """What stood in quotation marks; a brief must have it word for word."""
    excluded: tuple[Part, ...]
    runs: tuple[tuple[str, ...], ...]
    """The terms of each word and of each word of a phrase, endings and all: what results are put in order by."""

    @property
    def wanted(self) -> tuple[Part, ...]:
        return (*self.phrases, *self.words)

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term once, in order."""
        return tuple(dict.fromkeys(term for run in self.runs for term in run))[:MAX_TERMS]

    @property
    def is_sentence(self) -> bool:
        """Whether any word counts.

        Of Korean and Japanese two words are enough to be one: words are inflected, and an index of their pieces seldom
        has each. Quotation marks are often a headline's own there, so with these it takes a few words more.
        """
        if any(is_cjk(run[0]) for run in self.runs):
            return len(self.runs) >= (SENTENCE if self.phrases else 2)
        return len(self.wanted) >= SENTENCE

    def relaxed(self) -> Query:
        """The same with the words of phrases as any other: for when no brief has the phrase."""
        return replace(self, phrases=())


def without_excluded(text: str) -> str:
    """A query without what it excludes."""
    return " ".join(piece[0] for piece in _PIECE.finditer(text) if not piece["minus"])


def parse_query(text: str) -> Query:
    """The parts of a query, each once, in order. Never fails."""
    words: dict[Part, None] = {}
    phrases: dict[Part, None] = {}
    excluded: dict[Part, None] = {}
    typed: dict[tuple[str, ...], None] = {}
    for piece in _PIECE.finditer(text):
        quoted = piece["phrase"][1:-1] if piece["phrase"] else ""
        found = runs(quoted or piece["word"] or "")
        if piece["minus"]:
            excluded.update(dict.fromkeys([_phrase(quoted)] if quoted else map(_phrase, found)))
            continue
        typed.update(dict.fromkeys(map(_terms, found)))
        if quoted and found:
            phrases[_phrase(quoted)] = None
        else:
            words.update(dict.fromkeys(part for run in found for part in _cores(run)))
    return Query(
        _telling(words, lambda part: part.terms)[:MAX_PARTS],
        tuple(phrases)[:MAX_PARTS],
        tuple(part for part in excluded if part.terms)[:MAX_PARTS],
        _telling(typed, lambda run: run),
    )


def _telling(parts: Iterable[_T], terms: Callable[[_T], tuple[str, ...]]) -> tuple[_T, ...]:
    """Those that are more than "of" and "the"; all of them when there is nothing else."""
    all_ = tuple(parts)
    return tuple(part for part in all_ if len(terms(part)) > 1 or terms(part)[0] not in STOP_WORDS) or all_


def _terms(run: str) -> tuple[str, ...]:
    return tuple(bigrams(run)) if is_cjk(run) else (run,)


def _cores(run: str) -> list[Part]:
    return [_phrase(core) for core in cores(run)] if is_cjk(run) else [_phrase(run)]


def begun(text: str) -> tuple[Part, ...]:
    """The words of something that is still being typed: the last one may be only a beginning."""
    parts = [_phrase(run) for run in runs(text)][-MAX_PARTS:]
    # The bigrams of a longer CJK run are found within any that goes on from it.
    last = [replace(part, is_prefix=len(part.terms) == 1) for part in parts[-1:]]
    return (*parts[:-1], *last)


def is_one_letter(parts: Sequence[Part]) -> bool:
    """Whether nothing but the first letter of a word was typed; a CJK character is more than a letter."""
    [first, *rest] = parts
    return not rest and first.is_prefix and len(first.terms[0]) == 1 and not is_cjk(first.terms[0])


def headline_patterns(parts: Sequence[Part]) -> dict[str, str]:
    """For LIKE, `part0` and so on, over a folded headline between two spaces; terms hold neither % nor _."""
    drawn = [" ".join(part.terms) for part in parts]
    return {
        f"part{number}": f"% {drawn[number]}%" if part.is_prefix else f"% {drawn[number]} %"
        for number, part in enumerate(parts)
    }


def fts5_headline(parts: Sequence[Part]) -> str:
    """For FTS5: all of these in the headline."""
    return "headline : (" + " AND ".join(map(_fts5, parts)) + ")"


def tsquery_headline(parts: Sequence[Part]) -> str:
    """For `to_tsquery`: all of these in the headline, which has the weight A."""
    return " & ".join(_tsquery(part, weight="A") for part in parts)


def _phrase(text: str) -> Part:
    found = [term for run in runs(text) for term in _terms(run)]
    return Part(tuple(found), is_prefix=len(found) == 1 and len(found[0]) == 1 and is_cjk(found[0]))


def stretches(query: Query, *, least: float) -> tuple[tuple[str, ...], ...]:
    """Groups of terms of which a brief must have one whole: each term, or so large a share of the only word."""
    if len(query.runs) != 1 or not least:
        return tuple((term,) for term in query.terms)
    word = query.runs[0][:MAX_TERMS]
    size = math.ceil(least * len(word))
    return tuple(word[start : start + size] for start in range(len(word) - size + 1))


def fts5(query: Query, groups: Groups | None = None) -> str:
    """The query for FTS5: every word, or one of the groups; phrases in either case. Empty when nothing is wanted."""
    return _joined(query, groups, _fts5, (" AND ", " OR ", " NOT "))


def tsquery(query: Query, groups: Groups | None = None) -> str:
    """The same for `to_tsquery('english', …)`."""
    return _joined(query, groups, _tsquery, (" & ", " | ", " & !"))


def _joined(query: Query, groups: Groups | None, draw: Callable[[Part], str], joints: tuple[str, str, str]) -> str:
    all_, any_, without = joints

    def whole(group: Sequence[str]) -> str:
        drawn = all_.join(draw(_alone(term)) for term in group)
        return f"({drawn})" if len(group) > 1 else drawn

    wanted = [f"({draw(part)})" for part in (query.wanted if groups is None else query.phrases)]
    if groups:
        wanted.append(f"({any_.join(map(whole, groups))})")
    if not wanted:
        return ""
    return f"({all_.join(wanted)})" + "".join(f"{without}({draw(part)})" for part in query.excluded)


def _alone(term: str) -> Part:
    return Part((term,), is_prefix=len(term) == 1 and is_cjk(term))


def _fts5(part: Part) -> str:
    # Terms hold letters, digits and apostrophes only, so a quotation mark cannot end the string early.
    return '"' + " ".join(part.terms) + '"' + ("*" if part.is_prefix else "")


def _tsquery(part: Part, *, weight: str = "") -> str:
    mark = weight + ("*" if part.is_prefix else "")
    quoted = ["'" + term.replace("'", "''") + "'" + (f":{mark}" if mark else "") for term in part.terms]
    return " <-> ".join(quoted)
