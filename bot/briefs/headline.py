"""Which of the sources' headlines stands over a brief. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from bot.briefs.rank import similarities
from bot.briefs.sentences import untokenise
from bot.models import Article
from bot.words import terms

MAX_CHARS: Final = 200
_PREFIX: Final = re.compile(
    r"^\s*(?:[\[【〈<(（](?:속보|단독|종합|포토|영상|사설|칼럼|速報|独自|動画"
    r"|breaking|live|video|watch|opinion|update[sd]?|exclusive)"
    r"[^\]】〉>)）]{0,8}[\]】〉>)）]|(?:breaking|live|video|watch|opinion|exclusive|update[sd]?)\s*:)\s*",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")
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


def clean_headline(title: str, publisher: str) -> str:
    """A headline without "[속보]", "LIVE:" or the publisher's name behind it."""
    text = _PREFIX.sub("", untokenise(title)).strip()
    suffix = _SUFFIX.search(text)
    if suffix and publisher and _is_name(suffix[0], publisher):
        text = text[: suffix.start()].strip()
    return (text or title.strip())[:MAX_CHARS]


def is_bait(title: str) -> bool:
    """Whether a headline asks, promises or comments rather than says what happened."""
    return bool(_BAIT.search(title))


def _is_name(suffix: str, publisher: str) -> bool:
    words, name = set(terms(suffix)), set(terms(publisher))
    return bool(words) and len(words & name) * 2 >= len(words)


def _fitness(title: str) -> float:
    count = len(terms(title))
    size = 1.0 if 6 <= count <= 22 else 0.8
    return size * (0.6 if is_bait(title) else 1.0)
