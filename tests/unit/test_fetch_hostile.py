"""The fetcher against servers that misbehave: each ends in time, within its memory, with a reason in plain words."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest

from bot.errors import FetchError
from tests.feed_server import BODY, FeedServer, Make, drip, http, redirect


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, brotli.compress], ids=["gzip", "deflate", "br"])
async def test_bomb_is_stopped_at_the_cap(
    feed_server: FeedServer, make_fetcher: Make, pack: Callable[[bytes], bytes]
) -> None:
    encoding = "br" if pack is brotli.compress else "gzip" if pack is gzip.compress else "deflate"
    feed_server.answers["/feed"] = http(pack(b"0" * 60_000_000), Content_Encoding=encoding)
    fetcher = make_fetcher(max_feed_bytes=1_000_000)
    tracemalloc.start()
    with pytest.raises(FetchError, match="larger than 1 MB"):
        await fetcher.fetch(f"{feed_server.base}/feed")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


async def test_bomb_of_many_members_is_stopped_at_the_cap(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = http(gzip.compress(b"0" * 100_000) * 1000, Content_Encoding="gzip")
    with pytest.raises(FetchError, match="larger than 1 MB"):
        await make_fetcher(max_feed_bytes=1_000_000).fetch(f"{feed_server.base}/feed")


async def test_packed_data_that_unpacks_to_nothing_is_stopped_too(feed_server: FeedServer, make_fetcher: Make) -> None:
    nothing = gzip.compress(b"")
    feed_server.answers["/feed"] = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + nothing * 100_000
    with pytest.raises(FetchError, match=r"larger than 0\.5 MB"):
        await make_fetcher(max_feed_bytes=500_000).fetch(f"{feed_server.base}/feed")


async def test_body_without_end_is_left_at_the_cap(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = feed_server.pour
    with pytest.raises(FetchError, match="larger than 1 MB"):
        await make_fetcher(max_feed_bytes=1_000_000).fetch(f"{feed_server.base}/feed")
    await asyncio.sleep(0.05)
    assert feed_server.sent < 20_000_000, "the server could go on although we had enough"


async def test_body_that_says_it_is_too_large_is_not_begun(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = http(b"", Content_Length="100000000")
    with pytest.raises(FetchError, match="larger than 5 MB"):
        await make_fetcher().fetch(f"{feed_server.base}/feed")
    with pytest.raises(FetchError, match=r"larger than 0\.01 MB"):
        await make_fetcher().fetch(f"{feed_server.base}/feed", max_bytes=10_000)


async def silence(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(2)


async def early_hints(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("answer", [drip, silence, early_hints], ids=["drip", "silence", "hints"])
async def test_answer_that_takes_for_ever_ends_in_time(
    feed_server: FeedServer, make_fetcher: Make, answer: Callable[[asyncio.StreamWriter], None]
) -> None:
    feed_server.answers["/feed"] = answer  # type: ignore[assignment]
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"did not answer within 0\.3 s"):
        await make_fetcher(fetch_timeout_s=0.3).fetch(f"{feed_server.base}/feed")
    assert time.monotonic() - began < 1.5


async def test_slow_redirects_share_one_deadline(feed_server: FeedServer, make_fetcher: Make) -> None:
    def slow(target: str) -> Callable[[asyncio.StreamWriter], object]:
        async def answer(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.2)
            writer.write(redirect(target))

        return answer

    for number in range(10):
        feed_server.answers[f"/{number}"] = slow(f"/{number + 1}")  # type: ignore[assignment]
    with pytest.raises(FetchError, match=r"within 0\.5 s"):
        await make_fetcher(fetch_timeout_s=0.5).fetch(f"{feed_server.base}/0")
    assert len(feed_server.requests) == 3


async def test_headers_without_end_are_left(feed_server: FeedServer, make_fetcher: Make) -> None:
    async def pour_headers(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: of it\r\n" * 1000)
            await writer.drain()
            feed_server.sent += 15_000

    feed_server.answers["/feed"] = pour_headers
    with pytest.raises(FetchError, match="proper HTTP"):
        await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert feed_server.sent < 20_000_000


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-", "broke off"),
        (http(BODY)[:-20], "broke off"),
        (http(BODY, Content_Length="17"), "proper HTTP"),
        (http(BODY, Content_Length="-1"), "proper HTTP"),
        (http(BODY, Content_Length="5\r\nContent-Length: 9"), "proper HTTP"),
        (http(BODY, X="y" * 100_000), "proper HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "proper HTTP"),
        (BODY, "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", "proper HTTP|broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "broke off"),
        (http(gzip.compress(BODY)[:6] + b"\x00" * 30, Content_Encoding="gzip"), "gzip packing is broken"),
        (http(b"\xff" * 30, Content_Encoding="deflate"), "deflate packing is broken"),
        (http(b"\xff" * 30, Content_Encoding="br"), "br packing is broken"),
        (http(b"x", Content_Encoding="zstd"), "packed as 'zstd'"),
        (http(b"x", Content_Encoding="gzip, gzip"), "packed as 'gzip, gzip'"),
    ],
)
async def test_broken_answer_is_told_in_plain_words(
    feed_server: FeedServer, make_fetcher: Make, answer: bytes, words: str
) -> None:
    feed_server.answers["/feed"] = answer
    fetcher = make_fetcher()
    with pytest.raises(FetchError, match=words) as caught:
        await fetcher.fetch(f"{feed_server.base}/feed")
    assert len(caught.value.reason) < 120
    feed_server.answers["/feed"] = http()
    assert (await fetcher.fetch(f"{feed_server.base}/feed")).body == BODY, "one broken answer spoils no later one"


async def test_server_that_nobody_runs_is_told_in_plain_words(
    make_fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchError, match="cannot be reached"):
        await make_fetcher().fetch("http://127.0.0.1:9/feed")
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(FetchError, match="host name is not known"):
        await make_fetcher().fetch("http://nobody.invalid/feed")


async def test_https_to_a_server_that_speaks_no_tls_is_told_in_plain_words(make_fetcher: Make) -> None:
    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(rude, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(FetchError, match="no safe connection"):
            await make_fetcher().fetch(f"https://127.0.0.1:{port}/feed")
