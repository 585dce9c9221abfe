"""Serves the sample feeds on loopback, dated as if they had been written in the last day.

The files in `feeds/` are feeds of every format we read, with `{{…}}` where a date belongs:
`{{rfc822 3.5 h ago}}`, `{{iso 3.5 h ago}}`, `{{weekday -1}}` (the name of yesterday), `{{day +0}}` (of the month).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files

from aiohttp import web

_PLACE = re.compile(r"\{\{(rfc822|iso|weekday|day) ([-+0-9.]+)(?: h ago)?\}\}")
_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def sample_feeds(now: datetime) -> dict[str, str]:
    """File name → text of each sample feed, with its dates counted back from `now`."""
    folder = files("bot.demo") / "feeds"
    return {
        entry.name: _PLACE.sub(lambda found: _date(found, now), entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
    }


@asynccontextmanager
async def serve(now: datetime) -> AsyncIterator[list[str]]:
    """Serves the sample feeds on 127.0.0.1 while the block runs; gives their addresses."""
    app = web.Application()
    feeds = sample_feeds(now)
    for name, text in feeds.items():
        app.router.add_get(f"/{name}", _handler(name, text))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield [f"http://127.0.0.1:{port}/{name}" for name in feeds]
    finally:
        await runner.cleanup()


def _handler(name: str, text: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    content_type = _TYPES.get(name.rpartition(".")[2], "application/feed+json")

    async def feed(request: web.Request) -> web.Response:
        response = web.Response(text=text, content_type=content_type)
        response.enable_compression()
        return response

    return feed


def _date(found: re.Match[str], now: datetime) -> str:
    form, number = found[1], float(found[2])
    if form == "weekday":
        return _WEEKDAYS[(now + timedelta(days=number)).weekday()]
    if form == "day":
        return str((now + timedelta(days=number)).day)
    then = (now - timedelta(hours=number)).replace(microsecond=0)
    return format_datetime(then) if form == "rfc822" else then.isoformat()
