"""Memory of the process with a 100k-brief store and three days of 20k articles, and time per article beside it."""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.synthetic import NOW, build, sentence
from bot.models import Draft
from bot.store import Store
from bot.store.articles import Incoming
from bot.stories.duplicates import bands

_BAR_MB = 400


def main(args: list[str]) -> int:
    """`python -m benchmarks memory [--briefs N] [--articles N]`; exit code 1 above 400 MB."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory")
    parser.add_argument("--briefs", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--file", type=Path, help="a store made before; what is measured is a process of its own")
    given = parser.parse_args(args)
    if given.file:
        return asyncio.run(_measure(given.file))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "memory.db"
        asyncio.run(_fill(file, given.briefs, given.articles))
        command = [sys.executable, "-m", "benchmarks", "memory", "--file", str(file)]
        return subprocess.run(command, check=False).returncode


async def _fill(file: Path, briefs: int, articles: int) -> None:
    """A store of so many briefs, and so many articles of the last three days, each a story of its own."""
    await build(file, briefs)
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    chance = random.Random(11)
    source = await store.sources.for_import(NOW)
    for start in range(0, articles, 1000):
        items = [_item(chance, number, articles) for number in range(start, min(articles, start + 1000))]
        await store.articles.add_all(source.id, items, seen_at=NOW, is_same=lambda one, other: False)
    while waiting := await store.articles.ungrouped(limit=2000):
        await store.stories.place([(article.id, None) for article in waiting], now=NOW)
    await store.close()


def _item(chance: random.Random, number: int, count: int) -> Incoming:
    draft = Draft(
        url=f"https://n.example/{number}",
        title=sentence(chance, "en", 9),
        text="\n".join(sentence(chance, "en", 18) for _ in range(12)),
        publisher="N",
        language="en",
    )
    at = NOW - timedelta(hours=72) * (count - number) / count
    keys = (f"url:{draft.url}",)
    return Incoming(draft=draft, owner="n", keys=keys, bands=bands("", draft.text), is_news=True, published_at=at)


async def _measure(file: Path) -> int:
    """Starts the bot as it runs, lets it take in 200 articles, write their briefs and answer a search."""
    from bot.app import build as build_app
    from bot.config import load

    class _Clock:
        def now(self):  # type: ignore[no-untyped-def]
            return NOW

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0)

    app = await build_app(load(None, log_level="error", database_url=f"sqlite+aiosqlite:///{file}"), clock=_Clock())
    print(f"{'started':34} {_megabytes():6.0f} MB")
    chance = random.Random(12)
    items = [_item(chance, 10_000_000 + number, 10_000_000) for number in range(200)]
    source = await app.store.sources.for_import(NOW)
    await app.store.articles.add_all(source.id, items, seen_at=NOW, is_same=lambda one, other: False)
    while await app.grouper.group_new():
        pass
    print(f"{'window of articles read, 200 grouped':34} {_megabytes():6.0f} MB")
    began = time.perf_counter()
    await app.writer.write_due(limit=200)
    print(f"{'5,000 briefs indexed, 200 written':34} {_megabytes():6.0f} MB ({time.perf_counter() - began:.1f} s)")
    for query in ("w5", "w20 w30 w40", "w2a1 w3b2 w4c3 w5d4 w6"):
        await app.store.search.find(query, workspace=None, limit=10)
    print(f"{'searched':34} {_megabytes():6.0f} MB, at most {_BAR_MB}")
    await app.close()
    return 0 if _megabytes() <= _BAR_MB else 1


def _megabytes() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
