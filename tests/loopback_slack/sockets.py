"""Socket Mode: several connections, each envelope to one of them, and what happens when one ends."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import count

from aiohttp import WSMsgType, web

from tests.loopback_slack.world import APP_ID, Json

FIRST_S = 3.0
MOST = 10
_numbers = count(1)


@dataclass
class Ack:
    """How an envelope or a signed request was answered."""

    payload: Json = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    status: int = 0
    """Of HTTP; 0 in Socket Mode."""
    text: str = ""


@dataclass
class Link:
    """One connection of the app."""

    socket: web.WebSocketResponse
    request: web.Request
    id: int = field(default_factory=lambda: next(_numbers))
    is_leaving: bool = False
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return not self.is_leaving and not self.socket.closed


class Hub:
    """Who is connected, and what they are sent."""

    def __init__(self) -> None:
        self.origin = ""
        self.links: list[Link] = []
        self.first_s = FIRST_S
        self.opened = 0
        """How many connections there ever were."""
        self.envelopes: list[Json] = []
        """Everything that was sent, each with the number of its connection as `link`."""
        self.late: list[Json] = []
        """Acknowledgements for which nobody waited any more."""
        self._tickets: set[str] = set()
        self._news = asyncio.Event()

    def ticket(self) -> str:
        """A URL for one connection, for `apps.connections.open`."""
        ticket = f"ticket-{next(_numbers)}"
        self._tickets.add(ticket)
        return f"ws{self.origin.removeprefix('http')}/link/?ticket={ticket}&app_id={APP_ID}"

    @property
    def open_links(self) -> list[Link]:
        return [link for link in self.links if link.is_open]

    async def connected(self, number: int = 1, within_s: float = 5.0) -> None:
        """Waits until so many connections are open."""
        async with asyncio.timeout(within_s):
            while len(self.open_links) < number:
                self._news.clear()
                await self._news.wait()

    async def reconnected(self) -> bool:
        """Whether a connection is open, or comes in a few seconds."""
        try:
            await self.connected()
        except TimeoutError:
            return False
        return True

    # ── a connection ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        link = Link(web.WebSocketResponse(), request)
        await link.socket.prepare(request)
        if len(self.open_links) >= MOST:
            await self._say(link, {"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await link.socket.close()
            return link.socket
        await self._welcome(link)
        await self._listen(link)
        return link.socket

    async def _welcome(self, link: Link) -> None:
        self.links.append(link)
        self.opened += 1
        debug = {"host": "loopback", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(self.open_links), "debug_info": debug}
        await self._say(link, hello | {"connection_info": {"app_id": APP_ID}})
        self._news.set()

    async def _listen(self, link: Link) -> None:
        try:
            async for frame in link.socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(frame.data))
        finally:
            self._forget(link)

    def _forget(self, link: Link) -> None:
        if link in self.links:
            self.links.remove(link)
        for future in link.waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the connection ended"))

    def _acknowledged(self, said: Json) -> None:
        # The client answers on its newest connection, which need not be the one that brought the envelope.
        for link in self.links:
            future = link.waiting.get(said.get("envelope_id", ""))
            if future is not None and not future.done():
                future.set_result(said.get("payload") or {})
                return
        self.late.append(said)

    async def _say(self, link: Link, said: Json) -> None:
        try:
            await link.socket.send_str(json.dumps(said))
        except ConnectionError:
            self._forget(link)

    # ── envelopes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, kind: str, payload: Json, *, accepts: bool, attempt: int = 0, reason: str = "") -> Ack:
        """Sends an envelope to the connection whose turn it is, and waits for its acknowledgement."""
        links = self.open_links
        if not links:
            return Ack(error="dispatch_failed")
        link, number = links[len(self.envelopes) % len(links)], next(_numbers)
        envelope = {"envelope_id": f"envelope-{number}", "type": kind, "accepts_response_payload": accepts}
        envelope["payload"] = payload
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        self.envelopes.append(envelope | {"link": link.id})
        began = time.monotonic()
        try:
            return Ack(await self._answered(link, envelope), time.monotonic() - began)
        except TimeoutError:
            return Ack(seconds=time.monotonic() - began, error="operation_timeout")
        except ConnectionError:
            return Ack(seconds=time.monotonic() - began, error="dispatch_failed")

    async def _answered(self, link: Link, envelope: Json) -> Json:
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        link.waiting[envelope["envelope_id"]] = future
        try:
            await self._say(link, envelope)
            return await asyncio.wait_for(future, self.first_s)
        finally:
            del link.waiting[envelope["envelope_id"]]

    # ── the end of a connection ───────────────────────────────────────────────────────────────────────────────────────

    async def warn(self) -> None:
        """Tells every connection that it will soon be refreshed; the client takes this as the end already."""
        await self._disconnect("warning")

    async def refresh(self, linger_s: float = 0.05) -> None:
        """Asks for new connections, sends nothing more over the old ones, and closes them a little later."""
        old = self.open_links
        for link in old:
            link.is_leaving = True
        await self._disconnect("refresh_requested", old)
        await asyncio.sleep(linger_s)
        for link in old:
            await link.socket.close()

    async def _disconnect(self, reason: str, links: list[Link] | None = None) -> None:
        for link in self.open_links if links is None else links:
            await self._say(link, {"type": "disconnect", "reason": reason, "debug_info": {"host": "loopback"}})

    async def drop(self) -> None:
        """Ends every connection without a word."""
        for link in list(self.links):
            link.is_leaving = True
            self._forget(link)
            if link.request.transport is not None:
                link.request.transport.abort()
