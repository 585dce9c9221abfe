"""Fetches a second over loopback, beside bare aiohttp: many hosts, 19 of 20 answers unchanged.

`python -m benchmarks fetch [REQUESTS [HOSTS]]`. The server runs in a process of its own; both clients keep 64 requests
going, and the CPU is this process's. What is between the two is the guard, the turns at hosts and the checked answer.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import socket
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from multiprocessing.connection import Connection

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.config import load
from bot.ingest.fetch import Fetcher
from bot.ingest.hosts import AT_ONCE
from bot.ports import SystemClock

ETAG = '"v1"'
BODY = b"".join(b"<item><title>Item %d of the day</title></item>" % number for number in range(1000))
Fetch = Callable[[str, str], Awaitable[int]]


def main(args: list[str]) -> int:
    requests, hosts = (int(args[0]) if args else 10_000), (int(args[1]) if len(args) > 1 else 500)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    asyncio.run(_compare(ours.recv(), requests, hosts))
    server.terminate()
    server.join()
    return 0


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

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.headers.get("If-None-Match") == ETAG:
            return web.Response(status=304, headers={"ETag": ETAG})
        return web.Response(
            body=packed, headers={"ETag": ETAG, "Content-Encoding": "gzip", "Content-Type": "application/rss+xml"}
        )

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())
