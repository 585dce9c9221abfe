"""Answers in Discord over 1k to 1M briefs: commands beside a bare discord.py command, and values offered while typing."""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
from functools import partial
from pathlib import Path

from adapters.discord.incoming import workspace_of
from benchmarks._figures import Figure
from benchmarks.discord_bot import answering_bot, bot_of, process
from benchmarks.roundtrip import bare_bot, in_turns
from benchmarks.synthetic import build, word
from tests.loopback import Channel, FakeDiscord, Person

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_ROUNDS = 200


def main(args: list[str]) -> int:
    """`python -m benchmarks answers [--sizes N …]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks answers")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    print(f"{'figure':44} {'briefs':>9} {'ms':>8} {'bare ms':>8}")
    for size in parser.parse_args(args).sizes:
        for one in figures(size):
            print(f"{one.name:44} {one.size:9,} {one.value:8.1f} {one.bare or 0:8.1f}", flush=True)
    return 0


def figures(size: int) -> list[Figure]:
    """The median of each, in milliseconds, with so many briefs that the guild sees."""
    return asyncio.run(_measured(size))


async def _measured(size: int) -> list[Figure]:
    """Both bots in processes of their own, people and Discord in this one."""
    with tempfile.TemporaryDirectory() as folder:
        await build(Path(folder) / "bench.db", size)
        async with FakeDiscord(reads_schema=False) as theirs, FakeDiscord(reads_schema=False) as ours:
            bare_guild, guild = theirs.add_guild(), ours.add_guild()
            bare_place, place = theirs.add_channel(bare_guild), ours.add_channel(guild)
            await _follow_all(ours, guild.id, Path(folder))
            bare_args, own_args = (theirs.api, theirs.gateway, [bare_place.id]), (ours.api, ours.gateway, folder)
            async with process(theirs, bare_bot, *bare_args), process(ours, answering_bot, *own_args):
                bare = partial(theirs.slash, theirs.person(bare_guild), bare_place, "card")
                own = partial(ours.slash, ours.person(guild), place)
                found = []
                for path, values in (("brief latest", {}), ("brief read", {"brief": f"b{size}"})):
                    first = await own(path, values)
                    assert f"b{size}" in str(first.messages), first.messages
                    pairs = await in_turns(partial(own, path, values), bare, _ROUNDS)
                    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
                    found.append(Figure(f"answer, /{path}", one, "ms", size, "briefs", other))
                return [*found, *await _offered(ours, ours.manager(guild), place, size)]


async def _follow_all(fake: FakeDiscord, guild_id: int, folder: Path) -> None:
    """The guild follows every source, so that it sees every brief."""
    app = await bot_of(fake, folder)
    for source in await app.store.sources.followed(None):
        await app.store.sources.add(source.url, workspace=workspace_of(guild_id), now=app.clock.now())
    await app.close()


async def _offered(fake: FakeDiscord, mina: Person, place: Channel, size: int) -> list[Figure]:
    """Briefs to choose from, for nothing typed and for words and their beginnings."""
    chance = random.Random(5)
    words = [word(chance, "en") for _ in range(40)]
    starts = [part for text in words for part in (text[:2], text[:3], text)]
    found = []
    for name, typed in (("nothing typed", [""] * 40), ("words and their beginnings", starts)):
        taken = []
        for part in typed:
            answer = await fake.autocomplete(mina, place, "brief read", "brief", part)
            taken.append(answer.first_s * 1000)
        found.append(Figure(f"answer, briefs offered for {name}", statistics.median(taken), "ms", size, "briefs"))
        found.append(Figure(f"answer, briefs offered for {name}, slowest", max(taken), "ms", size, "briefs"))
    return found
