"""Digests and follows, the editions made of them, and each message that is posted, edited or told."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint, text

from bot.store.schema.columns import (
    Instant,
    RowId,
    as_indexed,
    flag,
    metadata,
    name_key,
    number,
    ref,
    row_id,
    words,
    workspace_ref,
)

_OPEN: Final = "state IN ('pending', 'sending')"
digest_is_on: Final = as_indexed("NOT digests.is_paused")
delivery_is_open: Final = as_indexed(f"deliveries.{_OPEN}")
"""It is still to be sent, or was about to be."""
amendment_is_open: Final = as_indexed(f"amendments.{_OPEN}")

digests = Table(
    "digests",
    metadata,
    row_id(),
    workspace_ref(),
    Column("name", String(80), nullable=False),
    name_key(),
    words("channel"),
    Column("at", String(5), nullable=False),
    number("slot", 0),
    Column("also_at", JSON, nullable=False, server_default="[]"),
    Column("zone", String(64), nullable=False),
    Column("days", JSON, nullable=False),
    Column("topic_ids", JSON, nullable=False),
    Column("caps", JSON, nullable=False, server_default="[]"),
    Column("style", String(16), nullable=False),
    number("max_stories", 8),
    Column("covers", String(16), nullable=False, server_default="day"),
    flag("repeats", False),
    Column("quiet", String(16), nullable=False, server_default="note"),
    Column("language", String(16), nullable=False, server_default=""),
    Column("place", String(16), nullable=False, server_default="channel"),
    Column("ping", Text),
    number("catch_up_s", 21600),
    flag("is_paused", False),
    Column("paused_until", Date),
    flag("publish", False),
    words("trouble"),
    # The secret part of the address at which it can be read as a feed; none: it cannot.
    Column("feed_token", String(64)),
    Column("trouble_since", Instant),
    Column("next_due_at", Instant),
    Column("next_on", Date),
    number("next_slot", 0),
    Column("lease_until", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "name_key"),
    Index("ix_digests_feed_token", "feed_token", unique=True),
    Index("ix_digests_due", "next_due_at", sqlite_where=text("NOT is_paused"), postgresql_where=text("NOT is_paused")),
)

# Stories that a channel follows: what of each was told there last, and where the thread of it hangs.
follows = Table(
    "follows",
    metadata,
    row_id(),
    workspace_ref(),
    ref("story_id", "stories.id", index=True),
    words("channel"),
    Column("until", Instant),
    words("first_ref"),
    Column("told_brief_id", RowId, nullable=False),
    Column("told_version", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("news_at", Instant, nullable=False),
    # Not looked at before then: the pause between two posts, or somebody's lease on it.
    Column("not_before", Instant, nullable=False),
    words("trouble"),
    Column("trouble_since", Instant),
    Column("ended_at", Instant),
    words("ended_why"),
    Column("created_at", Instant, nullable=False),
    Index(
        "ix_follows_open",
        "not_before",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_follows_workspace", "workspace_id", "ended_at"),
)

# What is posted at once: a run of a digest, or a post about a story that is followed.
editions = Table(
    "editions",
    metadata,
    row_id(),
    workspace_ref(),
    ref("digest_id", "digests.id", nullable=True),
    Column("on", Date, nullable=False),
    number("slot", 0),
    Column("channel", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    words("reason"),
    flag("is_late", False),
    number("story_count", 0),
    Column("created_at", Instant, nullable=False),
    ref("follow_id", "follows.id", nullable=True, index=True),
    UniqueConstraint("digest_id", "on", "slot"),
    Index("ix_editions_channel", "workspace_id", "channel", "created_at"),
    # Whose it is stands in it for the hourly look for what is old, which else would read each row.
    Index("ix_editions_created", "created_at", "workspace_id"),
)

edition_items = Table(
    "edition_items",
    metadata,
    ref("edition_id", "editions.id"),
    Column("position", Integer, nullable=False),
    ref("story_id", "stories.id", index=True),
    ref("brief_id", "briefs.id", index=True),
    Column("brief_version", Integer, nullable=False),
    words("topic"),
    flag("is_update", False),
    words("why"),
    UniqueConstraint("edition_id", "position"),
)

deliveries = Table(
    "deliveries",
    metadata,
    row_id(),
    workspace_ref(),
    ref("edition_id", "editions.id"),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    words("channel"),
    words("title"),
    words("body"),
    words("caveat"),
    # The part as a document, so that it can be told anew with one story corrected and the others as they were.
    words("page"),
    Column("state", String(16), nullable=False, server_default="pending"),
    number("attempts", 0),
    Column("next_try_at", Instant, nullable=False),
    Column("lease_until", Instant),
    words("lease_owner"),
    words("message_ref"),
    words("error"),
    Column("sent_at", Instant),
    UniqueConstraint("edition_id", "part"),
    Index(
        "ix_deliveries_open",
        "next_try_at",
        sqlite_where=text(_OPEN),
        postgresql_where=text(_OPEN),
    ),
)

# Answers that somebody showed to all, and which briefs stand in them.
shared_answers = Table(
    "shared_answers",
    metadata,
    row_id(),
    workspace_ref(),
    words("channel"),
    words("message_ref"),
    words("title"),
    words("caveat"),
    words("page"),
    Column("created_at", Instant, nullable=False),
    Index("ix_shared_answers_workspace", "workspace_id", "created_at"),
)

shared_items = Table(
    "shared_items",
    metadata,
    ref("share_id", "shared_answers.id"),
    Column("position", Integer, nullable=False),
    ref("brief_id", "briefs.id", index=True),
    Column("brief_version", Integer, nullable=False),
    UniqueConstraint("share_id", "brief_id"),
)

# Edits of messages that stand in a channel: one for each copy, told anew when it is corrected again.
amendments = Table(
    "amendments",
    metadata,
    row_id(),
    workspace_ref(),
    ref("delivery_id", "deliveries.id", nullable=True),
    ref("share_id", "shared_answers.id", nullable=True),
    Column("state", String(16), nullable=False, server_default="pending"),
    number("revision", 1),
    number("attempts", 0),
    Column("next_try_at", Instant, nullable=False),
    Column("lease_until", Instant),
    words("lease_owner"),
    words("error"),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    UniqueConstraint("delivery_id"),
    UniqueConstraint("share_id"),
    Index("ix_amendments_workspace", "workspace_id"),
    Index(
        "ix_amendments_open",
        "next_try_at",
        sqlite_where=text(_OPEN),
        postgresql_where=text(_OPEN),
    ),
)

# What managers are to be told, once for each key.
notices = Table(
    "notices",
    metadata,
    row_id(),
    workspace_ref(),
    Column("key", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    ref("brief_id", "briefs.id", nullable=True),
    Column("facts", JSON, nullable=False),
    number("attempts", 0),
    Column("next_try_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "key"),
    Index("ix_notices_open", "next_try_at"),
    # A brief that is pruned takes its notices along.
    Index(
        "ix_notices_brief_id",
        "brief_id",
        sqlite_where=text("brief_id IS NOT NULL"),
        postgresql_where=text("brief_id IS NOT NULL"),
    ),
)
