"""Answers through the address that an interaction brings; one that does not get there is noticed, and told another way.

Bolt's own way gives back what Slack said and nobody looks at it, and its client sends again what may have got there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.clients import CALL_S
from adapters.slack.failures import FAILURES, UNANSWERED

log = structlog.get_logger(__name__)


class Unanswered(Exception):
    """A person could not be told."""


class Respond:
    """Tells whoever did something in Slack what came of it."""

    def __init__(self, body: Mapping[str, Any], client: AsyncWebClient | None) -> None:
        self._url = str(body.get("response_url") or "")
        self._channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")
        self._user = str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
        self._client = client

    async def __call__(self, **message: Any) -> None:
        """Shows a message where it was asked for; Unanswered when there is no way."""
        reason = await self._given(message) if self._url else "no address"
        if not reason:
            return
        # What all should see may stand there although its answer was lost; what one person sees may come twice.
        if message.get("response_type") == "in_channel" or not await self._whispered(message):
            raise Unanswered(reason)
        log.info("slack.whispered", channel=self._channel, reason=reason)

    async def _given(self, message: Mapping[str, Any]) -> str:
        """Sends it to the address, once; why it did not get there, if it did not."""
        try:
            answer = await AsyncWebhookClient(self._url, timeout=CALL_S, retry_handlers=[]).send_dict(dict(message))
        except UNANSWERED as error:
            return type(error).__name__
        return "" if answer.status_code < 400 else f"{answer.status_code} {answer.body[:100]}"

    async def _whispered(self, message: Mapping[str, Any]) -> bool:
        """Shows it to the person alone, in a direct message where Slack does not let us in the channel."""
        if self._client is None or not (self._channel and self._user):
            return False
        shown = {name: message[name] for name in ("blocks", "text") if name in message}
        try:
            await self._client.chat_postEphemeral(channel=self._channel, user=self._user, **shown)
        except SlackApiError:
            return await self._written(self._client, shown)
        except UNANSWERED:
            return False
        return True

    async def _written(self, client: AsyncWebClient, shown: Mapping[str, Any]) -> bool:
        try:
            opened = await client.conversations_open(users=[self._user])
            place = opened["channel"]["id"]
            await client.chat_postMessage(channel=place, unfurl_links=False, unfurl_media=False, **shown)
        except FAILURES:
            return False
        return True
