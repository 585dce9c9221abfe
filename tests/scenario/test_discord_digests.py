"""Digests in Discord's channels: every kind of channel, and everything that keeps a message from one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.caveat import CAVEATS
from bot.digests.calendar import next_edition
from bot.models import DeliveryState, Digest, Edition, EditionState, Place, Style, Workspace
from bot.store import Store
from tests.edition_rows import edition_on, parts_of
from tests.fakes import FakeClock
from tests.harbour import Harbour, harbour
from tests.loopback import Channel, FakeDiscord
from tests.loopback.rules import walk
from tests.loopback.world import ANNOUNCEMENT, FORUM, HISTORY, REQUIRE_TAG, SEND, TEXT, THREADS, VIEW

DAY = 86400.0


@pytest.fixture
async def port(sqlite_store: Store) -> AsyncIterator[Harbour]:
    """The bot, with some briefs to post, and a clock that a test moves."""
    clock = FakeClock(datetime.now(UTC))
    async with FakeDiscord() as fake, harbour(fake, sqlite_store, clock) as made:
        source = await made.office.follow("https://harbour.example/feed", workspace=made.workspace, title="Harbour")
        for headline in ("Ferry service resumes", "Lighthouse restored", "Otters return to the bay"):
            await made.office.report(source, headline)
        yield made


async def digest(port: Harbour, channel: Channel | None = None, **parts: object) -> Digest:
    """A digest that is due in a minute."""
    now = port.clock.now()
    at = (now + timedelta(minutes=1)).time().replace(second=0, microsecond=0)
    due = next_edition(at, "UTC", range(7), after=now)
    made = Digest(
        id=0,
        workspace_id=port.workspace,
        name="Morning",
        channel=port.ref(channel),
        at=at,
        zone="UTC",
        next_due_at=due.at,
        next_on=due.on,
        created_at=now,
    )
    return await port.store.digests.add(replace(made, **parts))  # type: ignore[arg-type]


async def pass_time(port: Harbour, seconds: float = 61.0) -> None:
    """Moves the clock, and does what is due then."""
    assert isinstance(port.clock, FakeClock)
    port.clock.advance(seconds)
    await port.dispatcher.drain()
    await port.deliverer.drain()


async def change(port: Harbour, **settings: object) -> Workspace:
    changed = replace(await port.store.workspaces.get(port.workspace), **settings)  # type: ignore[arg-type]
    await port.store.workspaces.save(changed)
    return changed


async def edition(port: Harbour, of: Digest) -> Edition:
    assert of.next_on is not None
    found = await edition_on(port.store, of.id, of.next_on)
    assert found is not None
    return found


def texts(channel: Channel) -> list[str]:
    return [
        "\n".join(c["content"] for c in walk(message["components"]) if c["type"] == 10) for message in channel.messages
    ]


# ── where it is posted ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_digest_is_posted_once_with_its_caveat_and_pings_nobody(port: Harbour) -> None:
    made = await digest(port)
    await pass_time(port)
    await pass_time(port)
    [text] = texts(port.channel)
    assert "Ferry service resumes" in text
    assert text.endswith(f"-# {CAVEATS['en']}")
    assert port.channel.messages[0]["pings"] == []
    assert (await edition(port, made)).state is EditionState.DELIVERED


async def test_one_role_is_pinged_when_an_admin_chose_one(port: Harbour) -> None:
    editors = port.fake.add_role(port.guild)
    await change(port, ping_role=str(editors))
    await digest(port)
    await pass_time(port)
    assert [message["pings"] for message in port.channel.messages] == [[str(editors)]]


async def test_long_digest_is_split_in_order_each_part_with_its_caveat(port: Harbour) -> None:
    for number in range(7):
        await port.office.report(1, f"Harbour board meets for the {number}. time", body="A word of the harbour. " * 60)
    await digest(port, style=Style.FULL, max_stories=25)
    await pass_time(port)
    parts = texts(port.channel)
    assert len(parts) > 1
    assert [f"-# {n}/{len(parts)}" in text for n, text in enumerate(parts, start=1)] == [True] * len(parts)
    assert all(text.endswith(CAVEATS["en"]) for text in parts)


async def test_digest_in_korean_stands_in_a_thread_and_pings_its_role_once(port: Harbour) -> None:
    ola, editors = port.fake.manager(port.guild), port.fake.add_role(port.guild)
    now = port.clock.now()
    at = f"{now + timedelta(minutes=1):%H:%M},{now + timedelta(hours=1):%H:%M}"
    values = {"name": "Harbour", "at": at, "place": "thread", "ping": f"<@&{editors}>", "language": "ko"}
    await port.fake.slash(ola, port.channel, "brief-admin digest add", values | {"quiet": "skip"})
    previewed = await port.fake.slash(ola, port.channel, "brief-admin digest preview", {"digest": "d1"})
    assert "스레드" in previewed.texts
    assert f"<@&{editors}>" not in previewed.texts
    await pass_time(port)
    [head] = port.channel.messages
    thread = port.fake.world.channels[int(head["id"])]
    assert (thread.parent_id, thread.name.split(" ·")[0]) == (port.channel.id, "Harbour")
    [stories] = thread.messages
    assert [head["pings"], stories["pings"]] == [[str(editors)], []]
    for text in (*texts(port.channel), *texts(thread)):
        assert "Ferry service resumes" in text
        assert text.endswith(f"-# {CAVEATS['ko']}")
    assert "소식은 스레드에 있습니다." in texts(port.channel)[0]
    await pass_time(port, 3600)
    assert len(port.channel.messages) == 1
    morning, evening = sorted(await port.store.editions.recent(port.workspace, limit=9), key=lambda one: one.due_at)
    assert [morning.state, evening.state] == [EditionState.DELIVERED, EditionState.SKIPPED]
    # In the last hour of a day, the second one is the first of the next.
    assert (evening.slot, evening.reason) == (int(evening.on == morning.on), "nothing new")


async def test_lost_answer_in_a_thread_is_neither_a_second_message_nor_a_missing_one(port: Harbour) -> None:
    made = await digest(port, place=Place.THREAD)
    port.fake.nonce_s = 0.0
    port.fake.faults.drop_after = 1.0  # of the head, then of the thread, then of what stands in it
    await pass_time(port)
    for seconds in (10, 20, 40, 80):
        await pass_time(port, seconds)
    port.fake.faults.drop_after = 0.0
    await pass_time(port, 900)
    thread = port.fake.world.channels[int(port.channel.messages[0]["id"])]
    assert [len(port.channel.messages), len(thread.messages)] == [1, 1]
    assert (await edition(port, made)).state is EditionState.DELIVERED


async def test_thread_that_may_not_be_started_is_told_before_anything_is_posted(port: Harbour) -> None:
    await port.fake.deny(port.channel, THREADS)
    await port.settled()
    await digest(port, place=Place.THREAD)
    ola = port.fake.manager(port.guild)
    status = await port.fake.slash(ola, port.channel, "brief-admin status")
    assert "lacks Create Public Threads" in status.texts, "before anything was tried"
    await digest(port, name="Plain")
    await pass_time(port)
    assert len(port.channel.messages) == 1
    [told] = port.fake.direct_messages(port.guild.owner_id)
    assert "lacks Create Public Threads" in str(told["components"])


async def test_announcement_is_published_where_an_admin_asked_for_it(port: Harbour) -> None:
    news = port.fake.add_channel(port.guild, "news", ANNOUNCEMENT)
    quiet = port.fake.add_channel(port.guild, "quiet", ANNOUNCEMENT)
    for channel in (news, quiet):
        await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", channel.to_json())
    await port.settled()
    await digest(port, news, publish=True)
    await digest(port, quiet, name="Quiet")
    await pass_time(port)
    assert [message["flags"] & 1 for message in (*news.messages, *quiet.messages)] == [1, 0]


async def test_digest_is_posted_in_a_thread(port: Harbour) -> None:
    thread = port.fake.add_thread(port.channel, is_archived=True)
    await digest(port, thread)
    await pass_time(port)
    assert len(thread.messages) == 1


async def test_forum_gets_a_post_for_each_day_and_the_rest_of_it_in_the_post(port: Harbour) -> None:
    tags = [
        {"id": str(n), "name": name, "moderated": n == 1, "emoji_id": None, "emoji_name": None}
        for n, name in enumerate(("Staff", "Morning", "Other"), 1)
    ]
    forum = port.fake.add_channel(port.guild, "briefings", FORUM, tags=tags, flags=REQUIRE_TAG)
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", forum.to_json())
    for number in range(7):
        await port.office.report(1, f"Board meets for the {number}. time", body="A word of the harbour. " * 60)
    await port.settled()
    await digest(port, forum, style=Style.FULL, max_stories=25)
    await pass_time(port)
    [post] = [channel for channel in port.fake.world.channels.values() if channel.parent_id == forum.id]
    assert post.name.startswith("Morning · ")
    assert post.applied_tags == ["2"]
    assert len(post.messages) > 1
    await port.office.report(1, "A new ferry is named")
    await pass_time(port, DAY)
    posts = [channel for channel in port.fake.world.channels.values() if channel.parent_id == forum.id]
    assert len(posts) == 2


async def test_forum_that_needs_a_tag_gets_the_first_that_we_may_use(port: Harbour) -> None:
    tags = [
        {"id": str(n), "name": name, "moderated": n == 1, "emoji_id": None, "emoji_name": None}
        for n, name in enumerate(("Staff", "World"), 1)
    ]
    forum = port.fake.add_channel(port.guild, "briefings", FORUM, tags=tags, flags=REQUIRE_TAG)
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", forum.to_json())
    await port.settled()
    await digest(port, forum)
    await pass_time(port)
    [post] = [channel for channel in port.fake.world.channels.values() if channel.parent_id == forum.id]
    assert post.applied_tags == ["2"]


# ── once ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [0, ANNOUNCEMENT, FORUM])
@pytest.mark.parametrize("nonce_s", [180.0, 0.0])
async def test_lost_answer_is_neither_a_second_message_nor_a_missing_one(
    port: Harbour, kind: int, nonce_s: float
) -> None:
    channel = port.fake.add_channel(port.guild, "lossy", kind)
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", channel.to_json())
    await port.settled()
    # Also when the platform forgets the nonce, the message is found by its id in the channel.
    port.fake.nonce_s = nonce_s
    made = await digest(port, channel)
    port.fake.faults.drop_after = 1.0
    await pass_time(port)
    port.fake.faults.drop_after, port.fake.faults.drop_before = 0.0, 1.0
    await pass_time(port, 30)
    port.fake.faults.drop_before = 0.0
    await pass_time(port, 30)
    assert (await edition(port, made)).state is EditionState.DELIVERED
    posted = [c for c in port.fake.world.channels.values() if c.parent_id == channel.id] if kind == FORUM else [channel]
    assert [len(place.messages) for place in posted] == [1]


@pytest.mark.parametrize("kind", [0, FORUM])
async def test_lost_answer_is_found_although_our_clock_was_ahead_when_it_was_planned(port: Harbour, kind: int) -> None:
    channel = port.fake.add_channel(port.guild, "lossy", kind)
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", channel.to_json())
    await port.settled()
    port.fake.nonce_s = 0.0
    await pass_time(port, 20 * 3600)
    made = await digest(port, channel)
    port.fake.faults.drop_after = 1.0
    await pass_time(port)
    port.fake.faults.drop_after = 0.0
    await pass_time(port, 30)
    assert (await edition(port, made)).state is EditionState.DELIVERED
    posted = [c for c in port.fake.world.channels.values() if c.parent_id == channel.id] if kind == FORUM else [channel]
    assert [len(place.messages) for place in posted] == [1]


async def test_message_that_never_arrived_is_sent_again(port: Harbour) -> None:
    made = await digest(port)
    port.fake.faults.drop_before = 1.0
    await pass_time(port)
    port.fake.faults.drop_before = 0.0
    port.fake.faults.statuses = [503]
    await pass_time(port, 30)
    await pass_time(port, 60)
    assert len(port.channel.messages) == 1
    assert (await edition(port, made)).state is EditionState.DELIVERED


async def test_message_is_found_among_many_others_and_under_another_author_it_is_not_ours(port: Harbour) -> None:
    made = await digest(port)
    port.fake.faults.drop_after, port.fake.nonce_s = 1.0, 0.0
    await pass_time(port)
    port.fake.faults.drop_after = 0.0
    copied = port.channel.messages[0]
    for number in range(250):
        port.fake.world.store(port.channel, {"content": f"chatter {number}"}, port.fake.stranger())
    await pass_time(port, 30)
    assert (await edition(port, made)).state is EditionState.DELIVERED
    assert sum(message["author"]["id"] == copied["author"]["id"] for message in port.channel.messages) == 1


async def blind(port: Harbour, kind: str) -> Channel:
    """A channel, thread or forum in which the bot may do all but read what was written."""
    channel = port.fake.add_channel(port.guild, "blind", FORUM if kind == "forum" else TEXT)
    channel.denied = HISTORY
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", channel.to_json())
    await port.settled()
    return port.fake.add_thread(channel, is_archived=True) if "thread" in kind else channel


def posted_in(port: Harbour, channel: Channel) -> list[Channel]:
    """Where messages of a digest for that channel stand."""
    inside = [one for one in port.fake.world.channels.values() if one.parent_id == channel.id]
    return [one for one in (channel, *inside) if one.messages]


@pytest.mark.parametrize("kind", ["text", "archived thread"])
async def test_without_the_history_it_is_sent_again_while_discord_knows_its_nonce(port: Harbour, kind: str) -> None:
    channel = await blind(port, kind)
    made = await digest(port, channel)
    port.fake.faults.drop_after = 1.0
    await pass_time(port)
    port.fake.faults.drop_after = 0.0
    await pass_time(port, 30)
    assert len(channel.messages) == 1
    assert (await edition(port, made)).state is EditionState.DELIVERED


@pytest.mark.parametrize("kind", ["text", "archived thread", "forum"])
async def test_without_the_history_a_miss_is_told_rather_than_posted_twice(port: Harbour, kind: str) -> None:
    channel = await blind(port, kind)
    made = await digest(port, channel, catch_up_s=3600)
    port.fake.faults.drop_after, port.fake.nonce_s = 1.0, 0.0
    await pass_time(port)
    port.fake.faults.drop_after = 0.0
    if kind != "forum":  # whose posts carry no nonce, so that not even the first look may trust in one
        port.client.posts._nonce_at.clear()  # as after a restart
    for _ in range(9):
        await pass_time(port, 600)
    assert [len(place.messages) for place in posted_in(port, channel)] == [1]
    failed = await edition(port, made)
    assert failed.state is EditionState.FAILED
    assert "lacks Read Message History" in failed.reason


async def test_without_the_history_what_stands_in_the_thread_of_a_digest_is_not_posted_twice(port: Harbour) -> None:
    channel = await blind(port, "text")
    made = await digest(port, channel, place=Place.THREAD, catch_up_s=3600)
    port.fake.nonce_s = 0.0
    # The head arrives, and so does what stands in its thread, of which the answer is lost.
    real = port.client.http.start_thread_with_message

    async def opened(*args: object, **parts: object) -> object:
        found = await real(*args, **parts)  # type: ignore[arg-type]
        port.fake.faults.drop_after = 1.0
        return found

    port.client.http.start_thread_with_message = opened  # type: ignore[assignment, method-assign]
    await pass_time(port)
    port.fake.faults.drop_after = 0.0
    port.client.posts._nonce_at.clear()  # as after a restart
    for _ in range(9):
        await pass_time(port, 600)
    assert [len(place.messages) for place in posted_in(port, channel)] == [1, 1]
    assert "lacks Read Message History" in (await edition(port, made)).reason


# ── what keeps it from its channel ────────────────────────────────────────────────────────────────────────────────────


async def test_status_warns_of_a_channel_whose_history_cannot_be_read(port: Harbour) -> None:
    await digest(port)
    ola = port.fake.manager(port.guild)
    assert "All is well" in (await port.fake.slash(ola, port.channel, "brief-admin status")).texts
    await port.fake.deny(port.channel, HISTORY)
    await port.settled()
    words = (await port.fake.slash(ola, port.channel, "brief-admin status")).texts
    assert "Posted, but something is missing" in words
    assert f"**Morning**, <#{port.channel.id}>: Briefbot lacks Read Message History" in words
    assert "cannot look whether the message was posted" in words
    assert "All is well" not in words
    assert "Cannot be posted" not in words, "it can be"


async def test_missing_permission_is_told_once_and_the_digest_is_posted_when_it_is_given(port: Harbour) -> None:
    await port.fake.deny(port.channel, SEND)
    await port.settled()
    made = await digest(port)
    ola = port.fake.manager(port.guild)
    before = (await port.fake.slash(ola, port.channel, "brief-admin status")).texts
    assert "lacks Send Messages" in before, "before anything was tried"
    shown = await port.fake.slash(ola, port.channel, "brief-admin digest list")
    assert "**Trouble**" in shown.texts
    assert "lacks Send Messages" in shown.texts, "also where the digest itself is shown"
    assert "All is well" not in before
    await pass_time(port)
    await pass_time(port, 1000)
    [told] = port.fake.direct_messages(port.guild.owner_id)
    words = str(told["components"])
    assert "lacks Send Messages" in words
    assert f"<#{port.channel.id}>" in words
    assert "Permissions, add Briefbot" in words
    status = await port.fake.slash(ola, port.channel, "brief-admin status")
    assert "Cannot be posted" in status.texts
    assert f"Send Messages in <#{port.channel.id}>: open the channel's" in status.texts
    assert port.fake.limits.invalid == 0, "what is known to be forbidden is not tried"
    await port.fake.deny(port.channel, 0)
    await port.settled()
    await port.deliverer.drain()
    assert len(port.channel.messages) == 1
    assert (await edition(port, made)).state is EditionState.DELIVERED
    assert "Cannot be posted" not in (await port.fake.slash(ola, port.channel, "brief-admin status")).texts


async def test_channel_that_was_deleted_is_told_to_the_admins_and_can_be_replaced(port: Harbour) -> None:
    await digest(port)
    await port.fake.delete(port.channel)
    await port.settled()
    await pass_time(port)
    [told] = port.fake.direct_messages(port.guild.owner_id)
    assert "was deleted" in str(told["components"])
    other = port.fake.add_channel(port.guild, "other")
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", other.to_json())
    ola = port.fake.manager(port.guild)
    await port.fake.slash(ola, other, "brief-admin digest edit", {"digest": "d1", "channel": str(other.id)})
    await port.office.report(1, "A new ferry is named")
    await pass_time(port, DAY)
    assert len(other.messages) == 1


async def test_thread_that_is_locked_waits_until_it_is_unlocked(port: Harbour) -> None:
    thread = port.fake.add_thread(port.channel, is_locked=True)
    await port.fake.hub.tell(port.guild.id, "THREAD_CREATE", thread.to_json())
    await port.settled()
    await digest(port, thread)
    await pass_time(port)
    assert thread.messages == []
    assert "locked" in str(port.fake.direct_messages(port.guild.owner_id))
    thread.is_locked = False
    await port.fake.update(thread)
    await port.settled()
    await port.deliverer.drain()
    assert len(thread.messages) == 1


async def test_moderators_are_told_in_their_own_channel_when_there_is_one(port: Harbour) -> None:
    staff = port.fake.add_channel(port.guild, "staff")
    port.guild.public_updates_channel_id = staff.id
    await port.fake.tell_guild(port.guild)
    await port.fake.deny(port.channel, VIEW)
    await port.settled()
    await digest(port)
    await pass_time(port)
    assert len(staff.messages) == 1
    assert port.fake.direct_messages(port.guild.owner_id) == []


async def test_outage_of_a_guild_is_waited_for_and_told_to_nobody(port: Harbour) -> None:
    made = await digest(port)
    await port.fake.outage(port.guild)
    await port.settled()
    await pass_time(port)
    assert port.channel.messages == []
    await port.fake.tell_guild(port.guild)
    await port.settled()
    await pass_time(port, 90)
    assert len(port.channel.messages) == 1
    assert port.fake.direct_messages(port.guild.owner_id) == []
    assert (await edition(port, made)).state is EditionState.DELIVERED


async def test_guild_that_removed_the_bot_has_no_editions_until_it_is_back(port: Harbour) -> None:
    made = await digest(port)
    await port.fake.kick(port.guild)
    await port.settled()
    await pass_time(port)
    await pass_time(port, DAY)
    assert port.channel.messages == []
    await port.fake.tell_guild(port.guild)
    await port.settled()
    await port.office.report(1, "A new ferry is named")
    await pass_time(port, 120)
    assert len(port.channel.messages) == 1
    first = await edition(port, made)
    assert (first.state, first.reason) == (EditionState.SKIPPED, "Briefbot was not running, or not in this place")


async def test_token_that_is_refused_keeps_the_message(port: Harbour) -> None:
    made = await digest(port)
    port.fake.token = "another"
    await pass_time(port)
    port.fake.token = "fake-discord-token"
    await pass_time(port, 60)
    assert len(port.channel.messages) == 1
    parts = await parts_of(port.store, (await edition(port, made)).id)
    assert [part.state for part in parts] == [DeliveryState.SENT]


async def test_refused_requests_stop_us_long_before_the_ban(port: Harbour) -> None:
    made = await digest(port)
    for _ in range(4000):
        port.client.posts._pacer.note(403)
    before = len(port.fake.requests)
    await pass_time(port)
    assert len(port.fake.requests) == before
    assert (await edition(port, made)).state is EditionState.PLANNED


@pytest.mark.parametrize("is_cut_off", [False, True])
async def test_row_with_the_number_of_a_removed_one_is_not_taken_for_it(port: Harbour, is_cut_off: bool) -> None:
    first = await digest(port)
    await port.dispatcher.send_now(first)
    await port.deliverer.drain()
    await port.store.digests.remove(port.workspace, first.id)
    await pass_time(port, 60)

    again = await digest(port, name="Evening news", style=Style.HEADLINES)
    planned = await port.dispatcher.send_now(again)
    if is_cut_off:  # by a process that dies before it sends, when no nonce is known any more
        port.fake.nonce_s = 0.0
        claim = {"limit": 9, "lease_s": 90, "owner": "dead", "platforms": ["discord"]}
        await port.store.deliveries.claim(port.clock.now(), **claim)  # type: ignore[arg-type]
        await pass_time(port, 120)
    await port.deliverer.drain()
    [part] = await parts_of(port.store, planned.id)
    assert (part.id, part.state, len(port.channel.messages)) == (1, DeliveryState.SENT, 2)
