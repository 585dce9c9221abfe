"""Articles a second from stored to brief, on one core, with 1k to 1M stored briefs.

`python -m benchmarks brief [--sizes N …]` or `python -m benchmarks brief --articles FILE.jsonl [--lead CHARS]`. A run
is the whole way: grouped into stories, written, held to its sources, linked both ways, saved and indexed; what counts
is processor time. Stories of three publishers, each with a lead of five sentences of which half are the others', too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks._cores import on_one_core, processor_s
from benchmarks._figures import Figure
from benchmarks.synthetic import NOW, build, sentence
from bot.briefs.writer import BriefWriter
from bot.models import Draft
from bot.store import Store
from bot.store.articles import Incoming
from bot.stories.duplicates import bands
from bot.stories.place import Grouper

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_BAR_TO = 100_000
"""The bar is that of so many briefs at most; what more of them take is told."""
_WARM, _COUNT = 99, 399
_PUBLISHERS = 3
_RUNS = 5
_WINDOW = timedelta(hours=72)


@dataclass(frozen=True)
class _Found:
    """Processor seconds for `articles`, of which `stories` were made."""

    group_s: float
    write_s: float
    articles: int
    stories: int

    @property
    def rate(self) -> float:
        return self.articles / (self.group_s + self.write_s)


class _Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks brief")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--articles", type=Path, help="articles as JSON lines, for the generated ones")
    parser.add_argument("--lead", type=int, default=0, help="characters of each text that are kept; 0: all")
    parser.add_argument("--count", type=int, default=0, help="articles of the file that are taken; 0: all")
    given = parser.parse_args(args)
    print(f"{'briefs':>8} {'articles':>9} {'stories':>8} {'group ms':>9} {'write ms':>9} {'articles/s':>11}")
    if given.articles:
        drafts = _read(given.articles, given.lead)[: given.count or None]
        _print(0, _run(0, drafts[: len(drafts) // 5], drafts[len(drafts) // 5 :]))
        return 0
    for size in given.sizes:
        _print(size, _generated(size))
    return 0


def figures(size: int) -> list[Figure]:
    """Articles a second of processor time, with so many briefs stored."""
    found = _generated(size)
    group, write = (1000 * part / found.articles for part in (found.group_s, found.write_s))
    least = 300 if size <= _BAR_TO else None
    return [
        Figure("brief, from stored article", found.rate, "articles/s", size, "briefs", least=least),
        Figure("article, grouping", group, "ms", size, "briefs"),
        Figure("article, writing and linking", write, "ms", size, "briefs"),
    ]


def _print(size: int, found: _Found) -> None:
    group, write = (1000 * part / found.articles for part in (found.group_s, found.write_s))
    print(f"{size:8} {found.articles:9} {found.stories:8} {group:9.2f} {write:9.2f} {found.rate:11.0f}")


def _generated(size: int) -> _Found:
    chance = random.Random(11)
    drafts = [draft for number in range((_WARM + _COUNT) // _PUBLISHERS) for draft in _story(chance, number)]
    return _run(size, drafts[:_WARM], drafts[_WARM:])


def _story(chance: random.Random, number: int) -> list[Draft]:
    told = [sentence(chance, "en", 18) for _ in range(5)]
    drafts = []
    for publisher in range(_PUBLISHERS):
        own = [sentence(chance, "en", 18) if chance.random() < 0.5 else one for one in told]
        drafts.append(
            Draft(
                url=f"https://paper{publisher}.example/{number}",
                title=" ".join([*told[0].split()[:5], *sentence(chance, "en", 4).rstrip(".").split()]),
                text=" ".join(own),
                publisher=f"Paper {publisher}",
                language="en",
                published_at=NOW - timedelta(minutes=chance.randrange(60)),
            )
        )
    return drafts


def _read(file: Path, lead: int) -> list[Draft]:
    """Articles of a file in the order of their publication."""
    drafts = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        at = datetime.fromisoformat(row["published_at"]) if row.get("published_at") else NOW
        text = row.get("text") or ""
        drafts.append(
            Draft(
                url=row["url"],
                title=row["title"],
                text=text[:lead] if lead else text,
                publisher=row.get("publisher") or "",
                language=row.get("language") or "en",
                published_at=at,
            )
        )
    return sorted(drafts, key=lambda draft: draft.published_at or NOW)


def _run(size: int, warm: Sequence[Draft], drafts: Sequence[Draft]) -> _Found:
    """The fastest of some runs over copies of one store: what makes one slower is what else the machine does."""
    with tempfile.TemporaryDirectory() as folder, on_one_core():
        made, file = Path(folder) / "made.db", Path(folder) / "brief.db"
        asyncio.run(build(made, size))
        found = []
        for _ in range(_RUNS):
            shutil.copyfile(made, file)
            found.append(asyncio.run(_measured(file, warm, drafts)))
        return max(found, key=lambda one: one.rate)


async def _measured(file: Path, warm: Sequence[Draft], drafts: Sequence[Draft]) -> _Found:
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    clock = _Clock(max((draft.published_at for draft in (*warm, *drafts) if draft.published_at), default=NOW))
    grouper, writer = Grouper(store, clock, _WINDOW), BriefWriter(store, clock)
    try:
        # The first articles pay for reading the window, once in a process.
        await _add(store, warm, clock)
        await _group(grouper)
        await _write(writer)
        await _add(store, drafts, clock)
        began = processor_s()
        await _group(grouper)
        grouped = processor_s()
        stories = await _write(writer)
        return _Found(grouped - began, processor_s() - grouped, len(drafts), stories)
    finally:
        await store.close()


async def _group(grouper: Grouper) -> None:
    while await grouper.group_new():
        pass


async def _write(writer: BriefWriter) -> int:
    count = 0
    while written := await writer.write_due():
        count += written
    return count


async def _add(store: Store, drafts: Sequence[Draft], clock: _Clock) -> None:
    source = await store.sources.for_import(clock.now())
    items = [
        Incoming(
            draft=draft,
            owner=draft.publisher.casefold(),
            keys=(f"url:{draft.url}",),
            bands=bands(draft.publisher.casefold(), "", draft.text),
            is_news=True,
            published_at=draft.published_at or clock.now(),
        )
        for draft in drafts
    ]
    await store.articles.add_all(source.id, items, seen_at=clock.now(), is_same=lambda one, other: False)
