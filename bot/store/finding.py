"""Asks the search index of either dialect for candidates, and for what those have of a query's terms."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.query import Groups, Query, fts5, tsquery
from bot.store.ranking import Candidate, places_in, root
from bot.store.schema import EPOCH

_RANK_WINDOW: Final = timedelta(days=90)
_COMMON: Final = 0.02
"""On PostgreSQL ranking reads every match from the heap: of what so many have, the newest are looked at first."""
_DEPTHS: Final = {("sqlite", True): 30, ("sqlite", False): 30, ("postgresql", True): 60, ("postgresql", False): 300}
"""Results that are looked at more closely, of those with every word and with any.

More of them where the index does not know which terms are rare, which tells little among those that have all.
"""
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
_POSTGRES_RANKED: Final = (
    "SELECT brief_id AS id, -ts_rank_cd('{0.6, 0.3, 0.6, 1.0}', tsv, query, CAST(:damping AS integer)) AS score "
    "FROM brief_search, to_tsquery('english', :query) AS query "
    "WHERE tsv @@ query AND %s ORDER BY score, brief_id DESC LIMIT :limit"
)
_POSTGRES_ALL: Final = text(_POSTGRES_RANKED % "true")
_POSTGRES_SINCE: Final = text(_POSTGRES_RANKED % "published_at >= :at")
# Nearly all are older: PostgreSQL, which plans without knowing the date, must not make a list of them by their dates.
_POSTGRES_BEFORE: Final = text(_POSTGRES_RANKED % "published_at + 0 < :at")
# In PostgreSQL's own writing, which takes a third of the time that it takes to have it taken apart there.
_POSTGRES_TEXTS: Final = text(
    "SELECT brief_id AS id, length(tsv) AS lexemes, CAST(tsv AS text) AS written FROM brief_search "
    "WHERE brief_id = ANY(CAST(:ids AS integer[]))"
)
# What PostgreSQL calls a term, in which share of the briefs its own statistics say it is, and the newest of these.
_POSTGRES_TERMS: Final = text(
    "WITH common AS (SELECT elem, freq FROM pg_stats, "
    "unnest(most_common_elems::text::text[], most_common_elem_freqs) AS one (elem, freq) "
    "WHERE schemaname = current_schema() AND tablename = 'brief_search' AND attname = 'tsv') "
    "SELECT term, lexeme, freq, EXISTS (SELECT 1 FROM common) AS is_known, "
    "(SELECT max(published_at) FROM briefs) AS newest FROM (SELECT term, "
    "(tsvector_to_array(to_tsvector('english', term)))[1] AS lexeme "
    "FROM unnest(CAST(:terms AS text[])) AS term) AS asked "
    "LEFT JOIN common ON elem = lexeme"
)
_BY_LOG, _BY_LENGTH = 1, 2
"""What PostgreSQL divides a rank by; of any word long briefs have many, and they would fill the places of the first."""
_COLUMN_WEIGHTS: Final = {"A": 3.0, "B": 2.0, "C": 1.0}
_UNIT: Final = timedelta(microseconds=1)
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Terms:
    """What this database calls the terms of a query, and how telling each is; empty weights: it cannot say."""

    names: Mapping[str, str]
    weights: Mapping[str, float]
    newest: int = 0
    """When the newest brief was published, as PostgreSQL has it."""

    def key(self, term: str) -> str:
        return self.names.get(term) or root(term)

    def rarest(self, groups: Groups) -> Groups:
        return sorted(groups, key=lambda group: -sum(self.weights.get(term, math.inf) for term in group))[:_RAREST]

    def share(self, groups: Groups) -> float:
        """In about which share of the briefs one of these groups is; 1 when the database cannot say."""
        if not self.weights:
            return 1.0
        return sum(math.prod(self._share(term) for term in group if term in self.names) for group in groups)

    def _share(self, term: str) -> float:
        return 1 / math.expm1(self.weights[term])


def depth(connection: AsyncConnection, *, every: bool) -> int:
    """How many results are looked at more closely, of those with every word or with any."""
    return _DEPTHS[connection.dialect.name, every]


async def terms_of(connection: AsyncConnection, query: Query) -> Terms:
    """Asks PostgreSQL about the terms; SQLite's own ranking needs no such question."""
    if connection.dialect.name == "sqlite":
        return Terms({}, {})
    rows = (await connection.execute(_POSTGRES_TERMS, {"terms": list(query.terms)})).all()
    weights = {row.term: math.log(1 + 1 / (row.freq or _UNSEEN)) for row in rows if row.is_known}
    newest = max((row.newest or 0 for row in rows), default=0)
    return Terms({row.term: row.lexeme for row in rows if row.lexeme}, weights, newest)


