"""The server: one port for the REST API, the gateway and files."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.loopback.gateway import Gateway
from tests.loopback.limits import Limits
from tests.loopback.openapi import wrong_with_body
from tests.loopback.people import People
from tests.loopback.rest import ROUTES, Asked, Refused
from tests.loopback.world import (
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Guild,
    Json,
    World,
    role,
    snowflake,
    user,
)

TOKEN = "fake-discord-token"


@dataclass
class Faults:
    """What goes wrong on purpose, with messages that are posted in channels."""

    drop_before: float = 0.0
    """The share of requests whose connection is dropped before anything is stored."""
    drop_after: float = 0.0
    """The share whose connection is dropped after the message was stored."""
    statuses: list[int] = field(default_factory=list)
    delay_s: float = 0.0
    delay_after_s: float = 0.0
    """How long the answer takes when the message is stored already."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))


@dataclass
class Request:
    method: str
    path: str
    status: int
    at: float
    body: Any


class FakeDiscord(People):
    """Discord on the loopback; `async with` starts and stops it."""

    def __init__(self, *, reads_schema: bool = True) -> None:
        """`reads_schema` False: bodies are held only to our own rules, where thousands come and time matters."""
        super().__init__()
        self._wrong_with_body = wrong_with_body if reads_schema else lambda *_: ""
        self.token = TOKEN
        self.world, self.limits, self.faults = World(), Limits(), Faults()
        self.hub = Gateway(TOKEN, lambda: [self.guild_json(g) for g in self.world.guilds.values() if g.is_bot_in])
        self.commands: list[Json] = []
        self.syncs, self.shards, self.nonce_s = 0, 1, 180.0
        self.requests: list[Request] = []
        self.closed_to_messages: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.api = self.gateway = ""
        self._nonces: dict[tuple[int, str], tuple[float, Json]] = {}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeDiscord:
        app = web.Application(client_max_size=25 * 2**20)
        app.router.add_get("/gateway", self.hub.handle)
        app.router.add_get("/gateway/", self.hub.handle)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.origin = f"http://127.0.0.1:{port}"
        self.api, self.gateway = f"{self.origin}/api/v10", f"ws://127.0.0.1:{port}/gateway"
        self.hub.url = self.gateway
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hub.drop()
        assert self._runner is not None
        await self._runner.cleanup()

    # ── what there is ─────────────────────────────────────────────────────────────────────────────────────────────────

    def guild_json(self, guild: Guild) -> Json:
        return guild.to_json(self.world.of_guild(guild.id)) | {"unavailable": guild.is_out}

    def add_guild(self, name: str = "Harbour") -> Guild:
        """A guild with an owner; tell the client with `tell_guild` when it is connected already."""
        guild = Guild(snowflake(), name, owner_id=snowflake())
        self.world.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str = "news", kind: int = TEXT, **parts: Any) -> Channel:
        channel = Channel(snowflake(), guild.id, name, kind, **parts)
        self.world.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str = "daily", **parts: Any) -> Channel:
        channel = Channel(snowflake(), parent.guild_id, name, PUBLIC_THREAD, parent.id, **parts)
        self.world.channels[channel.id] = channel
        return channel

    def add_role(self, guild: Guild, name: str = "Editors") -> int:
        id_ = snowflake()
        guild.roles[id_] = name
        return id_

    async def tell_guild(self, guild: Guild) -> None:
        """The bot is added to a guild, or an outage there ends."""
        is_new = not guild.is_out
        guild.is_out, guild.is_bot_in = False, True
        told = self.guild_json(guild)
        if is_new:
            del told["unavailable"]
        await self.hub.tell(guild.id, "GUILD_CREATE", told)

    async def kick(self, guild: Guild) -> None:
        guild.is_bot_in = False
        await self.hub.tell(guild.id, "GUILD_DELETE", {"id": str(guild.id)})

    async def outage(self, guild: Guild) -> None:
        guild.is_out = True
        await self.hub.tell(guild.id, "GUILD_DELETE", {"id": str(guild.id), "unavailable": True})

    async def deny(self, channel: Channel, permissions: int) -> None:
        """Takes permissions from the bot in a channel; 0 gives them back."""
        channel.denied = permissions
        await self.hub.tell(channel.guild_id, "CHANNEL_UPDATE", channel.to_json())

    async def update(self, channel: Channel) -> None:
        name = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        await self.hub.tell(channel.guild_id, name, channel.to_json())

    async def delete(self, channel: Channel) -> None:
        del self.world.channels[channel.id]
        await self.hub.tell(channel.guild_id, "CHANNEL_DELETE", channel.to_json())

    def role_json(self, id_: int, name: str) -> Json:
        return role(id_, name)

    def direct_channel(self, who: int) -> Channel:
        """Where the bot wrote to a person."""
        return next(c for c in self.world.channels.values() if c.guild_id == 0 and c.owner_id == who)

    def direct_messages(self, who: int) -> list[Json]:
        """What the bot wrote to a person."""
        found = (c for c in self.world.channels.values() if c.guild_id == 0 and c.owner_id == who)
        return [message for channel in found for message in channel.messages]

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body = await _body(request)
        response = await self._answer(request, path, body)
        status = response.status if response is not None else 0
        self.requests.append(Request(request.method, path, status, time.monotonic(), body))
        if status in (401, 403) or (status == 429 and response.headers.get("X-RateLimit-Scope") != "shared"):  # type: ignore[union-attr]
            self.limits.invalid += 1
        if response is None:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        return response

    async def _answer(self, request: web.Request, path: str, body: Any) -> web.Response | None:
        """The response; None for a connection that is dropped."""
        if path.startswith(("/interactions/", "/webhooks/")):
            return await self._people(request.method, path, body)
        if request.headers.get("Authorization") != f"Bot {self.token}":
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        if wait := self.limits.global_wait():
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            return _limited(wait, headers, is_global=True)
        is_post = request.method == "POST" and path.endswith("/messages")
        headers = {}
        if is_post:
            remaining, after, is_refused = self.limits.bucket(path)
            headers = _bucket_headers(self.limits.channel_burst or 100, remaining, after)
            if is_refused:
                return _limited(after, headers | {"X-RateLimit-Scope": "user"}, is_global=False)
        return await self._routed(request, path, body, headers, is_faulty=is_post or path.endswith("/threads"))

    async def _routed(
        self, request: web.Request, path: str, body: Any, headers: Mapping[str, str], *, is_faulty: bool
    ) -> web.Response | None:
        faults = self.faults
        if is_faulty and faults.delay_s:
            await asyncio.sleep(faults.delay_s)
        if is_faulty and faults.statuses and (status := faults.statuses.pop(0)):
            return _json({"message": "a fault", "code": 0}, status)
        if is_faulty and faults.chance.random() < faults.drop_before:
            return None
        response = await self._handled(request, path, body, headers)
        if is_faulty and faults.delay_after_s:
            await asyncio.sleep(faults.delay_after_s)
        if is_faulty and faults.chance.random() < faults.drop_after:
            return None
        return response

    async def _handled(self, request: web.Request, path: str, body: Any, headers: Mapping[str, str]) -> web.Response:
        for method, pattern, handler in ROUTES:
            found = pattern.fullmatch(path)
            if method == request.method and found:
                if wrong := self._wrong_with_body(method, path, body):
                    return _json({"message": f"Invalid Form Body: {wrong}", "code": 50035}, 400, headers)
                try:
                    asked = Asked(self, tuple(found.groups()), body, dict(request.query))
                    return _json(await handler(asked), 200, headers)
                except Refused as error:
                    return _json(error.to_json(), error.status, headers)
        return _json({"message": f"404: {request.method} {path}", "code": 0}, 404)

    async def _people(self, method: str, path: str, body: Any) -> web.Response:
        # Of files discord.py gives number ids, which Discord takes although its schema says text.
        if "_files" not in (body or {}) and (wrong := self._wrong_with_body(method, path, body)):
            return _json({"message": f"Invalid Form Body: {wrong}", "code": 50035}, 400)
        try:
            return _json(self.take_answer(method, path, body))
        except Refused as error:
            return _json(error.to_json(), error.status)

    # ── nonces ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def with_nonce(self, channel: Channel, body: Json) -> Json | None:
        """The message that was made with this nonce a short time ago."""
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        at, made = self._nonces.get((channel.id, str(nonce)), (0.0, {}))
        return made if nonce and made and time.monotonic() - at < self.nonce_s else None

    def note_nonce(self, channel: Channel, body: Json, made: Json) -> None:
        if body.get("nonce"):
            self._nonces[channel.id, str(body["nonce"])] = (time.monotonic(), made)

    def stranger(self, name: str = "Somebody") -> Json:
        """Another author."""
        return user(snowflake(), name)


async def _body(request: web.Request) -> Any:
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        body = json.loads(str(form["payload_json"]))
        files = {name: part.file.read().decode() for name, part in form.items() if isinstance(part, web.FileField)}
        return body | {"_files": files}
    raw = await request.read()
    return json.loads(raw) if raw else None


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    # discord.py reads JSON only where the type is exactly this.
    made = web.Response(body=json.dumps(value).encode(), status=status, headers=headers)
    made.headers["Content-Type"] = "application/json"
    return made


def _limited(after: float, headers: Mapping[str, str], *, is_global: bool) -> web.Response:
    body = {"message": "You are being rate limited.", "retry_after": after, "global": is_global}
    return _json(body, 429, {**headers, "Retry-After": f"{after:.3f}", "Via": "1.1 loopback"})


def _bucket_headers(limit: int, remaining: int, after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + after:.3f}",
        "X-RateLimit-Reset-After": f"{after:.3f}",
        "X-RateLimit-Bucket": "messages",
    }
