"""Search over 1k, 10k and 100k briefs beside the bare FTS5 query on the same file."""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.synthetic import build, word
from bot.store import Store
from bot.store.query import fts5, parse_query

_BARE = "SELECT rowid, rank FROM brief_search WHERE brief_search MATCH ? AND rank MATCH 'bm25(3.0, 2.0, 1.0, 2.0)' ORDER BY rank LIMIT 30"
_ROUNDS = 40


def main(args: list[str]) -> int:
    """`python -m benchmarks search [--sizes N …]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks search")
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    print(f"{'briefs':>8} {'query':12} {'p50 ms':>8} {'p99 ms':>8} {'bare p50':>9} {'bare p99':>9} {'ratio p50':>10}")
    for size in parser.parse_args(args).sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "search.db"
            asyncio.run(build(file, size))
            asyncio.run(_measure(file, size))
    return 0


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


async def _measure(file: Path, size: int) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    bare = sqlite3.connect(file)
    for name, make in _queries().items():
        chance = random.Random(3)
        queries = [make(chance) for _ in range(_ROUNDS)]
        await store.search.find(queries[0], workspace=None, limit=10)
        ours, theirs = [], []
        for query in queries:
            began = time.perf_counter()
            await store.search.find(query, workspace=None, limit=10)
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            asked = parse_query(query)
            rows = bare.execute(_BARE, (fts5(asked, every=True),)).fetchall()
            if len(rows) < (10 if " " in query else 1) and len(asked.terms) > 1:
                # Where too few have every word, any word is asked for as well.
                bare.execute(_BARE, (fts5(asked, every=False),)).fetchall()
            theirs.append(time.perf_counter() - began)
        print(
            f"{size:8} {name:12} {_ms(ours, 50):8.2f} {_ms(ours, 99):8.2f} {_ms(theirs, 50):9.2f} "
            f"{_ms(theirs, 99):9.2f} {_ms(ours, 50) / _ms(theirs, 50):10.2f}"
        )
    bare.close()
    await store.close()


def _ms(seconds: Sequence[float], percent: int) -> float:
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]
