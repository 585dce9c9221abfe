"""Leases: one holder at a time, taken from one that stands still, let go at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.store import Store
from bot.store.leases import Lease
from tests.fakes import FakeClock


def lease(holder: str, clock: FakeClock, name: str = "discord:7") -> Lease:
    return Lease(name=name, holder=holder, process=f"{holder}:1", place="here", beat_at=clock.now())


async def take(store: Store, wanted: Lease, seen: Sequence[Lease] = ()) -> bool:
    """Every name but that of a stranger is a rival."""
    return await store.leases.take(wanted, seen=seen, is_rival=lambda name: name != "stranger")


async def test_lease_has_one_holder_until_it_is_let_go_or_stands_still(store: Store, clock: FakeClock) -> None:
    one, other = lease("one", clock), lease("other", clock)
    assert await store.leases.all() == []
    took = await asyncio.gather(*(take(store, lease(f"p{n}", clock)) for n in range(8)))
    assert took.count(True) == 1
    [winner] = await store.leases.all()
    await store.leases.release(one.name, "somebody else")
    assert await store.leases.all() == [winner]
    await store.leases.release(one.name, winner.holder)

    assert await take(store, one)
    seen = await store.leases.all()
    assert seen == [one]
    clock.advance(5)
    assert await store.leases.beat(one.name, one.holder, clock.now())
    assert not await take(store, other, seen), "taken from one that lives"
    seen = await store.leases.all()
    assert seen == [replace(one, beats=1, beat_at=clock.now())]
    took = await asyncio.gather(*(take(store, lease(f"p{n}", clock), seen) for n in range(8)))
    assert took.count(True) == 1, "of those that saw it stand still one has it"
    assert not await store.leases.beat(one.name, one.holder, clock.now()), "it was taken over"
    # What a first try wrote, of which no answer came: the holder goes on.
    [now] = await store.leases.all()
    assert await take(store, replace(now, beat_at=clock.now()), [now])


async def test_of_names_that_are_rivals_one_is_taken_and_a_dead_one_is_gone(store: Store, clock: FakeClock) -> None:
    names = [f"discord:7 {n}-{n + 1}/16" for n in range(8)]
    took = await asyncio.gather(*(take(store, lease(name, clock, name)) for name in names))
    assert took.count(True) == 1
    stranger = lease("stranger", clock, "stranger")
    assert await store.leases.take(stranger, seen=[], is_rival="stranger".__eq__)
    [old] = [one for one in await store.leases.all() if one.name != "stranger"]
    new = lease("new", clock)
    assert await take(store, new, [old])
    assert [one.name for one in await store.leases.all()] == ["discord:7", "stranger"]
