"""How a real process ends: by a signal in the middle of a fan-out, while everything around it hangs, by two signals."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from adapters.discord.incoming import workspace_of as discord_workspace
from adapters.slack.incoming import workspace_of as slack_workspace
from bot.ports import SystemClock
from bot.store import Store
from bot.store.schema import deliveries, sources
from tests.discord_life import ShiftedClock
from tests.feed_server import FeedServer, feed_server, http  # noqa: F401 - a fixture
from tests.loopback import FakeDiscord
from tests.loopback_slack import FakeSlack
from tests.office import Office
from tests.scenario import test_kill_discord as on_discord
from tests.scenario import test_kill_slack as on_slack
from tests.waiting import until

ROOT = Path(__file__).parents[2]
LIMIT_S = 10.0
HANGS_S = 40.0
DISCORD_PARTS, SLACK_PARTS = 5, 2
"""Messages of an edition there."""


@dataclass
class Town:
    """A Discord server and a Slack workspace whose digests are all due, and the bot of both as a process."""

    discord: FakeDiscord
    slack: FakeSlack
    feeds: FeedServer
    folder: Path
    guild: list[Any] = field(default_factory=list)
    team: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder / 'store.db'}"

    @property
    def posted(self) -> Counter[int]:
        """How many places have how many messages."""
        written = [len(on_discord.written(self.discord, place)) for place in self.guild]
        return Counter(written + [len(place.messages) for place in self.team])

    @property
    def is_whole(self) -> bool:
        return self.posted == {DISCORD_PARTS: len(self.guild), SLACK_PARTS: len(self.team)}

    async def open(self, channels: int) -> None:
        store, clock = await Store.open(self.url), ShiftedClock(timedelta(0))
        office, guild, team = Office(store, clock), self.discord.add_guild(), self.slack.add_team()
        here, there = discord_workspace(guild.id), slack_workspace(team.id)
        for workspace in (here, there):
            source = await office.follow(f"{self.feeds.base}/feed", workspace=workspace)
        for number in range(5):
            await office.report(source, f"Board meets for the {number}. time", body="A word of the harbour. " * 60)
        for number in range(channels):
            place = self.discord.add_channel(guild, f"news-{number}")
            await store.digests.add(on_discord._digest(here, guild.id, place, clock))
            self.guild.append(place)
        for number in range(channels // 3):
            shop = self.slack.add_channel(team, f"news-{number}")
            await store.digests.add(on_slack._digest(there, team, shop, clock))
            self.team.append(shop)
        await store.close()

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """`briefbot run` as a supervisor starts it; what it wrote to its log is in `bot.log`."""
        [team] = self.slack.world.teams.values()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "BRIEFBOT_DATABASE_URL": self.url,
            "BRIEFBOT_ALLOW_PRIVATE_SOURCES": "127.0.0.0/8",
            "DISCORD_TOKEN": self.discord.token,
            "BRIEFBOT_DISCORD_API": self.discord.api,
            "BRIEFBOT_DISCORD_GATEWAY": self.discord.gateway,
            "SLACK_BOT_TOKEN": team.token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "BRIEFBOT_SLACK_API": self.slack.api,
        }
        with (self.folder / "bot.log").open("w") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"), cwd=self.folder, env=environment, stderr=log, stdout=log
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def log(self) -> str:
        return (self.folder / "bot.log").read_text()

    async def begin_anew(self, path: str) -> None:
        """As if the leases of a process that is gone were over; and the feed is another one, due now."""
        store, now = await Store.open(self.url), SystemClock().now()
        address = f"{self.feeds.base}{path}"
        async with store.database.writing() as connection:
            await connection.execute(update(deliveries).values(lease_until=None, next_try_at=now))
            await connection.execute(update(sources).values(url=address, lease_until=None, next_poll_at=now))
        assert await store.heartbeats.all() == []
        await store.close()


async def until_in(town: Town, is_so: Callable[[], bool]) -> None:
    """Waits; when it is in vain, what was posted and the log are told."""
    try:
        await until(is_so, within_s=90)
    except TimeoutError:
        raise AssertionError((town.posted, town.log()[-3000:])) from None


async def ended(process: asyncio.subprocess.Process, *signals: signal.Signals) -> tuple[int, float]:
    """Sends the signals, half a second apart; the exit code, and the seconds from the last one to the end."""
    for number in signals[:-1]:
        process.send_signal(number)
        await asyncio.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signals[-1])
    return await asyncio.wait_for(process.wait(), 30), time.monotonic() - began


@pytest.mark.soak
async def test_stopped_bot_leaves_nothing_half_sent_whatever_hangs(
    tmp_path: Path,
    feed_server: FeedServer,  # noqa: F811
) -> None:
    async with FakeDiscord(reads_schema=False) as discord, FakeSlack() as slack:
        slack.limits.off()
        town = Town(discord, slack, feed_server, tmp_path)
        feed_server.answers["/feed"] = feed_server.answers["/last"] = http()
        await town.open(channels=18)
        for scene in (in_mid_fan_out, while_all_hangs, by_two_signals, when_all_is_done):
            await scene(town)


async def in_mid_fan_out(town: Town) -> None:
    town.slack.faults.slow(1.0, times=len(town.team))
    async with town.bot() as process:
        await until_in(town, lambda: sum(town.posted.elements()) > 10)
        code, seconds = await ended(process, signal.SIGTERM)
    assert (code, seconds < LIMIT_S) == (0, True), (code, seconds, town.log())
    assert not town.is_whole, "it was not stopped in the middle"
    # Nothing hung, so what was begun was finished and written down: nobody has to look for it.
    assert "app.cut" not in town.log()
    await no_row_is_open(town)


async def no_row_is_open(town: Town) -> None:
    store = await Store.open(town.url)
    async with store.database.reading() as connection:
        rows = (await connection.execute(deliveries.select().where(deliveries.c.lease_until.is_not(None)))).all()
        sent = (await connection.execute(deliveries.select().where(deliveries.c.message_ref != ""))).all()
    await store.close()
    assert rows == []
    assert len(sent) == sum(number * count for number, count in town.posted.items())


async def while_all_hangs(town: Town) -> None:
    """Discord stores and does not answer, Slack does not even store, the one feed is silent, its reader is stopped."""
    hung = asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        hung.set()
        await asyncio.sleep(HANGS_S)

    town.feeds.answers["/silent"] = silent
    town.discord.faults.delay_after_s = HANGS_S
    town.slack.faults.slow(HANGS_S, times=1000)
    await town.begin_anew("/silent")
    before = sum(town.posted.elements())
    async with town.bot() as process:
        await until_in(town, hung.is_set)
        await until_in(town, lambda: sum(town.posted.elements()) > before + 5)
        code, seconds = await ended(process, signal.SIGTERM)
    assert (code, seconds < LIMIT_S) == (0, True), (code, seconds, town.log())
    assert "app.cut" in town.log()


async def by_two_signals(town: Town) -> None:
    """The reader of feeds is stopped in the middle, and the one who waits at the terminal has no patience."""
    await town.begin_anew("/feed")
    town.feeds.answers["/feed"] = http(b"<rss version='2.0'><channel><title>Other</title></channel></rss>")
    async with town.bot() as process:
        await until_in(town, lambda: bool(readers(process.pid)))
        for reader in readers(process.pid):
            os.kill(reader, signal.SIGSTOP)
        code, seconds = await ended(process, signal.SIGINT, signal.SIGINT)
        for reader in readers(process.pid):
            os.kill(reader, signal.SIGKILL)
    assert (code, seconds < 1.0) == (128 + signal.SIGINT, True), (code, seconds, town.log())


def readers(pid: int) -> list[int]:
    """The processes in which a bot reads feeds."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", "bot.ingest.worker"], capture_output=True, check=False)
    return [int(line) for line in found.stdout.split()]


async def when_all_is_done(town: Town) -> None:
    town.discord.faults.delay_after_s = 0.0
    town.slack.faults.ordered.clear()
    store = await Store.open(town.url)
    for heart in await store.heartbeats.all():
        await store.heartbeats.end(heart.process)
    await store.close()
    await town.begin_anew("/last")
    async with town.bot() as process:
        await until_in(town, lambda: town.is_whole)
        await asyncio.sleep(1.0)  # time to post something twice, if it would
        code, seconds = await ended(process, signal.SIGINT)
    assert (code, seconds < LIMIT_S) == (0, True), (code, seconds, town.log())
    assert town.is_whole, town.posted
    await no_row_is_open(town)
