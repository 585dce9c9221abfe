"""Fetches a second over loopback, beside bare aiohttp: many hosts, 19 of 20 answers unchanged.

`python -m benchmarks fetch [REQUESTS [HOSTS]]`. The server runs in a process of its own; both clients keep 64 requests
going, and the CPU is this process's. What is between the two is the guard, the turns at hosts and the checked answer.
Then the whole cycle of as many sources on one core: claimed, fetched, stored where there is news, and due again.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import ip_network
from multiprocessing.connection import Connection

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from benchmarks._cores import on_one_core, processor_s
from benchmarks._figures import Figure
from benchmarks.synthetic import micros
from bot.config import load
from bot.ingest.fetch import Fetcher
from bot.ingest.hosts import AT_ONCE
from bot.ingest.parser import Parser
from bot.ingest.pipeline import Ingest
from bot.logs import configure
from bot.ports import SystemClock
from bot.store import Store

SIZES = (1_000, 10_000, 100_000)
CYCLE_S = 300.0
ETAG = '"v1"'
BODY = b"".join(b"<item><title>Item %d of the day</title></item>" % number for number in range(1000))
Fetch = Callable[[str, str], Awaitable[int]]


def main(args: list[str]) -> int:
    requests, hosts = (int(args[0]) if args else 10_000), (int(args[1]) if len(args) > 1 else 500)
    with _served() as port:
        asyncio.run(_compare(port, requests, hosts))
    with _served() as port:
        cycle = asyncio.run(_cycle(port, requests, hosts))
    print(
        f"whole cycle    {cycle.wall_s:8.1f} s for {requests} sources, {cycle.cpu_s:.1f} s CPU of all processes:",
        end=" ",
    )
    print(f"{cycle.cpu_s / CYCLE_S:.1%} of a core in five minutes; {cycle.unchanged_ms:.2f} ms an unchanged source")
    return 0


def figures(size: int) -> list[Figure]:
    """A cycle of so many sources, by the processor time of all processes on one core.

    Each has a host of its own: a poll finds no connection open, as no poll of a bot that follows them for long does.
    """
    with _served() as port:
        cycle = asyncio.run(_cycle(port, size, size))
    return [
        Figure("poll cycle, processor time", cycle.cpu_s, "s", size, "sources", most=CYCLE_S),
        Figure("poll cycle, unchanged source", cycle.unchanged_ms, "ms", size, "sources"),
    ]


@contextmanager
def _served() -> Iterator[int]:
    """The port of a server in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


@dataclass(frozen=True)
class _Cycle:
    wall_s: float
    cpu_s: float
    unchanged_ms: float
    """Processor time for each source of a cycle in which none has changed."""


