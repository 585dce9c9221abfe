"""A store that has held articles for long: those of some feeds, many times, as other feeds' of other houses."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

_FEED: Final = 1_000
"""Apart stand the numbers of one feed's copies; the feeds themselves are fewer."""

_SOURCES: Final = (
    "INSERT INTO sources (id, url, kind, title, language, is_shared, created_at) "
    "SELECT id + :copy * :feed, url || '?copy=' || :copy, kind, title, language, is_shared, created_at "
    "FROM sources WHERE id < :feed"
)
_ARTICLES: Final = (
    "INSERT INTO articles (id, source_id, url, title, text, publisher, owner, language, published_at, seen_at, is_news) "
    "SELECT id + :copy * :articles, source_id + :copy * :feed, replace(url, 'https://', 'https://c' || :copy || '-'), title, "
    "text, publisher || :copy, owner || :copy, language, published_at, seen_at, is_news "
    "FROM articles WHERE id <= :articles"
)
_KEYS: Final = (
    "INSERT INTO article_keys (key, article_id) "
    "SELECT replace(replace(key, 'https://', 'https://c' || :copy || '-'), 'id:', 'id:' || :copy), "
    "article_id + :copy * :articles FROM article_keys WHERE article_id <= :articles"
)
# The upper half of a band is its house.
_BANDS: Final = (
    "INSERT INTO article_bands (band, article_id) "
    "SELECT ((abs(band >> 32) * 48271 + :copy * 69621) % 2147483647) << 32 | (band & 4294967295) AS other, "
    "article_id + :copy * :articles FROM article_bands WHERE article_id <= :articles ORDER BY other"
)


def multiply(file: Path, times: int) -> None:
    """So many copies of all articles of a store, and of their feeds, none of which is due."""
    database = sqlite3.connect(file, isolation_level=None)
    # Nobody needs it after a power cut.
    database.execute("PRAGMA synchronous=OFF")
    database.execute("UPDATE sources SET next_poll_at = NULL")
    [(articles,)] = database.execute("SELECT max(id) FROM articles").fetchall()
    for copy in range(1, times + 1):
        database.execute("BEGIN")
        for statement in (_SOURCES, _ARTICLES, _KEYS, _BANDS):
            database.execute(statement, {"copy": copy, "feed": _FEED, "articles": articles})
        database.execute("COMMIT")
    database.close()
