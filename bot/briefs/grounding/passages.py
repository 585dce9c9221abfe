"""Beside each sentence of a brief what its sources say of it, so that a person can judge in one look. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.briefs.grounding.lines import Line
from bot.briefs.grounding.sources import ReadSource, SourceText, plain, read_all
from bot.models import BriefText, Sentence
from bot.text.sentences import split_all

LEAST: Final = 0.2
"""Share of a sentence's words that a passage must have to be shown beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """The sentence of a source that is nearest to one of a brief; empty when none is near."""

    n: int
    publisher: str
    text: str
    is_same: bool = False
    """It stands there word for word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A sentence of a brief with what its sources have for it."""

    sentence: Sentence
    passages: tuple[Passage, ...]


def beside(text: BriefText, sources: Mapping[int, SourceText]) -> list[Checked]:
    """Headline, deck and sentences in order; what cites nothing is held beside the source that is nearest to it."""
    read = read_all(sources, text.language)
    names = {source.n: source.publisher for source in text.sources}
    head = [text.headline, *split_all(text.deck, text.language)]
    told = [*(Sentence(text=one, sources=()) for one in head if one), *text.sentences]
    return [Checked(sentence=one, passages=_passages(one, read, names)) for one in told]


def _passages(sentence: Sentence, read: Mapping[int, ReadSource], names: Mapping[int, str]) -> tuple[Passage, ...]:
    claim = Line(plain(sentence.text))
    if sentence.sources:
        found = [(number, _nearest(claim, read[number])) for number in sentence.sources if number in read]
    else:
        every = [(number, _nearest(claim, source)) for number, source in read.items()]
        found = sorted(every, key=lambda one: one[1][0], reverse=True)[:1]
    return tuple(
        Passage(n=number, publisher=names.get(number, ""), text=words, is_same=plain(words) == plain(sentence.text))
        for number, (_, words) in found
    )


def _nearest(claim: Line, source: ReadSource) -> tuple[float, str]:
    """The share of the claim's words that its nearest sentence has, and the sentence; empty where none is near."""
    scored: Sequence[tuple[float, str]] = [
        (len(claim.stems & line.stems) / (len(claim.stems) or 1), line.text) for line in source.lines
    ]
    share, words = max(scored, default=(0.0, ""), key=lambda one: one[0])
    return (share, words) if share >= LEAST else (share, "")
