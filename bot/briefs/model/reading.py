"""From a model's answer to the words of a brief, or to the reason why it is none. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.briefs.model.answer import Answer, ToldSection, ToldSentence, Translated
from bot.briefs.model.forbidden import Guard
from bot.briefs.model.sources import MOST
from bot.briefs.numbering import citation
from bot.briefs.parts import clean_line
from bot.models import Article, BriefText, Section, Sentence

MAX_HEADLINE: Final = 200
MAX_HEADING: Final = 100
MAX_SENTENCE: Final = 700
MAX_LEDE: Final = 4
MAX_SECTIONS: Final = 4
MAX_IN_SECTION: Final = 6

_FULL_STOP: Final = re.compile(r"(?<![A-Z.])[.。]$")
_SCRIPTS: Final = {"ko": re.compile("[가-힣]"), "ja": re.compile("[ぁ-んァ-ヶ]"), "zh": re.compile("[一-鿿]")}


class AnswerRefused(Exception):
    """An answer came that is no brief; the reason is in our own words and holds nothing of it."""

    @property
    def reason(self) -> str:
        return str(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the model was given to write from."""

    articles: tuple[Article, ...]
    """In the order of their numbers, from 1."""
    rest: tuple[Article, ...] = ()
    """The story's others, listed as sources while there is room."""
    language: str
    written_by: str


def brief_of(answer: Answer, shown: Shown, guard: Guard) -> BriefText:
    """The words of a brief.

    A sentence that may not reach a reader, or names no source or one that was not shown, is left out; AnswerRefused
    when too little is left, or the headline or the deck is at fault.
    """
    headline = _FULL_STOP.sub("", _line(answer.headline, MAX_HEADLINE, guard, "the headline"))
    deck = _line(answer.deck, MAX_SENTENCE, guard, "the deck")
    taking = _Taking(guard, len(shown.articles))
    lede = taking.take(answer.lede, MAX_LEDE)
    if not lede:
        raise AnswerRefused(f"no sentence of the lede may stand: {taking.reasons()}")
    sections = tuple(filter(None, (_section(part, taking, guard) for part in answer.sections[:MAX_SECTIONS])))
    if taking.refused.total() > taking.taken:
        raise AnswerRefused(f"most sentences may not stand: {taking.reasons()}")
    told = BriefText(
        headline=headline,
        deck=deck,
        lede=lede,
        sections=sections,
        language=shown.language,
        written_by=shown.written_by,
    )
    _check_language(told)
    return _cited(told, shown)


def translation_of(answer: Translated, original: BriefText, language: str, written_by: str, guard: Guard) -> BriefText:
    """The brief in another language; each sentence keeps its sources, and the sources stay what they are."""
    if len(answer.lede) != len(original.lede) or len(answer.sections) != len(original.sections):
        raise AnswerRefused("the translation has other parts than the brief")
    told = BriefText(
        headline=_line(answer.headline, MAX_HEADLINE * 2, guard, "the headline"),
        deck=_line(answer.deck, MAX_SENTENCE * 2, guard, "the deck") if original.deck else "",
        lede=_translated(answer.lede, original.lede, guard),
        sections=tuple(
            Section(
                heading=_line(part.heading, MAX_HEADING * 2, guard, "a heading"),
                sentences=_translated(part.sentences, known.sentences, guard),
            )
            for part, known in zip(answer.sections, original.sections, strict=True)
        ),
        sources=original.sources,
        language=language,
        written_by=written_by,
        disclosure=original.disclosure,
        differs=original.differs,
    )
    _check_language(told)
    return told


def _section(part: ToldSection, taking: _Taking, guard: Guard) -> Section | None:
    """A section; None without a sentence that may stand, or under a heading that may not."""
    heading = clean_line(part.heading)
    if not heading or len(heading) > MAX_HEADING or guard.problem(part.heading) or guard.problem(heading):
        return None
    sentences = taking.take(part.sentences, MAX_IN_SECTION)
    return Section(heading=heading, sentences=sentences) if sentences else None


class _Taking:
    """Takes sentences that may stand, each once, and counts why others may not."""

    def __init__(self, guard: Guard, count: int) -> None:
        self._guard, self._count = guard, count
        self._texts: set[str] = set()
        self.taken = 0
        self.refused: Counter[str] = Counter()

    def take(self, told: Iterable[ToldSentence], limit: int) -> tuple[Sentence, ...]:
        found: list[Sentence] = []
        for one in told:
            text = clean_line(one.text)
            if len(found) == limit or text in self._texts:
                continue
            if reason := self._problem(text, one):
                self.refused[reason] += 1
                continue
            self._texts.add(text)
            self.taken += 1
            found.append(Sentence(text=text, sources=tuple(sorted(set(one.sources)))))
        return tuple(found)

    def reasons(self) -> str:
        return ", ".join(f"{count} × {reason}" for reason, count in self.refused.most_common()) or "there is none"

    def _problem(self, text: str, told: ToldSentence) -> str:
        if not text or len(text) > MAX_SENTENCE:
            return "is empty or too long"
        if not told.sources:
            return "names no source"
        if any(not 1 <= number <= self._count for number in told.sources):
            return "names a source that was not shown"
        # As it came, and as it would be read: cleaning takes markup away, and characters that hide a word.
        return self._guard.problem(told.text) or self._guard.problem(text)


def _line(raw: str, limit: int, guard: Guard, what: str) -> str:
    text = clean_line(raw)
    if not text or len(text) > limit:
        raise AnswerRefused(f"{what} is empty or too long")
    if reason := guard.problem(raw) or guard.problem(text):
        raise AnswerRefused(f"{what} {reason}")
    return text


def _translated(told: Sequence[str], known: Sequence[Sentence], guard: Guard) -> tuple[Sentence, ...]:
    if len(told) != len(known):
        raise AnswerRefused("the translation has more or fewer sentences than the brief")
    return tuple(
        Sentence(text=_line(text, MAX_SENTENCE * 2, guard, "a sentence"), sources=sentence.sources)
        for text, sentence in zip(told, known, strict=True)
    )


def _check_language(text: BriefText) -> None:
    script = _SCRIPTS.get(text.language.partition("-")[0])
    if script and not (script.search(text.headline + text.deck) and script.search(text.lede[0].text)):
        raise AnswerRefused("it is in another language than asked for")


def _cited(text: BriefText, shown: Shown) -> BriefText:
    """The brief with its sources numbered in the order in which they are first cited, and the others behind them."""
    order = {old: new for new, old in enumerate(_first_cited(text, len(shown.articles)), start=1)}

    def renumbered(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
        return tuple(
            Sentence(text=one.text, sources=tuple(sorted(order[number] for number in one.sources))) for one in sentences
        )

    listed = [*(shown.articles[old - 1] for old in order), *shown.rest]
    return replace(
        text,
        lede=renumbered(text.lede),
        sections=tuple(replace(section, sentences=renumbered(section.sentences)) for section in text.sections),
        sources=tuple(citation(n, article) for n, article in enumerate(listed[:MOST], start=1)),
    )


def _first_cited(text: BriefText, count: int) -> list[int]:
    cited = [number for sentence in text.sentences for number in sentence.sources]
    return list(dict.fromkeys([*cited, *range(1, count + 1)]))
