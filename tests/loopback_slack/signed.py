"""Requests as Slack sends them to an app's own address: signed, and also forged, late and replayed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from tests.loopback_slack.sockets import FIRST_S, Ack
from tests.loopback_slack.world import Json

_FORM = "application/x-www-form-urlencoded"


def signature(secret: str, at: int, body: bytes) -> str:
    """The signature v0 of a body at a time."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()


def packed(kind: str, payload: Json) -> tuple[bytes, str]:
    """The body of a payload, and its type: commands and interactions come as forms, events as JSON."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), _FORM


class Signed:
    """The sender; `url` is where the app listens, empty when it uses Socket Mode."""

    def __init__(self, secret: str) -> None:
        self.secret, self.url, self.first_s = secret, "", FIRST_S
        self._session: aiohttp.ClientSession | None = None
        self._last: tuple[bytes, dict[str, str]] = b"", {}

    async def send(
        self,
        kind: str,
        payload: Json,
        *,
        attempt: int = 0,
        reason: str = "",
        secret: str = "",
        age_s: float = 0.0,
    ) -> Ack:
        """Sends a payload; another secret forges it, an age makes it late."""
        body, content_type = packed(kind, payload)
        at = int(time.time() - age_s)
        headers = {"Content-Type": content_type, "X-Slack-Request-Timestamp": str(at)}
        headers["X-Slack-Signature"] = signature(secret or self.secret, at, body)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or "http_timeout"}
        self._last = body, headers
        return await self._post(body, headers)

    async def replay(self) -> Ack:
        """Sends the last request once more, byte for byte."""
        return await self._post(*self._last)

    async def challenge(self, challenge: str = "abc") -> Ack:
        """Asks the app to prove that the address is its own."""
        return await self.send("events_api", {"type": "url_verification", "token": "t", "challenge": challenge})

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Ack:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        began, timeout = time.monotonic(), aiohttp.ClientTimeout(total=self.first_s)
        try:
            async with self._session.post(self.url, data=body, headers=headers, timeout=timeout) as response:
                text, status = await response.text(), response.status
        except TimeoutError:
            return Ack(seconds=time.monotonic() - began, error="operation_timeout")
        except aiohttp.ClientError:
            return Ack(seconds=time.monotonic() - began, error="dispatch_failed")
        seconds = time.monotonic() - began
        error = "" if 200 <= status < 300 else "dispatch_failed"
        return Ack(_read(text), seconds, error, status, text)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _read(text: str) -> Json:
    """The payload of an answer; a plain text is a message."""
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"text": text}
