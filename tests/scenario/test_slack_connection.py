"""The connection to Slack: what is left of one that was begun and not finished."""

from __future__ import annotations

import asyncio
import gc

import aiohttp
import pytest

from adapters.slack.adapter import SlackAdapter
from bot.errors import ConfigError
from bot.host import Host
from bot.store import Store
from tests.loopback_slack import FakeSlack
from tests.waiting import until
from tests.wharf import Wharf, settings_for, wharf


def open_sessions() -> list[aiohttp.ClientSession]:
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, aiohttp.ClientSession) and not one.closed]


def tasks() -> set[str]:
    return {str(task.get_coro()) for task in asyncio.all_tasks()}


def another(dock: Wharf, **parts: object) -> tuple[SlackAdapter, Host]:
    """A second bot beside one that is connected."""
    mode = "http" if parts else "socket"
    adapter = SlackAdapter(settings_for(dock.fake, dock.team, mode=mode, **parts), ping_s=1.0)
    return adapter, Host("slack", dock.commands, dock.store, dock.clock)


async def test_bot_that_is_stopped_while_it_connects_leaves_nothing_open(sqlite_store: Store) -> None:
    async with FakeSlack() as fake, wharf(fake, sqlite_store) as dock:
        before, busy = open_sessions(), tasks()
        adapter, host = another(dock)
        stop, asked = asyncio.Event(), len(fake.calls("apps.connections.open"))
        fake.faults.slow(30, "apps.connections.open")
        serving = asyncio.create_task(adapter.serve(host, stop))
        await until(lambda: len(fake.calls("apps.connections.open")) > asked)
        stop.set()
        await asyncio.wait_for(serving, 10)
        await adapter.close()
        assert open_sessions() == before
        assert {task for task in tasks() - busy if "slack" in task} == set()


async def test_address_that_cannot_be_listened_at_leaves_nothing_open(sqlite_store: Store) -> None:
    async with FakeSlack() as fake, wharf(fake, sqlite_store) as dock:
        before = open_sessions()
        adapter, host = another(dock, slack_listen=fake.api.removeprefix("http://").removesuffix("/api/"))
        with pytest.raises(ConfigError, match="BRIEFBOT_SLACK_LISTEN"):
            await adapter.serve(host, asyncio.Event())
        await adapter.close()
        assert open_sessions() == before
