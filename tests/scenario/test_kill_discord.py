"""Law 2 in Discord: the bot is killed at random points of a fan-out, and answers of Discord are lost on top of it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.incoming import channel_ref, workspace_of
from bot.caveat import CAVEATS
from bot.digests.calendar import next_edition
from bot.models import Digest, Place, Style, WorkspaceId
from bot.store import Store
from tests import soaking
from tests.born import born
from tests.discord_life import ShiftedClock, live
from tests.loopback import Channel, FakeDiscord
from tests.loopback.rules import walk
from tests.loopback.world import Json
from tests.office import Office
from tests.waiting import until

DOWN_S = 120.0
"""How long the bot was away between two lives, longer than a lease."""


@pytest.mark.parametrize(
    ("kills", "channels", "seed"),
    [
        pytest.param(6, 40, 1, id="6 kills"),
        pytest.param(*soaking.size((16, 160, 2), (200, 1000, 2)), marks=pytest.mark.soak, id="soak"),
    ],
)
async def test_every_channel_has_its_digest_once_however_often_the_bot_is_killed(
    tmp_path: Path, kills: int, channels: int, seed: int
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    chance = random.Random(seed)
    behind_s = (kills + 2) * DOWN_S
    async with FakeDiscord(reads_schema=False) as fake:
        # Shorter than any pause between two lives, so that what was sent must be found by looking.
        fake.nonce_s = 0.5
        fake.faults.drop_before, fake.faults.drop_after, fake.faults.delay_s = 0.03, 0.05, 0.01
        places = await set_up(fake, url, ShiftedClock(timedelta(seconds=behind_s)), channels)
        for life in range(kills):
            await one_life(fake, url, behind_s - life * DOWN_S, chance)
        await last_life(fake, url, 0.0, places)
    check(fake, places)
    # A process that begins within the second of one that died does not know what that one used of it, and a busy
    # machine shifts what arrives; a storm would be thousands. `python -m benchmarks fanout` holds the pace to none.
    assert fake.limits.global_429 <= 3 * kills


async def set_up(fake: FakeDiscord, url: str, clock: ShiftedClock, channels: int) -> list[Channel]:
    """A digest of two messages for each channel, all due at once."""
    store = await Store.open(url)
    guild = fake.add_guild()
    workspace = workspace_of(guild.id)
    office = Office(store, clock)
    source = await office.follow("https://harbour.example/feed", workspace=workspace)
    for number in range(4):
        await office.report(source, f"Board meets for the {number}. time", body="A word of the harbour. " * 28)
    places = [fake.add_channel(guild, f"news-{number}") for number in range(channels)]
    for number, place in enumerate(places):
        made = _digest(workspace, guild.id, place, clock)
        in_thread = replace(made, place=Place.THREAD, style=Style.HEADLINES)
        await store.digests.add(in_thread if number % 2 else made)
    await store.close()
    return places


def _digest(workspace: WorkspaceId, guild_id: int, place: Channel, clock: ShiftedClock) -> Digest:
    now = clock.now()
    due = next_edition((now - timedelta(minutes=2)).time().replace(second=0, microsecond=0), "UTC", range(7), after=now)
    return Digest(
        id=0,
        workspace_id=workspace,
        name=place.name,
        channel=channel_ref(guild_id, place.id),
        at=due.at.time(),
        zone="UTC",
        style=Style.FULL,
        catch_up_s=86400,
        next_due_at=due.at - timedelta(days=1),
        next_on=due.on - timedelta(days=1),
        created_at=now,
    )


def begun(fake: FakeDiscord, url: str, behind_s: float) -> Any:
    """A life in a new process."""
    return born(live, url, fake.api, fake.gateway, fake.token, behind_s)


async def one_life(fake: FakeDiscord, url: str, behind_s: float, chance: random.Random) -> None:
    """A life that ends at a random point, now and then before the bot is connected."""
    fake.hub.connected.clear()
    process = begun(fake, url, behind_s)
    if chance.random() < 0.9:
        await asyncio.wait_for(fake.hub.connected.wait(), 60)
    await asyncio.sleep(chance.uniform(0.0, 0.7))
    process.kill()
    await asyncio.to_thread(process.join)


async def last_life(fake: FakeDiscord, url: str, behind_s: float, places: list[Channel]) -> None:
    """A life without faults that is given time for all that is left."""
    fake.faults.drop_before = fake.faults.drop_after = 0.0
    process = begun(fake, url, behind_s)
    await until(lambda: not process.is_alive() or all(len(written(fake, place)) >= 2 for place in places), within_s=300)
    assert process.is_alive()
    # Time to post something twice, if it would.
    await asyncio.sleep(1.0)
    process.kill()
    await asyncio.to_thread(process.join)


def written(fake: FakeDiscord, place: Channel) -> list[Json]:
    """What was posted in a channel and in the threads of it."""
    threads = [channel for channel in fake.world.channels.values() if channel.parent_id == place.id]
    return [*place.messages, *(message for thread in threads for message in thread.messages)]


def check(fake: FakeDiscord, places: list[Channel]) -> None:
    counts = Counter(len(written(fake, place)) for place in places)
    assert counts == {2: len(places)}, counts
    for number, place in enumerate(places):
        posted = written(fake, place)
        texts = ["\n".join(c["content"] for c in walk(m["components"]) if c["type"] == 10) for m in posted]
        if number % 2:
            assert [len(place.messages), posted[1]["channel_id"]] == [1, posted[0]["id"]], "not in its thread"
        else:
            assert ["-# 1/2" in texts[0], "-# 2/2" in texts[1]] == [True, True], "parts out of order"
        assert all(text.endswith(CAVEATS["en"]) for text in texts)
