"""How a reply is shown: private or for all, in place of a message or as a new one, in a form, with its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.actions import VALUE_LIMIT, Press, plain_text, pressed
from adapters.slack.forms import TITLE_LIMIT
from adapters.slack.mrkdwn import plain
from adapters.slack.render import render
from bot.commands.invoke import Reply
from bot.documents.build import error_document, notice
from bot.documents.clip import clip
from bot.documents.nodes import Actions, Note, Paragraph, Text
from bot.documents.verbs import Verb
from bot.errors import BriefbotError
from bot.ports import Payload, require_caveat
from bot.saying import say, say_count

Json = dict[str, Any]
VIEW_BLOCKS: Final = 100
"""So many blocks a window or a Home tab has at most."""
SHOWN: Final = "v1:shown"
"""What a window is called that shows a reply."""
URL_USES: Final = 5
"""So often Slack lets us answer through one address."""


def failed(text: str) -> Reply:
    return Reply(document=error_document(BriefbotError(text)))


def messages(reply: Reply, words: str = "", *, is_private: bool = True, replaces: bool = False) -> list[Json]:
    """A reply as the bodies of answers; `words` is the command that a button below it may show to all."""
    payloads = render(reply.document)
    shown = [_body(payload, is_private=is_private) for payload in payloads[:URL_USES]]
    if len(payloads) > URL_USES:
        shown[-1]["blocks"] = [_more(len(payloads) - URL_USES), *shown[-1]["blocks"]]
    if words and is_private and len(words) <= VALUE_LIMIT:
        share = pressed(Press(Verb.SHARE, words), say("Share in this channel"))
        shown[-1]["blocks"] = [*shown[-1]["blocks"], {"type": "actions", "elements": [share]}]
    shown[0]["replace_original"] = replaces
    return shown


def _body(payload: Payload, *, is_private: bool) -> Json:
    require_caveat(payload)
    return {
        "response_type": "ephemeral" if is_private else "in_channel",
        "blocks": payload.body["blocks"],
        "text": payload.body["text"],
        "replace_original": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _more(count: int) -> Json:
    words = say_count(
        "{n} more message would follow; ask for less at once.",
        "{n} more messages would follow; ask for less at once.",
        count,
    )
    return {"type": "context", "elements": [plain_text(words)]}


# ── in a form's place ─────────────────────────────────────────────────────────────────────────────────────────────────


def view(reply: Reply) -> Json:
    """A reply as a window of its own."""
    payloads = render(reply.document)
    for payload in payloads:
        require_caveat(payload)
    blocks: list[Json] = []
    for number, payload in enumerate(payloads):
        # One is kept for saying that there is more.
        if len(blocks) + len(payload.body["blocks"]) + 1 > VIEW_BLOCKS:
            blocks.append(_more(len(payloads) - number))
            break
        blocks += payload.body["blocks"]
    return _window(reply.document.title, _told_apart(blocks))


def waiting_view(words: str) -> Json:
    """What stands there until the answer does."""
    return view(Reply(document=notice(say("One moment"), Paragraph((Text(words),)))))


def _window(title: str, blocks: Sequence[Json]) -> Json:
    return {
        "type": "modal",
        "callback_id": SHOWN,
        "title": plain_text(clip(plain(title), TITLE_LIMIT) or "Briefbot"),
        "close": plain_text(say("Close")),
        "blocks": list(blocks),
    }


def _told_apart(blocks: list[Json]) -> list[Json]:
    """Blocks of several messages in one window: what names a block in its message names none here."""
    return [{name: part for name, part in block.items() if name != "block_id"} for block in blocks]


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def hand_over(client: AsyncWebClient, user_id: str, reply: Reply) -> Reply:
    """Sends a reply's files to the person alone, since a file in a channel can be seen by all; says where they are."""
    if not reply.files:
        return reply
    opened = await client.conversations_open(users=[user_id])
    for name, text in reply.files:
        await client.files_upload_v2(channel=opened["channel"]["id"], filename=name, title=name, content=text)
    note = Note((Text(say("The file is in your direct messages with Briefbot.")),))
    blocks = tuple(block for block in reply.document.blocks if not isinstance(block, Actions))
    return replace(reply, document=replace(reply.document, blocks=(*blocks, note)), files=())
