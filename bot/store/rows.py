"""Between rows and the values of `bot.models`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Final, TypeVar

from rapidfuzz import process

from bot.errors import NotFound
from bot.saying import marked, say

T = TypeVar("T")

_WORDS: Final = {
    "topic": (marked("there is no topic yet"), marked("no topic '{name}' here")),
    "digest": (marked("there is no digest yet"), marked("no digest '{name}' here")),
    "source": (marked("there is no source yet"), marked("no source '{name}' here")),
}


def value(kind: type[T], row: Any, /, **more: Any) -> T:
    """A value whose fields are the row's columns of the same names; `more` adds to them or wins over them."""
    places = _places(kind, row._fields)  # type: ignore[arg-type]  # mypy takes the instance's hash for the class's
    return kind(**({name: row[place] for name, place in places} | more))


@cache
def _places(kind: Hashable, columns: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The columns that are fields of this kind, each with its place in a row."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return tuple((name, place) for place, name in enumerate(columns) if name in names)


def name_key(name: str) -> str:
    """What makes two names the same: case and runs of spaces do not matter."""
    return " ".join(name.casefold().split())


def _nearest(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Those whose names look most like the text, best first."""
    found = process.extract(text, names, limit=3, score_cutoff=45)
    return {ref: name for name, _, ref in found}


def not_found(what: str, text: str, names: Mapping[str, str]) -> NotFound:
    """The error for a name that means nothing here; offers the nearest that do. `names` are ids with their names."""
    offered = _nearest(text, names) or dict(list(names.items())[:5])
    none, wrong = _WORDS[what]
    allowed = ", ".join(offered.values()) if offered else say(none)
    if offered and len(names) > len(offered):
        allowed = say("{names} … and {n} more", names=allowed, n=len(names) - len(offered))
    error = NotFound(say(wrong, name=text[:80]), allowed=allowed)
    error.nearest = next(iter(offered), "")
    return error
