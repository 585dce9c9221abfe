"""Introduces the bot to whoever added it to a server: in one direct message, else in one channel."""

from __future__ import annotations

from typing import Final

import discord
import structlog

from adapters.discord.direct import addressed
from adapters.discord.here import postable
from adapters.discord.native import FAILURES, direct_channel, parameters
from adapters.discord.render import render
from bot.commands.greeting import greeting
from bot.ports import require_caveat
from bot.saying import speakable, speaking

log = structlog.get_logger(__name__)

_LOOKED_AT: Final = 10
"""Entries of the audit log: ours is among the newest when we have just been added."""


async def greet(client: discord.Client, guild: discord.Guild) -> None:
    """Sends the greeting to the first place that takes it; never raises."""
    with speaking(speakable(str(guild.preferred_locale))):
        [payload, *_] = render(greeting(guild.name))
    require_caveat(payload)
    components = list(payload.body["components"])
    direct = {**payload.body, "components": addressed(components, guild.id)}
    who = await _adder(guild)
    if who is not None and await _send(client, await direct_channel(client, who), direct):
        log.info("workspace.greeted", guild=guild.id, by="direct message")
        return
    # Where direct messages are closed, in the open: one channel.
    for channel in postable(guild):
        if await _send(client, channel.id, dict(payload.body)):
            log.info("workspace.greeted", guild=guild.id, by="channel")
            return
    log.warning("workspace.ungreeted", guild=guild.id, reason="no place takes a message of the bot")


async def _adder(guild: discord.Guild) -> int | None:
    """Who added the bot, where it may read that; else the owner."""
    if guild.me.guild_permissions.view_audit_log:
        try:
            async for entry in guild.audit_logs(action=discord.AuditLogAction.bot_add, limit=_LOOKED_AT):
                if getattr(entry.target, "id", None) == guild.me.id and entry.user_id is not None:
                    return entry.user_id
        except FAILURES as error:
            log.info("discord.no_audit_log", guild=guild.id, reason=str(error)[:200])
    return guild.owner_id


async def _send(client: discord.Client, channel_id: int | None, body: dict[str, object]) -> bool:
    if channel_id is None:
        return False
    try:
        await client.http.send_message(channel_id, params=parameters(body))
    except FAILURES as error:
        log.info("discord.ungreeted", channel=channel_id, reason=str(error)[:200])
        return False
    return True
