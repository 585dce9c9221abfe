"""Reads feeds and pages over HTTP: politely, within limits, and only from where it may.

Redirects are followed here and not by the client, since each step is checked, credentials stay with their host, and a
permanent one is remembered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

import bot
from bot.config import Settings
from bot.errors import AddressRefused, FetchError
from bot.ingest.body import read_body
from bot.ingest.guard import AddressGuard, GuardedResolver
from bot.ingest.headers import max_age, retry_after, short
from bot.ingest.hosts import AT_ONCE, GAP_S, Hosts
from bot.ingest.names import SystemNames
from bot.ingest.reasons import of_error, of_status
from bot.ingest.redirects import PERMANENT, REDIRECTS, Redirect, Trail
from bot.ingest.robots import Robots
from bot.ports import Clock

CONNECT_S: Final = 10.0
KEEP_OPEN_S: Final = 5.0
"""How long an idle connection is kept: for a redirect or a page of the same host, not for the next poll."""
FEEDS: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
_ROBOTS: Final = "text/plain, */*;q=0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer as it came, unpacked; the body is empty when `is_unchanged`."""

    url: str
    """Where it was found in the end."""
    permanent_url: str = ""
    """Where permanent redirects led, as far as each step so far was one; empty without any."""
    body: bytes = b""
    content_type: str = ""
    charset: str = ""
    """As the header says; empty when it does not."""
    etag: str = ""
    """Empty, like `last_modified`, for a body that broke off, so that the rest is asked for again."""
    last_modified: str = ""
    is_unchanged: bool = False
    max_age_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    headers: Mapping[str, str]
    max_bytes: int
    is_conditional: bool = False
    may_be_cut: bool = False


class Fetcher:
    """One HTTP client for all sources. FetchError says in plain words why something could not be read."""

    def __init__(
        self, settings: Settings, clock: Clock, *, resolver: AbstractResolver | None = None, gap_s: float = GAP_S
    ) -> None:
        self._settings, self._clock, self._resolver = settings, clock, resolver
        self._guard = AddressGuard(settings.allow_private_sources)
        self._hosts = Hosts(gap_s=gap_s, is_ours=self._guard.is_allowed_host)
        self._robots = Robots(self._read_robots)
        self._session: aiohttp.ClientSession | None = None

    async def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        max_bytes: int | None = None,
        accept: str = FEEDS,
    ) -> Fetched:
        """The answer of an address after its redirects; validators of an earlier answer make it a conditional request.

        Raises FetchError, and AddressRefused for an address in a private network that no setting allows.
        """
        headers = {"Accept": accept}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        most = max_bytes or self._settings.max_feed_bytes
        return await self._get(url, _Wish(headers=headers, max_bytes=most, is_conditional=bool(etag or last_modified)))

    def refusal(self, url: str) -> str:
        """Why an address is refused, when its host is written as a private one; empty otherwise."""
        host = urlsplit(url).hostname or ""
        try:
            self._guard.check("127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host)
        except AddressRefused as error:
            return error.reason
        except ValueError:
            # A name, of which only the network knows where it leads.
            pass
        return ""

    async def allowed_by_robots(self, url: str) -> bool:
        """Whether the host's robots.txt lets us read a page; it may also ask for a longer gap, which is kept."""
        trail = Trail(url)
        rules = await self._robots.rules(url)
        if rules.delay_s:
            self._hosts.slow_down(trail.host, rules.delay_s)
        return rules.allows(url)

    async def close(self) -> None:
        """Closes all connections; idempotent."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _get(self, url: str, wish: _Wish) -> Fetched:
        trail = Trail(url)
        left_s = self._settings.fetch_timeout_s
        while True:
            async with self._hosts.turn(trail.host):
                began = time.monotonic()
                step = await self._step(trail, wish, left_s)
                left_s -= time.monotonic() - began
            if isinstance(step, Fetched):
                return step
            trail.follow(step)

    async def _step(self, trail: Trail, wish: _Wish, left_s: float) -> Fetched | Redirect:
        """One request: an answer, or where it leads."""
        try:
            async with asyncio.timeout(left_s):
                async with self._open().get(trail.request_url, headers=wish.headers, allow_redirects=False) as response:
                    return await self._read(response, trail, wish)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchError(of_error(error, limit_s=self._settings.fetch_timeout_s)) from error

    async def _read(self, response: aiohttp.ClientResponse, trail: Trail, wish: _Wish) -> Fetched | Redirect:
        headers, status = response.headers, response.status
        if status in REDIRECTS and (target := headers.get("Location")):
            return Redirect(target, is_permanent=status in PERMANENT)
        is_unchanged = status == 304 and wish.is_conditional
        if status not in (200, 203) and not is_unchanged:
            raise self._refused(response, trail)
        body = None if is_unchanged else await read_body(response, wish.max_bytes, may_be_cut=wish.may_be_cut)
        is_whole = body is None or body.is_whole
        return Fetched(
            url=trail.url,
            permanent_url=trail.permanent_url,
            body=body.data if body else b"",
            content_type=short(response.content_type) if "Content-Type" in headers else "",
            charset=short(response.charset),
            etag=short(headers.get("ETag")) if is_whole else "",
            last_modified=short(headers.get("Last-Modified")) if is_whole else "",
            is_unchanged=is_unchanged,
            max_age_s=max_age(headers),
        )

    def _refused(self, response: aiohttp.ClientResponse, trail: Trail) -> FetchError:
        status = response.status
        wait_s = retry_after(response.headers.get("Retry-After", ""), self._clock.now())
        if wait_s and status in (429, 503):
            self._hosts.rest(trail.host, wait_s)
        return FetchError(of_status(status), status=status, retry_after_s=wait_s)

    async def _read_robots(self, url: str, max_bytes: int) -> bytes:
        return (await self._get(url, _Wish(headers={"Accept": _ROBOTS}, max_bytes=max_bytes, may_be_cut=True))).body

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            agent = self._settings.user_agent or f"Briefbot/{bot.__version__} (news briefings; respects robots.txt)"
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(self._guard, self._resolver or SystemNames(AT_ONCE)),
                socket_factory=self._guard.socket_for,
                limit=0,  # Hosts keeps the limits
                ttl_dns_cache=60,
                keepalive_timeout=KEEP_OPEN_S,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate, br"},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                auto_decompress=False,
                trust_env=False,
                requote_redirect_url=False,
            )
        return self._session
