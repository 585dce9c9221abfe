"""The connection to Discord: refused, lost, split over processes, and ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from adapters.discord import invitation
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.incoming import channel_ref, workspace_of
from adapters.discord.pacing import WINDOW_MOST
from bot.app import build
from bot.caveat import caveat_for
from bot.documents.nodes import Document, Kind
from bot.errors import ConfigError
from bot.host import Host
from bot.ports import LookupUnavailable, Outgoing, Sent
from bot.store import Store
from tests.harbour import Harbour, harbour, settings_for
from tests.loopback import FakeDiscord
from tests.loopback.world import FORUM, HISTORY
from tests.waiting import until


async def answered(port: Harbour) -> bool:
    """Whether a command is answered now."""
    return not (await port.fake.slash(port.fake.person(port.guild), port.channel, "brief topics")).error


async def test_token_that_discord_does_not_know_ends_the_bot_with_a_reason(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        settings = settings_for(fake, database_url=f"sqlite+aiosqlite:///{tmp_path / 'store.db'}")
        wrong = settings.model_copy(update={"discord_token": SecretStr("not-the-token")})
        app = await build(wrong)
        with pytest.raises(ConfigError) as error:
            await asyncio.wait_for(app.run(asyncio.Event()), timeout=10)
        await app.close()
    assert "DISCORD_TOKEN" in str(error.value)
    assert "not-the-token" not in str(error.value)


async def test_bot_that_starts_without_a_network_connects_when_there_is_one(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake, harbour(fake, sqlite_store) as port:
        settings = settings_for(fake)
        nowhere = settings.model_copy(update={"discord_api": "http://127.0.0.1:9/api/v10"})
        adapter, stop = DiscordAdapter(nowhere, ready_s=0.05), asyncio.Event()
        with capture_logs() as logs:
            serving = asyncio.create_task(adapter.serve(Host("discord", port.commands, port.store, port.clock), stop))
            await until(lambda: any(entry["event"] == "discord.unreachable" for entry in logs))
            assert not serving.done()
            discord.http.Route.BASE = fake.api
            await until(lambda: adapter._client is not None and adapter._client.is_ready())
        stop.set()
        await serving
        await adapter.close()


async def test_lost_connection_is_taken_up_again(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake, harbour(fake, sqlite_store) as port:
        await fake.hub.drop()
        await asyncio.wait_for(fake.hub.connected.wait(), 10)
        assert await answered(port)
        assert (fake.hub.identifies, fake.hub.resumes) == (1, 1)
        await fake.hub.drop(code=4000)
        await asyncio.wait_for(fake.hub.connected.wait(), 10)
        assert await answered(port)
        assert (fake.hub.identifies, fake.hub.resumes) == (1, 2)
        await fake.hub.ask(7)
        await until(lambda: fake.hub.resumes == 3)
        assert await answered(port)
        assert fake.hub.identifies == 1


async def test_token_that_is_reset_while_we_run_ends_the_bot(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake, harbour(fake, sqlite_store) as port:
        await fake.hub.drop(code=4004)
        assert port.serving is not None
        with pytest.raises(ConfigError, match="4004"):
            await asyncio.wait_for(asyncio.shield(port.serving), timeout=10)


async def test_process_serves_the_shards_that_it_is_given(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake:
        fake.shards = 2
        guilds = [fake.add_guild("G0")]
        # Which shard has a guild follows from the millisecond of its id.
        while {(guild.id >> 22) % 2 for guild in guilds} != {0, 1}:
            await asyncio.sleep(0.001)
            guilds.append(fake.add_guild(f"G{len(guilds)}"))
        mine = [guild for guild in guilds if (guild.id >> 22) % 2 == 1]
        async with harbour(fake, sqlite_store, shards="1/2") as port:
            assert [session.shard for session in fake.hub.sessions] == [(1, 2)]
            served = {guild.id for guild in port.client.guilds}
            # Half of the shards, half of the token's limit.
            assert port.client.posts._pacer._given.maxlen == WINDOW_MOST // 2
            assert served & {guild.id for guild in guilds} == {guild.id for guild in mine}
            # A guild of another process's shard is not left, only elsewhere: its forum gets a post all the same.
            [other, *_] = [guild for guild in guilds if guild not in mine]
            forum = fake.add_channel(other, "briefings", FORUM)
            document = Document(kind=Kind.DIGEST, title="Morning", blocks=(), caveat=caveat_for("en"))
            message = Outgoing(
                channel=channel_ref(other.id, forum.id),
                payload=port.adapter.render(document)[0],
                key="d1-1",
                since=datetime.now(UTC),
            )
            sent = await port.adapter.send(message)
            assert isinstance(sent, Sent)
            asked = [request for request in fake.requests if request.path.endswith(f"/channels/{forum.id}")]
            assert len(asked) == 1
            assert await port.adapter.find(message) == sent.ref
            # What we may do there is asked of Discord, which shows nobody else's history as an empty one.
            forum.denied = HISTORY
            with pytest.raises(LookupUnavailable, match="lacks Read Message History"):
                await port.adapter.find(message)
            thread = fake.world.channels[int(sent.ref.partition("/")[0])]
            with pytest.raises(LookupUnavailable, match="lacks Read Message History"):
                await port.adapter.find(replace(message, channel=channel_ref(other.id, thread.id)))


async def test_guild_with_an_outage_when_the_bot_starts_keeps_its_name_or_gets_one_later(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake:
        known, new, back = (fake.add_guild(name) for name in ("Known", "New", "Back"))
        now = datetime.now(UTC)
        for guild in (known, back):
            await sqlite_store.workspaces.present(workspace_of(guild.id), name=guild.name, now=now)
        await sqlite_store.workspaces.absent(workspace_of(back.id), now=now)
        known.is_out = new.is_out = back.is_out = True
        with capture_logs() as logs:
            async with harbour(fake, sqlite_store) as port:
                here = await port.store.workspaces.here("discord")
                assert here[workspace_of(known.id)] == "Known"
                assert not {workspace_of(new.id), workspace_of(back.id)} & here.keys()
                for guild in (known, new, back):
                    guild.name = f"{guild.name} Harbour"
                    await fake.tell_guild(guild)
                await until(lambda: all(fake.direct_messages(guild.owner_id) for guild in (new, back)))
                await port.settled()
                here = await port.store.workspaces.here("discord")
                assert here[workspace_of(known.id)] == "Known Harbour"
                assert here[workspace_of(new.id)] == "New Harbour"
                assert fake.direct_messages(known.owner_id) == []
        assert not [entry for entry in logs if entry["event"] == "discord.event_failed"]


async def test_answer_that_is_being_given_is_finished_when_the_bot_stops(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake, harbour(fake, sqlite_store) as port:
        real = port.commands.call

        begun = asyncio.Event()

        async def slow(*args: object) -> object:
            begun.set()
            await asyncio.sleep(0.5)
            return await real(*args)  # type: ignore[arg-type]

        port.commands.call = slow  # type: ignore[assignment, method-assign]
        asking = asyncio.create_task(fake.slash(fake.person(port.guild), port.channel, "brief topics"))
        await begun.wait()
        await port.close()
        assert (await asking).error == ""


async def test_invitation_asks_discord_for_the_application(sqlite_store: Store) -> None:
    async with FakeDiscord() as fake, harbour(fake, sqlite_store):
        assert "client_id=900000000000000001" in await invitation(settings_for(fake), None)
        wrong = settings_for(fake).model_copy(update={"discord_token": SecretStr("wrong")})
        with pytest.raises(ConfigError, match="does not know this token"):
            await invitation(wrong, None)
