"""No sentence without a source: each passes, is repaired once, or is dropped with a reason. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.briefs.attribution import taken_apart
from bot.briefs.grounding.check import Claim, check, cover
from bot.briefs.grounding.faults import Fault, FaultKind
from bot.briefs.grounding.lines import MAX_CHARS, Line
from bot.briefs.grounding.repair import closest, without_last_clause
from bot.briefs.grounding.sources import ReadSource, SourceText, plain, read_all
from bot.briefs.sections import Kind, heading, kind_of
from bot.models import BriefText, Refusal, Section, Sentence
from bot.saying import marked
from bot.text.sentences import split_all

SAYS_IT: Final = 0.8
"""Share of a sentence's words from which a source that is not cited counts as the one it came from."""
AHEAD: Final = 0.25
"""How much more of them it must have than the sources that are cited."""
LEAST: Final = 0.3
"""Share of a sentence's words that its sources must have at all."""
_ANOTHER: Final = marked("another source says this, not the one it cites")
_OF_HEADINGS: Final = frozenset([FaultKind.NUMBER, FaultKind.DATE, FaultKind.NAME, FaultKind.QUOTATION])
"""What a heading may not make up; it is too short to be weighed for more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounded:
    """A brief of which each sentence is found in the sources it cites, and what was changed for that."""

    text: BriefText | None
    """None when its lede is lost."""
    refusals: tuple[Refusal, ...] = ()


def ground(text: BriefText, sources: Mapping[int, SourceText]) -> Grounded:
    """Holds every sentence of a brief to the sources it cites; `sources` gives what each citation number says."""
    gate = _Gate(text, read_all(sources, text.language))
    lede = gate.sentences(text.lede, "lede")
    if not lede:
        return Grounded(text=None, refusals=tuple(gate.refusals))
    sections = tuple(found for section in text.sections if (found := gate.section(section)))
    deck = gate.deck(text.deck, lede)
    headline = gate.headline(text.headline)
    kept = replace(text, headline=headline, deck=deck, lede=lede, sections=sections)
    return Grounded(text=kept if gate.refusals else text, refusals=tuple(gate.refusals))


def _alike(claim: Line, lines: Iterable[Line]) -> float:
    """The largest share of a sentence's words that one sentence of a source has."""
    return max((len(claim.stems & line.stems) for line in lines), default=0) / (len(claim.stems) or 1)


