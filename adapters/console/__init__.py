"""The terminal as a platform."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy.engine import make_url

from adapters.console.adapter import ConsoleAdapter
from adapters.console.prompt import prompt_on_terminal
from adapters.console.render import draw
from bot.config import Settings

__all__ = ["ConsoleAdapter", "create", "draw", "prompt_on_terminal"]


def create(settings: Settings) -> ConsoleAdapter:
    """The adapter that posts to standard output; what it posted is noted beside a SQLite database."""
    return ConsoleAdapter(sys.stdout, outbox=_outbox(settings))


def _outbox(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(f"{url.database}.outbox.jsonl")
