"""How Slack reaches us: through a socket that we open, or over HTTP at a public address."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Any, Final, Protocol

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.clients import Clients
from adapters.slack.installing import Installed, oauth_flow, oauth_settings
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.tokens import Tokens
from bot.config import Settings, read_listen
from bot.errors import ConfigError
from bot.store.installations import Installations

log = structlog.get_logger(__name__)

WINDOW_S: Final = 300.0
"""A signed request is good for so long; the same one again within it is a replay."""
BODY_LIMIT: Final = 2_000_000
_SIGNED_BY: Final = ("X-Slack-Signature", "X-Slack-Request-Timestamp")


class Connection(Protocol):
    """`open` connects and returns, `close` is idempotent; the app is wired in between."""

    app: AsyncApp
    mode: str

    async def open(self) -> None: ...

    async def is_up(self) -> bool: ...

    async def close(self) -> None: ...


class Socket:
    """Socket Mode: no address of ours is needed."""

    mode = "socket"

    def __init__(self, settings: Settings, client: AsyncWebClient, clients: Clients, *, ping_s: float) -> None:
        self.app = AsyncApp(client=client, authorize=clients.authorize(), request_verification_enabled=False)
        token = settings.slack_app_token.get_secret_value()
        self._handler = _Handler(self.app, token, ping_interval=ping_s)

    async def open(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def is_up(self) -> bool:
        is_connected: bool = await self._handler.client.is_connected()
        return is_connected

    async def close(self) -> None:
        # An answer may be given and not handed back yet: Bolt looks for it every ten milliseconds.
        if self._handler.requests:
            await asyncio.wait(self._handler.requests)
        await self._handler.close_async()  # type: ignore[no-untyped-call]


class _Handler(AsyncSocketModeHandler):
    """Bolt's, which knows the tasks of requests that have no acknowledgement yet."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.requests: set[asyncio.Task[Any]] = set()

    async def handle(self, *args: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.requests.add(task)
        try:
            await super().handle(*args)
        finally:
            self.requests.discard(task)


class HttpServer:
    """HTTP mode: Slack's signed requests at `EVENTS_PATH`, and the installation by many workspaces."""

    mode = "http"

    def __init__(
        self,
        settings: Settings,
        client: AsyncWebClient,
        clients: Clients,
        tokens: Tokens | None,
        kept: Installations,
        installed: Installed,
    ) -> None:
        self._settings = settings
        secret = settings.slack_signing_secret.get_secret_value()
        self._verifier, self._replays = SignatureVerifier(secret), Replays()
        self._runner: web.AppRunner | None = None
        if tokens is None:
            self.app = AsyncApp(client=client, authorize=clients.authorize(), signing_secret=secret)
        else:
            authorize_at = _authorize_url(settings)
            flow = oauth_flow(
                oauth_settings(settings, tokens, kept, authorization_url=authorize_at), client, installed=installed
            )
            self.app = AsyncApp(client=client, oauth_flow=flow, signing_secret=secret)

    async def open(self) -> None:
        served = web.Application(client_max_size=BODY_LIMIT)
        served.router.add_post(EVENTS_PATH, self._take)
        if self.app.oauth_flow is not None:
            served.router.add_get(INSTALL_PATH, self._install)
            served.router.add_get(REDIRECT_PATH, self._redirected)
        self._runner = web.AppRunner(served, access_log=None, shutdown_timeout=5.0)
        await self._runner.setup()
        place = read_listen(self._settings.slack_listen)
        assert place is not None, "the settings were checked"
        try:
            await web.TCPSite(self._runner, *place).start()
        except OSError as error:
            raise ConfigError(
                f"BRIEFBOT_SLACK_LISTEN: {self._settings.slack_listen} cannot be listened at ({error.strerror}). "
                "Example: 127.0.0.1:3000"
            ) from None
        log.info("slack.listening", at=self.address)

    @property
    def address(self) -> str:
        """Where it listens; of port 0 the one that was given."""
        assert self._runner is not None
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def _take(self, request: web.Request) -> web.Response:
        asked = await to_bolt_request(request)
        if any(len(request.headers.getall(name, ())) > 1 for name in _SIGNED_BY):
            # Of several we would look at one and Bolt at another.
            return web.Response(status=400, text="a request has one signature and one time")
        if self._is_signed(request, asked.raw_body) and not self._replays.is_new(request.headers[_SIGNED_BY[0]]):
            log.warning("slack.replayed")
            return web.Response(status=400, text="this request was taken before")
        return await _answer(await self.app.async_dispatch(asked))

    def _is_signed(self, request: web.Request, body: str) -> bool:
        """Whether Slack signed it; what it did not is refused by Bolt and does not fill what is remembered."""
        signature, at = (request.headers.get(name, "") for name in _SIGNED_BY)
        return at.isdecimal() and self._verifier.is_valid(body, at, signature)

    async def _install(self, request: web.Request) -> web.Response:
        assert self.app.oauth_flow is not None
        return await _answer(await self.app.oauth_flow.handle_installation(await to_bolt_request(request)))

    async def _redirected(self, request: web.Request) -> web.Response:
        assert self.app.oauth_flow is not None
        return await _answer(await self.app.oauth_flow.handle_callback(await to_bolt_request(request)))

    async def is_up(self) -> bool:
        # It listens from `open` on; whether Slack reaches it is not known here.
        return self._runner is not None

    async def close(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


class Replays:
    """Whether a signed request came before, while its signature is good."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_new(self, signature: str) -> bool:
        now = time.monotonic()
        while self._seen and next(iter(self._seen.values())) < now - 2 * WINDOW_S:
            self._seen.popitem(last=False)
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True


async def _answer(response: Any) -> web.Response:
    made: web.Response = await to_aiohttp_response(response)
    return made


def _authorize_url(settings: Settings) -> str | None:
    """Where a person agrees to the installation; beside another address of the API, for a proxy or a test."""
    if not settings.slack_api:
        return None
    return settings.slack_api.rstrip("/").removesuffix("/api") + "/oauth/v2/authorize"
