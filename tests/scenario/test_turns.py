"""One process at a time speaks for an account: the others stand by, and take over from one that stops or dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import config
from bot.app import build
from bot.digests.dispatch import Dispatcher
from bot.process import process_name
from bot.store import Store
from bot.store.leases import Lease
from bot.store.schema import leases
from bot.turns import Turn
from tests.discord_life import ShiftedClock
from tests.fakes import FakeClock
from tests.loopback import FakeDiscord
from tests.scenario.test_kill_amendments import Drawing
from tests.scenario.test_kill_discord import begun, check, set_up, written
from tests.waiting import until

LEASE_S = 0.8
SOON_S = LEASE_S / 4
NAME = "console:7"


class Process:
    """What one process does about its turn."""

    def __init__(self, store: Store, name: str) -> None:
        self.is_up = False
        self.turn = Turn(store, FakeClock(), name)
        self.stop = asyncio.Event()
        self.serving = asyncio.create_task(self.turn.hold(self.stop, self._speak, lease_s=LEASE_S))

    async def _speak(self, over: asyncio.Event) -> None:
        self.is_up = True
        await over.wait()
        self.is_up = False

    async def works(self) -> bool:
        done = []

        async def work(over: asyncio.Event) -> None:
            done.append(over)

        await self.turn.while_ours(work)
        return bool(done)

    async def end(self) -> None:
        """As a process that is told to stop."""
        self.stop.set()
        await asyncio.wait_for(self.serving, 5)
        await self.turn.release()

    async def die(self) -> None:
        """As one that is killed: nothing of it goes on, and nothing is said."""
        tasks = [task for task in (self.serving, self.turn._keeping) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def processes(store: Store) -> AsyncIterator[Callable[..., Process]]:
    made: list[Process] = []

    def begin(name: str = NAME) -> Process:
        made.append(Process(store, name))
        return made[-1]

    yield begin
    for one in made:
        if not one.serving.done():
            await one.end()


async def test_turn_is_taken_over_from_one_that_stops_dies_or_is_cut_off(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if on different machines, where nobody can look whether a process lives.
    monkeypatch.setattr("bot.turns.place", lambda: "")
    async with processes(store) as begin:
        one = begin()
        await until(lambda: one.is_up)
        other = begin()
        await asyncio.sleep(2 * LEASE_S)
        assert (one.is_up, other.is_up) == (True, False), "taken from one that lives"
        assert (await one.works(), await other.works()) == (True, False)

        await one.end()
        assert await until(lambda: other.is_up) < LEASE_S - SOON_S, "let go, and waited for all the same"
        assert (await one.works(), await other.works()) == (False, True)

        third = begin()
        await asyncio.sleep(SOON_S)
        await other.die()
        assert LEASE_S - 2 * SOON_S < await until(lambda: third.is_up) < 2 * LEASE_S

        # Somebody else took it, since it seemed dead to them: it ends at once, stands by, and comes back.
        seen = await store.leases.all()
        thief = Lease(name=NAME, holder="thief", process="far:1", place="", beat_at=seen[0].beat_at)
        while not await store.leases.take(thief, seen=seen, is_rival=NAME.__eq__):
            seen = await store.leases.all()
        await until(lambda: not third.is_up)
        assert not await third.works()
        assert await until(lambda: third.is_up) > SOON_S
        assert await third.works()


async def test_turn_ends_when_the_database_is_away_for_a_lease(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.place", lambda: "")
    store = await Store.open(postgres_url)
    async with processes(store) as begin:
        one = begin()
        await until(lambda: one.is_up)
        async with store.database.writing() as connection:
            await connection.execute(select(leases).with_for_update())
            assert LEASE_S - 2 * SOON_S < await until(lambda: not one.is_up) < 3 * LEASE_S
            assert not await one.works()
        # It is still its own, so nobody need be waited for.
        assert await until(lambda: one.is_up) < LEASE_S
    await store.close()


async def test_shards_that_overlap_wait_for_each_other_and_others_do_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.place", lambda: "")
    async with processes(store) as begin:
        low, high = begin("discord:7 0-1/4"), begin("discord:7 2-3/4")
        await until(lambda: low.is_up and high.is_up)
        others = [begin("discord:7 1-2/4"), begin("discord:7 0/8"), begin("discord:7")]
        stranger = begin("discord:70 0-3/4")
        await until(lambda: stranger.is_up)
        await low.end()
        await asyncio.sleep(LEASE_S)
        assert not any(one.is_up for one in others), "the shards of `high` are theirs, too"
        await high.end()
        await until(lambda: any(one.is_up for one in others))
        await asyncio.sleep(LEASE_S)
        assert sum(one.is_up for one in others) == 1


async def test_one_that_is_dead_on_this_machine_is_not_waited_for(sqlite_store: Store) -> None:
    async with processes(sqlite_store) as begin:
        one = begin()
        await until(lambda: one.is_up)
        async with sqlite_store.database.writing() as connection:
            # A number that no process can have.
            await connection.execute(update(leases).values(process="here:99999999", holder="killed"))
        other = begin()
        assert await until(lambda: other.is_up) < LEASE_S - 2 * SOON_S
        await until(lambda: not one.is_up)


async def test_two_processes_with_one_token_have_one_session_and_post_once(store_url: str) -> None:
    url = store_url
    async with FakeDiscord(reads_schema=False) as fake:
        fake.nonce_s = 0.5
        clock = ShiftedClock(timedelta(seconds=360))
        places = await set_up(fake, url, clock, 50)
        store = await Store.open(url)
        # By whichever clock they would be planned, those of others that are behind it would wait for it.
        await Dispatcher(store, {"discord": Drawing()}, clock).drain()  # type: ignore[dict-item]
        first = begun(fake, url, 240)
        await asyncio.wait_for(fake.hub.connected.wait(), 60)
        # Two minutes on, so that what the first has claimed when it dies is anybody's.
        second, third = begun(fake, url, 120), begun(fake, url, 0)
        await at_work(store, 3)
        await until(lambda: sum(map(bool, (written(fake, place) for place in places))) > 5)
        assert sessions(fake) == fake.hub.identifies == 1
        first.kill()
        await asyncio.to_thread(first.join)
        await until(lambda: fake.hub.identifies == 2)
        assert sessions(fake) == 1
        # The one that speaks now is told to stop, and the last goes on at once.
        [lease] = [one for one in await store.leases.all() if one.name.startswith("discord:")]
        by_number = {process.pid: process for process in (second, third)}
        speaking = by_number.pop(int(lease.process.rpartition(":")[2]))
        [waiting] = by_number.values()
        speaking.terminate()
        await until(lambda: fake.hub.identifies == 3)
        await asyncio.to_thread(speaking.join)
        assert speaking.exitcode == 0
        await until(lambda: all(len(written(fake, place)) >= 2 for place in places), within_s=60)
        await asyncio.sleep(0.3)
        assert sessions(fake) == 1
        waiting.terminate()
        await asyncio.to_thread(waiting.join)
        assert await store.leases.all() == [], "let go"
        await store.close()
    check(fake, places)
    assert fake.limits.global_429 <= 3


async def at_work(store: Store, count: int) -> None:
    async def are_up() -> bool:
        return len(await store.heartbeats.all()) >= count

    await until(are_up, within_s=60)


def sessions(fake: FakeDiscord) -> int:
    """How many connections listen to what people do."""
    return sum(one.is_up for one in fake.hub.sessions)


async def test_two_containers_of_one_name_and_number_settle_nothing_of_each_other(
    sqlite_url: str, sqlite_store: Store, clock: FakeClock
) -> None:
    settings = config.load(env_file=None, database_url=sqlite_url)
    apps = [await build(settings, clock=clock, adapters={}, store=sqlite_store) for _ in range(2)]
    for part in ("deliverer", "amender"):
        one, other = (getattr(app, part)._owner for app in apps)
        assert one != other
        assert one.startswith(f"{process_name()} ")
    for app in apps:
        await app.close()
