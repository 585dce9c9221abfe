"""The whole bot in a workspace of our own Slack, for tests: the real composition with one store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from adapters.slack.adapter import SlackAdapter
from adapters.slack.connection import HttpServer
from adapters.slack.incoming import channel_ref, workspace_of
from adapters.slack.pacing import Pacer
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
from tests.loopback_slack import Channel, FakeSlack, Team
from tests.office import FakeFeeds, Office

KEY = "a key for tests only and long enough"


def settings_for(fake: FakeSlack, team: Team | None, *, mode: str = "socket", **parts: object) -> Settings:
    """For one workspace over a socket or HTTP; without a team for many over HTTP."""
    given: dict[str, object] = {"slack_api": fake.api}
    if team is not None:
        given["slack_bot_token"] = SecretStr(team.token)
    if mode == "socket":
        given["slack_app_token"] = SecretStr(fake.app_token)
    else:
        given |= {"slack_signing_secret": SecretStr(fake.signing_secret), "slack_listen": "127.0.0.1:0"}
    if team is None:
        given |= {
            "slack_client_id": fake.install.client_id,
            "slack_client_secret": SecretStr(fake.install.client_secret),
            "secret_key": SecretStr(KEY),
        }
    return load(env_file=None, **(given | parts))


@dataclass
class Wharf:
    """One workspace with a channel, and everything of the bot that serves it."""

    fake: FakeSlack
    store: Store
    clock: Clock
    adapter: SlackAdapter
    office: Office
    commands: Commands
    dispatcher: Dispatcher
    deliverer: Deliverer
    amender: Amender
    notifier: Notifier
    team: Team
    channel: Channel
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    serving: asyncio.Task[None] | None = None

    @property
    def workspace(self) -> WorkspaceId:
        return workspace_of(self.team.id)

    def ref(self, channel: Channel | None = None) -> ChannelRef:
        return channel_ref(self.team.id, (channel or self.channel).id)

    @property
    def server(self) -> HttpServer:
        assert isinstance(self.adapter._connection, HttpServer)
        return self.adapter._connection

    async def serve(self) -> None:
        """Connects and waits until the bot answers."""
        host = Host("slack", self.commands, self.store, self.clock)
        self.serving = asyncio.create_task(self.adapter.serve(host, self.stop))
        up = asyncio.create_task(self.adapter._up.wait())
        await asyncio.wait({self.serving, up}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self.serving.done():
            await self.serving
        if isinstance(self.adapter._connection, HttpServer):
            self.fake.signed.url = f"{self.server.address}/slack/events"
        else:
            await self.fake.hub.connected()

    async def close(self) -> None:
        self.stop.set()
        if self.serving is not None:
            await asyncio.wait({self.serving}, timeout=10)
        await self.adapter.close()


@asynccontextmanager
async def wharf(
    fake: FakeSlack,
    store: Store,
    clock: Clock | None = None,
    feeds: FakeFeeds | None = None,
    *,
    mode: str = "socket",
    settings: Settings | None = None,
    team: Team | None = None,
    pacer: Pacer | None = None,
) -> AsyncIterator[Wharf]:
    """The bot connected and ready, in a new workspace when in no given one; without a `pacer` nothing waits."""
    clock = clock or SystemClock()
    team = team or fake.add_team()
    pacer = pacer or Pacer(channel_s=0.0, team_most=10_000, apart_s=0.0)
    adapter = SlackAdapter(settings or settings_for(fake, team, mode=mode), pacer=pacer, ping_s=1.0)
    dispatcher = Dispatcher(store, {"slack": adapter}, clock)
    office = Office(store, clock, feeds)
    made = Wharf(
        fake=fake,
        store=store,
        clock=clock,
        adapter=adapter,
        office=office,
        commands=Commands(store, office.feeds, dispatcher, clock),
        dispatcher=dispatcher,
        deliverer=Deliverer(store, {"slack": adapter}, clock, owner="me"),
        amender=Amender(store, {"slack": adapter}, clock, owner="me"),
        notifier=Notifier(store, {"slack": adapter}, clock),
        team=team,
        channel=fake.add_channel(team),
    )
    try:
        await made.serve()
        yield made
    finally:
        await made.close()
