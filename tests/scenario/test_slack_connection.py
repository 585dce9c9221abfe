"""The connection to Slack: what is left of one that was begun and not finished."""

from __future__ import annotations

import asyncio
import gc

import aiohttp

from adapters.slack.adapter import SlackAdapter
from bot.host import Host
from bot.store import Store
from tests.loopback_slack import FakeSlack
from tests.waiting import until
from tests.wharf import settings_for, wharf


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
