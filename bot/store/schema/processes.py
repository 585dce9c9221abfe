"""The processes of the bot that are at work."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String, Table

from bot.store.schema.columns import Instant, metadata

# Processes at work, `host:pid`. One that stops takes its row away, so a row whose beat is old is of one that died.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(300), primary_key=True),
    Column("roles", JSON, nullable=False),
    # By name, seconds since 1970 at which each job ended last.
    Column("jobs", JSON, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
)
