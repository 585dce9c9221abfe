"""Briefs with their versions, corrections and translations, and the work of a model on them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Column, Date, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.store.schema.columns import (
    Instant,
    RowId,
    as_indexed,
    flag,
    metadata,
    number,
    ref,
    row_id,
    tokens,
    words,
    workspace_ref,
)

briefs = Table(
    "briefs",
    metadata,
    row_id(),
    Column("story_id", RowId, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, unique=True),
    number("version", 1),
    Column("origin", String(16), nullable=False, server_default="written"),
    Column("language", String(16), nullable=False, server_default="und"),
    words("written_by"),
    Column("body", JSON, nullable=False),
    Column("refused", JSON, nullable=False, server_default="[]"),
    number("publishers", 1),
    number("article_count", 0),
    Column("published_at", Instant, nullable=False, index=True),
    Column("news_at", Instant, nullable=False, index=True),
    flag("is_news", True),
    # Its story was merged into another one: nobody is shown it, and its number leads to the brief of that one.
    flag("is_retired", False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
)

brief_versions = Table(
    "brief_versions",
    metadata,
    ref("brief_id", "briefs.id"),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("refused", JSON, nullable=False, server_default="[]"),
    number("input_tokens", 0),
    number("output_tokens", 0),
    # Why there is this version (see `VersionKind`), in whose words, and for which workspace alone (none: for all).
    Column("kind", String(16), nullable=False, server_default="news"),
    words("note"),
    words("who"),
    Column("workspace_id", String(80)),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("brief_id", "version"),
    Index(
        "ix_brief_versions_workspace",
        "workspace_id",
        sqlite_where=text("workspace_id IS NOT NULL"),
        postgresql_where=text("workspace_id IS NOT NULL"),
    ),
)

# What a workspace reads in place of a brief's own words; the operator's (of the local workspace) hold for all.
corrections = Table(
    "corrections",
    metadata,
    row_id(),
    workspace_ref(),
    ref("brief_id", "briefs.id"),
    Column("version", Integer, nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", JSON(none_as_null=True)),
    words("headline"),
    words("blurb"),
    words("note"),
    words("who"),
    # Owners whose articles are kept out of the brief.
    Column("without", JSON, nullable=False, server_default="[]"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "brief_id"),
    Index("ix_corrections_brief", "brief_id", "workspace_id", "at"),
)

# Readers who said that a brief is wrong; of the reader only a keyed hash, to limit abuse.
reports = Table(
    "reports",
    metadata,
    row_id(),
    workspace_ref(),
    ref("brief_id", "briefs.id", index=True),
    Column("brief_version", Integer, nullable=False),
    words("reason"),
    Column("reporter", String(64), nullable=False),
    Column("state", String(16), nullable=False, server_default="open"),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("ix_reports_workspace", "workspace_id", "state", "created_at"),
    Index("ix_reports_reporter", "workspace_id", "reporter", "created_at"),
)

# Articles that their source changed or withdrew after a brief was written from them.
_OPEN: Final = "brief_version = 0"
change_is_open: Final = as_indexed(f"source_changes.{_OPEN}")
"""No version of the brief was written after it."""

source_changes = Table(
    "source_changes",
    metadata,
    row_id(),
    ref("article_id", "articles.id", index=True),
    ref("brief_id", "briefs.id", index=True),
    Column("kind", String(16), nullable=False),
    words("was"),
    words("now"),
    Column("at", Instant, nullable=False),
    # The version of the brief that was written after it; 0 while it is not.
    number("brief_version", 0),
    Index("ix_source_changes_open", "id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
)

related = Table(
    "related",
    metadata,
    ref("brief_id", "briefs.id"),
    Column("position", Integer, nullable=False),
    ref("other_id", "briefs.id", nullable=True, index=True),
    words("url"),
    words("headline"),
    words("blurb"),
    Column("score", Float, nullable=False, server_default="0"),
    words("reason"),
    UniqueConstraint("brief_id", "position"),
)

# Tokens by UTC day: `reserved` for calls under way, `lost` where a call ended without telling what it used.
model_spend = Table(
    "model_spend",
    metadata,
    Column("day", Date, nullable=False),
    Column("model", String(200), nullable=False),
    number("calls", 0),
    tokens("reserved"),
    tokens("lost"),
    tokens("input_tokens"),
    tokens("output_tokens"),
    UniqueConstraint("day", "model"),
)

# How it went with writing a brief (`language` empty) or translating it, and when to try again.
model_attempts = Table(
    "model_attempts",
    metadata,
    ref("brief_id", "briefs.id"),
    Column("language", String(16), nullable=False, server_default=""),
    number("failures", 0),
    number("successes", 0),
    Column("next_try_at", Instant),
    Column("lease_until", Instant),
    words("last_error"),
    UniqueConstraint("brief_id", "language"),
)

# Translations that readers asked for: `version` is the brief's that `body` says, 0 while there is none.
brief_translations = Table(
    "brief_translations",
    metadata,
    ref("brief_id", "briefs.id"),
    Column("language", String(16), nullable=False),
    number("version", 0),
    Column("body", JSON(none_as_null=True)),
    number("input_tokens", 0),
    number("output_tokens", 0),
    Column("asked_at", Instant, nullable=False, index=True),
    UniqueConstraint("brief_id", "language"),
)

# Search text (see search.py) is a virtual FTS5 table on SQLite and a table with a tsvector on PostgreSQL, so it is made
# by the migration for each dialect and not declared here.
