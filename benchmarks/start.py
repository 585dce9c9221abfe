"""From the start of the process to the first command that is answered, with both platforms on loopback servers."""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._figures import Figure
from benchmarks.synthetic import build
from tests.loopback import FakeDiscord
from tests.loopback_slack import FakeSlack
from tests.waiting import until

SIZES = (1_000, 100_000, 1_000_000)
_ROUNDS = 3


def main(args: list[str]) -> int:
    """`python -m benchmarks start [--sizes N …]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks start")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    for size in parser.parse_args(args).sizes:
        for one in figures(size):
            print(f"{one.name:32} {one.size:9,} {one.value:6.2f} {one.unit}  {one.bar}", flush=True)
    return 0


def figures(size: int) -> list[Figure]:
    """The median of some starts over a store of so many briefs, and what `briefbot --help` takes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "start.db"
        asyncio.run(build(file, size))
        starts = [asyncio.run(_start(file)) for _ in range(_ROUNDS)]
    helps = [asyncio.run(_help()) for _ in range(_ROUNDS)]
    return [
        Figure("start to first answer", statistics.median(starts), "s", size, "briefs", most=2.0),
        Figure("briefbot --help", statistics.median(helps), "s", size, "briefs", most=0.3),
    ]


async def _start(file: Path) -> float:
    """Seconds until the bot, begun as an operator begins it, has answered a person in Discord and one in Slack."""
    async with FakeDiscord(reads_schema=False) as discord, FakeSlack() as slack:
        guild, team = discord.add_guild(), slack.add_team()
        place, room = discord.add_channel(guild), slack.add_channel(team, "news")
        settings = {
            "BRIEFBOT_DATABASE_URL": f"sqlite+aiosqlite:///{file}",
            "BRIEFBOT_DISCORD_API": discord.api,
            "BRIEFBOT_DISCORD_GATEWAY": discord.gateway,
            "BRIEFBOT_SLACK_API": slack.api,
            "DISCORD_TOKEN": discord.token,
            "SLACK_BOT_TOKEN": team.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "BRIEFBOT_LOG_LEVEL": "error",
        }
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(120):
                await slack.hub.connected(within_s=120)
                await until(lambda: bool(discord.hub.sessions and discord.commands), each_s=0.005)
                told = await discord.slash(discord.person(guild), place, "brief help")
                acked = await slack.slash(slack.person(team), room, "/brief", "help")
            assert told.messages, told.error
            assert acked.ack, acked.error
            return time.perf_counter() - began
        finally:
            process.kill()
            await process.wait()


async def _help() -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "--help", stdout=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0
    return time.perf_counter() - began
