"""The fetcher against servers that misbehave: loopback sockets that answer whatever a test says."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_network
from typing import Any

import brotli
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import config
from bot.errors import AddressRefused, FetchError
from bot.ingest.fetch import Fetcher
from bot.ports import SystemClock

Answer = Callable[[asyncio.StreamWriter, str], Awaitable[None]]
BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"


class Server:
    """Answers each path with raw bytes or a coroutine; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Answer] = {}
        self.requests: list[str] = []
        self.base = ""
        self.sent = 0
        self.at_once = self.most_at_once = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(request)
            path = request.split(" ")[1]
            answer = self.answers[path.partition("?")[0]]
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer, request)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, KeyError):
            pass
        finally:
            writer.close()


def http(body: bytes = BODY, *, status: str = "200 OK", **headers: str) -> bytes:
    lines = {"Content-Type": "text/xml; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        f"HTTP/1.1 {status}\r\n".encode()
        + b"".join(f"{k}: {v}\r\n".encode() for k, v in lines.items())
        + b"\r\n"
        + body
    )


def redirect(to: str, status: str = "302 Found") -> bytes:
    return http(b"", status=status, Location=to)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Fetcher]]:
    made: list[Fetcher] = []

    def fetcher(*, allow: str = "127.0.0.1/32", resolver: AbstractResolver | None = None, **settings: Any) -> Fetcher:
        networks = (ip_network(allow),) if allow else ()
        given = config.load(env_file=None, allow_private_sources=networks, **settings)
        made.append(Fetcher(given, SystemClock(), resolver=resolver, gap_s=0.0))
        return made[-1]

    yield fetcher
    for one in made:
        await one.close()


Make = Callable[..., Fetcher]


async def test_answer_comes_with_its_validators_and_is_asked_for_with_them(server: Server, make: Make) -> None:
    server.answers["/feed"] = http(
        ETag='"v1"', Last_Modified="Thu, 15 Jan 2026 09:00:00 GMT", Cache_Control="max-age=600"
    )
    fetched = await make().fetch(f"{server.base}/feed")
    assert (fetched.body, fetched.etag, fetched.charset, fetched.max_age_s) == (BODY, '"v1"', "utf-8", 600.0)
    server.answers["/feed"] = http(b"", status="304 Not Modified", ETag='"v1"')
    again = await make().fetch(f"{server.base}/feed", etag=fetched.etag, last_modified=fetched.last_modified)
    assert again.is_unchanged
    assert 'If-None-Match: "v1"' in server.requests[-1]
    assert "If-Modified-Since: Thu, 15 Jan 2026" in server.requests[-1]


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (zlib.compress(BODY)[2:-4], "deflate"),
        (brotli.compress(BODY), "br"),
        (BODY, "identity"),
        (BODY, "gzip"),  # claims it, and is plain
    ],
)
async def test_packed_bodies_are_unpacked(server: Server, make: Make, packed: bytes, encoding: str) -> None:
    server.answers["/feed"] = http(packed, Content_Encoding=encoding)
    assert (await make().fetch(f"{server.base}/feed")).body == BODY


@pytest.mark.parametrize("pack", [gzip.compress, brotli.compress], ids=["gzip", "br"])
async def test_bomb_is_stopped_at_the_cap(server: Server, make: Make, pack: Callable[[bytes], bytes]) -> None:
    server.answers["/feed"] = http(
        pack(b"0" * 60_000_000), Content_Encoding="br" if pack is brotli.compress else "gzip"
    )
    fetcher = make(max_feed_bytes=1_000_000)
    tracemalloc.start()
    with pytest.raises(FetchError, match="larger than 1 MB"):
        await fetcher.fetch(f"{server.base}/feed")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000


