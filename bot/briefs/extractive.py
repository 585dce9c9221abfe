"""Writes a brief from a story's own sentences, each with the sources that say it. Pure.

Nothing is made up because nothing is written: sentences are chosen, ordered and cited, at most relieved of a "But" or
"Meanwhile" before them. Every sentence stands in the text of the first source that it names; the others say nearly the
same, with the same numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from bot.briefs.attribution import attributed, disagreement, update
from bot.briefs.cover import Line, says_the_same
from bot.briefs.differences import Difference, Doubts, differences
from bot.briefs.headline import begins_with_address, best_headline, headline_of, is_bait, made_of
from bot.briefs.numbering import Numbering
from bot.briefs.plan import MAX_SECTIONS, Plan, first_of, plan
from bot.briefs.rank import Matrix, similarities
from bot.briefs.sections import Kind, heading
from bot.models import Article, BriefText, Section, Sentence, Story
from bot.text.sentences import ends_well, split, without_opener
from bot.text.words import terms

WRITTEN_BY: Final = "extractive"
MAX_ARTICLES: Final = 24
"""Articles that are read for a brief: the first and the latest of a longer story."""
MAX_SENTENCES: Final = 14
"""Sentences read of one article; what stands below is background."""
FROM_HEADLINES: Final = 2
ENOUGH: Final = 5
"""Terms of a headline that tells something."""
CITED_TOO: Final = 0.72
"""Similarity from which another source is cited for a sentence as well."""
SAME_NUMBERS: Final = re.compile(r"\d+(?:[.,]\d+)*")


def write_brief(story: Story) -> BriefText:
    """The brief of a story; the same story always gives the same words."""
    language = _language(story.articles)
    read = _read(story.articles, language)
    own = [article for article in read if article.language == language]
    found = differences(own, language)
    doubts = Doubts(found, language)
    headline = best_headline(_trusted(own, doubts))
    lines = _lines(own, language)
    lines = [line for line in lines if not doubts.is_stale(line.text)] or lines
    cosine = similarities([line.text for line in lines])
    headline = headline or _made_headline(lines, own, cosine)
    planned = plan(lines, own, headline, cosine, sections=MAX_SECTIONS - bool(found))
    assembly = _Assembly(read, own, headline, language, lines, cosine, doubts, found)
    return assembly.brief(planned, found) if planned else assembly.from_headlines(found)


class _Assembly:
    """Puts the planned lines together, with the sources of each."""

    def __init__(
        self,
        read: Sequence[Article],
        own: Sequence[Article],
        headline: str,
        language: str,
        lines: Sequence[Line],
        cosine: Matrix,
        doubts: Doubts,
        found: Sequence[Difference],
    ) -> None:
        self._read, self._own, self._headline, self._language, self._lines = read, own, headline, language, lines
        self._cosine, self._doubts = cosine, doubts
        self._differs = any(not one.is_update for one in found)
        self._numbering = Numbering()
        self._has_many_voices = len({article.owner for article in read}) > 1

    def brief(self, planned: Plan, found: Sequence[Difference]) -> BriefText:
        lede = self._sentences(planned.lede)
        sections = [
            Section(heading=heading(kind, self._language), sentences=self._attributed(self._sentences(numbers)))
            for kind, numbers in planned.sections
        ]
        if planned.deck is None:
            return self._whole(self._second_headline(lede[0].text), lede, [*sections, *self._differing(found)])
        self._numbering.cite(self._sources_of(planned.deck)[:1])
        return self._whole(self._text(planned.deck), lede, [*sections, *self._differing(found)])

    def from_headlines(self, found: Sequence[Difference]) -> BriefText:
        """The brief of a story whose sources give headlines only: other headlines of it, or the headline once more."""
        told: list[Sentence] = []
        for number, title in enumerate(self._titles()):
            if (
                title
                and len(told) < FROM_HEADLINES
                and not self._is_told(title, [self._headline, *(one.text for one in told)])
            ):
                text = self._with_doubt(ends_well(title), number)
                told.append(Sentence(text=text, sources=self._numbering.cite([number])))
        if not told:
            told.append(Sentence(text=ends_well(self._headline), sources=self._numbering.cite([self._of_headline()])))
        deck = told.pop(0).text if len(told) > 1 else ""
        return self._whole(deck, tuple(told), self._differing(found))

    def _whole(self, deck: str, lede: tuple[Sentence, ...], sections: Sequence[Section]) -> BriefText:
        return BriefText(
            headline=self._headline,
            deck=deck,
            lede=lede,
            sections=tuple(sections),
            sources=self._numbering.citations(self._read),
            language=self._language,
            written_by=WRITTEN_BY,
            differs=self._differs,
        )

    def _second_headline(self, told: str) -> str:
        """The deck of a brief with one sentence to tell: another source's headline, where it says something else."""
        for number, title in enumerate(self._titles()):
            doubtful = self._doubts.is_stale(title) or self._doubts.is_contested(title)
            if title and not is_bait(title) and not doubtful and not self._is_told(title, [self._headline, told]):
                self._numbering.cite([number])
                return ends_well(title)
        return ""

    def _titles(self) -> list[str]:
        """Of each article; empty where it has none that says anything."""
        return [headline_of(article) for article in self._own]

    @staticmethod
    def _is_told(title: str, told: Sequence[str]) -> bool:
        return any(says_the_same(title, other) for other in told)

    def _of_headline(self) -> int:
        """The article that has the headline, as its own or in its text."""
        stem = self._headline.rstrip("…")
        of = (title == self._headline or stem in self._own[number].text for number, title in enumerate(self._titles()))
        return next((number for number, is_its in enumerate(of) if is_its), 0)

    def _attributed(self, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
        """A section that one publisher alone tells begins with a sentence that says so."""
        cited = {number for sentence in sentences for number in sentence.sources}
        names = self._numbering.publishers(self._read, cited)
        if not self._has_many_voices or len(names) != 1:
            return sentences
        first = replace(sentences[0], text=attributed(sentences[0].text, names.pop(), self._language))
        return (first, *sentences[1:])

    def _differing(self, found: Sequence[Difference]) -> list[Section]:
        """What the sources give different numbers for, with who gives which."""
        sentences = []
        for difference in found:
            told = [(self._own[one.article].publisher, one.span) for one in difference.statements]
            say = update if difference.is_update else disagreement
            sources = self._numbering.cite(one.article for one in difference.statements)
            sentences.append(Sentence(text=say(told, self._language), sources=sources))
        kind = Kind.CHANGED if found and all(one.is_update for one in found) else Kind.DIFFER
        return [Section(heading=heading(kind, self._language), sentences=tuple(sentences))] if found else []

    def _sentences(self, numbers: Iterable[int]) -> tuple[Sentence, ...]:
        return tuple(
            Sentence(text=self._text(number), sources=self._numbering.cite(self._sources_of(number)))
            for number in numbers
        )

    def _text(self, number: int) -> str:
        return self._with_doubt(self._lines[number].text, self._lines[number].article)

    def _with_doubt(self, text: str, article: int) -> str:
        """What other sources contradict with the name of the one that says it."""
        if self._doubts.is_contested(text):
            return attributed(text, self._own[article].publisher, self._language)
        return text

    def _sources_of(self, number: int) -> list[int]:
        """The articles that say a sentence: its own first, then those with nearly the same words and numbers."""
        line = self._lines[number]
        numbers = Counter(SAME_NUMBERS.findall(line.text))
        found = [line.article]
        for other, near in zip(self._lines, self._cosine[number], strict=True):
            same = near >= CITED_TOO and not numbers - Counter(SAME_NUMBERS.findall(other.text))
            if same and other.article not in found:
                found.append(other.article)
        return found


def _made_headline(lines: Sequence[Line], own: Sequence[Article], cosine: Matrix) -> str:
    """Of sources without a headline that says anything: the most telling sentence; else whatever the first has."""
    number = first_of(lines, own, cosine)
    return made_of(lines[number].text) if number is not None else own[0].title


def _trusted(own: Sequence[Article], doubts: Doubts) -> Sequence[Article]:
    """Those whose headlines give no number that others contradict; else those that are up to date; else all."""
    fresh = [article for article in own if not doubts.is_stale(article.title)]
    sure = [article for article in fresh if not doubts.is_contested(article.title)]
    return [article for article in sure if len(terms(headline_of(article))) >= ENOUGH] or fresh or own


def _language(articles: Sequence[Article]) -> str:
    """That of most articles; of equals, that of the earliest."""
    counts = Counter(article.language for article in articles)
    return max(counts, key=lambda language: (counts[language], language != "und"))


def _read(articles: Sequence[Article], language: str) -> list[Article]:
    """The articles a brief is made from: those of its language first; of a long story the first and the latest."""
    ordered = sorted(articles, key=lambda article: article.language != language)
    if len(ordered) <= MAX_ARTICLES:
        return ordered
    half = MAX_ARTICLES // 2
    return ordered[:half] + ordered[-half:]


def _lines(read: Sequence[Article], language: str) -> list[Line]:
    return [
        Line(without_opener(text, language), number, position)
        for number, article in enumerate(read)
        for position, text in enumerate(split(article.text, language, MAX_SENTENCES))
        # The foot of a page rather than news, as `split` has it of "https://"; some texts set spaces around the marks.
        if not begins_with_address(text)
    ]
