"""Slack as a platform: its own commands, forms and Home tab, replies and digests in blocks, over a socket or HTTP."""

from __future__ import annotations

from bot.config import Settings
from bot.ports import Adapter


def create(settings: Settings) -> Adapter:
    """The adapter; nothing is connected before it serves."""
    from adapters.slack.adapter import SlackAdapter

    return SlackAdapter(settings)
