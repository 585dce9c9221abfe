"""Search over briefs: FTS5 with bm25 on SQLite, a weighted tsvector on PostgreSQL; the same folded text in both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Brief, Found, WorkspaceId
from bot.store.briefs import brief_of, statement
from bot.store.database import Database
from bot.store.query import Query, begun, fts5, fts5_headline, parse_query, tsquery, tsquery_headline
from bot.store.schema import EPOCH, Instant, articles, briefs
from bot.store.visible import is_visible, viewer
from bot.words import runs

_SPARE: Final = 20
"""Candidates read beyond those asked for: some fall to a filter."""
_SUGGEST_FROM: Final = 2000
"""The newest briefs whose headlines give suggestions."""
_RANK_WINDOW: Final = timedelta(days=90)
"""On PostgreSQL ranking reads every match from the heap, so we look here first and everywhere when that is too thin."""

# Weights: headline, deck, body, titles of the articles.
_SQLITE: Final = text(
    "SELECT rowid AS id, rank AS score FROM brief_search WHERE brief_search MATCH :query "
    "AND rank MATCH 'bm25(8.0, 4.0, 1.0, 2.0)' ORDER BY rank LIMIT :limit"
)
_POSTGRES: Final = text(
    "SELECT brief_id AS id, -ts_rank_cd('{0.25, 0.15, 0.5, 1.0}', tsv, query, 1) AS score "
    "FROM brief_search, to_tsquery('english', :query) AS query "
    "WHERE tsv @@ query AND published_at >= :since ORDER BY score, brief_id DESC LIMIT :limit"
)
_SQLITE_BEGUN: Final = text(
    "SELECT rowid AS id FROM brief_search WHERE brief_search MATCH :query ORDER BY rowid DESC LIMIT :limit"
)
_POSTGRES_BEGUN: Final = text(
    "SELECT brief_id AS id FROM brief_search WHERE tsv @@ to_tsquery('english', :query) "
    "ORDER BY brief_id DESC LIMIT :limit"
)
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
        """Briefs that the workspace sees, best first: those with every word, then those with any.

        Words, "phrases" and -exclusions count; whatever else stands in the query is no syntax and cannot fail.
        `since` bounds by when it was published.
        """
        parsed = parse_query(query)
        if not parsed.wanted:
            return []
        wanted = limit + offset
        async with self._db.reading() as connection:
            scores = await self._ranked(connection, parsed, workspace, wanted, since, every=True)
            if len(scores) < wanted and len(parsed.wanted) > 1:
                more = await self._ranked(connection, parsed, workspace, wanted, since, every=False)
                scores = _behind(scores, more)
            page = list(scores.items())[offset:wanted]
            return await _load(connection, page, workspace)

    async def begun(self, typed: str, *, workspace: WorkspaceId | None, limit: int) -> list[Brief]:
        """The newest briefs whose headlines have these words, of which the last may be only begun."""
        parts = begun(typed)
        if not parts:
            return []
        statement = _SQLITE_BEGUN if self._db.is_sqlite else _POSTGRES_BEGUN
        query = fts5_headline(parts) if self._db.is_sqlite else tsquery_headline(parts)
        reach = 2 * limit
        async with self._db.reading() as connection:
            while True:
                ids = (await connection.execute(statement, {"query": query, "limit": reach})).scalars().all()
                seen = await _passing(connection, ids, workspace, None)
                kept = [id_ for id_ in ids if id_ in seen][:limit]
                if len(kept) == limit or len(ids) < reach or reach >= _BEGUN_REACH:
                    break
                reach = min(_BEGUN_REACH, 8 * reach)
            found = await _briefs(connection, kept, workspace)
        return [found[id_] for id_ in kept]

    async def suggest(self, query: str, *, limit: int = 5) -> list[str]:
        """Words of recent headlines that look like those of a query that found nothing."""
        wanted = [run for run in runs(query) if len(run) > 1]
        if not wanted:
            return []
        headline = briefs.c.body["headline"].as_string()
        recent = select(headline).order_by(briefs.c.published_at.desc()).limit(_SUGGEST_FROM)
        async with self._db.reading() as connection:
            known = {run for line in (await connection.execute(recent)).scalars() for run in runs(line) if len(run) > 1}
        best: dict[str, float] = {}
        for word in wanted:
            for match, score, _ in process.extract(word, known, scorer=fuzz.ratio, limit=limit, score_cutoff=60):
                best[match] = max(score, best.get(match, 0))
        return sorted(best, key=lambda match: (-best[match], match))[:limit]

    async def _ranked(
        self,
        connection: AsyncConnection,
        query: Query,
        workspace: WorkspaceId | None,
        wanted: int,
        since: datetime | None,
        *,
        every: bool,
    ) -> dict[int, float]:
        """Number and score of the best `wanted` that pass the filters; reads more while these take too many."""
        reach = wanted + _SPARE
        while True:
            rows = await self._candidates(connection, query, reach, since, every=every)
            kept = await _passing(connection, [id_ for id_, _ in rows], workspace, since)
            found = {id_: score for id_, score in rows if id_ in kept}
            if len(found) >= wanted or len(rows) < reach:
                return dict(list(found.items())[:wanted])
            reach *= 8

    async def _candidates(
        self, connection: AsyncConnection, query: Query, limit: int, since: datetime | None, *, every: bool
    ) -> list[tuple[int, float]]:
        if self._db.is_sqlite:
            words = {"query": fts5(query, every=every), "limit": limit}
            return [(row.id, -row.score) for row in await connection.execute(_SQLITE, words)]
        newest = (await connection.execute(select(func.max(briefs.c.published_at)))).scalar() or EPOCH
        rows: list[tuple[int, float]] = []
        for start in (newest - _RANK_WINDOW, EPOCH) if since is None else (since,):
            at = Instant().process_bind_param(start, connection.dialect)
            words = {"query": tsquery(query, every=every), "limit": limit, "since": at}
            rows = [(row.id, -row.score) for row in await connection.execute(_POSTGRES, words)]
            if len(rows) >= limit:
                break
        return rows


async def _passing(
    connection: AsyncConnection, ids: Sequence[int], workspace: WorkspaceId | None, since: datetime | None
) -> set[int]:
    if workspace is None and since is None:
        return set(ids)
    query = select(briefs.c.id).where(briefs.c.id.in_(ids), is_visible(to_all=workspace is None))
    if since is not None:
        query = query.where(briefs.c.published_at >= since)
    return set((await connection.execute(query, viewer(workspace))).scalars())


def _behind(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    """The second below the first, with scores that say so."""
    floor = min(first.values(), default=0.0)
    top = max(second.values(), default=0.0)
    scale = min(1.0, 0.99 * floor / top) if first and top > 0 else 1.0
    return first | {id_: score * scale for id_, score in second.items() if id_ not in first}


async def _briefs(connection: AsyncConnection, ids: Sequence[int], workspace: WorkspaceId | None) -> dict[int, Brief]:
    """By number; those that the workspace does not see are not there."""
    query = statement(to_all=workspace is None).where(briefs.c.id.in_(ids))
    return {row.id: brief_of(row) for row in await connection.execute(query, viewer(workspace))}


async def _load(
    connection: AsyncConnection, page: Sequence[tuple[int, float]], workspace: WorkspaceId | None
) -> list[Found]:
    ids = [id_ for id_, _ in page]
    found = await _briefs(connection, ids, workspace)
    urls: dict[int, list[str]] = {}
    members = select(articles.c.story_id, articles.c.url).order_by(articles.c.published_at, articles.c.id)
    stories = [brief.story_id for brief in found.values()]
    for story_id, url in await connection.execute(members.where(articles.c.story_id.in_(stories))):
        urls.setdefault(story_id, []).append(url)
    return [
        Found(brief=found[id_], score=score, article_urls=tuple(urls.get(found[id_].story_id, ())))
        for id_, score in page
        if id_ in found
    ]
