"""The seams of the core: what an adapter and a clock must be, and what a send can come to.

Each Protocol's docstring is its law; `tests/contract/` holds every implementation to it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from bot.documents.nodes import Document
from bot.models import ChannelRef, WorkspaceId


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

    `caveat` is empty only for documents that need none (see `documents.nodes.Document`). `title` is its document's, for
    places where a post has a name.
    """

    body: Mapping[str, Any]
    caveat: str
    title: str = ""
    page: Document | None = field(default=None, compare=False, repr=False)
    """What of the document stands in this message, from which it can be drawn again with one story corrected."""

    def to_json(self) -> str:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A message on its way to a channel, the same for each try."""

    channel: ChannelRef
    payload: Payload
    key: str
    """At most 25 characters; what the platform is asked to deduplicate by, and to be found by."""
    since: datetime
    """It cannot have been sent before this instant (UTC)."""
    first_ref: str = ""
    """The reference of the first message that this one continues; empty for the first."""
    publish: bool = False
    """Also to those who follow the channel from elsewhere, where there is such a thing."""
    in_thread: bool = False
    """What continues the first message stands in a thread of it, where there is such a thing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The message stands in the channel; `ref` is the adapter's own reference to it."""

    ref: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Not sent for a reason that passes. `after_s`: when the platform said so, else None.

    `is_unknown` when it may have been sent all the same (a lost response): only then it is looked for before it is sent
    again. `is_queued` when the platform was asked nothing, since no message to the workspace may go before `after_s`:
    that is no try.
    """

    reason: str
    after_s: float | None = None
    is_unknown: bool = False
    is_queued: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The channel is not there, or not for us; trying again is no use until an admin acts, who is told the reason."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """The platform refuses this very message; a defect of ours, loud in the log."""

    reason: str


SendResult = Sent | Retry | Gone | Rejected


class Adapter(Protocol):
    """A chat platform as a place to post; `bot.host.ServingAdapter` takes commands as well.

    - `render` is pure: the same document gives the same payloads; each payload is within the platform's limits and
      carries the document's whole caveat. All text is escaped; nothing pings but the one role that the document names.
    - `send` never raises for what the platform answers: it says what happened. It raises CaveatMissing for a payload
      without its caveat, before anything leaves the process. It sends at most once for a call.
    - `find` looks for a message sent earlier with this key: its reference, or None when sending it cannot double it.
      It raises `LookupUnavailable` when it cannot tell.
    - `edit` puts a payload in the place of the message with this reference, under the same key, so that it is found as
      before. It answers and raises as `send` does: `Sent` keeps the reference, `Gone` when the message is not there or
      may not be changed any more. Nobody is pinged, and doing it twice is doing it once.
    - `tell` shows the managers of a workspace something where they see it, in `channel` first when they chose one;
      False when there is no such place.
    - `obstacle` is why nothing could be posted in a channel now, as far as that is known without asking the platform;
      empty otherwise. It waits for nothing.
    - `shortfall` is what goes wrong in a channel although it can be posted to, known in the same way; empty otherwise.
    - `is_connected` is whether people are heard there now. It asks nobody.
    - `account` names whom it speaks as, the same in each process that has its token, and never the token: of those that
      serve with one account there is one at a time (`turns.py`). Empty where there may be any number.
    - `close` is idempotent and finishes what is being sent; after it `serve` may begin anew.
    """

    platform: str

    def render(self, document: Document) -> tuple[Payload, ...]: ...

    async def send(self, message: Outgoing) -> SendResult: ...

    async def find(self, message: Outgoing) -> str | None: ...

    async def edit(self, ref: str, message: Outgoing) -> SendResult: ...

    async def tell(self, workspace: WorkspaceId, document: Document, channel: ChannelRef | None = None) -> bool: ...

    def obstacle(self, channel: ChannelRef, *, in_thread: bool = False) -> str: ...

    def shortfall(self, channel: ChannelRef) -> str: ...

    async def is_connected(self) -> bool: ...

    def account(self) -> str: ...

    async def close(self) -> None: ...


class LookupUnavailable(Exception):
    """The platform cannot be asked now whether a message is there."""


class CaveatMissing(AssertionError):
    """A payload about a brief or a digest has lost its caveat; it must not be sent."""


_SHOWN: Final = ("text", "blocks", "components")


def require_caveat(payload: Payload) -> None:
    """CaveatMissing unless each part of the payload that may be all that is shown holds its caveat whole.

    Each adapter calls it before each send. Slack shows either the blocks or the text of a message.
    """
    shown = [payload.body[part] for part in _SHOWN if part in payload.body] or [payload.body]
    if payload.caveat and not all(any(payload.caveat in text for text in _texts(part)) for part in shown):
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
