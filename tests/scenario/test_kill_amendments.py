"""Law 2 for edits: the bot is killed at random points while it edits copies; each is right in the end, none is new."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.discord.incoming import workspace_of
from adapters.discord.render import render
from bot.caveat import CAVEATS
from bot.digests.dispatch import Dispatcher
from bot.models import Brief, VersionKind
from bot.store import Store
from bot.store.corrections import Change
from tests import soaking
from tests.discord_life import ShiftedClock
from tests.fakes import FakeClock
from tests.loopback import Channel, FakeDiscord
from tests.loopback.rules import walk
from tests.office import Office
from tests.scenario.test_kill_discord import DOWN_S, _digest, begun
from tests.waiting import until


class Drawing:
    """The real renderer without a connection, to plan with."""

    platform = "discord"
    render = staticmethod(render)


@pytest.mark.parametrize(
    ("kills", "channels", "seed"),
    [
        pytest.param(3, 100, 1, id="3 kills"),
        pytest.param(*soaking.size((8, 150, 2), (60, 600, 2)), marks=pytest.mark.soak, id="soak"),
    ],
)
async def test_every_copy_is_edited_however_often_the_bot_is_killed(
    tmp_path: Path, kills: int, channels: int, seed: int
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    chance = random.Random(seed)
    behind_s = (kills + 2) * DOWN_S
    async with FakeDiscord(reads_schema=False) as fake:
        fake.faults.drop_before, fake.faults.drop_after, fake.faults.delay_s = 0.03, 0.05, 0.01
        places = await set_up(fake, url, behind_s, channels)
        for life in range(kills):
            await one_life(fake, url, behind_s - life * DOWN_S, places, chance)
        assert sum(is_edited(place) for place in places) > 0
        fake.faults.drop_before = fake.faults.drop_after = 0.0
        process = begun(fake, url, 0.0)
        await until(lambda: not process.is_alive() or all(map(is_edited, places)), within_s=120, each_s=0.1)
        assert process.is_alive()
        # Time to post something, if it would.
        await asyncio.sleep(0.5)
        process.kill()
        await asyncio.to_thread(process.join)
    for place in places:
        [message] = place.messages
        text = words(message)
        assert "Board meets for the 1. time" not in text
        assert "Retracted" in text
        assert all(f"Board meets for the {number}. time" in text for number in (0, 2, 3))
        assert text.endswith(CAVEATS["en"])


async def set_up(fake: FakeDiscord, url: str, behind_s: float, channels: int) -> list[Channel]:
    """A digest that stands in each channel, and a retraction that nobody has carried there yet."""
    store = await Store.open(url)
    clock = FakeClock(ShiftedClock(timedelta(seconds=behind_s)).now())
    guild = fake.add_guild()
    workspace = workspace_of(guild.id)
    office = Office(store, clock)
    source = await office.follow("https://harbour.example/feed", workspace=workspace)
    refs = [await office.report(source, f"Board meets for the {number}. time") for number in range(4)]
    places = {f"news-{number}": fake.add_channel(guild, f"news-{number}") for number in range(channels)}
    for place in places.values():
        await store.digests.add(_digest(workspace, guild.id, place, ShiftedClock(timedelta(seconds=behind_s))))
    await Dispatcher(store, {"discord": Drawing()}, clock).drain()  # type: ignore[dict-item]
    while due := await store.deliveries.claim(clock.now(), limit=500, lease_s=9, owner="me", platforms=["discord"]):
        sent = {}
        for one in due:
            place = next(place for place in places.values() if one.channel.endswith(f".{place.id}"))
            made = fake.world.store(place, json.loads(one.body))
            sent[one.id] = f"{place.id}/{made['id']}"
        await store.deliveries.settle_sent(sent, owner="me", now=clock.now())
    brief: Brief = await store.briefs.get(int(refs[1][1:]), workspace=workspace)
    change = Change(kind=VersionKind.RETRACTED, note="There was no meeting")
    _, copies = await store.corrections.lay(workspace, brief, change, based_on=1, now=clock.now())
    assert copies == channels
    await store.close()
    return list(places.values())


async def one_life(fake: FakeDiscord, url: str, behind_s: float, places: list[Channel], chance: random.Random) -> None:
    """A life that ends at a random point, when it has edited some and others are being edited."""
    wanted = min(len(places), sum(map(is_edited, places)) + chance.randint(1, len(places) // 4))
    process = begun(fake, url, behind_s)
    await until(lambda: sum(map(is_edited, places)) >= wanted, within_s=120)
    await asyncio.sleep(chance.uniform(0.0, 0.1))
    process.kill()
    await asyncio.to_thread(process.join)


def words(message: dict[str, object]) -> str:
    return "\n".join(c["content"] for c in walk(message["components"]) if c["type"] == 10)  # type: ignore[arg-type]


def is_edited(place: Channel) -> bool:
    return "Retracted" in words(place.messages[0])
