"""What a person typed into search, as words, phrases and exclusions; everything else in it is data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.words import bigrams, is_cjk, runs

MAX_PARTS: Final = 24
"""Parts of a query that count; the words of a whole paragraph would only cost time."""

_PIECE = re.compile(r'(-?)(?:["“„«]([^"“”»]*)["”»]|(\S+))')


@dataclass(frozen=True, slots=True)
class Part:
    """Terms that must stand side by side, in order; `is_prefix` when the only one is a beginning."""

    terms: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    wanted: tuple[Part, ...]
    excluded: tuple[Part, ...]


def parse_query(text: str) -> Query:
    """The parts of a query, each once, in order; a CJK word is the phrase of its bigrams."""
    wanted: dict[Part, None] = {}
    excluded: dict[Part, None] = {}
    for minus, phrase, word in _PIECE.findall(text):
        into = excluded if minus else wanted
        parts = [_phrase(phrase)] if phrase else [_phrase(run) for run in runs(word)]
        into.update(dict.fromkeys(part for part in parts if part.terms))
    return Query(tuple(wanted)[:MAX_PARTS], tuple(excluded)[:MAX_PARTS])


def begun(text: str) -> tuple[Part, ...]:
    """The words of something that is still being typed: the last one may be only a beginning."""
    parts = [_phrase(run) for run in runs(text)][-MAX_PARTS:]
    # The bigrams of a longer CJK run are found within any that goes on from it.
    last = [replace(part, is_prefix=len(part.terms) == 1) for part in parts[-1:]]
    return (*parts[:-1], *last)


def fts5_headline(parts: Sequence[Part]) -> str:
    """For FTS5: all of these in the headline."""
    return "headline : (" + " AND ".join(map(_fts5, parts)) + ")"


def tsquery_headline(parts: Sequence[Part]) -> str:
    """For `to_tsquery`: all of these in the headline, which has the weight A."""
    return " & ".join(_tsquery(part, weight="A") for part in parts)


def _phrase(text: str) -> Part:
    found: list[str] = []
    for run in runs(text):
        found += bigrams(run) if is_cjk(run) else [run]
    return Part(tuple(found), is_prefix=len(found) == 1 and len(found[0]) == 1 and is_cjk(found[0]))


def fts5(query: Query, *, every: bool) -> str:
    """The query for FTS5: all of the wanted parts, or any; an empty text when nothing is wanted."""
    return _joined(query, _fts5, " AND " if every else " OR ", " NOT ")


def tsquery(query: Query, *, every: bool) -> str:
    """The query for `to_tsquery('english', …)`; an empty text when nothing is wanted."""
    return _joined(query, _tsquery, " & " if every else " | ", " & !")


def _joined(query: Query, draw: Callable[[Part], str], joint: str, without: str) -> str:
    if not query.wanted:
        return ""
    wanted = joint.join(draw(part) for part in query.wanted)
    return f"({wanted})" + "".join(f"{without}({draw(part)})" for part in query.excluded)


def _fts5(part: Part) -> str:
    # Terms hold letters, digits and apostrophes only, so a quotation mark cannot end the string early.
    return '"' + " ".join(part.terms) + '"' + ("*" if part.is_prefix else "")


def _tsquery(part: Part, *, weight: str = "") -> str:
    mark = weight + ("*" if part.is_prefix else "")
    quoted = ["'" + term.replace("'", "''") + "'" + (f":{mark}" if mark else "") for term in part.terms]
    return " <-> ".join(quoted)
