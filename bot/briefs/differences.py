"""Where a story's sources give different numbers for one thing, and whether the later only corrects the earlier. Pure.

Precision before recall: two numbers differ only when each stands in a sentence of another owner, counts the same, is
the only one its article gives for it, and is nowhere in the other's article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import filterfalse, pairwise
from typing import Final

from bot.briefs.figures import Figure, figures, values
from bot.briefs.person import is_aside
from bot.briefs.rank import content_terms
from bot.briefs.spans import quotable
from bot.models import Article
from bot.text.sentences import split

UPDATE_AFTER: Final = timedelta(hours=1)
"""Between two counts of victims, the later the higher: from here on the later one is news, not another opinion."""
NEAR_TOLL: Final = 0.2
"""Share of words in common from which two counts of victims are of one event."""
NEAR: Final = 0.5
"""… and two other numbers with one unit are of one thing."""
ROUGHLY: Final = 0.1
"""Two numbers of which one is "about" differ only by more than this part."""
MAX_STATEMENTS: Final = 3
MAX_DIFFERENCES: Final = 3
_READ: Final = 14


@dataclass(frozen=True, slots=True)
class Statement:
    """What one article says of a number."""

    article: int
    sentence: str
    figure: Figure

    @property
    def span(self) -> str:
        return quotable(self.sentence, self.figure.start, self.figure.end)


@dataclass(frozen=True, slots=True)
class Difference:
    """Statements of different owners about one thing, the earliest first."""

    statements: tuple[Statement, ...]
    is_update: bool
    """The later count is the higher one: what was said before is out of date rather than denied."""

    @property
    def counts(self) -> str:
        return self.statements[0].figure.counts

    @property
    def newest(self) -> Figure:
        return self.statements[-1].figure


def differences(articles: Sequence[Article], language: str) -> list[Difference]:
    """What the articles' owners disagree on, in the order of the articles."""
    if len({article.owner for article in articles}) < 2:
        return []
    known = [values(f"{article.title} {article.text}") for article in articles]
    found: list[Difference] = []
    for statements in _by_thing(articles, language).values():
        latest = _latest_of_each_owner(statements, articles)
        told = _distinct(latest, known)
        if len(told) > 1:
            found.append(Difference(tuple(told[:MAX_STATEMENTS]), _is_update(told, articles)))
    return found[:MAX_DIFFERENCES]


class Doubts:
    """Tells which sentences give a number that another source contradicts, or a later one knew better."""

    def __init__(self, found: Sequence[Difference], language: str) -> None:
        self._newest = {one.counts: one.newest.value for one in found if one.is_update}
        self._contested = {one.counts for one in found if not one.is_update}
        self._language = language

    def is_stale(self, sentence: str) -> bool:
        return bool(self._newest) and any(
            self._newest.get(one.counts, one.value) != one.value for one in figures(sentence, self._language)
        )

    def is_contested(self, sentence: str) -> bool:
        return bool(self._contested) and any(one.counts in self._contested for one in figures(sentence, self._language))


def _by_thing(articles: Sequence[Article], language: str) -> dict[str, list[Statement]]:
    """For each thing counted, the statements of the articles that give one number for it."""
    things: dict[str, list[Statement]] = defaultdict(list)
    for number, article in enumerate(articles):
        own: dict[str, list[Statement]] = defaultdict(list)
        for sentence in filterfalse(is_aside, split(article.text, language, _READ)):
            for figure in figures(sentence, language):
                own[figure.counts].append(Statement(number, sentence, figure))
        # A headline is too short to tell whether its other numbers are of one thing.
        for figure in figures(article.title, language):
            if figure.is_toll and not is_aside(article.title):
                own[figure.counts].append(Statement(number, article.title, figure))
        for counted, statements in own.items():
            if len({one.figure.value for one in statements}) == 1 and article.publisher:
                things[counted].append(statements[0])
    return things


def _latest_of_each_owner(statements: Sequence[Statement], articles: Sequence[Article]) -> list[Statement]:
    ordered = sorted(statements, key=lambda one: (articles[one.article].published_at, one.article))
    by_owner = {articles[one.article].owner: one for one in ordered}
    return [one for one in ordered if by_owner[articles[one.article].owner] is one]


def _distinct(statements: Sequence[Statement], known: Sequence[set[float]]) -> list[Statement]:
    """The first statement of each value that contradicts all those before it."""
    told: list[Statement] = []
    for one in statements:
        if all(_contradict(one, other, known) for other in told):
            told.append(one)
    return told


def _contradict(one: Statement, other: Statement, known: Sequence[set[float]]) -> bool:
    mine, theirs = one.figure, other.figure
    if _gives(known[one.article], theirs.value) or _gives(known[other.article], mine.value):
        return False
    apart = abs(mine.value - theirs.value) / max(mine.value, theirs.value)
    if (mine.is_rough or theirs.is_rough or not mine.is_toll) and apart < ROUGHLY:
        return False
    if mine.is_rough and theirs.is_rough:
        return False
    return _is_near(one.sentence, other.sentence) >= (NEAR_TOLL if mine.is_toll else NEAR)


def _gives(known: set[float], value: float) -> bool:
    """Whether an article has a number, or gives two that add up to it: "2.5 million here, 1.5 million there"."""
    return value in known or any(value - part in known and value != 2 * part for part in known)


def _is_near(one: str, other: str) -> float:
    mine, theirs = ({term for term in content_terms(text) if not term.isdigit()} for text in (one, other))
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _is_update(told: Sequence[Statement], articles: Sequence[Article]) -> bool:
    if not all(one.figure.is_toll for one in told):
        return False
    times = [articles[one.article].published_at for one in told]
    counts = [one.figure.value for one in told]
    return counts == sorted(counts) and all(b - a >= UPDATE_AFTER for a, b in pairwise(times))
