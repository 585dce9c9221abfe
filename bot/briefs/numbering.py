"""The numbers of a brief's sources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bot.models import Article, Citation

MAX_SOURCES: Final = 12


class Numbering:
    """Gives sources their numbers, in the order in which they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def cite(self, articles: Iterable[int]) -> tuple[int, ...]:
        """Their numbers, in the order given: the source that a sentence stands in comes first."""
        return tuple(self._numbers.setdefault(article, len(self._numbers) + 1) for article in articles)

    def publishers(self, read: Sequence[Article], numbers: Iterable[int]) -> set[str]:
        """The names behind these numbers."""
        wanted = set(numbers)
        return {read[article].publisher for article, n in self._numbers.items() if n in wanted}

    def citations(self, read: Sequence[Article]) -> tuple[Citation, ...]:
        """Those that were cited, then the others while there is room."""
        rest = (number for number in range(len(read)) if number not in self._numbers)
        for article in rest:
            if len(self._numbers) >= MAX_SOURCES:
                break
            self.cite([article])
        return tuple(citation(n, read[article]) for article, n in self._numbers.items())


def citation(n: int, article: Article) -> Citation:
    """An article as a brief's numbered source."""
    return Citation(
        n=n,
        publisher=article.publisher or article.owner,
        title=article.title,
        url=article.url,
        published_at=article.published_at,
        language=article.language,
    )
