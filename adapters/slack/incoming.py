"""What Slack tells of a command, a form or a button, as a command of the catalogue and its values. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.commands.catalogue.spec import Command, OptionType
from bot.commands.parse import parse
from bot.errors import UsageError
from bot.models import ChannelRef, WorkspaceId
from bot.saying import say

_ESCAPED = re.compile(
    r"<(?:(?P<mark>[#@]|!subteam\^)(?P<id>[A-Z0-9]+)|(?P<url>(?:https?|mailto):[^|<>]*+))(?:\|[^<>]*+)?>"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A command and its values as texts."""

    command: Command
    values: dict[str, str] = field(default_factory=dict)


def workspace_of(team_id: str) -> WorkspaceId:
    return WorkspaceId(f"slack:{team_id}")


def team_of(workspace: WorkspaceId) -> str:
    return workspace.partition(":")[2]


def channel_ref(team_id: str, channel_id: str) -> ChannelRef:
    """A channel together with its workspace, so that one's digest can never go to another's channel."""
    return ChannelRef(f"slack:{team_id}.{channel_id}")


def read_channel(ref: ChannelRef) -> tuple[str, str] | None:
    """The workspace and the channel of a reference of ours."""
    found = re.fullmatch(r"slack:([A-Z0-9]{1,20})\.([A-Z0-9]{1,20})", ref)
    return (found[1], found[2]) if found else None


def typed(text: str) -> str:
    """What a person typed, from what Slack made of it: `<#C1|news>` is C1, `<https://a.example|a>` its address."""
    return html.unescape(_ESCAPED.sub(lambda found: found["id"] or found["url"], text))


def read_line(words: str, team_id: str) -> Asked:
    """A typed command, or one that a button carries; UsageError for what is none."""
    parsed = parse(words)
    return Asked(command=parsed.command, values=in_workspace(parsed.command, parsed.values, team_id))


def in_workspace(command: Command, values: Mapping[str, str], team_id: str) -> dict[str, str]:
    """The values with channels and groups as we refer to them; UsageError for those of another workspace."""
    found = dict(values)
    for option in command.options:
        text = values.get(option.name, "").strip()
        if text and option.type is OptionType.CHANNEL:
            found[option.name] = _channel(option.name, text, team_id)
        elif text and option.type is OptionType.ROLE and text.lower() != "none":
            found[option.name] = _group(option.name, text)
    return found


def _channel(name: str, text: str, team_id: str) -> ChannelRef:
    if re.fullmatch(r"[CGD][A-Z0-9]{2,20}", text):
        return channel_ref(team_id, text)
    known = read_channel(ChannelRef(text))
    if known and known[0] == team_id:
        return ChannelRef(text)
    raise UsageError(
        say("'{text}' is no channel for {option}", text=text[:60], option=name),
        allowed=say("a channel of this workspace, picked from what Slack offers after #"),
        example=f"{name}:#news",
    )


def _group(name: str, text: str) -> str:
    if re.fullmatch(r"S[A-Z0-9]{2,20}", text):
        return text
    raise UsageError(
        say("'{text}' is no user group for {option}", text=text[:60], option=name),
        allowed=say("a user group of this workspace, picked from what Slack offers after @, or none"),
        example=f"{name}:none",
    )
