"""The seams of the core: what an adapter and a clock must be, and what a send can come to.

Each Protocol's docstring is its law; `tests/contract/` holds every implementation to it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.documents.nodes import Document
from bot.models import ChannelRef


class Clock(Protocol):
    """Tells and waits for time. `now` is aware, in UTC; `sleep` takes seconds of this clock."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """One native message, ready to send: `body` is what the platform is given, `caveat` words that must be in it.

    `caveat` is empty only for documents that need none (see `documents.nodes.Document`).
    """

    body: Mapping[str, Any]
    caveat: str

    def to_json(self) -> str:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The message stands in the channel; `ref` is the adapter's own reference to it."""

    ref: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Not sent for a reason that passes. `after_s`: when the platform said so, else None.

    `is_unknown` when it may have been sent all the same (a lost response): look before sending again.
    """

    reason: str
    after_s: float | None = None
    is_unknown: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The channel is not there any more, or not for us; trying again is no use until an admin acts."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """The platform refuses this very message; a defect of ours, loud in the log."""

    reason: str


SendResult = Sent | Retry | Gone | Rejected


class Adapter(Protocol):
    """A chat platform, as small as the core needs it.

    - `render` is pure: the same document gives the same payloads; each payload is within the platform's limits and
      carries the document's whole caveat. All text is escaped; nothing pings but the one role that the document names.
    - `send` never raises for what the platform answers: it says what happened. It raises CaveatMissing for a payload
      without its caveat, before anything leaves the process. It sends at most once for a call.
    - `find` looks for a message sent earlier with this key: its reference, or None when it is surely not there.
      It raises `LookupUnavailable` when it cannot tell.
    - `close` is idempotent and finishes what is being sent.
    """

    platform: str

    def render(self, document: Document) -> tuple[Payload, ...]: ...

    async def send(self, channel: ChannelRef, payload: Payload, *, key: str) -> SendResult: ...

    async def find(self, channel: ChannelRef, *, key: str) -> str | None: ...

    async def close(self) -> None: ...


class LookupUnavailable(Exception):
    """The platform cannot be asked now whether a message is there."""


class CaveatMissing(AssertionError):
    """A payload about a brief or a digest has lost its caveat; it must not be sent."""


def require_caveat(payload: Payload) -> None:
    """CaveatMissing unless some text of the payload holds its caveat whole; each adapter calls it before each send."""
    if payload.caveat and not any(payload.caveat in text for text in _texts(payload.body)):
        raise CaveatMissing(f"a message without its caveat was stopped: {payload.caveat[:40]!r}… is not in it")


def _texts(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case Mapping():
            return [text for item in value.values() for text in _texts(item)]
        case list() | tuple():
            return [text for item in value for text in _texts(item)]
        case _:
            return []
