"""What a person is told in Slack of something that went wrong, and where: at a field, above a button, in an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import replies
from adapters.slack.failures import FAILURES, error_code
from adapters.slack.incoming import Asked
from adapters.slack.responding import Unanswered
from bot.commands.describe import as_typed
from bot.commands.invoke import Reply
from bot.documents.nodes import Action, Actions, Kind
from bot.errors import BriefbotError
from bot.saying import say

Json = Mapping[str, Any]
Respond = Callable[..., Awaitable[Any]]

log = structlog.get_logger(__name__)


def errors_at_fields(reply: Reply, view: Json) -> dict[str, str]:
    """What is wrong at which field; at the first one when it is about none of them."""
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    at = reply.wrong_option if reply.wrong_option in fields else next(iter(fields), "")
    words = " ".join(text for text in _words(reply) if text)
    return {at: words[:2000]} if at else {}


def _words(reply: Reply) -> list[str]:
    return [getattr(span, "text", "") for block in reply.document.blocks for span in getattr(block, "spans", ())] or [
        reply.document.title
    ]


def with_another_try(reply: Reply, asked: Asked, values: Mapping[str, str]) -> Reply:
    """A late mistake, with the button that opens the form as it was filled in."""
    words = as_typed(asked.command.name, values)
    if reply.document.kind is not Kind.ERROR or not words:
        return reply
    again = Actions((Action(say("Edit and try again"), words, asks=True),))
    return replace(reply, document=replace(reply.document, blocks=(*reply.document.blocks, again)))


def words_of(error: Exception) -> str:
    """What a person is told of something that went wrong."""
    if isinstance(error, BriefbotError):
        return error.message
    return say("Something went wrong on our side. Please try again.")


async def told(work: Awaitable[Reply]) -> Reply:
    """The reply, or what a person is told when there is none: what was opened for it would else wait for ever."""
    try:
        return await work
    except Exception as error:
        await apologise(None, error)
        return replies.failed(words_of(error))


async def show(client: AsyncWebClient, view_id: str, reply: Reply) -> None:
    """Puts a reply in the place of what a window shows; when Slack does not take it, that something went wrong."""
    try:
        await client.views_update(view_id=view_id, view=replies.view(reply))
    except FAILURES as error:
        await apologise(None, error)
        await client.views_update(view_id=view_id, view=replies.view(replies.failed(words_of(error))))


async def apologise(respond: Respond | None, error: Exception) -> None:
    """Tells a person what went wrong, where there is a way to; for whoever runs the bot it is in the log."""
    if isinstance(error, SlackApiError):
        log.warning("interaction.refused", code=error_code(error))
    elif isinstance(error, BriefbotError):
        log.info("interaction.refused", reason=error.message[:200])
    else:
        log.error("interaction.failed", exc_info=error)
    if respond is None:
        return
    reply = replies.failed(words_of(error))
    try:
        await respond(**replies.messages(reply)[0])
    except Unanswered as again:
        log.warning("interaction.unanswered", reason=str(again))
