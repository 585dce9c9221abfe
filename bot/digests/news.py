"""What a story says now that it did not say when it was told before. Pure.

It takes sentences as they stand and makes none. Other words are no news: a sentence is new when nothing that was told
then has nearly its words, all its numbers and as many denials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.briefs.grounding.directions import count_cjk_negations
from bot.models import BriefText, Citation, Sentence
from bot.text.words import runs, terms

MOST: Final = 3
"""New sentences of one update; who wants more reads the brief."""
SAME: Final = 0.75
"""A sentence of which this much of the words was told in one sentence is that one in other words."""
_DENIALS: Final = frozenset(("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without"))


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence as it is compared."""

    terms: frozenset[str]
    numbers: frozenset[str]
    denials: int


def news_of(
    text: BriefText, told: Sequence[BriefText], *, most: int = MOST, since: datetime | None = None
) -> tuple[int, ...]:
    """Which of `text.sentences` are new since these versions, by their places, in order; at most so many.

    Those come first that rest on a source which was not named then: an article that came since is what the news is of.
    Nothing is new where nothing was told. With `since` only what rests on something that was published after then.
    """
    if not told:
        return ()
    known = [_said(words) for version in told for words in _words(version)]
    before = {_name(source) for version in told for source in version.sources}
    added = {source.n for source in text.sources if _name(source) not in before}
    headline = _said(text.headline)
    new = []
    for place, sentence in enumerate(text.sentences):
        said = _said(sentence.text)
        if said.terms and said != headline and not any(_tells(one, said) for one in known):
            if since is None or _is_of(text, sentence, since):
                new.append(place)
            # Twice the same in one brief is one piece of news.
            known.append(said)
    ranked = sorted(new, key=lambda place: not added.intersection(text.sentences[place].sources))
    return tuple(sorted(ranked[:most]))


def credited(text: BriefText, sentence: Sentence) -> str:
    """The publishers that a sentence rests on, each once."""
    names = {source.n: source.publisher for source in text.sources}
    return ", ".join(dict.fromkeys(names[n] for n in sentence.sources if n in names))


def _is_of(text: BriefText, sentence: Sentence, since: datetime) -> bool:
    """Whether a source of the sentence is surely of after then."""
    dates = [source.published_at for source in text.sources if source.n in sentence.sources]
    return any(at is not None and at > since for at in dates)


def _words(text: BriefText) -> list[str]:
    return [text.headline, text.deck, *(sentence.text for sentence in text.sentences)]


def _said(words: str) -> _Said:
    tokens = runs(words)
    denials = sum(token in _DENIALS or token.endswith("n't") for token in tokens) + count_cjk_negations(words)
    numbers = frozenset(token for token in tokens if any(map(str.isdigit, token)))
    return _Said(frozenset(terms(words)), numbers, denials)


def _tells(before: _Said, now: _Said) -> bool:
    if not now.numbers <= before.numbers or now.denials != before.denials:
        return False
    return len(now.terms & before.terms) >= SAME * len(now.terms)


def _name(source: Citation) -> str:
    return source.url or f"{source.publisher}\n{source.title}"
