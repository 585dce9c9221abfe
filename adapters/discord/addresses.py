"""Another Discord than the real one, for a proxy or a test."""

from __future__ import annotations

import discord
import yarl

from bot.config import Settings


def use_addresses(settings: Settings) -> None:
    """Sets the addresses for the whole process; discord.py knows no other way than these two attributes."""
    if settings.discord_api:
        discord.http.Route.BASE = settings.discord_api.rstrip("/")
    if settings.discord_gateway:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway)
