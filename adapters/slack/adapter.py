"""`bot.ports.Adapter` for Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.answering import Answers
from adapters.slack.clients import Clients, ManyWorkspaces, OneWorkspace, client
from adapters.slack.connection import Connection, HttpServer, Socket
from adapters.slack.events import Events, Tenancy
from adapters.slack.failures import FAILURES, UNANSWERED, error_code, reason_of
from adapters.slack.identity import account_of
from adapters.slack.incoming import read_channel, team_of
from adapters.slack.obstacles import REMOVED
from adapters.slack.pacing import Pacer
from adapters.slack.people import People
from adapters.slack.posting import Posts
from adapters.slack.render import render
from adapters.slack.tokens import Tokens
from adapters.slack.wiring import Busy, wire
from bot.commands.greeting import greeting
from bot.config import Settings
from bot.documents.nodes import Document
from bot.errors import ConfigError
from bot.host import Host
from bot.models import ChannelRef, WorkspaceId
from bot.ports import LookupUnavailable, Outgoing, Payload, Retry, SendResult, require_caveat
from bot.saying import marked

log = structlog.get_logger(__name__)

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Between tries to reach Slack when the bot starts without a network; the last one again and again."""
CONNECT_S: Final = 10.0
"""How long a message waits for the connection before it is put off."""
_NOT_CONNECTED: Final = marked("Slack is not connected")


