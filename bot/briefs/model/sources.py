"""The articles that a model is shown of a story, each cut to its share. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.models import Article

MOST: Final = 12
"""Sources of a brief."""
ALLOWANCE: Final = 6000
"""Tokens of all sources together, roughly."""
LEAST_EACH: Final = 300
MOST_EACH: Final = 1500

_ADDRESS: Final = re.compile(r"(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.!?。！？…][\"”’」』)]?(?=\s|$)|[。！？」]")


def shown(articles: Sequence[Article], language: str) -> tuple[Article, ...]:
    """Those that the model reads, oldest first: in the brief's language where there are any, and of each house one
    before a second of another; of a long story the newest."""
    own = [article for article in articles if article.language == language] or list(articles)
    rounds: dict[str, int] = {}
    ranked: list[tuple[int, int, Article]] = []
    for article in sorted(own, key=lambda one: (one.published_at, one.id), reverse=True):
        rounds[article.owner] = rounds.get(article.owner, 0) + 1
        ranked.append((rounds[article.owner], len(ranked), article))
    kept = [article for _, _, article in sorted(ranked, key=lambda one: one[:2])[:MOST]]
    return tuple(sorted(kept, key=lambda one: (one.published_at, one.id)))


def allowance(count: int) -> int:
    """Tokens for each of so many sources."""
    return max(LEAST_EACH, min(MOST_EACH, ALLOWANCE // max(1, count)))


def cut(text: str, tokens: int) -> str:
    """The text's beginning of about so many tokens, without addresses, to the end of a sentence where there is one."""
    text = _ADDRESS.sub("", text)
    room = float(tokens)
    for place, character in enumerate(text):
        room -= 0.25 if character.isascii() else 0.8
        if room < 0:
            head = text[:place]
            ends = [found.end() for found in _SENTENCE_END.finditer(head)]
            return head[: ends[-1]] if ends and ends[-1] > place // 2 else head
    return text
