"""Answers that one person got and may show to all of a channel. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.catalogue.spec import Command
from bot.commands.describe import as_typed
from bot.commands.invoke import Reply
from bot.documents.build import for_all
from bot.documents.nodes import Kind, Note, Text
from bot.saying import say


def shareable(command: Command, values: Mapping[str, str], reply: Reply) -> str:
    """The command that shows the same to all; empty for what is not for all."""
    is_of_briefs = reply.document.caveat is not None and reply.document.kind is not Kind.ERROR
    return as_typed(command.name, values) if is_of_briefs and command.root == "brief" else ""


def shared_by(name: str, reply: Reply) -> Reply:
    """The reply as it is shown to all, saying who did that."""
    note = Note((Text(say("Shared by {name}", name=name)),))
    document = for_all(reply.document)
    return replace(reply, document=replace(document, blocks=(*document.blocks, note)))
