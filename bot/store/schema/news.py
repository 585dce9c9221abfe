"""Sources, their articles, and the stories that these are grouped into."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint, text

from bot.store.schema.columns import Instant, as_indexed, flag, metadata, number, ref, row_id, words, workspace_ref

sources = Table(
    "sources",
    metadata,
    row_id(),
    Column("url", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False, server_default="feed"),
    words("title"),
    words("publisher"),
    words("language"),
    flag("is_shared", False),
    words("fetch_url"),
    words("etag"),
    words("last_modified"),
    words("body_hash"),
    number("interval_s", 900),
    Column("next_poll_at", Instant),
    Column("lease_until", Instant),
    Column("last_polled_at", Instant),
    Column("last_ok_at", Instant),
    number("failures", 0),
    Column("failing_since", Instant),
    # Since when it counts as failing for long, and since when it is polled no more for that.
    Column("warned_at", Instant),
    Column("switched_off_at", Instant),
    words("last_error"),
    Column("created_at", Instant, nullable=False),
    Index("ix_sources_due", "next_poll_at"),
)

workspace_sources = Table(
    "workspace_sources",
    metadata,
    workspace_ref(),
    ref("source_id", "sources.id", index=True),
    Column("added_at", Instant, nullable=False),
    # When its managers were last told that it fails for long.
    Column("told_at", Instant),
    UniqueConstraint("workspace_id", "source_id"),
)

articles = Table(
    "articles",
    metadata,
    row_id(),
    ref("source_id", "sources.id", index=True),
    ref("story_id", "stories.id", nullable=True, index=True, cascade=False),
    words("url"),
    words("title"),
    words("text"),
    words("publisher"),
    words("owner"),
    Column("language", String(16), nullable=False, server_default="und"),
    Column("published_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    flag("is_news", True),
    # When it was first put into a story, as a number that grows: the order in which stories are read again.
    Column("place", BigInteger, index=True),
    Index("ix_articles_seen", "seen_at"),
    Index(
        "ix_articles_ungrouped",
        "id",
        sqlite_where=text("story_id IS NULL"),
        postgresql_where=text("story_id IS NULL"),
    ),
)

# Names of undated articles that were pruned: whoever still lists one does not make it news again.
pruned_keys = Table(
    "pruned_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("pruned_at", Instant, nullable=False, index=True),
)

# Every name an article has gone by: "url:…" canonical addresses, "id:…" entry ids. Its uniqueness rules out doubles.
article_keys = Table(
    "article_keys",
    metadata,
    Column("key", Text, primary_key=True),
    ref("article_id", "articles.id", index=True),
)

# MinHash bands of an article's text: two articles that share one may be the same text.
article_bands = Table(
    "article_bands",
    metadata,
    Column("band", BigInteger, nullable=False),
    ref("article_id", "articles.id", index=True),
    PrimaryKeyConstraint("band", "article_id"),
    sqlite_with_rowid=False,
)

story_is_due: Final = as_indexed("stories.is_due")
"""Its brief is to be written."""

stories = Table(
    "stories",
    metadata,
    row_id(),
    flag("is_due", True),
    Column("changed_at", Instant, nullable=False, index=True),
    # Of a story whose articles all went to another one: which.
    Column("merged_into", BigInteger),
    Index("ix_stories_due", "id", sqlite_where=text("is_due"), postgresql_where=text("is_due")),
)
