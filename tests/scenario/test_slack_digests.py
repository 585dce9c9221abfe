"""Digests in Slack's channels: once, with the caveat, and what is said when one cannot be posted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.pacing import Pacer
from bot.caveat import CAVEATS
from bot.models import EditionState, Place, Quiet, Style
from bot.store import Store
from tests.dock import bring_news, digest, pass_time, state
from tests.fakes import FakeClock
from tests.loopback_slack import FakeSlack
from tests.loopback_slack.world import ALL_SCOPES
from tests.wharf import Wharf, wharf


@pytest.fixture
async def dock(sqlite_store: Store) -> AsyncIterator[Wharf]:
    """The bot, with news to post, and a clock that a test moves."""
    clock = FakeClock(datetime.now(UTC))
    async with FakeSlack() as fake, wharf(fake, sqlite_store, clock) as made:
        await bring_news(made)
        yield made


async def test_digest_is_posted_once_with_its_caveat_and_its_long_form_in_the_thread(dock: Wharf) -> None:
    made = await digest(dock, style=Style.FULL)
    await pass_time(dock)
    await pass_time(dock)
    first, *rest = dock.channel.messages
    assert rest
    assert all(message["thread_ts"] == first["ts"] for message in rest)
    for message in dock.channel.messages:
        assert CAVEATS["en"] in str(message["blocks"][-1])
        assert CAVEATS["en"] in message["text"]
        assert message["metadata"]["event_type"] == "briefbot_ai_generated"
    assert await state(dock, made) is EditionState.DELIVERED


async def test_fan_out_longer_than_a_minute_allows_goes_on_without_looking_for_what_it_never_sent(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.pacing.TEAM_S", 0.5)
    monkeypatch.setattr("adapters.slack.pacing.LONGEST_S", 0.1)
    pacer, clock = Pacer(channel_s=0.0, team_most=2, apart_s=0.0), FakeClock(datetime.now(UTC))
    async with FakeSlack() as fake, wharf(fake, sqlite_store, clock, pacer=pacer) as dock:
        await bring_news(dock)
        places = [dock.fake.add_channel(dock.team) for _ in range(6)]
        for place in places:
            await digest(dock, place, name=place.id)
        await pass_time(dock)
        assert sum(bool(place.messages) for place in places) == 2
        async with asyncio.timeout(10):
            while not all(place.messages for place in places):
                await asyncio.sleep(0.1)
                await pass_time(dock, 0.5)
        assert all(len(place.messages) == 1 for place in places)
        assert fake.calls("conversations.history") == []


async def test_digest_gives_way_to_answers_that_are_being_given(dock: Wharf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.courtesy.YIELD_MOST", 10_000)
    await digest(dock)
    with dock.adapter._busy:
        posting = asyncio.create_task(pass_time(dock))
        await asyncio.sleep(0.5)
        assert dock.channel.messages == []
    await posting
    assert dock.channel.messages


async def test_digest_in_korean_stands_in_a_thread_and_pings_its_group_once(dock: Wharf) -> None:
    ola, readers = dock.fake.manager(dock.team), dock.fake.add_group(dock.team, "readers")
    now = dock.clock.now()
    at = f"{now + timedelta(minutes=1):%H:%M}, {now + timedelta(hours=1):%H:%M}"
    form = (await dock.fake.slash(ola, dock.channel, "/brief-admin", "digest add")).view
    chosen = {"name": "Harbour", "at": at, "channel": dock.channel.id, "place": "thread", "quiet": "best"}
    sent = await dock.fake.submit(ola, form, chosen | {"language": "ko", "ping": f"<!subteam^{readers}>"})
    assert sent.action == "update", sent.errors
    [made] = await dock.store.digests.list(dock.workspace)
    assert (made.language, made.ping, made.place, made.quiet) == ("ko", readers, Place.THREAD, Quiet.BEST)
    await pass_time(dock)
    head, *rest = dock.channel.messages
    assert rest
    assert all(message["thread_ts"] == head["ts"] for message in rest)
    assert f"<!subteam^{readers}>" in str(head["blocks"])
    assert "<!subteam" not in str(rest)
    assert "소식은 스레드에 있습니다." in str(head["blocks"])
    for message in dock.channel.messages:
        assert CAVEATS["ko"] in str(message["blocks"][-1])
    await pass_time(dock, 3600)
    quiet = dock.channel.messages[-1]
    assert "지난 다이제스트 이후 새 소식이 없습니다." in str(quiet["blocks"])
    assert "<!subteam" not in str(quiet)


@pytest.mark.parametrize(("is_stored", "ahead_s"), [(True, 0), (False, 0), (True, 20 * 3600)])
async def test_lost_answer_is_neither_a_second_message_nor_a_missing_one(
    dock: Wharf, is_stored: bool, ahead_s: float
) -> None:
    # A clock that is ahead says that the message cannot have been sent yet.
    await pass_time(dock, ahead_s)
    made = await digest(dock)
    if is_stored:
        dock.fake.faults.lose_after()
    else:
        dock.fake.faults.lose_before()
    await pass_time(dock)
    await pass_time(dock, 60)
    assert len(dock.channel.messages) == 1
    assert await state(dock, made) is EditionState.DELIVERED


async def test_public_channel_is_joined_and_a_private_one_is_told_to_the_owner(dock: Wharf) -> None:
    owner = dock.fake.person(dock.team, "Ann", is_owner=True)
    public = dock.fake.add_channel(dock.team, "open", is_member=False)
    dock.fake.set_scopes(dock.team, *(set(ALL_SCOPES) - {"chat:write.public"}))
    hidden = dock.fake.add_channel(dock.team, "hidden", kind="private", is_member=False)
    await digest(dock, public)
    await digest(dock, hidden, name="Hidden")
    await pass_time(dock)
    assert len(public.messages) == 1
    assert hidden.messages == []
    [told] = dock.fake.direct_messages(owner)
    assert "invite" in str(told["blocks"])


async def test_removed_app_keeps_its_settings(dock: Wharf) -> None:
    await digest(dock)
    dock.fake.spoil(dock.team, "token_revoked")
    await pass_time(dock)
    assert dock.channel.messages == []
    assert dock.workspace not in await dock.store.workspaces.here("slack")
    assert len(await dock.store.digests.list(dock.workspace)) == 1
