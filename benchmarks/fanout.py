"""A digest for each of 2,000 Discord channels at once, under Discord's limits, beside the bare discord.py client."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import discord

from adapters.discord.pacing import GLOBAL_PER_S
from benchmarks._figures import Figure
from benchmarks.discord_bot import bot_of, digests_for, our_bot, process
from tests.loopback import Channel, FakeDiscord, Guild
from tests.waiting import until

SIZES: Final = (100, 1_000, 2_000)
_PEOPLE: Final = 2


def figures(size: int) -> list[Figure]:
    """A fan-out to so many channels, alone and while people ask; what is lost or refused takes no share of the limit."""
    made = []
    for state, people in (("idle", 0), ("under commands", _PEOPLE)):
        found = asyncio.run(_ours(size, people=people))
        made += [
            Figure(f"fan-out, {state}", 100 * found.share, "% of the limit", size, "channels", least=97),
            Figure(f"fan-out, {state}: lost", found.lost, "messages", size, "channels", most=0),
            Figure(f"fan-out, {state}: global 429s", found.refused, "answers", size, "channels", most=0),
        ]
    return made


def main(args: list[str]) -> int:
    """`python -m benchmarks fanout [--channels N] [--bare N]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fanout")
    parser.add_argument("--channels", type=int, default=2000)
    parser.add_argument("--bare", type=int, default=0, help="channels for the bare client; 0: as many")
    chosen = parser.parse_args(args)
    print(f"{'way':28} {'channels':>8} {'seconds':>8} {'a second':>9} {'of limit':>9} {'lost':>6} {'global 429s':>12}")
    asyncio.run(_ours(chosen.channels))
    asyncio.run(_ours(chosen.channels, people=_PEOPLE))
    asyncio.run(_bare(chosen.bare or chosen.channels))
    return 0


async def _ours(count: int, *, people: int = 0) -> Posted:
    """With so many people who ask all the time meanwhile; the bot in a process of its own, Discord and they in this one."""
    with tempfile.TemporaryDirectory() as folder, _no_pauses():
        async with FakeDiscord(reads_schema=False) as fake:
            guild = fake.add_guild()
            places = [fake.add_channel(guild, f"c{number}") for number in range(count)]
            app = await bot_of(fake, Path(folder))
            await digests_for(app, guild, places, in_s=10 + count / 150)
            await app.close()
            async with process(fake, our_bot, fake.api, fake.gateway, folder):
                answered: list[float] = []
                asking = [asyncio.create_task(_ask(fake, guild, places[0], answered)) for _ in range(people)]
                await _all_posted(places)
                for task in asking:
                    task.cancel()
            return _report(f"briefbot, {len(answered)} commands" if people else "briefbot", fake, places)


@contextlib.contextmanager
def _no_pauses() -> Iterator[None]:
    """Discord does not stop for a tenth of a second because Python collects its garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _ask(fake: FakeDiscord, guild: Guild, place: Channel, answered: list[float]) -> None:
    """One command after another, as a busy server gives them."""
    person = fake.person(guild)
    while True:
        answered.append((await fake.slash(person, place, "brief latest")).whole_s)
        await asyncio.sleep(0.2)


async def _all_posted(places: list[Channel]) -> None:
    await until(lambda: all(place.messages for place in places), within_s=600, each_s=0.05)


async def _bare(count: int) -> None:
    """As most bots do it: every channel's send in a task of its own."""
    async with FakeDiscord(reads_schema=False) as fake:
        guild = fake.add_guild()
        places = [fake.add_channel(guild, f"c{number}") for number in range(count)]
        discord.http.Route.BASE = fake.api
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = fake.gateway  # type: ignore[assignment]
        import yarl

        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(fake.gateway)
        client = discord.Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        running = asyncio.create_task(client.start(fake.token))
        await fake.hub.connected.wait()
        await client.wait_until_ready()

        async def send(place: Channel) -> None:
            with contextlib.suppress(discord.DiscordException):
                await client.get_partial_messageable(place.id).send("A digest of today.")

        await asyncio.gather(*(send(place) for place in places))
        _report("bare discord.py, gather", fake, places)
        await client.close()
        await running


@dataclass(frozen=True)
class Posted:
    """How a fan-out went: its share of the rate that the limit allows, channels without a message, global 429s."""

    share: float
    lost: int
    refused: int


def _report(name: str, fake: FakeDiscord, places: list[Channel]) -> Posted:
    posts = [request.at for request in fake.requests if request.path.endswith("/messages") and request.status == 200]
    seconds = max(posts) - min(posts)
    rate = (len(posts) - 1) / seconds
    lost = sum(not place.messages for place in places)
    doubled = sum(len(place.messages) > 1 for place in places)
    share = f"{rate / GLOBAL_PER_S:.1%}"
    print(
        f"{name:28} {len(places):8} {seconds:8.1f} {rate:9.1f} {share:>9} {lost:6} {fake.limits.global_429:12}"
        + (f"  {doubled} DOUBLED" if doubled else ""),
        flush=True,
    )
    assert time.monotonic() >= max(posts)
    return Posted(rate / GLOBAL_PER_S, lost + doubled, fake.limits.global_429)
