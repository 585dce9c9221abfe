"""The HTTP endpoint for operators: whether the bot is well, its metrics, and digests as feeds."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from aiohttp import web

from bot import pulse
from bot.config import Settings, read_listen
from bot.digests.elsewhere import written
from bot.errors import BriefbotError, ConfigError
from bot.ports import Clock
from bot.store import Store
from bot.store.asked import Unanswered, ask

if TYPE_CHECKING:
    from bot.metrics import Metrics

log = structlog.get_logger(__name__)

STORE_S: Final = 3.0
"""So long the store may take to give a sign of life."""

_FEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "rss": ("rss", "application/rss+xml; charset=utf-8"),
    "atom": ("atom", "application/atom+xml; charset=utf-8"),
    "json": ("jsonfeed", "application/feed+json; charset=utf-8"),
}


class Signs(Protocol):
    """The last signs of life of this process (`bot.signs`), and what keeps the store from letting it give more."""

    async def look(self) -> Mapping[str, datetime]: ...

    @property
    def troubles(self) -> Mapping[str, str]: ...


@web.middleware
async def _without_the_store(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Says what is wrong with the store instead of an error of the server with its traceback."""
    try:
        return await handler(request)
    except BriefbotError as error:
        return web.Response(status=503, text=f"{error.message}\n")


class Endpoint:
    """Serves until it is told to stop. It asks nobody who they are, so it listens on loopback unless told otherwise."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._listen, self._store, self._clock, self._metrics = settings.health_listen, store, clock, metrics
        self.address = ""
        """host:port once it listens; of port 0 the one that was given."""

    async def run(self, signs: Signs, stop: asyncio.Event) -> None:
        """Listens until `stop` is set; ConfigError when the address is taken."""
        application = web.Application(middlewares=[_without_the_store])
        application.add_routes([*self._routes(signs)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        place = read_listen(self._listen)
        assert place is not None
        try:
            try:
                await web.TCPSite(runner, *place).start()
            except OSError as error:
                raise ConfigError(
                    f"BRIEFBOT_HEALTH_LISTEN: {self._listen} cannot be listened at ({error.strerror}). "
                    "Is another process there?"
                ) from None
            host, port = runner.addresses[0][:2]
            self.address = f"{host}:{port}"
            log.info("health.listening", at=self.address)
            await stop.wait()
        finally:
            await runner.cleanup()

    def _routes(self, signs: Signs) -> Sequence[web.RouteDef]:
        async def healthz(_: web.Request) -> web.Response:
            found = await self._problems(signs)
            return web.json_response(
                {"state": "unwell" if found else "well", "problems": found}, status=503 if found else 200
            )

        async def metrics(_: web.Request) -> web.Response:
            now = self._clock.now()
            text = self._metrics.exposition(await self._store.counting.figures(now), await signs.look(), now)
            return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

        async def feed(request: web.Request) -> web.StreamResponse:
            digest = await self._store.published.by_token(request.match_info["token"])
            if digest is None:
                return web.Response(status=404, text="no such feed\n")
            channel = await self._store.published.channel(digest)
            form, content_type = _FEEDS[request.match_info["kind"]]
            body = written(channel, form).encode()
            etag = hashlib.sha256(body).hexdigest()[:32]
            is_known = any(one.value in (etag, "*") for one in request.if_none_match or ())
            answer = web.Response(status=304) if is_known else web.Response(body=body)
            answer.etag = etag
            answer.last_modified = channel.updated_at
            answer.headers["Content-Type"] = content_type
            return answer

        feeds = r"/feeds/{token:[\w-]{20,64}}.{kind:rss|atom|json}"
        return (web.get(feeds, feed), web.get("/healthz", healthz), web.get("/metrics", metrics))

    async def _problems(self, signs: Signs) -> list[str]:
        found = [*pulse.stalled(await signs.look(), self._clock.now()), *dict.fromkeys(signs.troubles.values())]
        answered = await ask(self._store.database.answer(), within_s=STORE_S)
        if isinstance(answered, Unanswered) and answered.reason not in found:
            found.append(answered.reason)
        return found
