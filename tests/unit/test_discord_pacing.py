"""When each request to Discord may go, by when those before it were really on their way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from adapters.discord.pacing import Pacer

LATE_S = 0.3
WINDOW_S = 0.5


async def test_request_whose_body_is_late_counts_from_its_body() -> None:
    time = asyncio.get_running_loop().time
    came: list[float] = []

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        came.append(time())
        return web.Response()

    async def late_body() -> AsyncIterator[bytes]:
        await asyncio.sleep(LATE_S)
        yield b"{}"

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    pacer = Pacer(most=1, window_s=WINDOW_S)
    async with aiohttp.ClientSession(trace_configs=[pacer.trace()]) as session:
        for body in (late_body(), b"{}"):
            await session.post(f"http://127.0.0.1:{runner.addresses[0][1]}/", data=body)
    await runner.cleanup()
    assert came[1] - came[0] >= WINDOW_S - 0.05, "it counted from its headers"
