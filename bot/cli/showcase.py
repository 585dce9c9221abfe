"""`demo`: the whole way of the data in a throw-away store, on sample feeds or on real ones."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from bot import config, logs
from bot.app import App
from bot.cli.reading import poll_feeds
from bot.cli.running import draw, finish, opened, prompt_on_terminal
from bot.config import Settings
from bot.demo.serve import serve
from bot.digests.calendar import next_edition
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest, TopicRule
from bot.text.urls import normal_feed_url

_TOPICS: Final = (
    ("Veltria and Osmark", TopicRule(words=("Veltria", "Osmark", "Lindholm"))),
    ("Port Ardel", TopicRule(words=("Ardel", "Sandwick", "Lorne"))),
    ("Korea and Japan", TopicRule(languages=("ko", "ja"))),
)


def demo(feeds: Sequence[str]) -> None:
    """Prints today's digest and, on a terminal, goes on with a prompt."""
    with tempfile.TemporaryDirectory(prefix="briefbot-demo-") as folder:
        own: dict[str, Any] = {"database_url": f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}"}
        if not feeds:
            own["allow_private_sources"] = (ip_network("127.0.0.0/8"),)
        settings = config.load(env_file=None, log_level="warning", **own)
        logs.configure(settings)
        finish(_show(settings, [normal_feed_url(feed) for feed in feeds]))


async def _show(settings: Settings, feeds: Sequence[str]) -> int:
    async with opened(settings) as app, _addresses(app, feeds) as urls:
        now = app.clock.now()
        sources = [await app.store.sources.add(url, workspace=LOCAL_WORKSPACE, now=now) for url in urls]
        reports = await poll_feeds(app, sources)
        for report in reports:
            if report.error:
                sys.stderr.write(f"briefbot: {report.source.shown_url}: {report.error}\n")
        await app.write_briefs()
        if not feeds:
            await _set_up(app)
        workspace = await app.store.workspaces.get(LOCAL_WORKSPACE)
        draw(await app.dispatcher.today(workspace, None))
        await prompt_on_terminal(app)
    return 1 if all(report.error for report in reports) else 0


@asynccontextmanager
async def _addresses(app: App, feeds: Sequence[str]) -> AsyncIterator[Sequence[str]]:
    if feeds:
        yield feeds
        return
    async with serve(app.clock.now()) as urls:
        yield urls


async def _set_up(app: App) -> None:
    """Topics and a digest, so that there is something to try at the prompt."""
    now = app.clock.now()
    for name, rule in _TOPICS:
        await app.store.topics.add(LOCAL_WORKSPACE, name, rule, now=now)
    at = time(8, 0)
    due = next_edition(at, "UTC", range(7), after=now)
    morning = Digest(
        id=0,
        workspace_id=LOCAL_WORKSPACE,
        name="Morning briefing",
        channel=ChannelRef("console:general"),
        at=at,
        zone="UTC",
        next_due_at=due.at,
        next_on=due.on,
        created_at=now,
    )
    await app.store.digests.add(morning)
