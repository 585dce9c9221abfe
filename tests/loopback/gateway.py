"""The gateway: sessions that outlive their connection, so that what was missed is told again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.loopback.world import APPLICATION_ID, BOT, Json
from tests.waiting import until

_names = count(1)


@dataclass
class Session:
    """One shard's session: everything that was dispatched to it, in order."""

    shard: tuple[int, int]
    id: str = field(default_factory=lambda: f"session-{next(_names)}")
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    is_dead: bool = False
    beats: int = 0

    @property
    def is_up(self) -> bool:
        return self.socket is not None and not self.socket.closed

    async def dispatch(self, name: str, data: Json) -> None:
        event = {"op": 0, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        await self.send(event)

    async def send(self, event: Json) -> None:
        if self.socket is not None and not self.socket.closed:
            try:
                await self.socket.send_str(json.dumps(event))
            except ConnectionError:
                self.socket = None


class Gateway:
    """Who is connected, and what they are told."""

    def __init__(self, token: str, guilds: Callable[[], Iterable[Json]]) -> None:
        self._token, self._guilds = token, guilds
        self.sessions: list[Session] = []
        self.identifies = self.resumes = self.intents = 0
        self.url = ""
        self.connected = asyncio.Event()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 41250}}))
        session: Session | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            match said["op"]:
                case 1:
                    await socket.send_str(json.dumps({"op": 11}))
                    if session is not None:
                        session.beats += 1
                case 2:
                    session = await self._identify(socket, said["d"])
                case 6:
                    session = await self._resume(socket, said["d"])
        if session is not None and session.socket is socket:
            session.socket = None
        return socket

    async def _identify(self, socket: web.WebSocketResponse, said: Json) -> Session | None:
        if said["token"].removeprefix("Bot ") != self._token:
            await socket.close(code=4004, message=b"Authentication failed")
            return None
        self.identifies += 1
        self.intents = said["intents"]
        number, of = said.get("shard", (0, 1))
        session = Session((number, of), socket=socket)
        self.sessions.append(session)
        mine = [guild for guild in self._guilds() if (int(guild["id"]) >> 22) % of == number]
        ready: dict[str, Any] = {
            "v": 10,
            "user": BOT,
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in mine],
            "shard": [number, of],
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        await session.dispatch("READY", ready)
        for guild in mine:
            out = {"id": guild["id"], "unavailable": True}
            await session.dispatch(*(("GUILD_DELETE", out) if guild["unavailable"] else ("GUILD_CREATE", guild)))
        self.connected.set()
        return session

    async def _resume(self, socket: web.WebSocketResponse, said: Json) -> Session | None:
        session = next((s for s in self.sessions if s.id == said["session_id"] and not s.is_dead), None)
        if session is None:
            await socket.send_str(json.dumps({"op": 9, "d": False}))
            return None
        self.resumes += 1
        session.socket = socket
        for event in session.events[said["seq"] :]:
            await session.send(event)
        await session.dispatch("RESUMED", {})
        self.connected.set()
        return session

    async def tell(self, guild_id: int, name: str, data: Json) -> None:
        """Dispatches an event to the newest session of the guild's shard."""
        for session in reversed(self.sessions):
            number, of = session.shard
            if not session.is_dead and (guild_id >> 22) % of == number:
                await session.dispatch(name, data)
                return

    async def is_heard(self) -> None:
        """Until each client has read all that it was told: it answers in order."""
        beats = {session.id: session.beats for session in self.sessions}
        await self.ask(1)
        await until(lambda: all(not one.is_up or one.beats > beats.get(one.id, 0) for one in self.sessions))

    async def drop(self, code: int | None = None) -> None:
        """Ends every connection: without a word, or with a close code."""
        self.connected.clear()
        for session in self.sessions:
            if session.socket is not None:
                socket, session.socket = session.socket, None
                if code is not None:
                    await socket.close(code=code)
                elif socket._req is not None and socket._req.transport is not None:
                    socket._req.transport.abort()

    async def ask(self, op: int, data: Any = None) -> None:
        """Op 7 asks the client to reconnect, op 9 says that its session is over."""
        for session in self.sessions:
            if op == 9 and not data:
                session.is_dead = True
            await session.send({"op": op, "d": data})
