"""Discord as a platform: commands registered natively, replies and digests as cards, one pacer for the token."""

from __future__ import annotations

from bot.config import Settings
from bot.ports import Adapter


def create(settings: Settings) -> Adapter:
    """The adapter; nothing is connected before it serves."""
    from adapters.discord.adapter import DiscordAdapter

    return DiscordAdapter(settings)


async def invitation(settings: Settings, application: int | None) -> str:
    """The link that adds the bot to a server; ConfigError when neither its id nor a token is known."""
    from adapters.discord.inviting import application_id
    from adapters.discord.permissions import invitation as link

    return link(application or await application_id(settings))
