"""Asks the search index of either dialect for candidates, and for what those have of a query's terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.query import Query, fts5, tsquery
from bot.store.ranking import Candidate, places_in, root
from bot.store.schema import EPOCH, Instant, briefs

_RANK_WINDOW: Final = timedelta(days=90)
"""On PostgreSQL ranking reads every match from the heap, so we look here first and everywhere when that is too thin."""
DEPTHS: Final = {"sqlite": 30, "postgresql": 200}
"""Results that are looked at more closely: more of them where the index does not know which terms are rare."""
_RAREST: Final = 12
"""Terms of which PostgreSQL is asked for any: the common ones of a sentence cost the most and tell the least."""
_UNSEEN: Final = 0.0005
"""Share of the briefs that a term is taken to be in when it is none of PostgreSQL's most common."""

# Weights: headline, deck, body, titles of the articles.
_SQLITE: Final = text(
    "SELECT rowid AS id, rank AS score FROM brief_search WHERE brief_search MATCH :query "
    "AND rank MATCH 'bm25(3.0, 2.0, 1.0, 2.0)' ORDER BY rank LIMIT :limit"
)
_SQLITE_TEXTS: Final = text(
    "SELECT rowid AS id, headline, deck, body, titles FROM brief_search WHERE rowid IN :ids"
).bindparams(bindparam("ids", expanding=True))
_POSTGRES: Final = text(
    "SELECT brief_id AS id, -ts_rank_cd('{0.6, 0.3, 0.6, 1.0}', tsv, query, CAST(:damping AS integer)) AS score "
    "FROM brief_search, to_tsquery('english', :query) AS query "
    "WHERE tsv @@ query AND published_at >= :since ORDER BY score, brief_id DESC LIMIT :limit"
)
# How many words each has, and where it has the terms that are looked for, with the column of each place.
_POSTGRES_TEXTS: Final = text(
    "SELECT brief_id AS id, sum(cardinality(positions)) AS size, "
    "json_object_agg(lexeme, json_build_array(positions, weights)) "
    "FILTER (WHERE lexeme = ANY(CAST(:keys AS text[]))) AS found "
    "FROM brief_search, unnest(tsv) AS one (lexeme, positions, weights) WHERE brief_id IN :ids GROUP BY brief_id"
).bindparams(bindparam("ids", expanding=True))
# What PostgreSQL calls a term, and in which share of the briefs its own statistics say it is.
_POSTGRES_TERMS: Final = text(
    "WITH common AS (SELECT elem, freq FROM pg_stats, "
    "unnest(most_common_elems::text::text[], most_common_elem_freqs) AS one (elem, freq) "
    "WHERE schemaname = current_schema() AND tablename = 'brief_search' AND attname = 'tsv') "
    "SELECT term, lexeme, freq, EXISTS (SELECT 1 FROM common) AS is_known FROM (SELECT term, "
    "(tsvector_to_array(to_tsvector('english', term)))[1] AS lexeme "
    "FROM unnest(CAST(:terms AS text[])) AS term) AS asked "
    "LEFT JOIN common ON elem = lexeme"
)
_BY_LOG, _BY_LENGTH = 1, 2
"""What PostgreSQL divides a rank by; of any word long briefs have many, and they would fill the places of the first."""
_COLUMN_WEIGHTS: Final = {"A": 3.0, "B": 2.0, "C": 1.0}
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Terms:
    """What this database calls the terms of a query, and how telling each is; empty weights: it cannot say."""

    names: Mapping[str, str]
    weights: Mapping[str, float]

    def key(self, term: str) -> str:
        return self.names.get(term) or root(term)

    def rarest(self, terms: Sequence[str]) -> list[str]:
        return sorted(terms, key=lambda term: -self.weights.get(term, math.inf))[:_RAREST]


