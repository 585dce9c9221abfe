"""Workspaces: what their managers chose, who may speak for them, and what was changed by whom."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, String, Table, Text, UniqueConstraint

from bot.store.schema.columns import Instant, metadata, name_key, number, row_id, words, workspace_ref

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", String(80), primary_key=True),
    words("name"),
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("language", String(16), nullable=False, server_default="en"),
    words("admin_role"),
    words("ping_role"),
    words("notices"),
    words("caveat_note"),
    Column("muted", JSON, nullable=False, server_default="[]"),
    number("retention_days", 365),
    Column("left_at", Instant),
    Column("greeted_at", Instant),
    Column("created_at", Instant, nullable=False),
)

# What somebody chose so far while they set a workspace up.
setups = Table(
    "setups",
    metadata,
    workspace_ref(),
    Column("person", String(80), nullable=False),
    Column("choices", JSON, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person"),
)

topics = Table(
    "topics",
    metadata,
    row_id(),
    workspace_ref(),
    Column("name", String(80), nullable=False),
    name_key(),
    Column("rule", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "name_key"),
)

# Who changed what: `changes` are objects of `what`, `field`, `old` and `new`. Managers only, never readers.
audit = Table(
    "audit",
    metadata,
    row_id(),
    workspace_ref(),
    Column("at", Instant, nullable=False),
    words("person_id"),
    words("person_name"),
    words("command"),
    Column("changes", JSON, nullable=False),
    Index("ix_audit_workspace", "workspace_id", "at"),
)

# Tokens of workspaces that installed the app themselves. No reference to `workspaces`: an installation of a whole
# organization is none of them, and the settings of a workspace outlive its tokens.
installations = Table(
    "installations",
    metadata,
    Column("workspace_id", String(80), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

# SHA-256 of what an installer's browser must bring back.
oauth_states = Table(
    "oauth_states",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)
