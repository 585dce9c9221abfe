"""Law 2 in Slack: the bot is killed at random points of a fan-out, and responses of Slack are lost on top of it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.incoming import channel_ref, workspace_of
from bot.caveat import CAVEATS
from bot.digests.calendar import next_edition
from bot.models import Digest, Style, WorkspaceId
from bot.store import Store
from tests import soaking
from tests.born import born
from tests.discord_life import ShiftedClock
from tests.loopback_slack import Channel, FakeSlack, Team
from tests.office import Office
from tests.slack_life import live
from tests.waiting import until

DOWN_S = 120.0
"""How long the bot was away between two lives, longer than a lease."""
STORIES = 5
BARE = 20
"""Messages of the bare client."""


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
    async with FakeSlack() as fake:
        fake.limits.off()
        fake.faults.drop_before, fake.faults.drop_after = 0.03, 0.05
        team = fake.add_team()
        places = await set_up(fake, team, url, ShiftedClock(timedelta(seconds=behind_s)), channels)
        for life in range(kills):
            await one_life(fake, team, url, behind_s - life * DOWN_S, chance)
        twice = await bare_client(fake, team)
        await last_life(fake, team, url, places)
    check(places)
    assert twice > 0, "the faults bite nobody"


async def set_up(fake: FakeSlack, team: Team, url: str, clock: ShiftedClock, channels: int) -> list[Channel]:
    """A digest of two messages for each channel, all due at once; the second stands in the thread of the first."""
    store = await Store.open(url)
    workspace = workspace_of(team.id)
    office = Office(store, clock)
    source = await office.follow("https://harbour.example/feed", workspace=workspace)
    for number in range(STORIES):
        await office.report(source, f"Board meets for the {number}. time", body="A word of the harbour. " * 60)
    places = [fake.add_channel(team, f"news-{number}") for number in range(channels)]
    for place in places:
        await store.digests.add(_digest(workspace, team, place, clock))
    await store.close()
    return places


def _digest(workspace: WorkspaceId, team: Team, place: Channel, clock: ShiftedClock) -> Digest:
    now = clock.now()
    due = next_edition((now - timedelta(minutes=2)).time().replace(second=0, microsecond=0), "UTC", range(7), after=now)
    return Digest(
        id=0,
        workspace_id=workspace,
        name=place.name,
        channel=channel_ref(team.id, place.id),
        at=due.at.time(),
        zone="UTC",
        style=Style.FULL,
        catch_up_s=86400,
        next_due_at=due.at - timedelta(days=1),
        next_on=due.on - timedelta(days=1),
        created_at=now,
    )


async def one_life(fake: FakeSlack, team: Team, url: str, behind_s: float, chance: random.Random) -> None:
    """A life that ends at a random point, now and then before the bot is connected."""
    opened = fake.hub.opened
    process = born(live, url, fake.api, team.token, fake.app_token, behind_s)
    if chance.random() < 0.9:
        await until(lambda: fake.hub.opened > opened, within_s=60)
    await asyncio.sleep(chance.uniform(0.0, 0.7))
    process.kill()
    await asyncio.to_thread(process.join)


async def bare_client(fake: FakeSlack, team: Team) -> int:
    """How many messages stand twice when slack_sdk's client tries again after a lost response, as one writes it."""
    place = fake.add_channel(team, "bare")
    client = AsyncWebClient(team.token, base_url=fake.api)
    # At least one of its messages is stored and its response lost; the others take their chances.
    fake.faults.lose_after()
    for number in range(BARE):
        for _ in range(5):
            try:
                await client.chat_postMessage(channel=place.id, text=f"message {number}")
                break
            except (SlackApiError, aiohttp.ClientError, OSError):
                continue
    counts = Counter(message["text"] for message in place.messages)
    return sum(count - 1 for count in counts.values())


async def last_life(fake: FakeSlack, team: Team, url: str, places: Sequence[Channel]) -> None:
    """A life without faults that is given time for all that is left."""
    fake.faults.drop_before = fake.faults.drop_after = 0.0
    process = born(live, url, fake.api, team.token, fake.app_token, 0.0)
    await until(lambda: not process.is_alive() or all(len(place.messages) >= 2 for place in places), within_s=300)
    assert process.is_alive()
    # Time to post something twice, if it would.
    await asyncio.sleep(1.0)
    process.kill()
    await asyncio.to_thread(process.join)


def check(places: Sequence[Channel]) -> None:
    counts = Counter(len(place.messages) for place in places)
    assert counts == {2: len(places)}, counts
    for place in places:
        first, second = place.messages
        assert second["thread_ts"] == first["ts"], "parts out of order"
        for message in place.messages:
            assert CAVEATS["en"] in message["text"]
            assert CAVEATS["en"] in str(message["blocks"][-1])
