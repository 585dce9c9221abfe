"""Words of the store that look like one that found nothing."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.schema import briefs
from bot.text.inflect import cores
from bot.text.words import is_cjk, runs

_NEWEST: Final = 2000
"""The newest briefs, whose headlines and decks are the vocabulary; older words are seldom what is meant."""
_LEAST_LIKENESS: Final = 60


async def nearest_words(connection: AsyncConnection, query: str, limit: int) -> list[str]:
    """At most `limit` words of recent headlines and decks, the most like first; of equals those of more briefs."""
    wanted = [word for word in _words(query) if len(word) > 1]
    if not wanted:
        return []
    parts = (briefs.c.body["headline"].as_string(), briefs.c.body["deck"].as_string())
    recent = select(*parts).order_by(briefs.c.published_at.desc()).limit(_NEWEST)
    known: Counter[str] = Counter()
    for headline, deck in await connection.execute(recent):
        known.update({word for word in _words(f"{headline} {deck}") if len(word) > 1})
    best: dict[str, float] = {}
    for word in wanted:
        for match, score, _ in process.extract(
            word, known.keys(), scorer=fuzz.ratio, limit=limit, score_cutoff=_LEAST_LIKENESS
        ):
            best[match] = max(score, best.get(match, 0))
    return sorted(best, key=lambda match: (-best[match], -known[match], match))[:limit]


def _words(text: str) -> list[str]:
    return [word for run in runs(text) for word in (cores(run) if is_cjk(run) else (run.removesuffix("'s"),))]
