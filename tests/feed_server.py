"""A web server on loopback that answers exactly what a test says, byte for byte, however rude."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver

from bot import config
from bot.ingest.fetch import Fetcher
from bot.ports import SystemClock

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"


class FeedServer:
    """Answers each path with raw bytes or a coroutine, closes the connection, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Answer] = {}
        self.requests: list[str] = []
        """The head of each request as it came."""
        self.port = 0
        self.sent = 0
        """Bytes that `pour` could send before the other side hung up."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def feed(self, path: str, body: bytes, etag: str) -> None:
        """Serves a body under a validator: whoever has it already is told so."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            is_known = f"If-None-Match: {etag}\r\n" in self.requests[-1]
            writer.write(http(b"", status="304 Not Modified", ETag=etag) if is_known else http(body, ETag=etag))

        self.answers[path] = answer

    async def pour(self, writer: asyncio.StreamWriter) -> None:
        """An answer without an end."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            self.sent += 65_536

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(request)
            answer = self.answers[request.split(" ")[1].partition("?")[0]]
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, KeyError):
            pass
        finally:
            writer.close()


def http(body: bytes = BODY, *, status: str = "200 OK", **headers: str) -> bytes:
    """A well-formed answer; `Retry_After="1"` is a header."""
    lines = {"Content-Type": "text/xml; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return http(b"", status=status, Location=to)


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def serving() -> AsyncIterator[FeedServer]:
    """A server on a free port of 127.0.0.1."""
    made = FeedServer()
    async with await asyncio.start_server(made.handle, "127.0.0.1", 0) as listening:
        made.port = listening.sockets[0].getsockname()[1]
        yield made


@pytest.fixture
async def feed_server() -> AsyncIterator[FeedServer]:
    async with serving() as made:
        yield made


Make = Callable[..., Fetcher]


@pytest.fixture
async def make_fetcher() -> AsyncIterator[Make]:
    """Makes fetchers that may reach the networks of `allow` and know no gap; other arguments are settings."""
    made: list[Fetcher] = []

    def make(*, allow: str = "127.0.0.1/32", resolver: AbstractResolver | None = None, **settings: Any) -> Fetcher:
        networks = (ip_network(allow),) if allow else ()
        given = config.load(env_file=None, allow_private_sources=networks, **settings)
        made.append(Fetcher(given, SystemClock(), resolver=resolver, gap_s=0.0))
        return made[-1]

    yield make
    for one in made:
        await one.close()
