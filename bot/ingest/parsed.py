"""A feed as it was read."""

from __future__ import annotations

from dataclasses import dataclass

from bot.models import Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """What a feed says of itself, and its entries in its own order."""

    title: str = ""
    publisher: str = ""
    language: str = ""
    """Two-letter code, empty when the feed names none."""
    ttl_s: float | None = None
    """How long the feed asks us to wait between polls."""
    drafts: tuple[Draft, ...] = ()