class _Gate:
    def __init__(self, text: BriefText, sources: Mapping[int, ReadSource]) -> None:
        self.sources = sources
        self.language = text.language
        self.refusals: list[Refusal] = []
        self.told = {plain(sentence.text) for sentence in text.sentences}

    def sentences(self, sentences: Iterable[Sentence], place: str) -> tuple[Sentence, ...]:
        return tuple(kept for sentence in sentences if (kept := self._sentence(sentence, place)))

    def section(self, section: Section) -> Section | None:
        kept = self.sentences(section.sentences, "section")
        if not kept:
            return None
        if section.heading in {heading(kind, self.language) for kind in Kind}:
            return replace(section, sentences=kept)
        faults = check(section.heading, list(self.sources.values()), is_title=True)
        fault = next((fault for fault in faults if fault.kind in _OF_HEADINGS), None)
        if fault is None:
            return replace(section, sentences=kept)
        title = heading(kind_of(kept[0].text), self.language)
        self._refuse(section.heading, "heading", fault, title)
        return replace(section, heading=title, sentences=kept)

    def deck(self, text: str, lede: tuple[Sentence, ...]) -> str:
        """The deck cites nothing, so each of its sentences may come from any source; lost, it is the lede's first."""
        kept = self.sentences(
            (Sentence(text=one, sources=tuple(self.sources)) for one in split_all(text, self.language)), "deck"
        )
        return " ".join(sentence.text for sentence in kept) if kept else lede[0].text if text else text

    def headline(self, text: str) -> str:
        """The headline, or when it says what no source does the source's own that is most like it."""
        sources = list(self.sources.values())
        faults = check(text, sources, is_title=True)
        titles = [title for source in sources for title in source.titles]
        if not faults or not titles:
            return text
        line = Line(text)
        instead = max(titles, key=lambda title: len(line.stems & Line(title).stems))
        self._refuse(text, "headline", faults[0], instead)
        return instead

    def _sentence(self, sentence: Sentence, place: str) -> Sentence | None:
        numbers = tuple(number for number in sentence.sources if number in self.sources)
        faults = self._faults(sentence.text, numbers)
        if not faults:
            return sentence if numbers == sentence.sources else replace(sentence, sources=numbers)
        repaired = self._repaired(replace(sentence, sources=numbers), faults)
        self._refuse(sentence.text, place, faults[0], repaired.text if repaired else "", repaired)
        return repaired

    def _faults(self, text: str, numbers: tuple[int, ...]) -> list[Fault]:
        if not numbers:
            return [Fault.of(FaultKind.SOURCE, "", marked("it cites no source of this brief"))]
        cited = [self.sources[number] for number in numbers]
        told = taken_apart(text, [source.publisher for source in cited])
        if len(told) > 1:
            return [fault for who, what in told if (fault := self._misquoted(who, what, cited))]
        if told:
            text = told[0][1]
        faults = check(text, cited)
        return faults or self._elsewhere(text, numbers)

    def _misquoted(self, who: str, what: str, cited: Sequence[ReadSource]) -> Fault | None:
        """Where publishers are set side by side, each must have its own words, with their numbers whole."""
        own = [source for source in cited if source.publisher.casefold() == who.casefold()]
        if any(source.has(what) for source in own):
            return None
        return Fault.of(FaultKind.QUOTATION, what, marked("{who} does not say this word for word"), who=who)

    def _elsewhere(self, text: str, numbers: tuple[int, ...]) -> list[Fault]:
        """A sentence that its own sources hardly have, or that another source clearly has, cites the wrong one."""
        cited = [self.sources[number] for number in numbers]
        if any(source.says(plain(text)) for source in cited):
            return []
        claim = Claim(text, cited)
        said = plain(text)
        if any(source.says(said) for source in self.sources.values()) and _alike(claim, claim.lines) < SAYS_IT:
            return [Fault.of(FaultKind.SOURCE, "", _ANOTHER)]
        if claim.is_foreign or claim.cover >= SAYS_IT or len(claim.stems) < 3:
            return []
        if claim.cover < LEAST:
            return [Fault.of(FaultKind.SOURCE, "", marked("the sources it cites do not speak of this"))]
        others = (cover(claim, source.lines) for number, source in self.sources.items() if number not in numbers)
        best = max(others, default=0.0)
        if best >= SAYS_IT and best >= claim.cover + AHEAD:
            return [Fault.of(FaultKind.SOURCE, "", _ANOTHER)]
        return []

    def _repaired(self, sentence: Sentence, faults: list[Fault]) -> Sentence | None:
        """Once: the source that says it is cited, a clause is left out, or the source's own sentence stands instead."""
        if number := self._true_source(sentence):
            return replace(sentence, sources=(number,))
        if len(sentence.text) > MAX_CHARS:
            return None
        shorter = without_last_clause(sentence.text, faults)
        if shorter and not self._faults(shorter, sentence.sources):
            return replace(sentence, text=shorter)
        numbers = sentence.sources or tuple(self.sources)
        instead = closest(sentence.text, {number: self.sources[number] for number in numbers}, self.told)
        if instead is None:
            return None
        self.told.add(plain(instead.text))
        return instead

    def _true_source(self, sentence: Sentence) -> int | None:
        """The one source that says a sentence without fault, and has more of its words than those it cites."""
        if len(sentence.text) > MAX_CHARS:
            return None
        cited = [self.sources[number] for number in sentence.sources]
        claim = Claim(sentence.text, list(self.sources.values()))
        own = cover(claim, [line for source in cited for line in source.lines])
        for number, source in self.sources.items():
            if number in sentence.sources:
                continue
            share = cover(claim, source.lines)
            if share >= SAYS_IT and share >= own and not check(sentence.text, [source]):
                return number
        return None

    def _refuse(self, text: str, place: str, fault: Fault, became: str, cited: Sentence | None = None) -> None:
        self.refusals.append(
            Refusal(
                sentence=text,
                place=place,
                kind=fault.kind,
                token=fault.token,
                reason=fault.reason,
                is_repaired=bool(became),
                became=became,
                sources=cited.sources if cited else (),
            )
        )
