"""Installations: sealed tokens by workspace, and states that work once."""

from __future__ import annotations

from sqlalchemy import text

from bot.models import WorkspaceId
from bot.store import Store
from bot.vault import Vault
from tests.fakes import FakeClock

HARBOUR, LIGHTHOUSE = WorkspaceId("slack:T1"), WorkspaceId("slack:T2")
OLD, NEW = "an old passphrase, long", "a new passphrase, longer"


async def test_installation_is_kept_replaced_and_forgotten(store: Store, clock: FakeClock) -> None:
    began = clock.now()
    await store.installations.save(HARBOUR, "one", now=began)
    await store.installations.save(HARBOUR, "two", now=clock.advance(5))
    await store.installations.save(LIGHTHOUSE, "three", now=clock.now())
    kept = await store.installations.get(HARBOUR)
    assert kept is not None
    assert (kept.sealed, kept.created_at, kept.updated_at) == ("two", began, clock.now())
    assert "two" not in repr(kept)
    assert [one.workspace_id for one in await store.installations.list("slack")] == [HARBOUR, LIGHTHOUSE]
    assert await store.installations.list("discord") == []
    assert not await store.installations.delete(HARBOUR, "one")
    assert await store.installations.delete(HARBOUR)
    assert not await store.installations.delete(HARBOUR)
    assert await store.installations.get(HARBOUR) is None


async def test_settings_outlive_the_tokens(store: Store, clock: FakeClock) -> None:
    await store.workspaces.ensure(HARBOUR, name="Harbour", now=clock.now())
    await store.installations.save(HARBOUR, "one", now=clock.now())
    await store.installations.delete(HARBOUR)
    assert (await store.workspaces.get(HARBOUR)).name == "Harbour"


async def test_only_what_was_read_is_replaced(store: Store, clock: FakeClock) -> None:
    await store.installations.save(HARBOUR, "one", now=clock.now())
    assert await store.installations.replace(HARBOUR, "one", "two", now=clock.advance(1))
    assert not await store.installations.replace(HARBOUR, "one", "three", now=clock.advance(1))
    assert not await store.installations.replace(LIGHTHOUSE, "one", "three", now=clock.now())
    kept = await store.installations.get(HARBOUR)
    assert kept is not None
    assert kept.sealed == "two"


async def test_renewed_under_another_first_key(store: Store, clock: FakeClock) -> None:
    await store.installations.save(HARBOUR, Vault([OLD]).seal("token"), now=clock.now())
    await store.installations.save(LIGHTHOUSE, Vault([NEW]).seal("other"), now=clock.now())
    assert await store.installations.renew(Vault([NEW, OLD]), now=clock.now()) == 1
    assert await store.installations.renew(Vault([NEW]), now=clock.now()) == 0
    opened = [Vault([NEW]).open(one.sealed) for one in await store.installations.list("slack")]
    assert opened == ["token", "other"]


async def test_state_works_once_and_for_ten_minutes(store: Store, clock: FakeClock) -> None:
    state, late = [await store.installations.issue_state(now=clock.now()) for _ in range(2)]
    assert state != late
    assert not await store.installations.consume_state("guessed", now=clock.now())
    assert await store.installations.consume_state(state, now=clock.advance(599))
    assert not await store.installations.consume_state(state, now=clock.now())
    assert not await store.installations.consume_state(late, now=clock.advance(1))
    await store.installations.issue_state(now=clock.now())
    async with store.database.reading() as connection:
        hashes = (await connection.execute(text("SELECT hash FROM oauth_states"))).scalars().all()
    # What came to nothing is cleared away, and what is kept is no state.
    assert len(hashes) == 1
    assert all(len(one) == 64 for one in hashes)