async def terms_of(connection: AsyncConnection, query: Query) -> Terms:
    """Asks PostgreSQL about the terms; SQLite's own ranking needs no such question."""
    if connection.dialect.name == "sqlite":
        return Terms({}, {})
    rows = (await connection.execute(_POSTGRES_TERMS, {"terms": list(query.terms)})).all()
    weights = {row.term: math.log(1 + 1 / (row.freq or _UNSEEN)) for row in rows if row.is_known}
    return Terms({row.term: row.lexeme for row in rows if row.lexeme}, weights)


async def matches(
    connection: AsyncConnection, query: Query, terms: Terms, limit: int, since: datetime | None, *, every: bool
) -> list[tuple[int, float]]:
    """Number and score of the best `limit` briefs; every word, or any."""
    if connection.dialect.name == "sqlite":
        words: dict[str, Any] = {"query": fts5(query, every=every), "limit": limit}
        return [(row.id, -row.score) for row in await connection.execute(_SQLITE, words)]
    newest = (await connection.execute(select(func.max(briefs.c.published_at)))).scalar() or EPOCH
    rows: list[tuple[int, float]] = []
    for start in (newest - _RANK_WINDOW, EPOCH) if since is None else (since,):
        at = Instant().process_bind_param(start, connection.dialect)
        asked = tsquery(query, every=every, terms=terms.rarest(query.terms))
        words = {"query": asked, "limit": limit, "since": at, "damping": _BY_LOG if every else _BY_LENGTH}
        rows = [(row.id, -row.score) for row in await connection.execute(_POSTGRES, words)]
        if len(rows) >= limit:
            break
    return rows


async def candidates(
    connection: AsyncConnection, query: Query, terms: Terms, scores: Mapping[int, float]
) -> list[Candidate]:
    """The same with where their terms stand; on PostgreSQL with a score that knows how rare each term is."""
    ids = {"ids": list(scores)}
    if connection.dialect.name == "sqlite":
        rows = await connection.execute(_SQLITE_TEXTS, ids)
        words = {row.id: f"{row.headline} {row.deck} {row.body} {row.titles}".split() for row in rows}
        return [Candidate(id_, score, places_in(words[id_])) for id_, score in scores.items() if id_ in words]
    keys = {term: terms.key(term) for term in query.terms}
    rows = await connection.execute(_POSTGRES_TEXTS, ids | {"keys": list(keys.values())})
    texts = {row.id: _Text(row.size, row.found or {}) for row in rows}
    return _bm25(keys, terms, {id_: texts[id_] for id_ in scores if id_ in texts})


class _Text(NamedTuple):
    """Of a brief how many words it has, and of each term its places and the column of each."""

    size: int
    found: Mapping[str, tuple[Sequence[int], Sequence[str]]]


def _bm25(keys: Mapping[str, str], terms: Terms, texts: Mapping[int, _Text]) -> list[Candidate]:
    """bm25 as FTS5 counts it, over the candidates; `keys`: what the database calls each term."""
    average = sum(told.size for told in texts.values()) / (len(texts) or 1) or 1.0
    weight = _rarity(keys, terms, list(texts.values()))
    found = []
    for id_, told in texts.items():
        damp = _K1 * (1 - _B + _B * told.size / average)
        score = 0.0
        for term, key in keys.items():
            if key in told.found:
                often = sum(_COLUMN_WEIGHTS.get(column, 2.0) for column in told.found[key][1])
                score += weight(term) * often * (_K1 + 1) / (often + damp)
        found.append(Candidate(id_, score, {lexeme: places for lexeme, (places, _) in told.found.items()}))
    return found


def _rarity(keys: Mapping[str, str], terms: Terms, texts: Sequence[_Text]) -> Callable[[str], float]:
    """How telling a term is: by the database's statistics, or in a young database by the candidates alone."""
    if terms.weights:
        return lambda term: terms.weights.get(term, 0.0)
    having = {term: sum(key in told.found for told in texts) for term, key in keys.items()}
    return lambda term: math.log(1 + (len(texts) - having[term] + 0.5) / (having[term] + 0.5))
