"""Shows an answer to all as messages of our own, which can be edited later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import replies
from adapters.slack.failures import FAILURES, error_code, reason_of
from adapters.slack.obstacles import meaning
from adapters.slack.pacing import Pacer, TooLong
from adapters.slack.render import render
from bot.commands.invoke import Reply
from bot.documents.nodes import Document
from bot.ports import Payload, Retry, require_caveat
from bot.saying import say_count

log = structlog.get_logger(__name__)

MOST: Final = 5
"""Messages of one answer that a person may show to all at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """The messages of an answer that stand in a channel, with their references."""

    posted: tuple[tuple[str, Payload], ...]
    missing: int
    """How many do not, or are not known to."""
    is_refused: bool
    """Slack refused the first one, so that nothing stands there."""


async def share(client: AsyncWebClient, pacer: Pacer, place: tuple[str, str], document: Document) -> Shared:
    """Posts an answer to a place, the ids of a workspace and a channel, each message when its turn has come."""
    payloads = render(document)
    posted: list[tuple[str, Payload]] = []
    is_known = True
    for payload in payloads[:MOST]:
        require_caveat(payload)
        try:
            await pacer.wait(*place)
            made = await client.chat_postMessage(channel=place[1], **payload.body)
        except (TooLong, *FAILURES) as error:
            log.info("slack.share_cut", channel=place[1], posted=len(posted), reason=reason_of(error))
            is_known = _is_known(error)
            break
        posted.append((f"{made['channel']}/{made['ts']}", payload))
    return Shared(posted=tuple(posted), missing=len(payloads) - len(posted), is_refused=is_known and not posted)


def _is_known(error: Exception) -> bool:
    """Whether the message is known not to be there."""
    if isinstance(error, SlackApiError):
        result = meaning(error_code(error), error.response.status_code, None)
        return not (isinstance(result, Retry) and result.is_unknown)
    return isinstance(error, TooLong)


def cut_off(count: int) -> Reply:
    """Tells who shared an answer that not all of it stands in the channel."""
    return replies.failed(
        say_count(
            "{n} message of this answer may be missing here; ask for less at once, or share it again later.",
            "{n} messages of this answer may be missing here; ask for less at once, or share it again later.",
            count,
        )
    )
