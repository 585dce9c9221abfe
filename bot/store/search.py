"""Search over briefs: FTS5 with bm25 on SQLite, a weighted tsvector on PostgreSQL; the same folded text in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, TextClause, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Brief, Found, WorkspaceId
from bot.store import finding
from bot.store.brief_rows import brief_of, listed
from bot.store.database import Database, among, many
from bot.store.finding import Terms
from bot.store.layer import is_shown
from bot.store.nearest import nearest_words
from bot.store.query import (
    Groups,
    Part,
    Query,
    begun,
    fts5_headline,
    headline_patterns,
    is_one_letter,
    parse_query,
    stretches,
    tsquery_headline,
    without_excluded,
)
from bot.store.ranking import coverage, ranked
from bot.store.schema import articles, briefs
from bot.store.visible import is_visible, viewer

_SPARE: Final = 20
"""Candidates read beyond those asked for: some fall to a filter."""
_LEAST_COVERAGE: Final = 0.4
"""A result of a few CJK words must have so much of them; pieces of two characters stand in very many texts."""
_SQLITE_BEGUN: Final = text(
    "SELECT rowid AS id FROM brief_search WHERE brief_search MATCH :query ORDER BY rowid DESC LIMIT :limit"
)
_POSTGRES_BEGUN: Final = text(
    "SELECT brief_id AS id FROM brief_search WHERE tsv @@ to_tsquery('english', :query) "
    "ORDER BY brief_id DESC LIMIT :limit"
)
_BEGUN_LATELY: Final = (
    "SELECT {id} AS id FROM brief_search "
    "WHERE {id} > (SELECT {id} FROM brief_search ORDER BY {id} DESC LIMIT 1) - 2000 AND {has} "
    "ORDER BY {id} DESC LIMIT :limit"
)
"""The newest headlines are read as they stand: of a letter or two the index gathers most of what it has."""
_BEGUN_REACH: Final = 1600
"""So many headlines are looked through for those that the workspace sees, while somebody is typing."""


class Search:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def find(
        self,
        query: str,
        *,
        workspace: WorkspaceId | None,
        limit: int,
        offset: int = 0,
        since: datetime | None = None,
    ) -> list[Found]:
        """Briefs that the workspace sees, best first.

        Of a few words those briefs that have every one come first, then those with any; of a sentence any counts.
        Words, "phrases" and -exclusions count; whatever else stands in the query is no syntax and cannot fail.
        `since` bounds by when it was published.
        """
        parsed = parse_query(query)
        if not parsed.wanted:
            return []
        wanted = limit + offset
        async with self._db.reading() as connection:
            look = _Look(connection, parsed, await finding.terms_of(connection, parsed), workspace, since)
            scores = await look.scores(wanted)
            page = list(scores.items())[offset:wanted]
            return await _load(connection, page, workspace)

    async def begun(self, typed: str, *, workspace: WorkspaceId | None, limit: int) -> list[Brief]:
        """The newest briefs whose headlines have these words, of which the last may be only begun.

        A single letter is looked for among the newest headlines of all alone.
        """
        parts = begun(typed)
        if not parts:
            return []
        kept: list[int] = []
        async with self._db.reading() as connection:
            for statement, words in _ways(parts, is_sqlite=self._db.is_sqlite):
                kept = await _begun(connection, statement, words, workspace, limit)
                if len(kept) == limit:
                    break
            found = await _briefs(connection, kept, workspace)
        return [found[id_] for id_ in kept]

    async def suggest(self, query: str, *, limit: int = 5) -> list[str]:
        """Words of recent briefs that look like those of a query that found nothing; the most like first."""
        async with self._db.reading() as connection:
            return await nearest_words(connection, without_excluded(query), limit)


class _Look:
    """One search: the query, for whom, and where."""

    def __init__(
        self,
        connection: AsyncConnection,
        query: Query,
        terms: Terms,
        workspace: WorkspaceId | None,
        since: datetime | None,
    ) -> None:
        self._connection, self._query, self._terms = connection, query, terms
        self._workspace, self._since = workspace, since

    async def scores(self, wanted: int) -> dict[int, float]:
        """Number and score of at least the best `wanted`, if there are as many."""
        query = self._query
        if query.is_sentence:
            # Quotation marks in a sentence are those of a headline: a hint, no condition.
            return await self._any(query.relaxed(), wanted, least=0.0)
        found = await self._every(query, wanted)
        if not found and query.phrases and query.words:
            query = query.relaxed()
        enough = wanted if len(query.runs) > 1 else 1
        if len(found) < enough and len(query.terms) > 1 and query.words:
            is_cjk = any(len(run) > 1 for run in query.runs)
            more = await self._any(query, wanted, least=_LEAST_COVERAGE if is_cjk else 0.0)
            return _behind(found, more)
        return found

    async def _every(self, query: Query, wanted: int) -> dict[int, float]:
        scores = await self._passing(query, wanted)
        return await self._ordered(query, scores, every=True) if len(query.terms) > 1 else scores

    async def _any(self, query: Query, wanted: int, *, least: float) -> dict[int, float]:
        scores = await self._passing(query, wanted, groups=stretches(query, least=least))
        return await self._ordered(query, scores, every=False, least=least)

    async def _ordered(
        self, query: Query, scores: dict[int, float], *, every: bool, least: float = 0.0
    ) -> dict[int, float]:
        """The first of them in a better order; the rest behind as they are."""
        head = dict(list(scores.items())[: finding.depth(self._connection, every=every)])
        found = await finding.candidates(self._connection, query, self._terms, head)
        kept = [one for one in found if not least or coverage(query, one, key=self._terms.key) >= least]
        best = {one.id: one.score for one in ranked(query, kept, key=self._terms.key)}
        rest = {} if least else {id_: score for id_, score in scores.items() if id_ not in head}
        return _behind(best, rest)

    async def _passing(self, query: Query, wanted: int, *, groups: Groups | None = None) -> dict[int, float]:
        """The best that pass the filters; reads more while these take too many."""
        if len(query.terms) > 1:
            wanted = max(wanted, finding.depth(self._connection, every=groups is None))
        reach = wanted + _SPARE
        while True:
            rows = await finding.matches(self._connection, query, self._terms, reach, self._since, groups=groups)
            kept = await self._seen([id_ for id_, _ in rows], wanted)
            found = {id_: score for id_, score in rows if id_ in kept}
            if len(found) >= wanted or len(rows) < reach:
                return dict(list(found.items())[:wanted])
            reach *= 8

    async def _seen(self, ids: Sequence[int], wanted: int) -> set[int]:
        """Those that pass, of as many as it takes; most often all do, so that the spare ones need no look."""
        kept = await _passing(self._connection, ids[:wanted], self._workspace, self._since)
        if len(kept) < wanted < len(ids):
            kept |= await _passing(self._connection, ids[wanted:], self._workspace, self._since)
        return kept


def _ways(parts: Sequence[Part], *, is_sqlite: bool) -> Iterator[tuple[TextClause, dict[str, Any]]]:
    """How headlines with these words are looked for: among the newest, then by the index among all."""
    yield _begun_lately(len(parts), is_sqlite=is_sqlite), headline_patterns(parts)
    if not is_one_letter(parts):
        query = fts5_headline(parts) if is_sqlite else tsquery_headline(parts)
        yield _SQLITE_BEGUN if is_sqlite else _POSTGRES_BEGUN, {"query": query}


@cache
def _begun_lately(count: int, *, is_sqlite: bool) -> TextClause:
    """Takes what `headline_patterns` gives for so many parts."""
    has = " AND ".join(f"' ' || headline || ' ' LIKE :part{number}" for number in range(count))
    return text(_BEGUN_LATELY.format(id="rowid" if is_sqlite else "brief_id", has=has))


async def _begun(
    connection: AsyncConnection, statement: TextClause, words: dict[str, Any], workspace: WorkspaceId | None, limit: int
) -> list[int]:
    """The newest of those that are found so and that the workspace sees; reads more while it sees too few."""
    reach = 2 * limit
    while True:
        ids = (await connection.execute(statement, words | {"limit": reach})).scalars().all()
        seen = await _passing(connection, ids, workspace, None)
        kept = [id_ for id_ in ids if id_ in seen][:limit]
        if len(kept) == limit or len(ids) < reach or reach >= _BEGUN_REACH:
            return kept
        reach = min(_BEGUN_REACH, 8 * reach)


async def _passing(
    connection: AsyncConnection, ids: Sequence[int], workspace: WorkspaceId | None, since: datetime | None
) -> set[int]:
    is_sqlite = connection.dialect.name == "sqlite"
    query = _seen(to_all=workspace is None, has_start=since is not None, is_sqlite=is_sqlite)
    asked = viewer(workspace) | many(ids, is_sqlite=is_sqlite) | {"since": since}
    return set((await connection.execute(query, asked)).scalars())


@cache
def _seen(*, to_all: bool, has_start: bool, is_sqlite: bool) -> Select[Any]:
    """Of the briefs that `many` gives those that the viewer sees."""
    is_one = among(briefs.c.id, is_sqlite=is_sqlite)
    query = select(briefs.c.id).where(is_one, is_visible(to_all=to_all), is_shown(to_all=to_all))
    return query.where(briefs.c.published_at >= bindparam("since")) if has_start else query


@cache
def _members(is_sqlite: bool) -> Select[Any]:
    query = select(articles.c.story_id, articles.c.url).where(among(articles.c.story_id, is_sqlite=is_sqlite))
    return query.order_by(articles.c.published_at, articles.c.id)


def _behind(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    """The second below the first, with scores that say so."""
    floor = min(first.values(), default=0.0)
    top = max(second.values(), default=0.0)
    scale = min(1.0, 0.99 * floor / top) if first and top > 0 else 1.0
    return first | {id_: score * scale for id_, score in second.items() if id_ not in first}


async def _briefs(connection: AsyncConnection, ids: Sequence[int], workspace: WorkspaceId | None) -> dict[int, Brief]:
    """By number; those that the workspace does not see are not there. What they are related to no list shows."""
    is_sqlite = connection.dialect.name == "sqlite"
    query = listed(to_all=workspace is None, is_sqlite=is_sqlite)
    asked = viewer(workspace) | many(ids, is_sqlite=is_sqlite)
    return {row.id: brief_of(row) for row in await connection.execute(query, asked)}


async def _load(
    connection: AsyncConnection, page: Sequence[tuple[int, float]], workspace: WorkspaceId | None
) -> list[Found]:
    ids = [id_ for id_, _ in page]
    found = await _briefs(connection, ids, workspace)
    urls: dict[int, list[str]] = {}
    stories = [brief.story_id for brief in found.values()]
    is_sqlite = connection.dialect.name == "sqlite"
    members = await connection.execute(_members(is_sqlite), many(stories, is_sqlite=is_sqlite))
    for story_id, url in members:
        urls.setdefault(story_id, []).append(url)
    return [
        Found(brief=found[id_], score=score, article_urls=tuple(urls.get(found[id_].story_id, ())))
        for id_, score in page
        if id_ in found
    ]
