"""Who did something with the bot in Discord, and about which server; in a direct message, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import discord

from adapters.discord.buttons import read_press
from adapters.discord.incoming import channel_ref, workspace_of
from bot.commands.invoke import Invocation, Person
from bot.errors import UsageError
from bot.saying import say

Interaction = discord.Interaction[Any]

MOST_CHANNELS: Final = 25


def guild_of(interaction: Interaction) -> int:
    """The server in which something was pressed or typed, or which a button in a direct message names; else 0."""
    if interaction.guild_id is not None:
        return interaction.guild_id
    data: Mapping[str, Any] = interaction.data or {}
    press = read_press(str(data.get("custom_id", "")))
    return press.guild_id if press else 0


async def invocation_of(interaction: Interaction, *, is_for_all: bool = False) -> Invocation:
    """Who asks, and where; in a server Discord sends the member's rights, roles and language with each interaction."""
    if interaction.guild_id is None:
        return await _from_outside(interaction)
    user = interaction.user
    person = Person(
        id=str(user.id),
        name=user.display_name,
        is_manager=interaction.permissions.manage_guild,
        roles=frozenset(str(role) for role in getattr(user, "_roles", ())),
    )
    return Invocation(
        workspace_id=workspace_of(interaction.guild_id),
        person=person,
        channel=channel_ref(interaction.guild_id, interaction.channel_id or 0),
        locale="" if is_for_all else str(interaction.locale),
    )


def reader_of(interaction: Interaction) -> Invocation:
    """Who asks, of whom nothing is known but their language."""
    guild_id, user = guild_of(interaction), interaction.user
    return Invocation(
        workspace_id=workspace_of(guild_id),
        person=Person(id=str(user.id), name=user.display_name),
        channel=channel_ref(guild_id, interaction.channel_id or 0),
        locale=str(interaction.locale),
    )


async def _from_outside(interaction: Interaction) -> Invocation:
    """Of a direct message: the rights that the person has in the server which the button names, asked of Discord."""
    guild = interaction.client.get_guild(guild_of(interaction))
    if guild is None:
        raise UsageError(say("Briefbot is not in that server any more"))
    try:
        member = await guild.fetch_member(interaction.user.id)
    except discord.NotFound:
        raise UsageError(say("you are not in that server any more")) from None
    person = Person(
        id=str(member.id),
        name=member.display_name,
        is_manager=member.guild_permissions.manage_guild,
        roles=frozenset(str(role.id) for role in member.roles),
    )
    channel = next(postable(guild), None)
    return Invocation(
        workspace_id=workspace_of(guild.id),
        person=person,
        channel=channel_ref(guild.id, channel.id if channel else 0),
        is_direct=True,
        locale=str(interaction.locale),
    )


def channels_of(interaction: Interaction, chosen: str = "") -> Sequence[tuple[str, str]]:
    """Channels of that server in which the bot may post, for a person who is in none of them, as (name, id).

    The one that is chosen now stands first.
    """
    guild = interaction.client.get_guild(guild_of(interaction))
    if guild is None:
        return []
    found = [(f"#{channel.name}"[:100], str(channel_ref(guild.id, channel.id))) for channel in postable(guild)]
    return sorted(found, key=lambda one: one[1] != chosen)[:MOST_CHANNELS]


def postable(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """The text channels in which the bot may post, the system channel first."""
    system = guild.system_channel
    for channel in sorted(guild.text_channels, key=lambda one: (one != system, one.position, one.id)):
        allowed = channel.permissions_for(guild.me)
        if allowed.view_channel and allowed.send_messages:
            yield channel