class SlackAdapter:
    """The bot in Slack: one workspace by two tokens, or many that install the app by themselves."""

    platform = "slack"

    def __init__(self, settings: Settings, *, pacer: Pacer | None = None, ping_s: float = 10.0) -> None:
        self._settings, self._pacer, self._ping_s = settings, pacer or Pacer(), ping_s
        self._people, self._busy = People(), Busy()
        self._up = asyncio.Event()
        self._host: Host | None = None
        self._session: aiohttp.ClientSession | None = None
        self._clients: Clients | None = None
        self._posts: Posts | None = None
        self._connection: Connection | None = None

    def render(self, document: Document) -> tuple[Payload, ...]:
        return render(document)

    async def send(self, message: Outgoing) -> SendResult:
        require_caveat(message.payload)
        posts = await self._connected()
        return await posts.send(message) if posts else Retry(reason=_NOT_CONNECTED, after_s=5)

    async def edit(self, ref: str, message: Outgoing) -> SendResult:
        require_caveat(message.payload)
        posts = await self._connected()
        return await posts.edit(ref, message) if posts else Retry(reason=_NOT_CONNECTED, after_s=5)

    async def find(self, message: Outgoing) -> str | None:
        posts = await self._connected()
        if posts is None:
            raise LookupUnavailable(_NOT_CONNECTED)
        return await posts.find(message)

    async def _connected(self) -> Posts | None:
        """What posts, also a moment after the start; None when that takes longer."""
        try:
            await asyncio.wait_for(self._up.wait(), CONNECT_S)
        except TimeoutError:
            return None
        return self._posts

    async def tell(self, workspace: WorkspaceId, document: Document, channel: ChannelRef | None = None) -> bool:
        """In the channel they chose, else in a direct message to who installed the app, else to the primary owner."""
        team_id = team_of(workspace)
        web = await self._clients.of(team_id) if self._clients else None
        if self._clients is None or web is None:
            return False
        place = read_channel(channel) if channel else None
        # Only a channel of this very workspace, whatever stands in the settings (law 7).
        if place and place[0] == team_id and await self._posted(web, workspace, place[1], document):
            return True
        installer = await self._clients.installer(team_id)
        if installer and await self._told(web, workspace, installer, document):
            return True
        try:
            owner = await self._people.owner(web, team_id)
        except FAILURES as error:
            log.info("slack.untold", workspace=workspace, reason=reason_of(error))
            return False
        return owner not in ("", installer) and await self._told(web, workspace, owner, document)

    async def _told(self, web: AsyncWebClient, workspace: WorkspaceId, user_id: str, document: Document) -> bool:
        try:
            opened = await web.conversations_open(users=[user_id])
        except FAILURES as error:
            log.info("slack.untold", workspace=workspace, reason=reason_of(error))
            return False
        return await self._posted(web, workspace, opened["channel"]["id"], document)

    async def _posted(self, web: AsyncWebClient, workspace: WorkspaceId, channel_id: str, document: Document) -> bool:
        try:
            for payload in render(document):
                require_caveat(payload)
                await web.chat_postMessage(channel=channel_id, **payload.body)
        except FAILURES as error:
            log.info("slack.untold", workspace=workspace, channel=channel_id, reason=reason_of(error))
            return False
        return True

    # ── serving ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def obstacle(self, channel: ChannelRef, *, in_thread: bool = False) -> str:
        # Slack tells an app nothing of its channels unasked; what the last try met stands with the digest.
        return ""

    def shortfall(self, channel: ChannelRef) -> str:
        return ""

    async def is_connected(self) -> bool:
        return self._connection is not None and await self._connection.is_up()

    def account(self) -> str:
        """The app's id, or that of its bot in the one workspace, as far as its tokens tell them."""
        return account_of(self._settings)

    async def serve(self, host: Host, stop: asyncio.Event) -> None:
        """Answers people until `stop` is set; what is still being sent may be sent until `close`."""
        self._host = host
        self._session = aiohttp.ClientSession()
        starting = asyncio.create_task(self._start(host))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
            await stopped
        finally:
            starting.cancel()
            stopped.cancel()
            await asyncio.gather(starting, stopped, return_exceptions=True)
            # Nothing new comes in; what was not acknowledged yet is, before the connection ends.
            if self._connection is not None:
                await self._connection.close()
            await self._busy.wait()
            if self._clients is not None:
                await self._clients.close()

    async def _start(self, host: Host) -> None:
        """Connects, again and again while there is no network."""
        for number in range(10**9):
            try:
                await self._connect(host)
                return
            except SlackApiError as error:
                if error.response.status_code < 500 and error_code(error) != "ratelimited":
                    raise ConfigError(_refused(error_code(error))) from None
                reason = error_code(error) or str(error.response.status_code)
            except UNANSWERED as error:
                reason = type(error).__name__
            pause = PAUSES_S[min(number, len(PAUSES_S) - 1)]
            log.warning("slack.unreachable", reason=reason, again_in_s=pause)
            await asyncio.sleep(pause)

    async def _connect(self, host: Host) -> None:
        assert self._session is not None
        settings, web = self._settings, client(self._settings, self._session)
        tokens = None
        if settings.slack_bot_token.get_secret_value():
            self._clients = OneWorkspace(settings, self._session)
        else:
            tokens = Tokens(settings, host.installations, web, host.clock)
            self._clients = ManyWorkspaces(settings, self._session, tokens)
        places = await self._clients.start()
        await host.present(places, is_all=True)
        self._posts = Posts(self._clients.of, self._removed, self._pacer, self._busy)
        if settings.slack_app_token.get_secret_value():
            connection: Connection = Socket(settings, web, self._clients, ping_s=self._ping_s)
        else:
            connection = HttpServer(settings, web, self._clients, tokens, host.installations, self._installed)
        answers = Answers(host.commands, self._people, self._clients.of, self._pacer)
        tenancy = Tenancy(uninstalled=self._uninstalled, regrouped=self._regrouped)
        wire(connection.app, answers, Events(host, self._people, self._clients.of, tenancy), self._busy)
        try:
            await connection.open()
        except BaseException:
            # Cut short, too: the client of the library has a session and a task of its own.
            await connection.close()
            raise
        self._connection = connection
        self._up.set()
        log.info("slack.ready", workspaces=len(places), mode=connection.mode)

    async def _installed(self, workspace: WorkspaceId, name: str) -> None:
        if self._host is None or self._clients is None:
            return
        is_whole = team_of(workspace).startswith("E")
        places = await self._clients.gather(team_of(workspace)) if is_whole else {workspace: name}
        if new := await self._arrived(places):
            # Of an organization's workspaces one installer is told, once.
            await self.tell(min(new), greeting(name))

    async def _arrived(self, places: Mapping[WorkspaceId, str]) -> frozenset[WorkspaceId]:
        """What waited for these workspaces, from before they left, goes on; gives back those to be greeted."""
        assert self._host is not None
        new = await self._host.present(places, is_all=False)
        for workspace in places:
            await self._host.reachable(workspace)
        return new

    async def _regrouped(self, enterprise_id: str) -> None:
        """An organization gives the app to other workspaces than before."""
        assert self._host is not None
        assert self._clients is not None
        before = await self._clients.places()
        await self._clients.gather(enterprise_id)
        after = await self._clients.places()
        await self._arrived({id_: name for id_, name in after.items() if id_ not in before})
        for workspace in before.keys() - after.keys():
            await self._host.absent(workspace)

    async def _uninstalled(self, workspace: WorkspaceId, at: float) -> None:
        """Slack says that the app was removed; perhaps late, when it has been installed again."""
        assert self._clients is not None
        web = await self._clients.of(team_of(workspace))
        if web is not None and await self._is_good(web, workspace, at):
            log.info("slack.late_event", workspace=workspace)
            return
        await self._removed(workspace, (web.token or "") if web else "")

    async def _is_good(self, web: AsyncWebClient, workspace: WorkspaceId, at: float) -> bool:
        """Whether Slack takes the token still; when it does not say, whether it is newer than what happened then."""
        assert self._clients is not None
        try:
            await web.auth_test()
        except SlackApiError as error:
            if error_code(error) in REMOVED:
                return False
        except UNANSWERED:
            pass
        else:
            return True
        return await self._clients.installed_at(team_of(workspace)) > at

    async def _removed(self, workspace: WorkspaceId, token: str) -> bool:
        """A token is good no more: it goes, its workspace's settings stay for a while. False when there is a newer."""
        assert self._clients is not None
        lost = await self._clients.forget(workspace, token)
        if self._host is not None:
            for one in lost:
                await self._host.absent(one)
        return bool(lost)

    async def close(self) -> None:
        await self._busy.wait()
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        if self._clients is not None:
            await self._clients.close()
        self._up.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None


def _refused(code: str) -> str:
    """Which setting Slack does not take, and where a right value comes from."""
    return (
        f"SLACK_BOT_TOKEN or SLACK_APP_TOKEN: Slack refuses it ({code}). The bot token (xoxb-…) is under "
        "OAuth & Permissions of the app, the app token (xapp-…, with connections:write) under Basic Information"
    )
