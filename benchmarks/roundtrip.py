"""Discord commands, from the press of Enter to the answer, idle and during a fan-out, beside a bare discord.py command."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import discord
import yarl

from adapters.discord.pacing import Pacer
from benchmarks._figures import Figure
from benchmarks.discord_bot import bot_of, digests_for, our_bot, process
from tests.loopback import Answer, Channel, FakeDiscord, Guild
from tests.loopback.server import TOKEN
from tests.waiting import until

SIZES = (400,)
Ask = Callable[[], Awaitable[Answer]]


def main(args: list[str]) -> int:
    """`python -m benchmarks roundtrip [--rounds N]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks roundtrip")
    parser.add_argument("--rounds", type=int, default=400)
    print(f"{'way':44} {'ms':>8} {'bare ms':>8} {'ratio':>8}")
    for one in figures(parser.parse_args(args).rounds):
        print(f"{one.name:44} {one.value:8.1f} {one.bare:8.1f} {one.judged:8.2f}", flush=True)
    return 0


def figures(size: int) -> list[Figure]:
    """Each command and state: p50 and p99 of the whole answer beside those of a bare bot that shows a card as large."""
    return asyncio.run(_compare(size))


async def _compare(rounds: int) -> list[Figure]:
    """Both bots in processes of their own, people and Discord in this one; they are asked in turns, and both fan out."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        async with FakeDiscord(reads_schema=False) as theirs, FakeDiscord(reads_schema=False) as ours:
            (bare_guild, bare_places), (guild, places) = _guild(theirs), _guild(ours)
            app = await bot_of(ours, Path(folder))
            in_s = 30 + rounds * 0.1
            await digests_for(app, guild, places, in_s=in_s)
            await app.close()
            due_at = time.monotonic() + in_s
            bare_args = (theirs.api, theirs.gateway, [place.id for place in bare_places])
            async with process(theirs, bare_bot, *bare_args), process(ours, our_bot, ours.api, ours.gateway, folder):
                bare = partial(theirs.slash, theirs.person(bare_guild), bare_places[0])
                own = partial(ours.slash, ours.person(guild), places[0])
                for state in ("idle", "during a fan-out"):
                    if state != "idle":
                        await asyncio.sleep(max(0.0, due_at - time.monotonic()))
                        await until(lambda: any(place.messages for place in places))
                        await bare("go")
                    for path, values in (("brief latest", {}), ("brief read", {"brief": "b1"})):
                        pairs = await in_turns(partial(own, path, values), partial(bare, "card"), rounds)
                        found += _figures_of(f"/{path}, {state}", pairs, rounds)
                posted = [sum(bool(place.messages) for place in group) for group in (places, bare_places)]
                print(f"  posted meanwhile: {posted[0]}, bare: {posted[1]}", file=sys.stderr, flush=True)
    return found


async def in_turns(own: Ask, bare: Ask, rounds: int) -> list[tuple[float, float]]:
    """Milliseconds of each answer of ours and of the bare bot's, one after the other."""
    for ask in (own, bare) * 5:
        await ask()
    return [((await own()).whole_s * 1000, (await bare()).whole_s * 1000) for _ in range(rounds)]


def _figures_of(name: str, pairs: list[tuple[float, float]], rounds: int) -> list[Figure]:
    ours, bare = zip(*pairs, strict=True)
    return [
        Figure(f"{name}, p{share}", _share(ours, share), "ms", rounds, "answers", _share(bare, share), most=3.0)
        for share in (50, 99)
    ]


def _share(values: Sequence[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]


def _guild(fake: FakeDiscord) -> tuple[Guild, list[Channel]]:
    guild = fake.add_guild()
    return guild, [fake.add_channel(guild, f"c{number}") for number in range(2000)]


def bare_bot(api: str, gateway: str, ids: list[int]) -> None:
    """A bot of discord.py's own example: one command that shows a card, another that begins a fan-out."""
    discord.http.Route.BASE = api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    client = discord.Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    tree = discord.app_commands.CommandTree(client)
    sending: list[asyncio.Task[None]] = []

    @tree.command(name="card", description="Shows a card as large as ours")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=_Card(), ephemeral=True)

    @tree.command(name="go", description="Begins to send")
    async def go(interaction: discord.Interaction) -> None:
        sending.append(asyncio.create_task(_paced(client, ids)))
        await interaction.response.send_message("going", ephemeral=True)

    @client.event
    async def on_ready() -> None:
        await tree.sync()

    asyncio.run(client.start(TOKEN))


class _Card(discord.ui.LayoutView):
    """Six items with a button each, as our digests and `/brief latest` show them."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[_Card] = discord.ui.Container(discord.ui.TextDisplay("## Latest"))
        for number in range(6):
            button: discord.ui.Button[_Card] = discord.ui.Button(label="Read", custom_id=f"read:{number}")
            box.add_item(discord.ui.Section("A word of the harbour. " * 12, accessory=button))
        self.add_item(box)


async def _paced(client: discord.Client, ids: list[int]) -> None:
    """A fan-out at the pace that the limit allows, of messages as large as our digests."""
    pacer = Pacer()

    async def send(id_: int) -> None:
        await pacer.wait()
        with contextlib.suppress(discord.DiscordException):
            await client.get_partial_messageable(id_).send(view=_Card())

    await asyncio.gather(*(send(id_) for id_ in ids))
