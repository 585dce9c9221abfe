"""What Discord tells of a command, a form or a component, as a command of the catalogue and its values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.commands.catalogue import BY_NAME
from bot.commands.catalogue.spec import Command, OptionType
from bot.commands.parse import parse
from bot.errors import UsageError
from bot.models import ChannelRef, WorkspaceId
from bot.saying import say

Data = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A command and its values as texts."""

    command: Command
    values: dict[str, str] = field(default_factory=dict)
    focused: str = ""
    """The option that is being typed, when values for it are wanted."""
    attachments: Mapping[str, Data] = field(default_factory=dict)
    """Attached files by option name, as Discord describes them."""


def workspace_of(guild_id: int) -> WorkspaceId:
    return WorkspaceId(f"discord:{guild_id}")


def channel_ref(guild_id: int, channel_id: int | str) -> ChannelRef:
    """A channel together with its guild, so that one guild's digest can never go to another's channel."""
    return ChannelRef(f"discord:{guild_id}.{channel_id}")


def read_channel(ref: ChannelRef) -> tuple[int, int] | None:
    """The guild and the channel of a reference of ours."""
    found = re.fullmatch(r"discord:(\d{1,20})\.(\d{1,20})", ref)
    return (int(found[1]), int(found[2])) if found else None


def read_command(data: Data, guild_id: int) -> Asked:
    """A slash command; UsageError for one that this version does not know, as after a downgrade."""
    path, options = _path(data)
    command = BY_NAME.get(path)
    if command is None:
        raise UsageError(say("/{command} is not known any more", command=path[:60]), example="/brief help")
    focused = next((option["name"] for option in options if option.get("focused")), "")
    values = {option["name"]: str(option["value"]) for option in options if "value" in option}
    files = {
        option.name: data.get("resolved", {}).get("attachments", {}).get(values.pop(option.name), {})
        for option in command.options
        if option.type is OptionType.FILE and option.name in values
    }
    placed = values if focused else in_guild(command, values, guild_id)
    return Asked(command=command, values=placed, focused=focused, attachments=files)


def read_line(words: str, guild_id: int) -> Asked:
    """A command as a button carries it; UsageError for what is none."""
    parsed = parse(words)
    return Asked(command=parsed.command, values=in_guild(parsed.command, parsed.values, guild_id))


def in_guild(command: Command, values: Mapping[str, str], guild_id: int) -> dict[str, str]:
    """The values with channels and roles as we refer to them; UsageError for those of another guild."""
    found = dict(values)
    for option in command.options:
        text = values.get(option.name, "")
        if not text:
            continue
        if option.type is OptionType.CHANNEL:
            found[option.name] = _channel(option.name, text, guild_id)
        elif option.type in (OptionType.ROLE, OptionType.PING) and _digits(text) == str(guild_id):
            problem = say("{option} cannot be everyone", option=option.name)
            raise UsageError(problem, allowed=say("one role, or none"), example=f"{option.name}:none")
    return found


def _channel(name: str, text: str, guild_id: int) -> ChannelRef:
    number = _digits(text)
    if number:
        return channel_ref(guild_id, number)
    known = read_channel(ChannelRef(text))
    if known and known[0] == guild_id:
        return ChannelRef(text)
    problem = say("{option} is no channel of this server", option=name)
    raise UsageError(problem, allowed=say("a channel picked from the list"))


def _digits(text: str) -> str:
    found = re.fullmatch(r"(?:<(?:#|@&))?(\d{1,20})>?", text.strip())
    return found[1] if found else ""


def _path(data: Data) -> tuple[str, Sequence[Data]]:
    """The command's whole name, and its options."""
    words = [str(data.get("name", ""))]
    options: Sequence[Data] = data.get("options", ())
    while options and options[0].get("type") in (1, 2):
        words.append(str(options[0]["name"]))
        options = options[0].get("options", ())
    return " ".join(words), options
