"""The synthetic store of the other benchmarks: `python -m benchmarks synthetic FILE N` makes one."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store import Store
from bot.store.schema import EPOCH
from bot.words import terms

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
_VOCABULARY = 40_000
_SHAPES = (("en", 0.6), ("ko", 0.8), ("ja", 1.0))


def main(args: list[str]) -> int:
    """Makes a store of N briefs (60 % English, 20 % Korean, 20 % Japanese) in a SQLite file."""
    file, count = Path(args[0]), int(args[1])
    asyncio.run(build(file, count))
    print(f"{count} briefs in {file}")
    return 0


async def build(file: Path, count: int) -> None:
    """Briefs of about 600 bytes with words of Zipf's law, one each 45 minutes up to NOW, as a store grows with time."""
    await (await Store.open(f"sqlite+aiosqlite:///{file}")).close()
    chance = random.Random(7)
    with sqlite3.connect(file) as database:
        at = micros(NOW)
        database.execute(
            "INSERT INTO sources (id, url, kind, is_shared, created_at) VALUES (1, 'briefbot:import', 'import', 1, ?)",
            (at,),
        )
        rows = (brief_row(chance, number, count) for number in range(1, count + 1))
        for row in rows:
            _insert(database, *row)
        database.execute("INSERT INTO brief_search(brief_search) VALUES ('optimize')")
    database.close()


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def word(chance: random.Random, language: str) -> str:
    """A word of rank r with probability about 1/r."""
    rank = int(_VOCABULARY ** chance.random())
    if language == "en":
        return f"w{rank:x}"
    base = 0xAC00 if language == "ko" else 0x4E00
    return chr(base + rank % 211) + chr(base + 300 + rank // 211)


def sentence(chance: random.Random, language: str, count: int) -> str:
    joint = "" if language == "ja" else " "
    end = "。" if language == "ja" else "."
    words = joint.join(word(chance, language) for _ in range(count))
    return words[0].upper() + words[1:] + end


def brief_row(chance: random.Random, number: int, count: int) -> tuple[int, datetime, str, dict[str, object]]:
    share = chance.random()
    language = next(name for name, limit in _SHAPES if share <= limit)
    at = NOW - timedelta(minutes=45) * (count - number)
    lede = [{"text": sentence(chance, language, 18), "sources": [1]} for _ in range(4)]
    body: dict[str, object] = {
        "headline": sentence(chance, language, 9).rstrip(".。"),
        "deck": sentence(chance, language, 14),
        "lede": lede,
        "sections": [],
        "sources": [
            {"n": 1, "publisher": "P", "title": "", "url": f"https://p.example/{number}", "published_at": None}
        ],
        "language": language,
        "written_by": "extractive",
        "disclosure": "",
    }
    return number, at, language, body


def _insert(database: sqlite3.Connection, number: int, at: datetime, language: str, body: dict[str, object]) -> None:
    when = micros(at)
    text = " ".join(one["text"] for one in body["lede"])  # type: ignore[attr-defined]
    database.execute("INSERT INTO stories (id, is_due, changed_at) VALUES (?, 0, ?)", (number, when))
    database.execute(
        "INSERT INTO articles (id, source_id, story_id, url, title, text, publisher, owner, language, published_at, seen_at)"
        " VALUES (?, 1, ?, ?, ?, ?, 'P', 'p', ?, ?, ?)",
        (number, number, f"https://p.example/{number}", body["headline"], text, language, when, when),
    )
    database.execute(
        "INSERT INTO briefs (id, story_id, language, body, article_count, published_at, news_at, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)",
        (number, number, language, json.dumps(body), when, when, when, when),
    )
    fold = [" ".join(terms(str(part))) for part in (body["headline"], body["deck"], text, body["headline"])]
    database.execute(
        "INSERT INTO brief_search (rowid, headline, deck, body, titles) VALUES (?, ?, ?, ?, ?)", (number, *fold)
    )
