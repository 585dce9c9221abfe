"""document → channel on Slack: posts once, changes and finds what was posted, says why something cannot be posted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sized
from datetime import timedelta
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.failures import FAILURES, UNANSWERED, error_code
from adapters.slack.incoming import read_channel, workspace_of
from adapters.slack.obstacles import REMOVED, REMOVED_WORDS, meaning
from adapters.slack.pacing import Pacer, TooLong
from adapters.slack.render import GENERATED
from bot.courtesy import give_way
from bot.models import WorkspaceId
from bot.ports import Gone, LookupUnavailable, Outgoing, Retry, SendResult, Sent, require_caveat
from bot.saying import marked

log = structlog.get_logger(__name__)

ClientOf = Callable[[str], Awaitable[AsyncWebClient | None]]
"""The client with a workspace's token; None when we have none."""
Removed = Callable[[WorkspaceId, str], Awaitable[bool]]
"""Is told of a workspace and of its token that is good no more; False when there is a newer one."""

_PAGE: Final = 200
_MOST_PAGES: Final = 20
_EDITED: Final = ("blocks", "text", "metadata")
"""What of a message can be changed afterwards."""
_SLACK: Final = timedelta(minutes=2)
"""How far the clocks of Slack and of this machine may be apart."""


class Posts:
    """Sends, changes and finds messages; `removed` is told of a token that is good no more.

    What is sent gives way to the `answers` that are being given.
    """

    def __init__(self, client_of: ClientOf, removed: Removed, pacer: Pacer, answers: Sized = ()) -> None:
        self._client_of, self._removed, self._pacer, self._answers = client_of, removed, pacer, answers

    async def send(self, message: Outgoing) -> SendResult:
        """Posts a message; what happened, never an exception for what Slack answers."""
        require_caveat(message.payload)
        place = read_channel(message.channel)
        if place is None:
            return Gone(reason=marked("this is no channel of Slack; choose one with /brief-admin digest edit"))
        client = await self._client_of(place[0])
        if client is None:
            return Gone(reason=REMOVED_WORDS)
        try:
            await self._pacer.wait(*place)
            await give_way(self._answers)
            return await self._post(client, message, place[1])
        except (TooLong, *FAILURES) as error:
            return await self._failed(error, place[0], client)

    async def edit(self, ref: str, message: Outgoing) -> SendResult:
        """Puts a payload in the place of a message of ours; what happened, as of `send`."""
        require_caveat(message.payload)
        place, (channel_id, _, ts) = read_channel(message.channel), ref.partition("/")
        if place is None or not ts:
            return Gone(reason=marked("this is no message in Slack"))
        client = await self._client_of(place[0])
        if client is None:
            return Gone(reason=REMOVED_WORDS)
        body = {key: part for key, part in _marked(message).items() if key in _EDITED}
        try:
            await self._pacer.wait_edit(place[0])
            await client.chat_update(channel=channel_id, ts=ts, **body)
        except (TooLong, *FAILURES) as error:
            return await self._failed(error, place[0], client)
        return Sent(ref=ref)

    async def _post(self, client: AsyncWebClient, message: Outgoing, channel_id: str) -> SendResult:
        body = _marked(message) | _thread(message)
        try:
            posted = await client.chat_postMessage(channel=channel_id, **body)
        except SlackApiError as error:
            if error_code(error) != "not_in_channel" or not await self._joined(client, channel_id):
                raise
            posted = await client.chat_postMessage(channel=channel_id, **body)
        return Sent(ref=f"{posted['channel']}/{posted['ts']}")

    async def _joined(self, client: AsyncWebClient, channel_id: str) -> bool:
        """Whether we could join by ourselves, as one may in a public channel."""
        try:
            await client.conversations_join(channel=channel_id)
        except SlackApiError as error:
            log.info("slack.not_joined", channel=channel_id, reason=error_code(error))
            return False
        return True

    async def _failed(self, error: Exception, team_id: str, client: AsyncWebClient) -> SendResult:
        """What a message or an edit that did not get there comes to."""
        if isinstance(error, TooLong):
            words = marked("many messages wait for their turn in this workspace")
            return Retry(reason=words, after_s=error.seconds, is_queued=error.is_team)
        if not isinstance(error, SlackApiError):
            return Retry(
                reason=marked("no answer from Slack ({kind})").format(kind=type(error).__name__), is_unknown=True
            )
        result = meaning(error_code(error), error.response.status_code, _retry_after(error))
        if error.response.status_code == 429:
            log.warning("slack.limited", after_s=_retry_after(error))
        if isinstance(result, Retry) and not result.is_unknown and result.after_s:
            self._pacer.rest(team_id, result.after_s)
        if error_code(error) in REMOVED and not await self._removed(workspace_of(team_id), client.token or ""):
            return Retry(
                reason=marked("Slack does not take the token any more, and there is a newer one by now"), after_s=1
            )
        return result

    # ── find ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def find(self, message: Outgoing) -> str | None:
        """The reference of a message with this key, None when it is not there; LookupUnavailable when we cannot see."""
        place = read_channel(message.channel)
        client = await self._client_of(place[0]) if place else None
        if place is None or client is None:
            return None
        try:
            return await self._found(client, message, place[1])
        except SlackApiError as error:
            code = error_code(error)
            if code == "channel_not_found":
                # Nothing stands in a channel that is not there; a private one we were removed from looks the same.
                raise LookupUnavailable(marked("Briefbot does not see the channel; invite it again")) from None
            if code == "missing_scope":
                needed = error.response.get("needed", "channels:history")
                words = marked("Briefbot lacks the scope {scope}; install the app again")
                raise LookupUnavailable(words.format(scope=needed)) from None
            if code == "not_in_channel":
                raise LookupUnavailable(marked("Briefbot is not in the channel; invite it with /invite")) from None
            answered = marked("Slack answered {code}").format(code=error.response.status_code)
            raise LookupUnavailable(code or answered) from None
        except UNANSWERED as error:
            raise LookupUnavailable(type(error).__name__) from None

    async def _found(self, client: AsyncWebClient, message: Outgoing, channel_id: str) -> str | None:
        """Looks through what was written there back to when the message can have been sent, or through its thread.

        The newest page is read whole: our clock may have been ahead when it said since when.
        """
        since = (message.since - _SLACK).timestamp()
        asked: dict[str, Any] = {
            "channel": channel_id,
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        read: Callable[..., Awaitable[AsyncSlackResponse]] = client.conversations_history
        if thread := _thread(message):
            read, asked = client.conversations_replies, asked | {"ts": thread["thread_ts"]}
        for _ in range(_MOST_PAGES):
            page = await read(**asked)
            for written in page["messages"]:
                if _is_ours(written, message.key):
                    return f"{channel_id}/{written['ts']}"
            asked["cursor"] = (page.get("response_metadata") or {}).get("next_cursor", "")
            # A channel is told newest first, a thread oldest first.
            is_far_enough = not thread and any(float(written["ts"]) < since for written in page["messages"])
            if is_far_enough or not asked["cursor"]:
                return None
        raise LookupUnavailable(marked("too much was written in the channel since"))


def _thread(message: Outgoing) -> dict[str, str]:
    """A long digest goes on in the thread of its first message."""
    return {"thread_ts": message.first_ref.partition("/")[2]} if message.first_ref else {}


def _marked(message: Outgoing) -> dict[str, Any]:
    """The body with what it is found by: a block's id, and metadata, which say that it is generated and by which."""
    body = dict(message.payload.body)
    first, *rest = body["blocks"]
    held = body.get("metadata", {"event_type": GENERATED, "event_payload": {}})
    payload = held["event_payload"] | {"key": message.key}
    return body | {
        "blocks": [first | {"block_id": _block_id(message.key)}, *rest],
        "metadata": held | {"event_payload": payload},
    }


def _is_ours(written: Mapping[str, Any], key: str) -> bool:
    """By either mark; only our own app can have set both, and only for its own messages is the metadata given back."""
    payload = written.get("metadata", {}).get("event_payload", {})
    ids = [block.get("block_id") for block in written.get("blocks", ())]
    return bool(written.get("bot_id")) and (payload.get("key") == key or _block_id(key) in ids)


def _block_id(key: str) -> str:
    return f"briefbot:{key}"


def _retry_after(error: SlackApiError) -> float | None:
    try:
        return (
            float(error.response.headers.get("Retry-After") or error.response.headers.get("retry-after") or 0) or None
        )
    except (ValueError, AttributeError):
        return None
