"""Sources as the gate reads them: their sentences, and the facts in each. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from bot.briefs.grounding import dates, numbers
from bot.briefs.grounding.directions import Direction, find_directions
from bot.briefs.grounding.lines import MAX_CHARS as MAX_CHARS_OF_LINE
from bot.briefs.grounding.lines import Line, Slot, tidy
from bot.briefs.grounding.names import Name, find_names, name_words
from bot.models import BriefText, Story, Value
from bot.text.headlines import clean_headline
from bot.text.sentences import ends_well, fit_sentences, split, split_all

MAX_CHARS: Final = 60_000
"""Of a source's text that is read."""
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceText(Value):
    """What a numbered source of a brief says."""

    title: str = ""
    text: str = ""
    publisher: str = ""
    published_at: datetime | None = None


def sources_of(text: BriefText, story: Story) -> dict[int, SourceText]:
    """For each numbered source of a brief the article that it names."""
    by_url = {article.url: article for article in story.articles if article.url}
    by_name = {(article.publisher or article.owner, article.title): article for article in story.articles}
    found = {}
    for source in text.sources:
        article = by_url.get(source.url) or by_name.get((source.publisher, source.title))
        if article:
            found[source.n] = SourceText(
                title=article.title,
                text=article.text,
                publisher=article.publisher or source.publisher,
                published_at=article.published_at,
            )
    return found


class SourceLine(Line):
    """A sentence of a source with its facts, found when they are first asked for."""

    def __init__(self, text: str, source: ReadSource, *, is_title: bool = False) -> None:
        super().__init__(text, is_title=is_title)
        self.source = source
        self._slots: dict[tuple[int, int], Slot] = {}

    def place(self, start: int, end: int) -> Slot:
        """`slot`, remembered."""
        key = (start, end)
        if key not in self._slots:
            self._slots[key] = self.slot(start, end)
        return self._slots[key]

    @cached_property
    def dates(self) -> list[dates.When]:
        return dates.find_dates(self.text)

    @cached_property
    def numbers(self) -> list[numbers.Number]:
        return numbers.find_numbers(self.text, tuple((when.start, when.end) for when in self.dates))

    @cached_property
    def names(self) -> list[Name]:
        known, lower = self.source.name_words
        return find_names(self, known, lower)

    @cached_property
    def directions(self) -> list[Direction]:
        return find_directions(self)


class ReadSource:
    """A source cut into sentences; its headline is the first of them."""

    def __init__(self, source: SourceText, language: str) -> None:
        self.published_at = source.published_at
        self.publisher = tidy(source.publisher)
        self._body, self._language = source.text[:MAX_CHARS], language
        title = source.title.strip()
        headlines = (title, ends_well(title), clean_headline(title, source.publisher)) if title else ()
        self._headlines = frozenset(plain(one) for one in (*headlines, *map(ends_well, headlines)))
        self._title = tidy(title)
        self.titles = tuple(headlines[-1:])
        self._seen: set[str] = set()
        self._unseen = fit_sentences(self._body, language)

    def says(self, said: str) -> bool:
        """Whether a sentence, as `plain` gives it, stands there word for word."""
        return said in self._headlines or self._stands(said) or said in self._all

    def _stands(self, said: str) -> bool:
        """Whether it is one of the sentences that may stand in a brief; read only as far as it takes to know."""
        if said in self._seen:
            return True
        for sentence in self._unseen:
            self._seen.add(one := plain(sentence))
            if one == said:
                return True
        return False

    def has(self, said: str) -> bool:
        """Whether words stand there as they are, and not as a part of a longer number or word."""
        whole = plain(f"{self._title}\n{self._body}")
        return any(
            not re.search(r"[^\W_][.,’']?$|\d\s$", whole[: found.start()])
            and not re.match(r"[.,’']?[^\W_]", whole[found.end() :])
            for found in re.finditer(re.escape(plain(said)), whole)
        ) or (self.is_cjk and plain(said) in whole)

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """Sentences that may stand in a brief as they are."""
        return tuple(split(self._body, self._language))

    @cached_property
    def _pieces(self) -> list[str]:
        return split_all(self._body, self._language)

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(map(plain, self._pieces))

    @cached_property
    def lines(self) -> list[SourceLine]:
        head = [SourceLine(self._title, self, is_title=True)] if self._title else []
        return head + [SourceLine(part, self) for piece in self._pieces for part in _parts(tidy(piece))]

    @cached_property
    def name_words(self) -> tuple[frozenset[str], frozenset[str]]:
        return name_words(self.lines)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of it, folded."""
        publisher = {token.low for token in Line(self.publisher).tokens}
        return frozenset(token.low for line in self.lines for token in line.tokens) | publisher

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for line in self.lines for stem in line.stems)

    @cached_property
    def words(self) -> str:
        """All of its words in a row, folded, with a space around each."""
        return " ".join([*(line.words for line in self.lines), Line(self.publisher).words]).replace("  ", " ")

    @cached_property
    def is_cjk(self) -> bool:
        """Whether it is written in Korean, Japanese or Chinese."""
        sample = "".join(line.text for line in self.lines[:6])
        return len(_CJK.findall(sample)) * 4 > len(sample)


def _parts(text: str) -> list[str]:
    """A sentence, or what has no end of a sentence for long in pieces of a bearable length."""
    return [text[at : at + MAX_CHARS_OF_LINE] for at in range(0, len(text), MAX_CHARS_OF_LINE)]


@lru_cache(maxsize=256)
def read_source(source: SourceText, language: str) -> ReadSource:
    """The same source is read once for all the sentences that cite it."""
    return ReadSource(source, language)


def read_all(sources: Mapping[int, SourceText], language: str) -> dict[int, ReadSource]:
    return {number: read_source(source, language) for number, source in sources.items()}


_QUOTES: Final = str.maketrans(dict.fromkeys("“”„«»", '"'))


def plain(text: str) -> str:
    """A sentence for comparing word for word: only spaces and the form of quotation marks do not count."""
    return tidy(text).translate(_QUOTES)


def names_in(lines: Sequence[SourceLine]) -> list[tuple[SourceLine, Name]]:
    return [(line, name) for line in lines for name in line.names]
