"""The bot in our own Discord: a real store with news in it, the real adapter on the real client, one guild."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import discord
from pydantic import SecretStr

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.client import Client
from adapters.discord.incoming import channel_ref, workspace_of
from bot.commands.invoke import Commands
from bot.config import Settings, load
from bot.delivery.amend import Amender
from bot.delivery.deliver import Deliverer
from bot.delivery.notify import Notifier
from bot.digests.dispatch import Dispatcher
from bot.host import Host
from bot.models import ChannelRef, WorkspaceId
from bot.ports import Clock, SystemClock
from bot.store import Store
from tests.loopback import Channel, FakeDiscord, Guild
from tests.office import FakeFeeds, Office
from tests.waiting import until


def settings_for(fake: FakeDiscord, **parts: str) -> Settings:
    return load(
        env_file=None,
        discord_token=SecretStr(fake.token),
        discord_api=fake.api,
        discord_gateway=fake.gateway,
        **parts,
    )


@dataclass
class Harbour:
    """One guild with a channel, and everything of the bot that serves it."""

    fake: FakeDiscord
    store: Store
    clock: Clock
    adapter: DiscordAdapter
    office: Office
    commands: Commands
    dispatcher: Dispatcher
    deliverer: Deliverer
    amender: Amender
    notifier: Notifier
    guild: Guild
    channel: Channel
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    serving: asyncio.Task[None] | None = None

    @property
    def workspace(self) -> WorkspaceId:
        return workspace_of(self.guild.id)

    @property
    def client(self) -> Client:
        assert self.adapter._client is not None
        return self.adapter._client

    def ref(self, channel: Channel | None = None) -> ChannelRef:
        return channel_ref(self.guild.id, (channel or self.channel).id)

    async def serve(self) -> None:
        """Connects and waits until the bot is ready."""
        host = Host("discord", self.commands, self.store, self.clock)
        self.serving = asyncio.create_task(self.adapter.serve(host, self.stop))
        serving = self.serving
        await until(lambda: serving.done() or self._is_ready, each_s=0.005)
        if serving.done():
            await serving
        await until(lambda: bool(self.fake.syncs or self.fake.commands), each_s=0.005)
        await self.settled()

    @property
    def _is_ready(self) -> bool:
        return self.adapter._client is not None and self.adapter._client.is_ready()

    async def settled(self) -> None:
        """Until all that was told was read, and what the client does of it is done."""
        await self.fake.hub.is_heard()
        await until(lambda: not any(task.get_name().startswith("discord.py: ") for task in asyncio.all_tasks()))

    async def close(self) -> None:
        self.stop.set()
        if self.serving is not None:
            await asyncio.wait({self.serving}, timeout=10)
        await self.adapter.close()


@asynccontextmanager
async def harbour(
    fake: FakeDiscord,
    store: Store,
    clock: Clock | None = None,
    feeds: FakeFeeds | None = None,
    *,
    shards: str = "",
    operators: str = "",
) -> AsyncIterator[Harbour]:
    """The bot connected and ready; addresses of discord.py are put back at the end."""
    base, default = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    clock = clock or SystemClock()
    adapter = DiscordAdapter(settings_for(fake, discord_shards=shards, operators=operators), ready_s=0.05)
    dispatcher = Dispatcher(store, {"discord": adapter}, clock)
    office = Office(store, clock, feeds)
    guild = fake.add_guild()
    made = Harbour(
        fake=fake,
        store=store,
        clock=clock,
        adapter=adapter,
        office=office,
        commands=Commands(store, office.feeds, dispatcher, clock),
        dispatcher=dispatcher,
        deliverer=Deliverer(store, {"discord": adapter}, clock, owner="me"),
        amender=Amender(store, {"discord": adapter}, clock, owner="me"),
        notifier=Notifier(store, {"discord": adapter}, clock),
        guild=guild,
        channel=fake.add_channel(guild),
    )
    try:
        await made.serve()
        yield made
    finally:
        await made.close()
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, default
