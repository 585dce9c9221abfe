"""Items a second from the network into the store, beside feedparser alone on the same files; both on one core.

`python -m benchmarks ingest [FOLDER]`: the feed files of a folder, or 40 generated feeds of 50 items without one,
each item of 2.3 kB, as captured feeds have it on average: a line, and the whole text with some markup.
"Alone" is `feedparser.parse` with its cleaning off, as we call it: no network, no clean text, no identity, no store.
What counts is the processor time of the bot and its parsing process together; the server has a process of its own.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path

import feedparser
from aiohttp import web

from benchmarks._cores import on_one_core, processor_s
from benchmarks._figures import Figure
from bot.config import load
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser
from bot.ingest.pipeline import Ingest
from bot.logs import configure
from bot.ports import SystemClock
from bot.store import Store

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_ITEMS = 50
_WORDS = re.findall(
    r"\w+",
    "the bridge opened council river vote budget minister school harbour storm price report city police court game "
    "festival railway energy bank growth strike election science museum market league border treaty of in to and a was",
)


def main(args: list[str]) -> int:
    bodies = _read(Path(args[0])) if args else _generated(40)
    found = _measured(bodies)
    print(
        f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB, {found.entries} entries, {found.articles} articles"
    )
    print(f"feedparser alone     {found.alone_s:7.2f} s CPU  {found.entries / found.alone_s:8.0f} items/s")
    for name, (cpu_s, wall_s) in (("fetched to stored", found.first), ("polled again, whole", found.again)):
        rate, ratio = found.entries / cpu_s, found.alone_s / cpu_s
        print(f"{name:20} {cpu_s:7.2f} s CPU  {rate:8.0f} items/s  ratio {ratio:.2f}  ({wall_s:.2f} s by the clock)")
    return 0


def figures(size: int) -> list[Figure]:
    """Items a second of processor time, where so many are stored in the end."""
    found = _measured(_generated(size // _ITEMS))
    bare = found.entries / found.alone_s
    return [
        Figure("ingest, first poll", found.entries / found.first[0], "items/s", size, "items", bare=bare, least=0.5),
        Figure("ingest, polled again", found.entries / found.again[0], "items/s", size, "items", bare=bare, least=0.5),
    ]


@dataclass(frozen=True)
class _Found:
    """Processor seconds; of our own also those by the clock."""

    alone_s: float
    first: tuple[float, float]
    again: tuple[float, float]
    entries: int
    articles: int


def _measured(bodies: list[bytes]) -> _Found:
    with _served(bodies) as addresses, on_one_core():
        before_s, entries = _alone(bodies)
        first, again, articles = asyncio.run(_ingest(addresses))
        after_s, _ = _alone(bodies)
    # Ours is faster within feedparser, too: that must not be measured as feedparser's own.
    assert "bot.ingest.feeds" not in sys.modules
    return _Found((before_s + after_s) / 2, first, again, entries, articles)


def _read(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in (".xml", ".rss", ".atom", ".rdf")]


def _generated(feeds: int) -> list[bytes]:
    chance = random.Random(20260101)
    now = datetime.now(UTC)
    return [_feed(chance, number, _ITEMS, now).encode() for number in range(feeds)]


def _feed(chance: random.Random, number: int, items: int, now: datetime) -> str:
    def words(count: int) -> str:
        return " ".join(chance.choices(_WORDS, k=count))

    entries = "".join(
        f"<item><title>{words(9)}</title><link>https://paper{number}.example/{item}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>{number}-{item}</guid><dc:creator>A. Reporter</dc:creator>"
        f"<pubDate>{format_datetime(now - timedelta(minutes=20 * item))}</pubDate>"
        f"<description>{words(30)}.</description><content:encoded><![CDATA[<p><a href='/x'>{words(30)}</a>.</p>"
        f"{''.join(f'<p>{words(30)}, “{words(10)}”.</p>' for _ in range(6))}]]></content:encoded></item>"
        for item in range(items)
    )
    head = f"<title>Paper {number}</title><link>https://paper{number}.example/</link><language>en</language>"
    namespace = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<?xml version="1.0"?><rss version="2.0" {namespace}><channel>{head}{entries}</channel></rss>'


def _alone(bodies: list[bytes]) -> tuple[float, int]:
    started = time.process_time()
    entries = sum(
        len(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries) for body in bodies
    )
    return time.process_time() - started, entries


async def _ingest(addresses: Sequence[str]) -> tuple[tuple[float, float], tuple[float, float], int]:
    """Seconds of a first and of a second poll of all feeds in a bot that runs already, and the articles stored."""
    settings = load(None, log_level="error", allow_private_sources=(ip_network("127.0.0.0/8"),), read_pages=False)
    configure(settings)
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/store.db")
        fetcher, parser = Fetcher(settings, clock, gap_s=0.0), Parser(workers=1)
        ingest = Ingest(store, fetcher, parser, settings, clock)
        warm, *rest = addresses
        try:
            await _follow(store, [warm], clock)
            await ingest.poll_due()
            stored = await store.articles.count()
            await _follow(store, rest, clock)
            # As the bot does when it has begun.
            gc.collect()
            gc.freeze()
            first = await _polled(ingest, parser, len(rest))
            await _follow(store, rest, clock)
            again = await _polled(ingest, parser, len(rest))
            return first, again, await store.articles.count() - stored
        finally:
            parser.close()
            await fetcher.close()
            await store.close()


async def _follow(store: Store, addresses: Sequence[str], clock: SystemClock) -> None:
    """Makes all due, whether they are followed already or not."""
    for address in addresses:
        if (source := await store.sources.by_url(address)) is not None:
            await store.sources.unfollow(None, source.id)
        await store.sources.add(address, workspace=None, now=clock.now())


async def _polled(ingest: Ingest, parser: Parser, count: int) -> tuple[float, float]:
    """Processor seconds of all processes, and seconds by the clock."""
    wall, cpu = time.perf_counter(), processor_s(parser.process_ids)
    for begin in range(0, count, 100):
        reports = await ingest.poll_due(limit=100)
        assert len(reports) == min(100, count - begin), f"{len(reports)} polled"
    # The worker of before may have been replaced: then it has ended, and counts as such.
    return processor_s(parser.process_ids) - cpu, time.perf_counter() - wall


@contextmanager
def _served(bodies: list[bytes]) -> Iterator[list[str]]:
    """The addresses of the bodies, the first of which is only to warm up; from a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    ours.send([_WARM, *bodies])
    port = ours.recv()
    try:
        yield [f"http://127.0.0.1:{port}/{number}" for number in range(len(bodies) + 1)]
    finally:
        server.terminate()
        server.join()


# In no language that it names, so that the model is loaded that tells it.
_WARM = """<rss version="2.0"><channel><title>Warm</title><item><title>Der Rat stimmt für eine neue Brücke am Fluss</title>
<link>https://warm.example.org/1</link><description>Der Rat stimmte am Montag für die neue Brücke.</description></item>
</channel></rss>""".encode()


def _serve(connection: Connection) -> None:
    bodies = connection.recv()
    times = [0] * len(bodies)

    async def answer(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        times[number] += 1
        # A trailing space for each answer: another body, so that it is read again and not taken as unchanged.
        return web.Response(body=bodies[number] + b" " * times[number], content_type="application/xml")

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{number}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        connection.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())
