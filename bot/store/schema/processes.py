"""The processes of the bot that are at work, and which of them speaks for an account of a platform."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, String, Table

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

# Who speaks for an account of a platform (`bot/turns.py`). Alive as long as `beats` goes on; no clock decides it.
leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    # One life of a process; its number may be given again.
    Column("holder", String(40), nullable=False),
    Column("process", String(300), nullable=False),
    # Where the number of the process means the same one, so that others there can tell whether it is dead.
    Column("place", String(120), nullable=False),
    Column("beats", BigInteger, nullable=False),
    Column("beat_at", Instant, nullable=False),
)
