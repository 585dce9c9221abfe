"""Topics that are ready to be followed: names in our languages, well-known feeds, a rule where feeds do not suffice.

The data is in the TOML files beside this one, in the order in which it is offered. A topic with `words` takes what has
one of them, from whatever is followed; one without takes everything of its feeds. Read once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from bot.saying import spoken

FILES: Final = {"subjects": "subjects.toml", "places": "places.toml"}
"""By kind of topic; each fits into one select of 25."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    url: str
    title: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTopic:
    """A topic of the catalogue."""

    id: str
    kind: str
    names: Mapping[str, str]
    """By language: en, ko, ja."""
    abouts: Mapping[str, str]
    feeds: tuple[Feed, ...]
    words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Of its rule; empty: any."""

    @property
    def name(self) -> str:
        """In the language in effect."""
        return self.names.get(spoken()) or self.names["en"]

    @property
    def about(self) -> str:
        return self.abouts.get(spoken()) or self.abouts["en"]

    @property
    def feed_languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(feed.language for feed in self.feeds))

    def feeds_in(self, languages: Iterable[str]) -> tuple[Feed, ...]:
        """Its feeds in these languages; all of them when it has none in any."""
        wanted = set(languages)
        return tuple(feed for feed in self.feeds if feed.language in wanted) or self.feeds


@cache
def known_topics() -> Mapping[str, KnownTopic]:
    """All topics by id."""
    folder = resources.files(__name__)
    return {
        id_: _topic(id_, kind, table)
        for kind, file in FILES.items()
        for id_, table in tomllib.loads((folder / file).read_text(encoding="utf-8")).items()
    }


def of_kind(kind: str) -> list[KnownTopic]:
    return [topic for topic in known_topics().values() if topic.kind == kind]


def _topic(id_: str, kind: str, table: Mapping[str, Any]) -> KnownTopic:
    return KnownTopic(
        id=id_,
        kind=kind,
        names=table["name"],
        abouts=table["about"],
        feeds=tuple(feed for language, lines in table["feeds"].items() for feed in _feeds(language, lines)),
        words=tuple(table.get("words", ())),
        languages=tuple(table.get("languages", ())),
    )


def _feeds(language: str, lines: str) -> Iterable[Feed]:
    for line in lines.strip().splitlines():
        url, _, title = line.partition(" ")
        yield Feed(url=url, title=title, language=language)
