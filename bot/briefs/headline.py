"""Which of the sources' headlines stands over a brief, or what does where they have none. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from bot.briefs.rank import similarities
from bot.models import Article
from bot.text.clean import clipped
from bot.text.headlines import clean_headline
from bot.text.words import is_cjk, terms

MADE_CHARS: Final = 140
"""A sentence that stands for a headline has no more …"""
MADE_CHARS_CJK: Final = 60
"""… and so many in Korean, Japanese and Chinese."""
LEAST_PART: Final = 0.4
"""How much of that a clause must have to stand for its sentence."""

_BAIT: Final = re.compile(
    r"\?\s*$|^(?:why|how|what|who|where|when|here'?s|this is|these|\d+ (?:things|ways|reasons))\b|you need to know"
    r"|you won'?t believe|live updates?|as it happened|opinion|analysis|explained|quiz|photos?:|video:"
    r"|칼럼|사설|オピニオン|社説",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\W*(?:https?\s?:|www\s?\.)", re.IGNORECASE)
_TWO_WORDS: Final = re.compile(r"[^\W_]\s+[^\W_]")
_CLAUSE_END: Final = re.compile(r",(?=\s[a-z가-힣])|[;:，、；：](?=[\s\u3000-\u9fff])|\s[–—](?=\s)")
_WAITS: Final = re.compile(r"(?:While|When|As|After|Before|If|Although|Though|Since|Because|Despite|With|Once)\b")
"""What begins a sentence whose first clause says nothing by itself."""


def best_headline(articles: Sequence[Article]) -> str:
    """The headline most of the others agree with, which says what happened rather than asks; empty when none says any."""
    titles = [title for article in articles if (title := headline_of(article))]
    if len(titles) < 2:
        return "".join(titles)
    agreement = similarities(titles).sum(axis=1) / len(titles)
    worth = [float(near) * _fitness(title) for near, title in zip(agreement, titles, strict=True)]
    return titles[int(np.argmax(worth))]


def headline_of(article: Article) -> str:
    """An article's own headline; empty when it has no word, or is nothing but an address."""
    title = clean_headline(article.title, article.publisher)
    # The words of an address have marks between them, also where somebody set spaces around those.
    is_address = begins_with_address(title) and not _TWO_WORDS.search(title)
    return title if not is_address and terms(title) else ""


def begins_with_address(text: str) -> bool:
    return bool(_ADDRESS.match(text))


def made_of(sentence: str) -> str:
    """A headline from a sentence: up to the last clause that fits, or the last word where its first clause waits."""
    sentence = sentence.rstrip(".。")
    limit = MADE_CHARS_CJK if any(map(is_cjk, sentence)) else MADE_CHARS
    if len(sentence) <= limit:
        return sentence
    ends = [end.start() for end in _CLAUSE_END.finditer(sentence, 0, limit) if not _WAITS.match(sentence)]
    return sentence[: ends[-1]] + "…" if ends and ends[-1] >= LEAST_PART * limit else clipped(sentence, limit)


def is_bait(title: str) -> bool:
    """Whether a headline asks, promises or comments rather than says what happened."""
    return bool(_BAIT.search(title))


def _fitness(title: str) -> float:
    count = len(terms(title))
    size = 1.0 if 6 <= count <= 22 else 0.8
    return size * (0.6 if is_bait(title) else 1.0)