async def _cycle(port: int, count: int, hosts: int) -> _Cycle:
    """Polls so many sources that were polled before, 1 in 20 of which has other bytes; then once more, unchanged."""
    settings = load(None, log_level="error", allow_private_sources=(ip_network("127.0.0.1"),), read_pages=False)
    configure(settings)
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder, on_one_core():
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/store.db")
        fetcher, parser = Fetcher(settings, clock, resolver=Loopback(), gap_s=0.0), Parser(workers=1)
        ingest = Ingest(store, fetcher, parser, settings, clock)
        now = micros(clock.now())
        rows = [
            (f"http://paper{number % hosts}.example:{port}/{number}", '"v0"' if number % 20 == 0 else ETAG, now, now)
            for number in range(count)
        ]
        add = (
            "INSERT INTO sources (url, kind, is_shared, etag, next_poll_at, created_at) VALUES (?, 'feed', 1, ?, ?, ?)"
        )
        await _run(store, add, rows)
        try:
            await ingest.try_feed(rows[0][0])
            wall, cpu = time.perf_counter(), processor_s(parser.process_ids)
            changed = await _poll_all(ingest, count)
            whole = time.perf_counter() - wall, processor_s(parser.process_ids) - cpu
            assert changed == -(-count // 20), f"{changed} had other bytes"
            await _run(store, "UPDATE sources SET next_poll_at = ?", [(now,)])
            cpu = processor_s(parser.process_ids)
            await _poll_all(ingest, count)
            return _Cycle(*whole, 1000 * (processor_s(parser.process_ids) - cpu) / count)
        finally:
            parser.close()
            await fetcher.close()
            await store.close()


async def _run(store: Store, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    async with store.database.writing() as connection:
        await connection.exec_driver_sql(statement, rows)


async def _poll_all(ingest: Ingest, count: int) -> int:
    """How many of the sources, all due, were not unchanged."""
    left, changed = count, 0
    while reports := await ingest.poll_due():
        assert not (errors := [report.error for report in reports if report.error]), errors[0]
        left, changed = left - len(reports), changed + sum(not report.is_unchanged for report in reports)
    assert left == 0, f"{left} were not polled"
    return changed


async def _compare(port: int, requests: int, hosts: int) -> None:
    urls = [f"http://paper{number % hosts}.example:{port}/feed" for number in range(requests)]
    settings = load(None, allow_private_sources=(ip_network("127.0.0.1"),))
    fetcher = Fetcher(settings, SystemClock(), resolver=Loopback(), gap_s=0.0)
    connector = aiohttp.TCPConnector(resolver=Loopback(), limit=AT_ONCE)
    print(f"{requests} requests of {hosts} hosts, 1 in 20 changed ({len(BODY) // 1000} kB, packed)")
    async with aiohttp.ClientSession(connector=connector) as session:

        async def bare(url: str, etag: str) -> int:
            async with session.get(url, headers={"If-None-Match": etag}, allow_redirects=False) as response:
                return len(await response.read())

        async def guarded(url: str, etag: str) -> int:
            return len((await fetcher.fetch(url, etag=etag)).body)

        for fetch in (bare, guarded):  # connections and names are warm in both
            await _measured(fetch, urls[:hosts])
        alone = await _measured(bare, urls)
        whole = await _measured(guarded, urls)
    await fetcher.close()
    for name, (wall_s, cpu_s) in (("aiohttp alone", alone), ("Fetcher", whole)):
        print(f"{name:14} {requests / wall_s:8.0f} fetches/s  {1e6 * cpu_s / requests:6.0f} µs CPU each")
    print(f"CPU ratio      {alone[1] / whole[1]:8.2f}")


async def _measured(fetch: Fetch, urls: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of fetching all."""
    waiting = iter(enumerate(urls))
    sizes: list[int] = []

    async def work() -> None:
        for number, url in waiting:
            sizes.append(await fetch(url, '"v0"' if number % 20 == 0 else ETAG))

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    took = time.perf_counter() - wall, time.process_time() - cpu
    assert sum(sizes) == -(-len(urls) // 20) * len(BODY), "an answer is missing or cut"
    return took


class Loopback(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


def _serve(ready: Connection) -> None:
    packed = gzip.compress(BODY)
    now = format_datetime(datetime.now(UTC))

    def feed(path: str) -> bytes:
        """Twenty entries, each of its feed alone."""
        items = "".join(
            f"<item><title>Item {n} of feed {path}</title><link>https://paper.example{path}/{n}</link>"
            f"<pubDate>{now}</pubDate><description>The council voted on item {n} of {path}.</description></item>"
            for n in range(20)
        )
        head = "<title>Paper</title><link>https://paper.example/</link><language>en</language>"
        return gzip.compress(f'<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode())

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.headers.get("If-None-Match") == ETAG:
            return web.Response(status=304, headers={"ETag": ETAG})
        body = packed if request.path == "/feed" else feed(request.path)
        return web.Response(
            body=body, headers={"ETag": ETAG, "Content-Encoding": "gzip", "Content-Type": "application/rss+xml"}
        )

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())
