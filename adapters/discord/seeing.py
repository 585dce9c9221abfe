"""What keeps the bot from reading what was written in a channel, which Discord then shows as empty without a word."""

from __future__ import annotations

from typing import Any, Final

import discord

from adapters.discord.permissions import NEEDED, READ_MESSAGE_HISTORY, VIEW_CHANNEL
from bot.ports import LookupUnavailable
from bot.saying import marked

OUTAGE: Final = marked("Discord has an outage in this server")
_LACKS: Final = marked("Briefbot lacks {permission} in {channel}")


async def hidden(client: discord.Client, guild_id: int, channel_id: int) -> str:
    """Why what stands in a channel cannot be read, as far as permissions go; empty when it can.

    LookupUnavailable when that cannot be told now; discord.py's exceptions where Discord must be asked.
    """
    guild = client.get_guild(guild_id)
    if guild is not None and guild.unavailable:
        raise LookupUnavailable(OUTAGE)
    if guild is None:
        # Of another process's shard, or left: Discord says which.
        guild = await client.fetch_guild(guild_id, with_counts=False)
        me: discord.Member = await guild.fetch_member(client.user.id if client.user else 0)
    else:
        me = guild.me
    channel = await _ruling(guild, channel_id)
    allowed = channel.permissions_for(me).value
    missing = next((bit for bit in (VIEW_CHANNEL, READ_MESSAGE_HISTORY) if not allowed & bit), 0)
    return lacks(missing, channel_id) if missing else ""


def lacks(missing: int, channel_id: int) -> str:
    """Which permission is missing where."""
    return _LACKS.format(permission=NEEDED[missing], channel=f"<#{channel_id}>")


async def _ruling(guild: discord.Guild, channel_id: int) -> Any:
    """The channel whose permissions count there: of a thread, the one that it is in. Archived threads are not known."""
    channel: Any = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    if not isinstance(channel, discord.Thread):
        return channel
    return guild.get_channel(channel.parent_id) or await guild.fetch_channel(channel.parent_id)
