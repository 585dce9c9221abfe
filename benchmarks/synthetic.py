"""The synthetic store of the other benchmarks: `python -m benchmarks synthetic FILE N` makes one."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bot.store import Store
from bot.store.schema import EPOCH

STORES = "BRIEFBOT_BENCHMARK_STORES"
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
_VOCABULARY = 40_000
_SHAPES = (("en", 0.6), ("ko", 0.2), ("ja", 0.2))
_CHUNK = 2_000
_STORIES = "stories (id, is_due, changed_at)"
_ARTICLES = "articles (id, source_id, story_id, url, title, text, publisher, owner, language, published_at, seen_at)"
_BRIEFS = (
    "briefs (id, story_id, language, body, article_count, published_at, news_at, created_at, updated_at, written_by)"
)


def main(args: list[str]) -> int:
    """Makes a store of N briefs (60 % English, 20 % Korean, 20 % Japanese) in a SQLite file."""
    file, count = Path(args[0]), int(args[1])
    asyncio.run(build(file, count))
    print(f"{count} briefs in {file}")
    return 0


async def build(file: Path, count: int) -> None:
    """Briefs of about 600 bytes with words of Zipf's law, one each 45 minutes up to NOW, as a store grows with time.

    With a folder in the environment as `BRIEFBOT_BENCHMARK_STORES` each size is made there once and copied from then on.
    """
    if not (folder := os.environ.get(STORES)):
        await _build(file, count)
        return
    kept = Path(folder) / f"{count}.db"
    if not kept.exists():
        await _build(made := kept.with_suffix(f".{os.getpid()}"), count)
        made.rename(kept)
    shutil.copyfile(kept, file)


async def _build(file: Path, count: int) -> None:
    await (await Store.open(f"sqlite+aiosqlite:///{file}")).close()
    database = sqlite3.connect(file, isolation_level=None)
    # Nobody needs it after a power cut; one large segment of the index for many small ones.
    database.execute("PRAGMA synchronous=OFF")
    database.execute("INSERT INTO brief_search(brief_search, rank) VALUES ('hashsize', 64000000)")
    database.execute(
        "INSERT INTO sources (id, url, kind, is_shared, created_at) VALUES (1, 'briefbot:import', 'import', 1, ?)",
        (micros(NOW),),
    )
    for made in _made(count):
        database.execute("BEGIN")
        for table, rows in made.tables():
            names = table.count(",") + 1
            database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * names)})", rows)
        database.executemany(
            "INSERT INTO brief_search (rowid, headline, deck, body, titles) VALUES (?, ?, ?, ?, ?)", made.folded
        )
        database.execute("COMMIT")
    database.execute("INSERT INTO brief_search(brief_search) VALUES ('optimize')")
    database.execute("INSERT INTO brief_search(brief_search, rank) VALUES ('hashsize', 1048576)")
    database.close()


async def build_postgres(url: str, count: int) -> None:
    """The same in a migrated, empty database of PostgreSQL."""
    import asyncpg  # type: ignore[import-untyped]

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
    await connection.execute("DROP INDEX ix_brief_search_tsv")
    await connection.execute("CREATE TEMP TABLE folded (id int, headline text, deck text, body text, titles text)")
    await connection.execute(
        "INSERT INTO sources (id, url, kind, is_shared, created_at) VALUES (1, 'briefbot:import', 'import', true, $1)",
        micros(NOW),
    )
    for made in _made(count):
        for table, rows in made.tables():
            name, _, columns = table.partition(" ")
            await connection.copy_records_to_table(name, columns=columns.strip("()").split(", "), records=rows)
        await connection.copy_records_to_table("folded", records=made.folded)
        await connection.execute(
            "INSERT INTO brief_search (brief_id, published_at, headline, tsv) SELECT folded.id, published_at, headline, "
            "setweight(to_tsvector('english', headline), 'A') || setweight(to_tsvector('english', deck), 'B') || "
            "setweight(to_tsvector('english', folded.body), 'C') || setweight(to_tsvector('english', titles), 'D') "
            "FROM folded JOIN briefs ON briefs.id = folded.id"
        )
        await connection.execute("TRUNCATE folded")
    await connection.execute("CREATE INDEX ix_brief_search_tsv ON brief_search USING gin (tsv)")
    await connection.execute("ANALYZE")
    await connection.close()


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def word(chance: random.Random, language: str) -> str:
    """A word of rank r with probability about 1/r."""
    return _spelt(int(_VOCABULARY ** chance.random()), language)


def _spelt(rank: int, language: str) -> str:
    if language == "en":
        return f"w{rank:x}"
    base = 0xAC00 if language == "ko" else 0x4E00
    return chr(base + rank % 211) + chr(base + 300 + rank // 211)


def sentence(chance: random.Random, language: str, count: int) -> str:
    return _sentence([word(chance, language) for _ in range(count)], language)


def _sentence(words: Sequence[str], language: str) -> str:
    found = ("" if language == "ja" else " ").join(words)
    return found[0].upper() + found[1:] + ("。" if language == "ja" else ".")


def _folded(words: Sequence[str], language: str) -> str:
    """`bot.words.terms` of a sentence of these words, without looking for them in it."""
    if language == "ja":
        run = "".join(words)
        return " ".join(map("".join, pairwise(run)))
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class _Made:
    """Some briefs of a store, as rows of its tables."""

    stories: list[tuple[Any, ...]]
    articles: list[tuple[Any, ...]]
    briefs: list[tuple[Any, ...]]
    folded: list[tuple[Any, ...]]

    def tables(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        yield from ((_STORIES, self.stories), (_ARTICLES, self.articles), (_BRIEFS, self.briefs))


def _made(count: int) -> Iterator[_Made]:
    draw = _drawer(np.random.default_rng(7))
    for first in range(1, count + 1, _CHUNK):
        made = _Made([], [], [], [])
        for number in range(first, min(first + _CHUNK, count + 1)):
            _add(made, number, micros(NOW - timedelta(minutes=45) * (count - number)), *draw())
        yield made


_LENGTHS = (9, 14, 18, 18, 18, 18)
"""Words of the headline, the deck, and each sentence of the text."""


def _drawer(chance: np.random.Generator) -> Callable[[], tuple[str, list[list[str]]]]:
    """What gives the language and the words of one brief after the other."""
    languages = [name for name, _ in _SHAPES]
    spelt = {name: [_spelt(rank, name) for rank in range(_VOCABULARY + 1)] for name in languages}
    total = sum(_LENGTHS)

    def many() -> Iterator[tuple[str, list[list[str]]]]:
        while True:
            chosen = chance.choice(languages, size=_CHUNK, p=[share for _, share in _SHAPES])
            ranks = (_VOCABULARY ** chance.random((_CHUNK, total))).astype(int).tolist()
            for language, drawn in zip(chosen.tolist(), ranks, strict=True):
                words = [spelt[language][rank] for rank in drawn]
                ends = np.cumsum(_LENGTHS).tolist()
                yield language, [words[end - length : end] for end, length in zip(ends, _LENGTHS, strict=True)]

    return many().__next__


def _add(made: _Made, number: int, at: int, language: str, words: list[list[str]]) -> None:
    headline, deck, *text = (_sentence(part, language) for part in words)
    headline = headline.rstrip(".。")
    url = f"https://p.example/{number}"
    body: dict[str, object] = {
        "headline": headline,
        "deck": deck,
        "lede": [{"text": one, "sources": [1]} for one in text],
        "sections": [],
        "sources": [{"n": 1, "publisher": "P", "title": "", "url": url, "published_at": None}],
        "language": language,
        "written_by": "extractive",
        "disclosure": "",
    }
    folds = [_folded(part, language) for part in words]
    made.stories.append((number, False, at))
    made.articles.append((number, 1, number, url, headline, " ".join(text), "P", "p", language, at, at))
    made.briefs.append((number, number, language, json.dumps(body), 1, at, at, at, at, "extractive"))
    made.folded.append((number, folds[0], folds[1], " ".join(folds[2:]), folds[0]))
