"""`bot.ports.Adapter` for Discord."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import aiohttp
import discord
import structlog

from adapters.discord.addresses import use_addresses
from adapters.discord.client import READY_S, Client
from adapters.discord.identity import bot_id
from adapters.discord.render import render
from adapters.discord.telling import tell
from bot.config import Settings
from bot.documents.nodes import Document
from bot.errors import ConfigError
from bot.host import Host
from bot.models import ChannelRef, WorkspaceId
from bot.ports import LookupUnavailable, Outgoing, Payload, Retry, SendResult, require_caveat
from bot.saying import marked

log = structlog.get_logger(__name__)

LOGIN_PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Between tries to reach Discord when the bot starts without a network; the last one again and again."""
CONNECT_S: Final = 10.0
"""How long a message waits for the connection before it is put off."""
_NOT_CONNECTED: Final = marked("Discord is not connected")


class DiscordAdapter:
    """The bot in Discord: one connection for posting and for answering."""

    platform = "discord"

    def __init__(self, settings: Settings, *, ready_s: float = READY_S) -> None:
        self._settings, self._ready_s = settings, ready_s
        self._client: Client | None = None
        self._running: asyncio.Task[None] | None = None

    def render(self, document: Document) -> tuple[Payload, ...]:
        return render(document)

    async def send(self, message: Outgoing) -> SendResult:
        require_caveat(message.payload)
        client = await self._connected()
        if client is None:
            return Retry(reason=_NOT_CONNECTED, after_s=5)
        return await client.posts.send(message)

    async def find(self, message: Outgoing) -> str | None:
        client = await self._connected()
        if client is None:
            raise LookupUnavailable(_NOT_CONNECTED)
        return await client.posts.find(message)

    async def edit(self, ref: str, message: Outgoing) -> SendResult:
        require_caveat(message.payload)
        client = await self._connected()
        if client is None:
            return Retry(reason=_NOT_CONNECTED, after_s=5)
        return await client.posts.edit(ref, message)

    async def _connected(self) -> Client | None:
        """The client when it is up, also a moment after the start; None when that takes longer."""
        try:
            async with asyncio.timeout(CONNECT_S):
                while (client := self._client) is None:  # noqa: ASYNC110 - made anew for each try to log in
                    await asyncio.sleep(0.05)
                await client.up.wait()
        except TimeoutError:
            return None
        return client

    async def tell(self, workspace: WorkspaceId, document: Document, channel: ChannelRef | None = None) -> bool:
        """In the channel they chose, or that for Discord's own notices to moderators, else to the server's owner."""
        return self._client is not None and await tell(self._client, workspace, document, channel)

    def obstacle(self, channel: ChannelRef, *, in_thread: bool = False) -> str:
        return self._client.posts.obstacle(channel, in_thread=in_thread) if self._client is not None else ""

    def shortfall(self, channel: ChannelRef) -> str:
        return self._client.posts.shortfall(channel) if self._client is not None else ""

    async def is_connected(self) -> bool:
        return self._client is not None and self._client.is_connected()

    def account(self) -> str:
        """The bot's id, and the shards where there are other processes for the rest."""
        settings = self._settings
        return " ".join(filter(None, (bot_id(settings.discord_token.get_secret_value()), settings.discord_shards)))

    async def serve(self, host: Host, stop: asyncio.Event) -> None:
        """Answers people until `stop` is set; the connection stays for what is still being sent, until `close`."""
        use_addresses(self._settings)
        self._running = asyncio.create_task(self._connect(host))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({self._running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._running.done():
            await self._running
            raise RuntimeError("the connection to Discord ended by itself")
        if self._client is not None:
            await self._client.finish()

    async def _connect(self, host: Host) -> None:
        """Logs in, again and again while there is no network, and stays connected."""
        for number in range(10**9):
            self._client = Client(self._settings, ready_s=self._ready_s)
            self._client.attend(host)
            try:
                await self._client.start(self._settings.discord_token.get_secret_value())
                return
            except discord.LoginFailure:
                raise ConfigError(
                    "DISCORD_TOKEN: Discord does not know it. Make a new one in the Developer Portal: Bot, Reset Token"
                ) from None
            except discord.ConnectionClosed as error:
                raise ConfigError(
                    f"Discord closed the connection for good ({error.code}); is the token reset?"
                ) from None
            except (discord.GatewayNotFound, discord.DiscordServerError, aiohttp.ClientError, OSError) as error:
                pause = LOGIN_PAUSES_S[min(number, len(LOGIN_PAUSES_S) - 1)]
                log.warning("discord.unreachable", reason=type(error).__name__, again_in_s=pause)
                await self._client.close()
                await asyncio.sleep(pause)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.finish()
            await client.close()
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._running
