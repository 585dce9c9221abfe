"""Leases: one holder at a time, taken from one that stands still, let go at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.store import Store
from bot.store.leases import Lease
from tests.fakes import FakeClock


def lease(holder: str, clock: FakeClock) -> Lease:
    return Lease(name="discord:7", holder=holder, process=f"{holder}:1", place="here", beat_at=clock.now())


async def test_lease_has_one_holder_until_it_is_let_go_or_stands_still(store: Store, clock: FakeClock) -> None:
    one, other = lease("one", clock), lease("other", clock)
    assert await store.leases.get(one.name) is None
    took = await asyncio.gather(*(store.leases.take(lease(f"p{n}", clock), seen=None) for n in range(8)))
    assert took.count(True) == 1
    [winner] = await store.leases.all()
    await store.leases.release(one.name, "somebody else")
    assert await store.leases.get(one.name) == winner
    await store.leases.release(one.name, winner.holder)

    assert await store.leases.take(one, seen=None)
    seen = await store.leases.get(one.name)
    assert seen == one
    clock.advance(5)
    assert await store.leases.beat(one.name, one.holder, clock.now())
    assert not await store.leases.take(other, seen=seen), "taken from one that lives"
    seen = await store.leases.get(one.name)
    assert seen == replace(one, beats=1, beat_at=clock.now())
    took = await asyncio.gather(*(store.leases.take(lease(f"p{n}", clock), seen=seen) for n in range(8)))
    assert took.count(True) == 1, "of those that saw it stand still one has it"
    assert not await store.leases.beat(one.name, one.holder, clock.now()), "it was taken over"
    # What a first try wrote, of which no answer came: the holder goes on.
    now = await store.leases.get(one.name)
    assert now is not None
    assert await store.leases.take(replace(now, beat_at=clock.now()), seen=now)
