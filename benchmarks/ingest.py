"""Items a second from the network into the store, beside feedparser alone on the same files.

`python -m benchmarks ingest [FOLDER]`: the feed files of a folder, or 40 generated feeds of 50 items without one.
"Alone" is `feedparser.parse` with its cleaning off, as we call it: no network, no clean text, no identity, no store.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import feedparser
from aiohttp import web

from bot.config import load
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser
from bot.ingest.pipeline import Ingest
from bot.logs import configure
from bot.ports import SystemClock
from bot.store import Store

_WORDS = re.findall(
    r"\w+",
    "the bridge opened council river vote budget minister school harbour storm price report city police court game "
    "festival railway energy bank growth strike election science museum market league border treaty of in to and a was",
)


def main(args: list[str]) -> int:
    bodies = _read(Path(args[0])) if args else _generated()
    alone_s, entries = _alone(bodies)
    first_s, again_s, items = asyncio.run(_ingest(bodies))
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB, {entries} entries, {items} articles")
    print(f"feedparser alone     {alone_s:7.2f} s  {entries / alone_s:8.0f} items/s")
    print(f"fetched to stored    {first_s:7.2f} s  {entries / first_s:8.0f} items/s  ratio {alone_s / first_s:.2f}")
    print(f"polled again, whole  {again_s:7.2f} s  {entries / again_s:8.0f} items/s  ratio {alone_s / again_s:.2f}")
    return 0


def _read(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in (".xml", ".rss", ".atom", ".rdf")]


def _generated(feeds: int = 40, items: int = 50) -> list[bytes]:
    chance = random.Random(20260101)
    now = datetime.now(UTC)
    return [_feed(chance, number, items, now).encode() for number in range(feeds)]


def _feed(chance: random.Random, number: int, items: int, now: datetime) -> str:
    def words(count: int) -> str:
        return " ".join(chance.choices(_WORDS, k=count))

    entries = "".join(
        f"<item><title>{words(9)}</title><link>https://paper{number}.example/{item}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>{number}-{item}</guid><dc:creator>A. Reporter</dc:creator>"
        f"<pubDate>{format_datetime(now - timedelta(minutes=20 * item))}</pubDate>"
        f"<description><![CDATA[<p>{words(40)}.</p><p><a href='/x'>{words(30)}</a>.</p>]]></description></item>"
        for item in range(items)
    )
    head = f"<title>Paper {number}</title><link>https://paper{number}.example/</link><language>en</language>"
    namespace = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<?xml version="1.0"?><rss version="2.0" {namespace}><channel>{head}{entries}</channel></rss>'


def _alone(bodies: list[bytes]) -> tuple[float, int]:
    started = time.perf_counter()
    entries = sum(
        len(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries) for body in bodies
    )
    return time.perf_counter() - started, entries


async def _ingest(bodies: list[bytes]) -> tuple[float, float, int]:
    """Seconds of a first and of a second poll of all feeds, the worker running already, and the articles stored."""
    settings = load(None, log_level="error", allow_private_sources=(ip_network("127.0.0.0/8"),), read_pages=False)
    configure(settings)
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/store.db")
        fetcher, parser = Fetcher(settings, clock, gap_s=0.0), Parser()
        ingest = Ingest(store, fetcher, parser, settings, clock)
        try:
            async with _served(bodies) as addresses:
                await ingest.try_feed(addresses[0])
                for address in addresses:
                    await store.sources.add(address, workspace=None, now=clock.now())
                first_s = await _polled(ingest, len(bodies))
                for address in addresses:
                    source = await store.sources.by_url(address)
                    assert source is not None
                    await store.sources.unfollow(None, source.id)
                    await store.sources.add(address, workspace=None, now=clock.now())
                return first_s, await _polled(ingest, len(bodies)), await store.articles.count()
        finally:
            parser.close()
            await fetcher.close()
            await store.close()


async def _polled(ingest: Ingest, count: int) -> float:
    started = time.perf_counter()
    reports = await ingest.poll_due(limit=count)
    assert len(reports) == count, f"{len(reports)} of {count} polled"
    return time.perf_counter() - started


@asynccontextmanager
async def _served(bodies: list[bytes]) -> AsyncIterator[list[str]]:
    times = [0] * len(bodies)

    async def answer(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        times[number] += 1
        # A trailing space for each answer: another body, so that it is read again and not taken as unchanged.
        return web.Response(body=bodies[number] + b" " * times[number], content_type="application/xml")

    app = web.Application()
    app.router.add_get("/{number}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        yield [f"http://127.0.0.1:{port}/{number}" for number in range(len(bodies))]
    finally:
        await runner.cleanup()
