"""Pruning of old articles while others write: rows per second, the longest that a batch and a writer beside it took."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.synthetic import NOW
from bot.models import LOCAL_WORKSPACE, BriefText, Citation, Sentence
from bot.store import Store, bodies
from bot.store.indexing import Findable, index_new
from bot.store.schema import article_bands, article_keys, articles, brief_versions, briefs, stories

PER_STORY = 4
BANDS = 8
_PAGE = 500


def main(args: list[str]) -> int:
    """`python -m benchmarks prune [--articles N] [--url URL]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks prune")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--url", default="", help="a database to use; by default a new SQLite file")
    given = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(_run(url, given.articles))
    return 0


async def _run(url: str, count: int) -> None:
    store = await Store.open(url, migrate=True)
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=NOW)
    source = await store.sources.add("https://a.example/feed", workspace=LOCAL_WORKSPACE, now=NOW)
    for first in range(0, count // PER_STORY, _PAGE):
        await _fill(store, source.id, range(first, min(first + _PAGE, count // PER_STORY)))
    done = asyncio.Event()
    beside = asyncio.create_task(_write(store, done))
    began = time.monotonic()
    pruned = await store.pruning.prune(NOW + timedelta(days=400))
    took = time.monotonic() - began
    done.set()
    waits = await beside
    rows = count + pruned.counts["stories"] + 2 * pruned.counts["briefs"] + count * (1 + BANDS)
    print(
        f"{store.dialect}: {pruned.counts} in {took:.1f} s, {count / took:,.0f} articles/s, {rows / took:,.0f} rows/s"
    )
    print(f"longest batch {pruned.longest_s * 1000:.0f} ms")
    print(
        f"a writer beside it: {len(waits)} writes, longest {max(waits) * 1000:.0f} ms, median {_median(waits):.1f} ms"
    )
    await store.close()


def _median(waits: list[float]) -> float:
    return sorted(waits)[len(waits) // 2] * 1000


async def _write(store: Store, done: asyncio.Event) -> list[float]:
    waits: list[float] = []
    workspace = await store.workspaces.get(LOCAL_WORKSPACE)
    while not done.is_set():
        began = time.monotonic()
        await store.workspaces.save(replace(workspace, name=str(len(waits))))
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    return waits


async def _fill(store: Store, source: int, numbers: range) -> None:
    """Stories of some articles each, with their names, bands, brief, version and row of search."""
    async with store.database.writing() as connection:
        insert = stories.insert().returning(stories.c.id, sort_by_parameter_order=True)
        rows = [{"changed_at": NOW, "is_due": False} for _ in numbers]
        ids = (await connection.execute(insert, rows)).scalars().all()
        members: list[dict[str, Any]] = [
            {
                "source_id": source,
                "story_id": story,
                "url": f"https://a.example/{story}/{number}",
                "title": f"Harbour board meets about pier {story} for the {number}. time",
                "text": f"The harbour board met on Monday about pier {story}. " * 30,
                "published_at": NOW - timedelta(hours=1),
                "seen_at": NOW,
            }
            for story in ids
            for number in range(PER_STORY)
        ]
        made = articles.insert().returning(articles.c.id, sort_by_parameter_order=True)
        article_ids = (await connection.execute(made, members)).scalars().all()
        await connection.execute(
            article_keys.insert(), [{"key": f"url:{id_}", "article_id": id_} for id_ in article_ids]
        )
        bands = [{"band": id_ * 100 + n, "article_id": id_} for id_ in article_ids for n in range(BANDS)]
        await connection.execute(article_bands.insert(), bands)
        for story in ids:
            text = _brief(story)
            row = {"story_id": story, "body": bodies.dump(text), "published_at": NOW, "news_at": NOW}
            made_brief = briefs.insert().values(**row, created_at=NOW, updated_at=NOW).returning(briefs.c.id)
            id_ = (await connection.execute(made_brief)).scalar_one()
            version = {"brief_id": id_, "version": 1, "body": row["body"], "created_at": NOW}
            await connection.execute(brief_versions.insert().values(version))
            await index_new(connection, [Findable(id_, text, [], NOW)])


def _brief(story: int) -> BriefText:
    words = f"The harbour board met on Monday about pier {story}, which was closed in the storm of that week."
    return BriefText(
        headline=f"Harbour board meets about pier {story}",
        deck=words,
        lede=(Sentence(text=words, sources=(1,)),) * 6,
        sources=(Citation(n=1, publisher="A", url="https://a.example/1"),),
        language="en",
        written_by="extractive",
    )
