"""Workspaces and the store as a whole."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from bot.errors import NotFound
from bot.models import LOCAL_WORKSPACE, WorkspaceId
from bot.store import Store
from bot.store.migrate import head
from tests.fakes import FakeClock


async def test_workspace_is_made_once_and_keeps_its_settings(store: Store, clock: FakeClock) -> None:
    made = await store.workspaces.ensure(LOCAL_WORKSPACE, name="Here", now=clock.now())
    await store.workspaces.save(replace(made, zone="Asia/Seoul", caveat_note="Ask us.", retention_days=30))
    again = await store.workspaces.ensure(LOCAL_WORKSPACE, name="Other", now=clock.advance(5))
    assert again == await store.workspaces.get(LOCAL_WORKSPACE)
    assert (again.name, again.zone, again.caveat_note, again.retention_days) == ("Here", "Asia/Seoul", "Ask us.", 30)
    nowhere = WorkspaceId("slack:T1")
    with pytest.raises(NotFound):
        await store.workspaces.get(nowhere)
    assert await store.workspaces.each([LOCAL_WORKSPACE, nowhere]) == {LOCAL_WORKSPACE: again}


async def test_health_counts_what_is_there(store: Store) -> None:
    health = await store.health()
    assert health.is_sound
    assert health.revision == head()
    assert set(health.counts.values()) == {0}


async def test_workspace_that_the_bot_left_keeps_everything_and_is_found_again(store: Store, clock: FakeClock) -> None:
    guild = WorkspaceId("discord:1")
    assert not await store.workspaces.present(guild, name="Harbour", now=clock.now())
    await store.workspaces.save(replace(await store.workspaces.get(guild), zone="Asia/Seoul"))
    assert await store.workspaces.here("discord") == {guild: "Harbour"}
    await store.workspaces.absent(guild, now=clock.advance(5))
    left = await store.workspaces.get(guild)
    assert (left.left_at, left.zone) == (clock.now(), "Asia/Seoul")
    assert await store.workspaces.here("discord") == {}
    assert await store.workspaces.present(guild, name="Port", now=clock.advance(5))
    back = await store.workspaces.get(guild)
    assert (back.left_at, back.name, back.zone) == (None, "Port", "Asia/Seoul")


async def test_what_is_written_together_is_kept_whole_or_not_at_all(store: Store, clock: FakeClock) -> None:
    async with store.database.together():
        await store.workspaces.ensure(WorkspaceId("discord:1"), now=clock.now())
        await store.workspaces.ensure(WorkspaceId("discord:2"), now=clock.now())
    with suppress(ZeroDivisionError):
        async with store.database.together():
            await store.workspaces.ensure(WorkspaceId("discord:3"), now=clock.now())
            raise ZeroDivisionError
    assert (await store.workspaces.get(WorkspaceId("discord:2"))).id == "discord:2"
    with pytest.raises(NotFound):
        await store.workspaces.get(WorkspaceId("discord:3"))


async def test_name_that_no_database_takes_is_kept_without_what_is_wrong_in_it(store: Store, clock: FakeClock) -> None:
    guild = WorkspaceId("discord:1")
    await store.workspaces.ensure(guild, name="Har\0bour\ud800", now=clock.now())
    assert (await store.workspaces.get(guild)).name == "Harbour"
    await store.workspaces.present(guild, name="\udfffPo\x00rt", now=clock.now())
    assert (await store.workspaces.get(guild)).name == "Port"
