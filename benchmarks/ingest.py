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

from benchmarks._archive import multiply
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
_SUFFIXES = (".xml", ".rss", ".atom", ".rdf")
_ITEMS = 50
_POLLED = 10_000
"""So many items are polled at most; what a store holds beyond that it holds already."""
_COPIED = 40
"""Feeds whose articles are what it holds, many times."""
_TURN = 20
"""Feeds that are polled, and then parsed alone."""
_WORDS = re.findall(
    r"\w+",
    "the bridge opened council river vote budget minister school harbour storm price report city police court game "
    "festival railway energy bank growth strike election science museum market league border treaty of in to and a was",
)


def main(args: list[str]) -> int:
    bodies = _read(Path(args[0])) if args else _generated(40)
    if not bodies:
        raise SystemExit(
            f"{args[0]} holds no feed: no file that ends in {', '.join(_SUFFIXES)}; example: captured/feeds"
        )
    found = _measured(bodies)
    print(
        f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB, {found.entries} entries, {found.articles} articles"
    )
    for name, poll in (("fetched to stored", found.first), ("polled again, whole", found.again)):
        for told, seconds in ((name, poll.cpu_s), ("feedparser alone", poll.alone_s)):
            print(f"{told:20} {seconds:7.2f} s CPU  {found.entries / seconds:8.0f} items/s")
        print(f"{'ratio':20} {poll.alone_s / poll.cpu_s:7.2f}        ({poll.wall_s:.2f} s by the clock)")
    return 0


def figures(size: int) -> list[Figure]:
    """Items a second of processor time, where so many are stored in the end."""
    polled = min(size, _POLLED)
    older = size - polled
    bodies = _generated((polled // _ITEMS) + (_COPIED if older else 0))
    found = _measured(bodies[: polled // _ITEMS], bodies[polled // _ITEMS :], older)
    return [
        Figure(
            name=f"ingest, {name}",
            value=found.entries / poll.cpu_s,
            unit="items/s",
            size=size,
            of="items",
            bare=found.entries / poll.alone_s,
            least=0.5,
        )
        for name, poll in (("first poll", found.first), ("polled again", found.again))
    ]


@dataclass(frozen=True)
class _Poll:
    """All feeds once: processor seconds of the bot, of feedparser alone meanwhile, and the bot's by the clock."""

    cpu_s: float
    alone_s: float
    wall_s: float


@dataclass(frozen=True)
class _Found:
    first: _Poll
    again: _Poll
    entries: int
    articles: int


def _measured(bodies: list[bytes], copied: Sequence[bytes] = (), older: int = 0) -> _Found:
    """Of the first bodies, in a store that has so many articles before: those of the other bodies, copied."""
    with _served([*bodies, *copied]) as addresses, on_one_core():
        found = asyncio.run(_ingest(addresses, bodies, older))
    # Ours is faster within feedparser, too: that must not be measured as feedparser's own.
    assert "bot.ingest.feeds" not in sys.modules
    return found


def _read(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES]


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


def _alone(bodies: Sequence[bytes]) -> int:
    """How many entries feedparser finds."""
    return sum(len(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries) for body in bodies)


async def _ingest(addresses: Sequence[str], bodies: Sequence[bytes], older: int) -> _Found:
    """A first and a second poll of these bodies' feeds in a bot that runs already; the other addresses are copied."""
    settings = load(None, log_level="error", allow_private_sources=(ip_network("127.0.0.0/8"),), read_pages=False)
    configure(settings)
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/store.db")
        fetcher, parser = Fetcher(settings, clock, gap_s=0.0), Parser(workers=1)
        ingest = Ingest(store, fetcher, parser, settings, clock)
        warm, feeds, copied = addresses[0], addresses[1 : len(bodies) + 1], addresses[len(bodies) + 1 :]
        try:
            await _follow(store, [warm], clock)
            await ingest.poll_due()
            if older:
                await _follow(store, copied, clock)
                assert len(await ingest.poll_due(limit=len(copied))) == len(copied)
                times = older // await store.articles.count() - 1
                await asyncio.to_thread(multiply, Path(folder) / "store.db", times)
            stored = await store.articles.count()
            await _follow(store, feeds, clock)
            # As the bot does when it has begun.
            gc.collect()
            gc.freeze()
            first = await _polled(ingest, parser, bodies)
            await _follow(store, feeds, clock)
            again = await _polled(ingest, parser, bodies)
            return _Found(first, again, _alone(bodies), await store.articles.count() - stored)
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


async def _polled(ingest: Ingest, parser: Parser, bodies: Sequence[bytes]) -> _Poll:
    """By turns with feedparser alone, so that both meet the machine as it is at the time."""
    cpu_s = alone_s = wall_s = 0.0
    for begin in range(0, len(bodies), _TURN):
        part = bodies[begin : begin + _TURN]
        wall, cpu = time.perf_counter(), processor_s(parser.process_ids)
        reports = await ingest.poll_due(limit=_TURN)
        # The worker of before may have been replaced: then it has ended, and counts as such.
        cpu_s += processor_s(parser.process_ids) - cpu
        wall_s += time.perf_counter() - wall
        assert len(reports) == len(part), f"{len(reports)} polled"
        began = time.process_time()
        _alone(part)
        alone_s += time.process_time() - began
        gc.collect()
    return _Poll(cpu_s, alone_s, wall_s)


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
