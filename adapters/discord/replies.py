"""How a reply is shown: in place of a message or as a new one, private or for all, in parts, with its files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import discord

from adapters.discord.buttons import Press
from adapters.discord.direct import addressed
from adapters.discord.here import guild_of
from adapters.discord.native import RawView, attached
from adapters.discord.render import BUTTON, GREY, ROW, render
from bot.commands.invoke import Reply
from bot.documents.nodes import Action, Actions, Kind
from bot.documents.verbs import Verb
from bot.ports import Payload, require_caveat
from bot.saying import say

Interaction = discord.Interaction[Any]

DRAFTS: Final = 500
FILE: Final = 13


async def answer_with(
    interaction: Interaction, reply: Reply, *, verb: Verb = Verb.RUN, words: str = ""
) -> list[tuple[str, Payload]]:
    """Shows a reply; `words` is the command that a button below it may show to all.

    Its messages, each with the reference under which it stands.
    """
    payloads = render(reply.document)
    for payload in payloads:
        require_caveat(payload)
    drawn = _messages(payloads, reply.files, "" if verb is Verb.SHARE else words)
    guild_id = guild_of(interaction)
    is_direct = interaction.guild_id is None
    views = [RawView(addressed(components, guild_id) if is_direct else components) for components in drawn]
    files = attached(reply.files)
    is_private = verb is not Verb.SHARE
    first, *rest = views
    if interaction.response.is_done():
        shown: Any = await interaction.edit_original_response(view=first, attachments=files)
        ids = [shown.id]
    elif takes_its_place(interaction, verb):
        shown = await interaction.response.edit_message(view=first, attachments=files)
        ids = [shown.message_id if shown else 0]
    elif files:
        shown = await interaction.response.send_message(view=first, ephemeral=is_private, files=files)
        ids = [shown.message_id]
    else:
        shown = await interaction.response.send_message(view=first, ephemeral=is_private)
        ids = [shown.message_id]
    for view in rest:
        ids.append((await interaction.followup.send(view=view, ephemeral=is_private, wait=True)).id)
    return [(f"{interaction.channel_id}/{id_}", payload) for id_, payload in zip(ids, payloads, strict=True) if id_]


def _messages(payloads: Sequence[Payload], files: Sequence[tuple[str, str]], words: str) -> list[list[dict[str, Any]]]:
    messages = [list(payload.body["components"]) for payload in payloads]
    messages[-1] += [{"type": FILE, "file": {"url": f"attachment://{name}"}} for name, _ in files]
    custom_id = Press(Verb.SHARE, words).custom_id() if words else None
    if custom_id:
        button = {"type": BUTTON, "style": GREY, "label": say("Share in this channel"), "custom_id": custom_id}
        messages[-1].append({"type": ROW, "components": [button]})
    return messages


def takes_its_place(interaction: Interaction, verb: Verb) -> bool:
    """Whether the answer takes the place of the message that was pressed, which only its one reader sees."""
    message = interaction.message
    return verb in (Verb.TURN, Verb.DO) and message is not None and message.flags.ephemeral


class Drafts:
    """What people typed into forms that were not right, so that they need not type it again. Lost with the process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, str], Mapping[str, str]] = OrderedDict()

    def noted(self, interaction: Interaction, words: str, values: Mapping[str, str], reply: Reply) -> Reply:
        """Keeps the values when the reply is an error, and offers the form again below it."""
        if reply.document.kind is not Kind.ERROR:
            return reply
        self._kept[_form_of(interaction, words)] = values
        while len(self._kept) > DRAFTS:
            self._kept.popitem(last=False)
        again = Actions((Action(say("Edit and try again"), words, asks=True),))
        return replace(reply, document=replace(reply.document, blocks=(*reply.document.blocks, again)))

    def take(self, interaction: Interaction, words: str) -> Mapping[str, str]:
        """What this person typed into this form of this server last, once."""
        return self._kept.pop(_form_of(interaction, words), {})


def _form_of(interaction: Interaction, words: str) -> tuple[int, int, str]:
    return guild_of(interaction), interaction.user.id, words
