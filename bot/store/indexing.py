"""Writes a brief into the search index of either dialect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import TextClause
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import BriefText
from bot.store.schema import Instant
from bot.text.words import terms

TITLES_KEPT: Final = 30
"""Titles of a story's articles that are indexed; more say the same again."""

_SQLITE: Final = (
    sql("DELETE FROM brief_search WHERE rowid = :id"),
    sql(
        "INSERT INTO brief_search (rowid, headline, deck, body, titles) VALUES (:id, :headline, :deck, :body, :titles)"
    ),
)
_POSTGRES: Final = (
    sql("DELETE FROM brief_search WHERE brief_id = :id"),
    sql(
        "INSERT INTO brief_search (brief_id, published_at, headline, tsv) VALUES (:id, :published_at, :headline, "
        "setweight(to_tsvector('english', :headline), 'A') || setweight(to_tsvector('english', :deck), 'B') || "
        "setweight(to_tsvector('english', :body), 'C') || setweight(to_tsvector('english', :titles), 'D'))"
    ),
)


class Findable(NamedTuple):
    """What is indexed of a brief, among it the titles of its articles."""

    id: int
    text: BriefText
    titles: Sequence[str]
    published_at: datetime


async def index_again(connection: AsyncConnection, brief: Findable) -> None:
    """Makes the brief findable by its words, in place of what was indexed of it before."""
    await unindex_briefs(connection, [brief.id])
    await index_new(connection, [brief])


async def index_new(connection: AsyncConnection, briefs: Sequence[Findable]) -> None:
    """Makes briefs findable of which nothing was indexed before."""
    if briefs:
        insert = _statements(connection)[1]
        await connection.execute(insert, [_words(connection, brief) for brief in briefs])


async def unindex_briefs(connection: AsyncConnection, brief_ids: Sequence[int]) -> None:
    """Makes briefs that were retired not findable any more."""
    for brief_id in brief_ids:
        await connection.execute(_statements(connection)[0], {"id": brief_id})


def _statements(connection: AsyncConnection) -> tuple[TextClause, TextClause]:
    """To remove a brief, and to insert one."""
    return _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES


def _words(connection: AsyncConnection, brief: Findable) -> dict[str, Any]:
    text = brief.text
    words: dict[str, Any] = {
        "id": brief.id,
        "headline": _folded(text.headline),
        "deck": _folded(text.deck),
        "body": _folded(*(sentence.text for sentence in text.sentences), *(part.heading for part in text.sections)),
        "titles": _folded(*dict.fromkeys(brief.titles[-TITLES_KEPT:])),
    }
    if connection.dialect.name != "sqlite":
        words["published_at"] = Instant().process_bind_param(brief.published_at, connection.dialect)
    return words


def _folded(*texts: str) -> str:
    return " ".join(term for words in texts for term in terms(words))
