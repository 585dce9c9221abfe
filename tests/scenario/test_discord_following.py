"""A story that is followed in Discord: its brief in the channel, what is new in the thread of that message."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.caveat import CAVEATS
from bot.digests.passing import pass_over
from bot.store import Store
from bot.store.backup import back_up
from bot.store.follows import QUIET
from tests.fakes import FakeClock
from tests.followed import Plot
from tests.harbour import Harbour, harbour
from tests.loopback import Channel, FakeDiscord
from tests.loopback.rules import walk
from tests.loopback.world import SEND


@pytest.fixture
async def port(sqlite_store: Store) -> AsyncIterator[Harbour]:
    async with (
        FakeDiscord() as fake,
        harbour(fake, sqlite_store, FakeClock(datetime.now(UTC) - timedelta(hours=12))) as made,
    ):
        yield made


def plot(port: Harbour) -> Plot:
    assert isinstance(port.clock, FakeClock)
    return Plot(port, port.adapter, port.clock)


def texts(channel: Channel) -> list[str]:
    return [
        "\n".join(c["content"] for c in walk(message["components"]) if c["type"] == 10) for message in channel.messages
    ]


def thread(port: Harbour) -> Channel:
    """The thread of the one message of the channel."""
    [first] = port.channel.messages
    return port.fake.world.channels[int(first["id"])]


async def test_news_that_were_posted_are_not_posted_again_when_the_store_is_put_back(
    port: Harbour, sqlite_url: str, tmp_path: Path
) -> None:
    port.fake.nonce_s = 0.0  # As if the minutes had passed in which Discord knows a message again.
    story = plot(port)
    source = await port.office.follow("https://harbour.example/feed", workspace=port.workspace)
    ref = await port.office.report(source, "Ferry runs aground")
    await story.ask(f"/brief-admin story follow {ref}")
    await story.pass_time(0)
    saved = back_up(sqlite_url, tmp_path / "saved.db", lambda _: None).file
    told = ["Forty people were brought ashore.", "Oil is leaking into the bay."]
    for sentence in told:
        await story.goes_on(source, ref, sentence)
    before = port.clock.now()
    await story.pass_time()
    assert len(texts(thread(port))) == 1
    with closing(sqlite3.connect(saved)) as old, closing(sqlite3.connect(tmp_path / "store.db")) as store:
        old.backup(store)
    await pass_over(port.store, ["discord"], port.clock.now())
    # The feed still lists what was told, and the polls find it one after the other.
    story = plot(port)
    with capture_logs() as logs:
        for sentence in told:
            await story.goes_on(source, ref, sentence, published_at=before)
            await story.pass_time()
    assert len(texts(thread(port))) == 1
    assert [entry["log_level"] for entry in logs if entry["event"] == "follow.passed_over"] == ["warning"] * 2
    await story.goes_on(source, ref, "The captain was arrested.")
    await story.pass_time()
    _, news = texts(thread(port))
    assert "The captain was arrested." in news
    assert "Forty people" not in news
    assert "Oil" not in news
    await story.goes_on(source, ref, "The ferry was towed free.", published_at=before)
    await story.pass_time()
    assert "towed free" in texts(thread(port))[2]


async def test_first_post_stands_in_the_channel_and_what_is_new_in_its_thread(port: Harbour) -> None:
    story = plot(port)
    source = await port.office.follow("https://harbour.example/feed", workspace=port.workspace)
    ref = await port.office.report(source, "Ferry runs aground")
    assert "Follow here" in await story.ask(f"/brief read {ref}")
    assert "Follow here" not in await story.ask(f"/brief read {ref}", is_manager=False)
    assert "is followed" in await story.ask(f"/brief-admin story follow {ref}")
    assert "followed in that channel already" in await story.ask(f"/brief-admin story follow {ref}")
    await story.pass_time(0)
    [first] = texts(port.channel)
    assert "what is new is posted below this message" in first
    # Two that come within the pause are one post; other words are none.
    await story.goes_on(source, ref, "Forty people were brought ashore.")
    await story.goes_on(source, ref, "Oil is leaking into the bay.")
    await story.pass_time()
    await story.goes_on(source, ref, "The weather is fine over there.", is_news=False)
    await story.pass_time()
    [update] = texts(thread(port))
    assert "Update: Ferry runs aground" in update
    assert "Forty people were brought ashore." in update
    assert "Oil is leaking into the bay." in update
    assert "officials said" not in update
    assert "Later Post" in update
    await story.goes_on(source, ref, "The captain was arrested.")
    await story.die_after_sending()
    assert len(port.channel.messages) == 1
    _, second = texts(thread(port))
    assert "The captain was arrested." in second
    assert "Forty" not in second
    assert "Last post" in await story.ask("/brief-admin story list")
    for message in thread(port).messages:
        assert message["pings"] == []
        assert CAVEATS["en"] in str(message["components"])


async def test_merged_story_goes_on_in_its_thread_and_a_quiet_one_ends_once(port: Harbour) -> None:
    story = plot(port)
    source = await port.office.follow("https://harbour.example/feed", workspace=port.workspace)
    ref = await port.office.report(source, "Ferry runs aground")
    other = await port.office.report(source, "Rescuers reach a stranded ship")
    await story.ask(f"/brief-admin story follow {ref}")
    await story.pass_time(0)
    gone, kept = await story.brief(ref), await story.brief(other)
    members = [(one.id, kept.story_id) for one in (await port.store.stories.get(gone.story_id)).articles]
    await port.store.stories.place(members, merged={gone.story_id: kept.story_id}, now=port.clock.now())
    await story.goes_on(source, other, "The ship was towed free.")
    await story.pass_time()
    [update] = texts(thread(port))
    assert "The ship was towed free." in update
    for _ in range(3):
        await story.pass_time(QUIET.total_seconds())
    _, last = texts(thread(port))
    assert "not followed here any more" in last
    assert "No story is followed" in await story.ask("/brief-admin story list")


async def test_channel_that_cannot_be_posted_to_is_told_once_and_shown(port: Harbour) -> None:
    story = plot(port)
    source = await port.office.follow("https://harbour.example/feed", workspace=port.workspace)
    ref = await port.office.report(source, "Ferry runs aground")
    await port.fake.deny(port.channel, SEND)
    await port.settled()
    await story.ask(f"/brief-admin story follow {ref} until:tomorrow")
    await story.pass_time(0)
    await story.pass_time()
    assert "Send Messages" in await story.ask("/brief-admin story list")
    assert "Send Messages" in await story.ask("/brief-admin status")
    assert "not followed any more" in await story.ask(f"/brief-admin story unfollow {ref}")
    assert f"{ref} is not followed there" in await story.ask(f"/brief-admin story unfollow {ref}")
    assert port.channel.messages == []
