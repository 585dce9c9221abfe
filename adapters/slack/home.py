"""The Home tab: what the workspace follows, today's digest, what comes next; managers can change it from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.slack.actions import button, numbered
from adapters.slack.render import render
from adapters.slack.replies import VIEW_BLOCKS
from bot.commands.catalogue import BY_NAME
from bot.commands.invoke import Commands, Invocation
from bot.documents.nodes import Action, Document
from bot.ports import require_caveat
from bot.saying import marked, say

Json = dict[str, Any]

_FOR_ALL: Final = (
    Action(marked("Latest"), "brief latest"),
    Action(marked("Topics"), "brief topics"),
    Action(marked("Help"), "brief help"),
)
_FOR_MANAGERS: Final = (
    Action(marked("Set up"), "brief-admin setup", asks=True),
    Action(marked("Add a digest"), "brief-admin digest add", asks=True),
    Action(marked("Add a topic"), "brief-admin topic add", asks=True),
    Action(marked("Add a source"), "brief-admin source add", asks=True),
    Action(marked("Import OPML"), "brief-admin source import", asks=True),
    Action(marked("Digests"), "brief-admin digest list"),
    Action(marked("Sources"), "brief-admin source list"),
    Action(marked("Settings"), "brief-admin settings", asks=True),
)


async def home(commands: Commands, invocation: Invocation, *, is_manager: bool) -> Json:
    """The Home tab of one person."""
    told = ["brief-admin status"] if is_manager else ["brief topics"]
    documents = [(await commands.call(BY_NAME[name], {}, invocation)).document for name in [*told, "brief today"]]

    return {"type": "home", "blocks": list(_blocks(documents, [_FOR_MANAGERS, _FOR_ALL] if is_manager else [_FOR_ALL]))}


def _blocks(documents: Sequence[Document], rows: Sequence[Sequence[Action]]) -> list[Json]:
    blocks: list[Json] = [
        {
            "type": "actions",
            "elements": numbered(
                [made for action in row if (made := button(replace(action, label=say(action.label))))]
            ),
        }
        for row in rows
    ]
    for document in documents:
        for payload in render(document)[:1]:
            require_caveat(payload)
            if len(blocks) + 1 + len(payload.body["blocks"]) <= VIEW_BLOCKS:
                blocks += [{"type": "divider"}, *payload.body["blocks"]]
    return blocks
