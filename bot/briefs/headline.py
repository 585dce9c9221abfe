"""Which of the sources' headlines stands over a brief. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from bot.briefs.rank import similarities
from bot.models import Article
from bot.text.headlines import clean_headline
from bot.text.words import terms

_BAIT: Final = re.compile(
    r"\?\s*$|^(?:why|how|what|who|where|when|here'?s|this is|these|\d+ (?:things|ways|reasons))\b|you need to know"
    r"|you won'?t believe|live updates?|as it happened|opinion|analysis|explained|quiz|photos?:|video:"
    r"|칼럼|사설|オピニオン|社説",
    re.IGNORECASE,
)


def best_headline(articles: Sequence[Article]) -> str:
    """The headline most of the others agree with, which says what happened rather than asks."""
    titles = [clean_headline(article.title, article.publisher) for article in articles]
    if len(titles) == 1:
        return titles[0]
    agreement = similarities(titles).sum(axis=1) / len(titles)
    worth = [float(near) * _fitness(title) for near, title in zip(agreement, titles, strict=True)]
    return titles[int(np.argmax(worth))]


def is_bait(title: str) -> bool:
    """Whether a headline asks, promises or comments rather than says what happened."""
    return bool(_BAIT.search(title))


def _fitness(title: str) -> float:
    count = len(terms(title))
    size = 1.0 if 6 <= count <= 22 else 0.8
    return size * (0.6 if is_bait(title) else 1.0)