async def test_hundred_megabytes_are_not_read(server: Server, make: Make) -> None:
    async def pour(writer: asyncio.StreamWriter, _: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n")
        for _chunk in range(1600):
            writer.write(b"x" * 65536)
            await writer.drain()
            server.sent += 65536

    server.answers["/feed"] = pour
    with pytest.raises(FetchError, match="larger than 1 MB"):
        await make(max_feed_bytes=1_000_000).fetch(f"{server.base}/feed")
    await asyncio.sleep(0.05)
    assert server.sent < 20_000_000
    server.answers["/said"] = http(b"", Content_Length="100000000")
    with pytest.raises(FetchError, match="larger than 5 MB"):
        await make().fetch(f"{server.base}/said")


async def test_endless_answers_and_slow_drips_end_in_time(server: Server, make: Make) -> None:
    async def drip(writer: asyncio.StreamWriter, _: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        while True:
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def silence(writer: asyncio.StreamWriter, _: str) -> None:
        await asyncio.sleep(5)

    server.answers |= {"/drip": drip, "/silence": silence}
    for path in ("/drip", "/silence"):
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"did not answer within 0\.4 s"):
            await make(fetch_timeout_s=0.4).fetch(f"{server.base}{path}")
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "broke off"),
        (http(BODY)[:-20], "broke off"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak proper HTTP"),
        (http(gzip.compress(BODY)[:6] + b"\x00" * 30, Content_Encoding="gzip"), "packing is broken"),
        (http(b"x", Content_Encoding="zstd"), "packed as 'zstd'"),
        (http(b"", status="404 Not Found"), r"not there \(HTTP 404\)"),
        (http(b"", status="403 Forbidden"), "refuses us"),
        (http(b"", status="401 Unauthorized"), "password"),
        (http(b"", status="500 Oops"), "in trouble"),
        (redirect("file:///etc/passwd"), "no http or https address"),
        (redirect("data:text/xml,x"), "no http or https address"),
        (redirect("/feed"), "in a circle"),
    ],
)
async def test_what_went_wrong_is_said_in_plain_words(server: Server, make: Make, answer: bytes, words: str) -> None:
    server.answers["/feed"] = answer
    with pytest.raises(FetchError, match=words) as caught:
        await make().fetch(f"{server.base}/feed")
    assert len(caught.value.reason) < 120


async def test_redirects_end_after_ten(server: Server, make: Make) -> None:
    for number in range(20):
        server.answers[f"/{number}"] = redirect(f"/{number + 1}")
    with pytest.raises(FetchError, match="more than 10 times"):
        await make().fetch(f"{server.base}/0")


async def test_only_permanent_redirects_are_remembered_as_far_as_they_go(server: Server, make: Make) -> None:
    server.answers |= {
        "/old": redirect("/moved", "301 Moved Permanently"),
        "/moved": redirect("/today", "302 Found"),
        "/today": http(),
        "/was": redirect("/today", "308 Permanent Redirect"),
    }
    fetched = await make().fetch(f"{server.base}/old")
    assert (fetched.permanent_url, fetched.url) == (f"{server.base}/moved", f"{server.base}/today")
    assert (await make().fetch(f"{server.base}/was")).permanent_url == f"{server.base}/today"
    assert (await make().fetch(f"{server.base}/moved")).permanent_url == ""


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("Thu, 01 Jan 2099 00:00:00 GMT", 86_400.0), ("soon", None), ("99999999999", 86_400.0)],
)
async def test_retry_after_is_understood_and_bounded(
    server: Server, make: Make, header: str, seconds: float | None
) -> None:
    server.answers["/feed"] = http(b"", status="429 Slow Down", Retry_After=header)
    with pytest.raises(FetchError, match="too often") as caught:
        await make().fetch(f"{server.base}/feed")
    assert caught.value.retry_after_s == seconds


async def test_host_that_asked_for_rest_is_left_alone(server: Server, make: Make) -> None:
    server.answers |= {"/busy": http(b"", status="503 Busy", Retry_After="60"), "/feed": http()}
    fetcher = make()
    with pytest.raises(FetchError):
        await fetcher.fetch(f"{server.base}/busy")
    with pytest.raises(FetchError, match="asked us to wait"):
        await fetcher.fetch(f"{server.base}/feed")
    assert len(server.requests) == 1


async def test_gone_feed_is_known_as_gone(server: Server, make: Make) -> None:
    server.answers["/feed"] = http(b"", status="410 Gone")
    with pytest.raises(FetchError) as caught:
        await make().fetch(f"{server.base}/feed")
    assert caught.value.is_gone


