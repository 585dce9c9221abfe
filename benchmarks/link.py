"""Time to group and link an article with 1k, 10k and 100k stored briefs; it must not grow with the store."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.synthetic import NOW, build, sentence
from bot.briefs.writer import BriefWriter
from bot.models import Draft
from bot.store import Store
from bot.store.articles import Incoming
from bot.stories.duplicates import bands
from bot.stories.place import Grouper

_WARM, _COUNT = 100, 400


class _Clock:
    def now(self):  # type: ignore[no-untyped-def]
        return NOW

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def main(args: list[str]) -> int:
    """`python -m benchmarks link [--sizes N …]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks link")
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    print(f"{'briefs':>8} {'group ms':>9} {'write+link ms':>14} {'both ms':>8} {'ratio':>6}   (per article)")
    first = 0.0
    for size in parser.parse_args(args).sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "link.db"
            asyncio.run(build(file, size))
            group, write = asyncio.run(_measure(file))
        first = first or group + write
        print(f"{size:8} {group:9.2f} {write:14.2f} {group + write:8.2f} {(group + write) / first:6.2f}")
    return 0


async def _measure(file: Path) -> tuple[float, float]:
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    clock = _Clock()
    grouper, writer = Grouper(store, clock, timedelta(hours=72)), BriefWriter(store, clock)
    chance = random.Random(11)
    # The first articles pay for reading the window, once in a process.
    await _add(store, chance, 0, _WARM)
    await grouper.group_new()
    await writer.write_due()
    await _add(store, chance, _WARM, _COUNT)
    began = time.perf_counter()
    await grouper.group_new()
    grouped = time.perf_counter()
    while await writer.write_due():
        pass
    written = time.perf_counter()
    await store.close()
    return 1000 * (grouped - began) / _COUNT, 1000 * (written - grouped) / _COUNT


async def _add(store: Store, chance: random.Random, start: int, count: int) -> None:
    source = await store.sources.for_import(NOW)
    items = []
    for number in range(start, start + count):
        draft = Draft(
            url=f"https://n.example/{number}",
            title=sentence(chance, "en", 9),
            text=" ".join(sentence(chance, "en", 18) for _ in range(5)),
            publisher="N",
            language="en",
        )
        keys = (f"url:{draft.url}",)
        items.append(
            Incoming(draft=draft, owner="n", keys=keys, bands=bands("", draft.text), is_news=True, published_at=NOW)
        )
    await store.articles.add_all(source.id, items, seen_at=NOW, is_same=lambda one, other: False)
