"""The first ten minutes in Discord: the greeting, the three steps, and what stands there then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.discord.here import channels_of
from adapters.discord.incoming import channel_ref
from bot.models import ALL_DAYS
from bot.store import Store
from tests.harbour import Harbour, harbour
from tests.loopback import Answer, Channel, FakeDiscord, Guild, Person
from tests.loopback.rules import walk
from tests.loopback.world import ALL, SEND, VIEW_AUDIT_LOG
from tests.waiting import until


@pytest.fixture
async def port(sqlite_store: Store) -> AsyncIterator[Harbour]:
    async with FakeDiscord() as fake, harbour(fake, sqlite_store) as made:
        yield made


def labels(*messages: dict[str, Any]) -> dict[str, str]:
    """What can be pressed, by its label."""
    found = [component for shown in messages for component in walk(shown["components"])]
    return {c["label"]: c["custom_id"] for c in found if c["type"] == 2}


def texts(message: dict[str, Any]) -> str:
    return "\n".join(c["content"] for c in walk(message["components"]) if c.get("type") == 10)


def fields(answer: Answer) -> dict[str, dict[str, Any]]:
    return {label["component"]["custom_id"]: label["component"] for label in answer.modal["components"]}


async def join(port: Harbour, *, everyone: int = ALL, owner: Person | None = None) -> tuple[Guild, Person, Channel]:
    """The bot is added to a new guild with one channel, by its owner."""
    guild = port.fake.add_guild("Lighthouse")
    guild.everyone = everyone
    person = owner or port.fake.manager(guild)
    guild.owner_id = person.id
    channel = port.fake.add_channel(guild, "general")
    await come(port, guild)
    return guild, person, channel


async def come(port: Harbour, guild: Guild) -> None:
    """The bot is added, and has done what it does then."""
    with capture_logs() as logs:
        await port.fake.tell_guild(guild)
        await until(lambda: any(entry["event"].endswith("greeted") for entry in logs))


async def press(port: Harbour, who: Person, where: Channel, shown: dict[str, Any], label: str) -> Answer:
    answer = await port.fake.press(who, where, shown, labels(shown)[label])
    assert not answer.error, (label, answer.error)
    return answer


async def test_three_steps_from_the_greeting_in_a_direct_message_to_digest_and_topics(port: Harbour) -> None:
    guild, ola, channel = await join(port)
    ola.locale = "en-GB"
    [greeting] = port.fake.direct_messages(ola.id)
    assert "Lighthouse" in texts(greeting)
    assert "software" in texts(greeting)
    assert channel.messages == []
    direct = port.fake.direct_channel(ola.id)

    topics = await press(port, ola, direct, greeting, "Set up")
    assert all(len(field["options"]) <= 25 for field in fields(topics).values())
    picked = await port.fake.submit(ola, direct, topics, {"subjects": ["world", "ai"], "places": ["korea-japan"]})
    assert "Artificial intelligence" in picked.texts
    when = await press(port, ola, direct, picked.messages[0], "Pick channel and time")
    assert fields(when)["zone"]["value"] == "Europe/London"
    assert fields(when)["at"]["value"] == "08:00"
    [offered] = fields(when)["channel"]["options"]
    assert offered["label"] == "#general"
    unset = await port.fake.submit(ola, direct, when, {})
    assert "no channel yet" in unset.texts
    values = {"channel": [offered["value"]], "at": "7:30"}
    look = await port.fake.submit(
        ola, direct, await press(port, ola, direct, picked.messages[0], "Pick channel and time"), values
    )
    assert "step 3 of 3" in look.texts
    assert "nothing to show yet" in look.texts
    done = await press(port, ola, direct, look.messages[0], "Done")
    assert "is set up" in done.texts

    workspace = f"discord:{guild.id}"
    [digest] = await port.store.digests.list(workspace)  # type: ignore[arg-type]
    names = {topic.id: topic for topic in await port.store.topics.list(workspace)}  # type: ignore[arg-type]
    assert (digest.channel, digest.zone, digest.days) == (f"discord:{guild.id}.{channel.id}", "Europe/London", ALL_DAYS)
    assert f"{digest.at:%H:%M}" == "07:30"
    assert [names[id_].name for id_ in digest.topic_ids] == [
        "World",
        "Artificial intelligence",
        "Korea–Japan relations",
    ]
    assert names[digest.topic_ids[2]].rule.source_ids == ()
    sources = await port.store.sources.followed(workspace)  # type: ignore[arg-type]
    assert len(sources) > 20
    assert all(source.next_poll_at is not None and source.last_polled_at is None for source in sources)
    # In Korean it is the same in other words.
    ola.locale = "ko"
    korean = await press(port, ola, direct, greeting, "Set up")
    assert any(option["label"] == "한일 관계" for option in fields(korean)["places"]["options"])
    ola.locale = "en-GB"
    # Pressed once more it makes nothing.
    again = await press(port, ola, direct, look.messages[0], "Done")
    assert "being set up" in again.texts
    assert len(await port.store.digests.list(workspace)) == 1  # type: ignore[arg-type]


async def test_steps_in_a_channel_survive_a_restart_and_add_to_what_is_there(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    asked = await port.fake.slash(ola, port.channel, "brief-admin setup")
    picked = await port.fake.submit(ola, port.channel, asked, {"subjects": ["science"]})
    await port.adapter.close()
    port.stop.clear()
    await port.serve()

    look = await press(port, ola, port.channel, picked.messages[0], "That is right")
    changed = await press(port, ola, port.channel, look.messages[0], "Change topics")
    assert [o["value"] for o in fields(changed)["subjects"]["options"] if o.get("default")] == ["science"]
    done = await press(port, ola, port.channel, look.messages[0], "Done")
    assert "is set up" in done.texts
    [first] = await port.store.digests.list(port.workspace)
    assert first.channel == port.ref()

    line = {"subjects": "space", "at": f"{first.at:%H:%M}", "zone": first.zone}
    more = await port.fake.slash(ola, port.channel, "brief-admin setup", line)
    await press(port, ola, port.channel, more.messages[0], "Done")
    [second] = await port.store.digests.list(port.workspace)
    assert second.topic_ids[0] == first.topic_ids[0]
    assert len(second.topic_ids) == 2


async def test_who_may_not_manage_is_refused_in_a_channel_and_in_a_direct_message(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    refused = await port.fake.slash(mina, port.channel, "brief-admin setup", {"subjects": "world", "at": "08:00"})
    assert "for managers" in refused.texts
    guild, ola, _ = await join(port)
    [greeting] = port.fake.direct_messages(ola.id)
    direct = port.fake.direct_channel(ola.id)
    outsider = port.fake.person(guild, "Mina")
    denied = await port.fake.press(outsider, direct, greeting, labels(greeting)["Set up"])
    assert "for managers" in denied.texts
    port.fake.world.members.clear()
    gone = await port.fake.press(ola, direct, greeting, labels(greeting)["Set up"])
    assert "not in that server" in gone.texts
    assert await port.store.topics.list(port.workspace) == []


async def test_greeting_goes_once_to_who_added_the_bot_else_to_one_channel(port: Harbour) -> None:
    guild = port.fake.add_guild("Audited")
    guild.everyone = ALL | VIEW_AUDIT_LOG
    adder = port.fake.manager(guild)
    guild.added_by = adder.id
    await come(port, guild)
    assert len(port.fake.direct_messages(adder.id)) == 1
    assert port.fake.direct_messages(guild.owner_id) == []

    shy = port.fake.add_guild("Closed")
    port.fake.closed_to_messages.add(shy.owner_id)
    port.fake.add_channel(shy, "rules", denied=SEND)
    system = port.fake.add_channel(shy, "welcome")
    shy.system_channel_id = system.id
    await come(port, shy)
    [told] = system.messages
    assert "Set up" in labels(told)

    # A new connection and a new process greet nobody again, but who added the bot meanwhile.
    await port.adapter.close()
    port.stop.clear()
    meanwhile, old = port.fake.add_guild("Meanwhile"), port.fake.add_guild("Long ago")
    old.joined_at = "2020-01-01T00:00:00+00:00"
    await port.serve()
    await until(lambda: bool(port.fake.direct_messages(meanwhile.owner_id)))
    assert len(port.fake.direct_messages(meanwhile.owner_id)) == 1
    assert port.fake.direct_messages(old.owner_id) == []
    assert len(port.fake.direct_messages(adder.id)) == 1
    assert len(system.messages) == 1
    # Away and back is a new beginning.
    await port.fake.kick(guild)
    await port.settled()
    await come(port, guild)
    assert len(port.fake.direct_messages(adder.id)) == 2
    # Nobody was greeted where the bot was already when it first started.
    assert port.fake.direct_messages(port.guild.owner_id) == []


async def test_channel_that_is_chosen_is_among_those_offered_in_a_direct_message(port: Harbour) -> None:
    """Discord has no picker there, and a list of ours ends at 25."""
    for number in range(30):
        port.fake.add_channel(port.guild, f"news-{number}")
    chosen = str(channel_ref(port.guild.id, port.fake.add_channel(port.guild, "last").id))
    await port.fake.tell_guild(port.guild)
    client = port.adapter._client
    assert client is not None
    await until(lambda: len(client.get_guild(port.guild.id).text_channels) > 30)  # type: ignore[union-attr]
    offered = channels_of(SimpleNamespace(client=client, guild_id=port.guild.id), chosen)  # type: ignore[arg-type]
    assert offered[0] == ("#last", chosen)
    assert len(offered) == 25
