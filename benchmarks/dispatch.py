"""25,000 digests due at once: planned per second, beside a bare loop of the same inserts."""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import sqlite3
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.console import ConsoleAdapter
from benchmarks._figures import Figure
from benchmarks.synthetic import NOW, build, micros
from bot.digests.dispatch import Dispatcher
from bot.models import LOCAL_WORKSPACE, BriefText, Citation, Sentence
from bot.store import Store

_EDITION = (
    'INSERT INTO editions (workspace_id, digest_id, "on", channel, due_at, state, created_at) '
    "VALUES ('console:local', ?, '2026-01-16', ?, ?, 'planned', ?)"
)
_DELIVERY = (
    "INSERT INTO deliveries (workspace_id, edition_id, part, parts, channel, body, caveat, next_try_at) "
    "VALUES ('console:local', ?, 1, 1, ?, ?, 'c', ?)"
)


class _Clock:
    def now(self):  # type: ignore[no-untyped-def]
        return NOW

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


SIZES: Final = (1_000, 10_000, 25_000, 100_000, 1_000_000)
_SOME: Final = 2_000


def main(args: list[str]) -> int:
    """`python -m benchmarks dispatch [--digests N] [--briefs N]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks dispatch")
    parser.add_argument("--digests", type=int, default=25_000)
    parser.add_argument("--briefs", type=int, default=0, help="older briefs that the store has beside today's twelve")
    given = parser.parse_args(args)
    count = given.digests
    ours, bare = _both(count, given.briefs)
    print(f"{'way':28} {'seconds':>8} {'per second':>11}")
    print(f"{'briefbot, plan and record':28} {ours:8.1f} {count / ours:11.0f}")
    print(f"{'bare inserts, 200 a commit':28} {bare:8.1f} {count / bare:11.0f}")
    print(f"ratio {ours / bare:.1f}")
    return 0


def figures(size: int) -> list[Figure]:
    """So many digests over a small store, and 2,000 digests over so many briefs."""
    ours, bare = _both(size, 0)
    grown, bare_grown = _both(_SOME, size)
    return [
        Figure("digests planned", size / ours, "a second", size, "digests", least=3_600 if size == 25_000 else None),
        Figure("digests planned, time", ours, "s", size, "digests", bare=bare),
        Figure("digests planned over more briefs, time", grown, "s", size, "briefs", bare=bare_grown),
    ]


def _both(count: int, briefs: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dispatch.db"
        if briefs:
            asyncio.run(build(file, briefs))
        return asyncio.run(_ours(file, count)), _bare(file, count)


async def _ours(file: Path, count: int) -> float:
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=NOW)
    for number in range(12):
        told = Sentence(text=f"Story {number} is told here in a sentence.", sources=(1,))
        source = Citation(n=1, publisher=f"P{number}", url=f"https://p.example/{number}")
        text = BriefText(
            headline=f"Headline {number} of its own words{number}",
            deck="A deck.",
            lede=(told,),
            sources=(source,),
            language="en",
            written_by="extractive",
        )
        await store.briefs.add_imported(text, related=[], published_at=None, now=NOW - timedelta(hours=number))
    _digests(file, count)
    # As the bot does when it begins to run.
    gc.collect()
    gc.freeze()
    dispatcher = Dispatcher(store, {"console": ConsoleAdapter(io.StringIO())}, _Clock())
    began = time.perf_counter()
    await dispatcher.drain()
    seconds = time.perf_counter() - began
    await store.close()
    return seconds


def _digests(file: Path, count: int) -> None:
    due = micros(NOW - timedelta(minutes=1))
    with sqlite3.connect(file) as database:
        database.executemany(
            "INSERT INTO digests (workspace_id, name, name_key, channel, at, zone, days, topic_ids, style, next_due_at, "
            "next_on, created_at) VALUES ('console:local', ?, ?, ?, '11:59', 'UTC', '[0,1,2,3,4,5,6]', '[]', 'summaries', "
            "?, '2026-01-15', ?)",
            [(f"d{n}", f"d{n}", f"console:{n}", due, due) for n in range(count)],
        )
    database.close()


def _bare(file: Path, count: int) -> float:
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA synchronous=FULL")
    [(body, at)] = database.execute("SELECT body, next_try_at FROM deliveries LIMIT 1").fetchall()
    began = time.perf_counter()
    for start in range(0, count, 200):
        database.execute("BEGIN IMMEDIATE")
        for number in range(start + 1, min(start + 200, count) + 1):
            edition = database.execute(_EDITION, (number, f"console:{number}", at, at)).lastrowid
            database.execute(_DELIVERY, (edition, f"console:{number}", body, at))
            database.execute("UPDATE digests SET next_due_at = ?, lease_until = NULL WHERE id = ?", (at, number))
        database.execute("COMMIT")
    seconds = time.perf_counter() - began
    database.close()
    return seconds
