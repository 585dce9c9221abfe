"""Writes a brief into the search index of either dialect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import BriefText
from bot.store.schema import Instant
from bot.text.words import terms

TITLES_KEPT: Final = 30
"""Titles of a story's articles that are indexed; more say the same again."""

_SQLITE: Final = (
    text("DELETE FROM brief_search WHERE rowid = :id"),
    text(
        "INSERT INTO brief_search (rowid, headline, deck, body, titles) VALUES (:id, :headline, :deck, :body, :titles)"
    ),
)
_POSTGRES: Final = (
    text("DELETE FROM brief_search WHERE brief_id = :id"),
    text(
        "INSERT INTO brief_search (brief_id, published_at, headline, tsv) VALUES (:id, :published_at, :headline, "
        "setweight(to_tsvector('english', :headline), 'A') || setweight(to_tsvector('english', :deck), 'B') || "
        "setweight(to_tsvector('english', :body), 'C') || setweight(to_tsvector('english', :titles), 'D'))"
    ),
)


async def index_brief(
    connection: AsyncConnection,
    brief_id: int,
    brief: BriefText,
    titles: Sequence[str],
    published_at: datetime,
    *,
    is_new: bool = False,
) -> None:
    """Makes the brief findable by its words, in place of what was indexed of it before; of a new one nothing was."""
    is_sqlite = connection.dialect.name == "sqlite"
    words = {
        "id": brief_id,
        "headline": _folded(brief.headline),
        "deck": _folded(brief.deck),
        "body": _folded(*(sentence.text for sentence in brief.sentences), *(part.heading for part in brief.sections)),
        "titles": _folded(*dict.fromkeys(titles[-TITLES_KEPT:])),
    }
    if not is_sqlite:
        words["published_at"] = Instant().process_bind_param(published_at, connection.dialect)
    remove, insert = _SQLITE if is_sqlite else _POSTGRES
    if not is_new:
        await connection.execute(remove, {"id": brief_id})
    await connection.execute(insert, words)


async def unindex_briefs(connection: AsyncConnection, brief_ids: Sequence[int]) -> None:
    """Makes briefs that were retired not findable any more."""
    statement = (_SQLITE if connection.dialect.name == "sqlite" else _POSTGRES)[0]
    for brief_id in brief_ids:
        await connection.execute(statement, {"id": brief_id})


def _folded(*texts: str) -> str:
    return " ".join(term for words in texts for term in terms(words))