async def test_password_goes_to_its_own_host_only_and_cookies_nowhere(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    host = server.base.removeprefix("http://")
    server.answers |= {
        "/feed": http(
            b"", status="302 Found", Location=f"http://localhost:{host.partition(':')[2]}/end", Set_Cookie="a=b"
        ),
        "/end": http(),
    }
    await make(allow="127.0.0.0/8").fetch(f"http://me:hunter2@{host}/feed")
    first, second = server.requests
    assert "Authorization: Basic" in first
    assert "Authorization" not in second
    assert "Cookie" not in second


async def test_host_gets_two_requests_at_once(server: Server, make: Make) -> None:
    async def slow(writer: asyncio.StreamWriter, _: str) -> None:
        server.at_once += 1
        server.most_at_once = max(server.most_at_once, server.at_once)
        await asyncio.sleep(0.05)
        server.at_once -= 1
        writer.write(http())

    server.answers["/feed"] = slow
    fetcher = make()
    await asyncio.gather(*(fetcher.fetch(f"{server.base}/feed?{number}") for number in range(6)))
    assert server.most_at_once == 2


PRIVATE = (
    *(
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
    ),
    *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "[fd00::1]", "[fe80::1]", "[ff02::1]"),
    *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "[2001:db8::1]", "255.255.255.255"),
)


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_address_is_refused_and_the_setting_is_named(make: Make, host: str) -> None:
    with pytest.raises(AddressRefused, match="BRIEFBOT_ALLOW_PRIVATE_SOURCES"):
        await make(allow="").fetch(f"http://{host}:9/feed")


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "127.1", "2130706433", "0177.0.0.1", "①②⑦.0.0.1"])
async def test_other_spellings_of_loopback_reach_no_server(server: Server, make: Make, host: str) -> None:
    port = server.base.rpartition(":")[2]
    server.answers["/feed"] = http()
    with pytest.raises(FetchError):
        await make(allow="").fetch(f"http://{host}:{port}/feed")
    assert server.requests == []


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2:{port}/feed", "http://169.254.169.254/latest", "http://[::1]:{port}/"]
)
async def test_redirect_into_a_private_network_is_refused(server: Server, make: Make, target: str) -> None:
    server.answers["/feed"] = redirect(target.format(port=server.base.rpartition(":")[2]))
    with pytest.raises(AddressRefused):
        await make(allow="127.0.0.1/32").fetch(f"{server.base}/feed")
    assert len(server.requests) == 1


class Names(AbstractResolver):
    """DNS that answers what a test says, in turn."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def test_changed_dns_answer_is_refused(server: Server, make: Make) -> None:
    server.answers["/feed"] = http()
    port = server.base.rpartition(":")[2]
    fetcher = make(resolver=Names(["127.0.0.1"], ["127.0.0.2"]))
    await fetcher.fetch(f"http://one.example:{port}/feed")
    with pytest.raises(AddressRefused):
        await fetcher.fetch(f"http://two.example:{port}/feed")


async def test_private_address_beside_an_allowed_one_is_never_dialled(server: Server, make: Make) -> None:
    server.answers["/feed"] = http()
    port = server.base.rpartition(":")[2]
    fetcher = make(resolver=Names(["10.255.255.1", "127.0.0.1"]))
    began = time.monotonic()
    assert (await fetcher.fetch(f"http://mixed.example:{port}/feed")).body == BODY
    assert time.monotonic() - began < 1


async def test_robots_rules_are_asked_once_and_kept(server: Server, make: Make) -> None:
    server.answers["/robots.txt"] = http(b"User-agent: *\nDisallow: /private\nAllow: /private/open$\n")
    fetcher = make()
    asked = [await fetcher.allowed_by_robots(f"{server.base}{path}") for path in ("/a", "/private/x", "/private/open")]
    assert asked == [True, False, True]
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "allowed"), [("404 Not Found", True), ("500 Oops", False), ("403 No", True)])
async def test_missing_robots_allow_all_and_failing_ones_nothing(
    server: Server, make: Make, status: str, allowed: bool
) -> None:
    server.answers["/robots.txt"] = http(b"", status=status)
    assert await make().allowed_by_robots(f"{server.base}/a") is allowed
