"""Tells the managers of a guild something where they see it and nobody else does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import structlog

from adapters.discord.direct import addressed
from adapters.discord.incoming import read_channel
from adapters.discord.native import FAILURES, direct_channel, parameters
from adapters.discord.render import render
from bot.documents.nodes import Document
from bot.models import ChannelRef, WorkspaceId
from bot.ports import require_caveat

log = structlog.get_logger(__name__)


async def tell(client: discord.Client, workspace: WorkspaceId, document: Document, chosen: ChannelRef | None) -> bool:
    """Posts to the first place that takes it; False when there is none."""
    guild = client.get_guild(int(workspace.rpartition(":")[2] or 0))
    if guild is None:
        return False
    async for channel_id, is_direct in _places(client, guild, chosen):
        try:
            for payload in render(document):
                require_caveat(payload)
                body = dict(payload.body)
                if is_direct:
                    # Where nothing else says which server a button is about.
                    body["components"] = addressed(body["components"], guild.id)
                await client.http.send_message(channel_id, params=parameters(body))
        except FAILURES as error:
            log.info("discord.untold", guild=guild.id, channel=channel_id, reason=str(error)[:200])
            continue
        return True
    return False


async def _places(
    client: discord.Client, guild: discord.Guild, chosen: ChannelRef | None
) -> AsyncIterator[tuple[int, bool]]:
    """The channel they chose, where Discord tells moderators things, the owner's messages, the system channel.

    Each with whether it is a person's direct messages.
    """
    place = read_channel(chosen) if chosen else None
    # Only a channel of this very guild, whatever stands in the settings (law 7).
    if place and place[0] == guild.id and guild.get_channel_or_thread(place[1]) is not None:
        yield place[1], False
    updates, system = guild.public_updates_channel, guild.system_channel
    if updates is not None and updates.permissions_for(guild.me).send_messages:
        yield updates.id, False
    if guild.owner_id is not None and (direct := await direct_channel(client, guild.owner_id)) is not None:
        yield direct, True
    if system is not None and system.permissions_for(guild.me).send_messages:
        yield system.id, False