async def matches(
    connection: AsyncConnection,
    query: Query,
    terms: Terms,
    limit: int,
    since: datetime | None,
    *,
    groups: Groups | None = None,
) -> list[tuple[int, float]]:
    """Number and score of the best `limit` briefs that have every word, or one of these groups of terms."""
    if connection.dialect.name == "sqlite":
        words: dict[str, Any] = {"query": fts5(query, groups), "limit": limit}
        return _scored(await connection.execute(_SQLITE, words))
    groups = groups and terms.rarest(groups)
    words = {"query": tsquery(query, groups), "limit": limit, "damping": _BY_LOG if groups is None else _BY_LENGTH}
    if since is not None:
        return _scored(await connection.execute(_POSTGRES_SINCE, words | {"at": (since - EPOCH) // _UNIT}))
    if terms.share(groups or [query.terms]) < _COMMON:
        return _scored(await connection.execute(_POSTGRES_ALL, words))
    at = terms.newest - _RANK_WINDOW // _UNIT
    rows = _scored(await connection.execute(_POSTGRES_SINCE, words | {"at": at}))
    if len(rows) < limit:
        # Only what is older: what was ranked once is not ranked again.
        rows += _scored(await connection.execute(_POSTGRES_BEFORE, words | {"at": at}))
    return sorted(rows, key=lambda found: (-found[1], -found[0]))[:limit]


def _scored(rows: Iterable[Any]) -> list[tuple[int, float]]:
    return [(row.id, -row.score) for row in rows]


async def candidates(
    connection: AsyncConnection, query: Query, terms: Terms, scores: Mapping[int, float]
) -> list[Candidate]:
    """The same with where their terms stand; on PostgreSQL with a score that knows how rare each term is."""
    ids = {"ids": list(scores)}
    if connection.dialect.name == "sqlite":
        rows = await connection.execute(_SQLITE_TEXTS, ids)
        words = {row.id: f"{row.headline} {row.deck} {row.body} {row.titles}".split() for row in rows}
        roots = dict.fromkeys(map(root, query.terms))
        return [Candidate(id_, score, places_in(words[id_], roots)) for id_, score in scores.items() if id_ in words]
    keys = {term: terms.key(term) for term in query.terms}
    rows = await connection.execute(_POSTGRES_TEXTS, ids)
    names = {_written(key): key for key in keys.values()}
    # As in `'rate':3A,17C 'held':4`; what is indexed has no quotation mark within a word.
    places = re.compile(f"'({'|'.join(map(re.escape, names))})':([0-9A-D,]+)")
    texts = {row.id: _text(row.lexemes, row.written, places, names) for row in rows}
    return _bm25(keys, terms, {id_: texts[id_] for id_ in scores if id_ in texts})


class _Text(NamedTuple):
    """Of a brief how many words it has, and of each term its places and the column of each."""

    size: int
    found: Mapping[str, tuple[Sequence[int], Sequence[str]]]


def _written(lexeme: str) -> str:
    """A lexeme as it stands between the quotation marks of a tsvector that is written out."""
    return lexeme.replace("\\", "\\\\").replace("'", "''")


def _text(lexemes: int, written: str, places: re.Pattern[str], names: Mapping[str, str]) -> _Text:
    found = {}
    for name, listed in places.findall(written):
        parts = listed.split(",")
        columns = [part[-1] if part[-1] in "ABC" else "D" for part in parts]
        found[names[name]] = ([int(part.rstrip("ABC")) for part in parts], columns)
    # Each place of a word but the last has a comma behind it, and no word has one.
    return _Text(lexemes + written.count(","), found)


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
