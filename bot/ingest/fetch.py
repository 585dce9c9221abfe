"""Reads feeds and pages over HTTP: politely, within limits, and only from where it may.

Redirects are followed here and not by the client, since each step is checked, credentials stay with their host, and a
permanent one is remembered.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

import bot
from bot.config import Settings
from bot.errors import FetchError
from bot.ingest.body import read_body
from bot.ingest.guard import AddressGuard, GuardedResolver
from bot.ingest.hosts import GAP_S, Hosts
from bot.ingest.robots import Robots
from bot.ingest.urls import is_web_address
from bot.ports import Clock

MAX_REDIRECTS: Final = 10
CONNECT_S: Final = 10.0
LONGEST_REST_S: Final = 24 * 3600.0
FEEDS: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
_PERMANENT: Final = (301, 308)
_REDIRECTS: Final = (*_PERMANENT, 302, 303, 307)
_STATUS: Final = {
    401: "it asks for a password",
    403: "its server refuses us",
    404: "it is not there",
    410: "it is gone for good",
    429: "its server says we ask too often",
}


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
    last_modified: str = ""
    is_unchanged: bool = False
    max_age_s: float | None = None


class Fetcher:
    """One HTTP client for all sources. FetchError says in plain words why something could not be read."""

    def __init__(
        self, settings: Settings, clock: Clock, *, resolver: AbstractResolver | None = None, gap_s: float = GAP_S
    ) -> None:
        self._settings, self._clock, self._resolver = settings, clock, resolver
        self._guard = AddressGuard(settings.allow_private_sources)
        self._hosts = Hosts(gap_s=gap_s)
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
        trail = _Trail(url)
        while True:
            host = urlsplit(trail.url).hostname or ""
            async with self._hosts.turn(host):
                step = await self._step(trail, headers, max_bytes or self._settings.max_feed_bytes)
            if isinstance(step, Fetched):
                return step
            trail.follow(step)

    async def allowed_by_robots(self, url: str) -> bool:
        """Whether the host's robots.txt lets us read a page; it may also ask for a longer gap, which is kept."""
        rules = await self._robots.rules(url)
        if rules.delay_s:
            self._hosts.slow_down(urlsplit(url).hostname or "", rules.delay_s)
        return rules.allows(url)

    async def close(self) -> None:
        """Closes all connections; idempotent."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _step(self, trail: _Trail, headers: Mapping[str, str], max_bytes: int) -> Fetched | _Redirect:
        """One request: an answer, or where it leads."""
        limit = self._settings.fetch_timeout_s
        try:
            async with asyncio.timeout(limit):
                async with self._open().get(trail.request_url, headers=headers, allow_redirects=False) as response:
                    return await self._read(response, trail, max_bytes)
        except TimeoutError as error:
            raise FetchError(f"its server did not answer within {limit:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _plain(error) from error

    async def _read(self, response: aiohttp.ClientResponse, trail: _Trail, max_bytes: int) -> Fetched | _Redirect:
        headers = response.headers
        if response.status in _REDIRECTS and (target := headers.get("Location")):
            return _Redirect(target, is_permanent=response.status in _PERMANENT)
        if response.status == 304:
            return Fetched(
                url=trail.url,
                permanent_url=trail.permanent_url,
                etag=headers.get("ETag", ""),
                last_modified=headers.get("Last-Modified", ""),
                is_unchanged=True,
                max_age_s=_max_age(headers),
            )
        if response.status != 200:
            raise self._refused(response, trail)
        return Fetched(
            url=trail.url,
            permanent_url=trail.permanent_url,
            body=await read_body(response, max_bytes),
            content_type=response.content_type if "Content-Type" in headers else "",
            charset=response.charset or "",
            etag=headers.get("ETag", "")[:500],
            last_modified=headers.get("Last-Modified", "")[:100],
            max_age_s=_max_age(headers),
        )

    def _refused(self, response: aiohttp.ClientResponse, trail: _Trail) -> FetchError:
        status = response.status
        wait_s = _retry_after(response.headers.get("Retry-After", ""), self._clock.now())
        if wait_s and status in (429, 503):
            self._hosts.rest(urlsplit(trail.url).hostname or "", wait_s)
        words = _STATUS.get(status) or ("its server is in trouble" if status >= 500 else "its server gave no feed")
        return FetchError(f"{words} (HTTP {status})", status=status, retry_after_s=wait_s)

    async def _read_robots(self, url: str, max_bytes: int) -> bytes:
        return (await self.fetch(url, max_bytes=max_bytes, accept="text/plain, */*;q=0.1")).body

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            agent = self._settings.user_agent or f"Briefbot/{bot.__version__} (news briefings; respects robots.txt)"
            resolver = GuardedResolver(self._guard, self._resolver or aiohttp.DefaultResolver())
            connector = aiohttp.TCPConnector(
                resolver=resolver, socket_factory=self._guard.socket_for, limit=0, ttl_dns_cache=60
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


@dataclass(frozen=True, slots=True)
class _Redirect:
    target: str
    is_permanent: bool


class _Trail:
    """The addresses of one fetch, from the first to the present one."""

    def __init__(self, url: str) -> None:
        if not is_web_address(url):
            raise FetchError(f"{url[:200]!r} is no http or https address")
        self.url = url
        self.permanent_url = ""
        self._is_permanent = True
        self._seen = [url]

    @property
    def request_url(self) -> URL:
        """The present address as it goes on the wire, its own escapes left alone."""
        return URL(self.url, encoded="%" in self.url and self.url.isascii())

    def follow(self, step: _Redirect) -> None:
        """Goes on to where a redirect leads; FetchError when that is nowhere."""
        target = urljoin(self.url, step.target.strip()).partition("#")[0]
        if not is_web_address(target):
            raise FetchError("it redirects to something that is no http or https address")
        if target in self._seen:
            raise FetchError("it redirects in a circle")
        if len(self._seen) > MAX_REDIRECTS:
            raise FetchError(f"it redirects more than {MAX_REDIRECTS} times")
        self._seen.append(target)
        self._is_permanent = self._is_permanent and step.is_permanent
        if self._is_permanent:
            self.permanent_url = target
        self.url = target


def _plain(error: Exception) -> FetchError:
    """An error of the client in words that an admin understands."""
    match error:
        case FetchError():
            return error
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            return FetchError("its certificate is not valid")
        case aiohttp.ClientConnectorDNSError():
            return FetchError("its host name is not known")
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return FetchError("no safe connection could be made")
        case aiohttp.ClientConnectorError() | ConnectionError():
            return FetchError("its server cannot be reached")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return FetchError("its server broke off the answer")
        case aiohttp.InvalidURL() | ValueError():
            return FetchError("its address cannot be used")
        case aiohttp.ClientResponseError():
            return FetchError("its server does not speak proper HTTP")
    return FetchError(f"it could not be read ({type(error).__name__})")


def _retry_after(value: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header, given as a number or a date; None when it says nothing we understand."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), LONGEST_REST_S)
    try:
        seconds = (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_REST_S)


def _max_age(headers: Mapping[str, str]) -> float | None:
    """How long the publisher says an answer is good for."""
    for part in headers.get("Cache-Control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            return float(value[:12])
    return None
