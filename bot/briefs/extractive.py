"""Writes a brief from a story's own sentences, word for word, each with the sources that say it. Pure.

Nothing is made up because nothing is written: sentences are chosen, ordered and cited. Every sentence stands in the
text of the first source that it names; the others say nearly the same, with the same numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.briefs.headline import best_headline
from bot.briefs.rank import Matrix, scores, similarities
from bot.briefs.sections import Kind, heading, kind_of
from bot.briefs.sentences import ends_well, split
from bot.models import Article, BriefText, Citation, Section, Sentence, Story

WRITTEN_BY: Final = "extractive"
MAX_ARTICLES: Final = 24
"""Articles that are read for a brief: the first and the latest of a longer story."""
MAX_SENTENCES: Final = 14
"""Sentences read of one article; what stands below is background."""
MAX_SOURCES: Final = 12
LEDE: Final = 2
IN_SECTION: Final = 3
MAX_SECTIONS: Final = 3
SAME: Final = 0.55
"""Similarity from which two sentences say the same in other words."""
CITED_TOO: Final = 0.72
"""Similarity from which another source is cited for a sentence as well."""
SAME_NUMBERS: Final = re.compile(r"\d+(?:[.,]\d+)*")

_DANGLING: Final = re.compile(
    r"^(?:[\"“])?(?:he|she|they|it|his|her|their|its|this|that|these|those|but|and|however|meanwhile|instead|also)\b"
    r"|^(?:그는|그녀는|그러나|하지만|이어|이에|또|또한|한편|이는|이를|그러면서)\s|^(?:しかし|また|一方|これ|それ|彼)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence of one article."""

    text: str
    article: int
    """Index into the articles read."""
    position: int


def write_brief(story: Story) -> BriefText:
    """The brief of a story; the same story always gives the same words."""
    language = _language(story.articles)
    read = _read(story.articles, language)
    headline = best_headline([article for article in read if article.language == language])
    lines = _lines(read, language)
    if not lines:
        return _from_headlines(read, headline, language)
    chosen = _Choice(lines, similarities([line.text for line in lines]), headline)
    deck = chosen.take(1)
    lede = chosen.take(LEDE)
    if not deck:
        return _from_headlines(read, headline, language)
    return _assemble(read, headline, language, chosen, (deck, lede or deck))


class _Choice:
    """Takes sentences in order of worth, never two that say the same."""

    def __init__(self, lines: Sequence[_Line], cosine: Matrix, headline: str) -> None:
        self.lines, self.cosine = lines, cosine
        self._worth = scores([line.text for line in lines], [line.position for line in lines], cosine)
        # A sentence that only repeats the headline is a poor second line.
        self._headline = headline
        self._taken: list[int] = []

    def take(self, count: int, kind: Kind | None = None) -> list[int]:
        """The next best sentences, of this kind when one is given; fewer, or none, when there are no more."""
        found: list[int] = []
        order = [int(number) for number in np.argsort(-self._worth, kind="stable")]
        for number in order:
            if len(found) == count:
                break
            if self._is_usable(number, kind, opens=not found):
                found.append(number)
                self._taken.append(number)
        return found

    def sources_of(self, number: int) -> list[int]:
        """The articles that say a sentence: its own first, then those with nearly the same words and numbers."""
        line = self.lines[number]
        numbers = Counter(SAME_NUMBERS.findall(line.text))
        found = [line.article]
        for other, near in zip(self.lines, self.cosine[number], strict=True):
            same = near >= CITED_TOO and not numbers - Counter(SAME_NUMBERS.findall(other.text))
            if same and other.article not in found:
                found.append(other.article)
        return found

    def _is_usable(self, number: int, kind: Kind | None, *, opens: bool) -> bool:
        line = self.lines[number]
        if number in self._taken or any(self.cosine[number][taken] >= SAME for taken in self._taken):
            return False
        if line.text.rstrip(".。 ") == self._headline.rstrip(".。 "):
            return False
        if _DANGLING.match(line.text) and (opens or kind is None):
            return False
        return kind is None or kind_of(line.text) is kind


def _sections(chosen: _Choice, language: str) -> list[tuple[str, list[int]]]:
    """A section for each kind of sentence the sources carry, in the order of telling; at least two sentences in all."""
    found: list[tuple[str, list[int]]] = []
    for kind in Kind:
        numbers = chosen.take(IN_SECTION, kind)
        if numbers and len(found) < MAX_SECTIONS:
            found.append((heading(kind, language), _in_order(chosen, numbers)))
    return found


def _in_order(chosen: _Choice, numbers: Iterable[int]) -> list[int]:
    """As their articles tell them, so that what explains comes after what it explains."""
    return sorted(numbers, key=lambda number: (chosen.lines[number].article, chosen.lines[number].position))


class _Numbering:
    """Gives sources their numbers, in the order in which they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def cite(self, articles: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted(self._numbers.setdefault(article, len(self._numbers) + 1) for article in articles))

    def citations(self, read: Sequence[Article]) -> tuple[Citation, ...]:
        """Those that were cited, then the others while there is room."""
        rest = (number for number in range(len(read)) if number not in self._numbers)
        for article in rest:
            if len(self._numbers) >= MAX_SOURCES:
                break
            self.cite([article])
        return tuple(_citation(n, read[article]) for article, n in self._numbers.items())


def _assemble(
    read: Sequence[Article], headline: str, language: str, chosen: _Choice, picked: tuple[list[int], list[int]]
) -> BriefText:
    numbering = _Numbering()

    def sentences(numbers: Iterable[int]) -> tuple[Sentence, ...]:
        return tuple(
            Sentence(text=chosen.lines[number].text, sources=numbering.cite(chosen.sources_of(number)))
            for number in numbers
        )

    deck, lede = picked
    told = sentences(lede)
    sections = tuple(
        Section(heading=title, sentences=sentences(numbers)) for title, numbers in _sections(chosen, language)
    )
    return BriefText(
        headline=headline,
        deck=" ".join(chosen.lines[number].text for number in deck),
        lede=told,
        sections=sections,
        sources=numbering.citations(read),
        language=language,
        written_by=WRITTEN_BY,
    )


def _from_headlines(read: Sequence[Article], headline: str, language: str) -> BriefText:
    """The brief of a story whose sources give headlines only: other headlines of it, or the headline once more."""
    numbering = _Numbering()
    told: list[Sentence] = []
    for number, article in enumerate(read):
        text = ends_well(article.title)
        if article.title != headline and text not in [sentence.text for sentence in told] and len(told) < LEDE:
            told.append(Sentence(text=text, sources=numbering.cite([number])))
    if not told:
        own = next((number for number, article in enumerate(read) if headline in article.title), 0)
        told.append(Sentence(text=ends_well(headline), sources=numbering.cite([own])))
    return BriefText(
        headline=headline,
        deck=told[0].text,
        lede=tuple(told),
        sources=numbering.citations(read),
        language=language,
        written_by=WRITTEN_BY,
    )


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


def _lines(read: Sequence[Article], language: str) -> list[_Line]:
    return [
        _Line(text, number, position)
        for number, article in enumerate(read)
        if article.language == language
        for position, text in enumerate(split(article.text, language)[:MAX_SENTENCES])
    ]


def _citation(n: int, article: Article) -> Citation:
    return Citation(
        n=n,
        publisher=article.publisher or article.owner,
        title=article.title,
        url=article.url,
        published_at=article.published_at,
    )
