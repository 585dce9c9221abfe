"""The connection to Slack: what is left of one that was begun and not finished, what is finished as it ends."""

from __future__ import annotations

import asyncio
import gc

import aiohttp
import pytest

from adapters.slack.adapter import SlackAdapter
from bot.host import Host
from bot.ingest.parsed import ParsedFeed
from bot.store import Store
from tests.loopback_slack import FakeSlack
from tests.office import FakeFeeds
from tests.waiting import until
from tests.wharf import settings_for, wharf


class SlowFeeds(FakeFeeds):
    """Feeds that take their time."""

    async def try_feed(self, url: str) -> ParsedFeed:
        await asyncio.sleep(1.2)
        return await super().try_feed(url)


def open_sessions() -> list[aiohttp.ClientSession]:
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, aiohttp.ClientSession) and not one.closed]


def tasks() -> set[str]:
    return {str(task.get_coro()) for task in asyncio.all_tasks()}


async def test_bot_that_is_stopped_while_it_connects_leaves_nothing_open(sqlite_store: Store) -> None:
    async with FakeSlack() as fake, wharf(fake, sqlite_store) as dock:
        before, busy = open_sessions(), tasks()
        adapter = SlackAdapter(settings_for(fake, dock.team), ping_s=1.0)
        stop, asked = asyncio.Event(), len(fake.calls("apps.connections.open"))
        fake.faults.slow(30, "apps.connections.open")
        serving = asyncio.create_task(adapter.serve(Host("slack", dock.commands, sqlite_store, dock.clock), stop))
        await until(lambda: len(fake.calls("apps.connections.open")) > asked)
        stop.set()
        await asyncio.wait_for(serving, 10)
        assert {task for task in tasks() - busy if "lack" in task} == set()
        await adapter.close()
        assert open_sessions() == before


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_answer_that_is_being_given_is_finished_when_the_bot_stops(sqlite_store: Store, mode: str) -> None:
    feeds = SlowFeeds({"https://slow.example/feed": ParsedFeed(title="Port News", publisher="Port News", drafts=())})
    async with FakeSlack() as fake, wharf(fake, sqlite_store, feeds=feeds, mode=mode) as dock:
        ola, busy = fake.manager(dock.team), dock.adapter._busy
        line = "source add https://slow.example/feed"
        asking = asyncio.create_task(fake.slash(ola, dock.channel, "/brief-admin", line))
        await until(lambda: len(busy) == 1, within_s=2)
        await dock.close()
        answer = await asking
        assert not answer.error
        assert "Port News" in answer.texts
        assert len(busy) == 0
