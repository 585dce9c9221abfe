"""Whose turn it is to do what only one process at a time may do, while the others stand by.

Two gateway sessions with one token would each answer each person, and two pacers would exceed the limit that Discord
counts for the account. So whoever does it has a lease, shows every few seconds that it lives, and lets go when it has
finished. A lease that stood still for `LEASE_S` on the own clock of whoever waits is of a dead holder: no clocks are
compared, so neither a machine whose clock is wrong nor a clock that leaps takes it from anybody.

A name may end with the shards that are spoken for, `discord:80351110224678912 0-3/16`: processes whose shards are apart
work side by side, those whose shards overlap wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import uuid4

import structlog

from bot.config import read_shards
from bot.errors import BriefbotError
from bot.ports import Clock
from bot.process import is_dead, place, process_name
from bot.schedule import first
from bot.store import Store
from bot.store.leases import Lease

log = structlog.get_logger(__name__)

LEASE_S: Final = 20.0
"""After this without a sign its holder is dead."""
_BEATS: Final = 4
"""Signs of life in that time, so that a slow database or two loses nobody its turn."""
_LOOKS: Final = 20
"""How often in that time one who waits looks whether it was let go."""


Work = Callable[[asyncio.Event], Awaitable[object]]


class Turn:
    """The turn to do one thing, as this process has it or waits for it; without a `name` any number may do it."""

    def __init__(self, store: Store, clock: Clock, name: str) -> None:
        self._store, self._leases, self._clock, self._name = store, store.leases, clock, name
        self._holder, self._place = uuid4().hex, place()
        self._over = asyncio.Event()
        self._over.set()
        self._let_go = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def hold(self, stop: asyncio.Event, work: Work, *, lease_s: float = LEASE_S) -> None:
        """Does the work whenever it is our turn, until `stop` is set; the turn stays ours until `release`.

        The work is given what is set when the turn is over, and ends then.
        """
        if not self._name:
            self._over = stop
            await work(stop)
            return
        while await self._won(stop, lease_s):
            await self._do(work, stop, lease_s)

    async def while_ours(self, work: Work) -> None:
        """Does some work once, if it is our turn now."""
        if not self._over.is_set():
            await work(self._over)

    async def release(self) -> None:
        """Lets go, when nothing is sent any more; who waits goes on within a second. Idempotent."""
        keeping, self._keeping = self._keeping, None
        if keeping is None:
            return
        self._let_go.set()
        await keeping
        try:
            await self._leases.release(self._name, self._holder)
        except BriefbotError as error:
            # It is taken over as if we had died.
            log.warning("turn.unreleased", name=self._name, reason=error.message)

    # ── waiting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _won(self, stop: asyncio.Event, lease_s: float) -> bool:
        """Waits until it is our turn; False when `stop` is set before."""
        time, is_told = asyncio.get_running_loop().time, False
        since: dict[tuple[str, str, int], float] = {}
        """Since when the lease of a rival stands still."""
        while not stop.is_set():
            try:
                rivals = [lease for lease in await self._leases.all() if self._is_rival(lease.name)]
                since = {_state(lease): since.get(_state(lease), time()) for lease in rivals}
                living = [lease for lease in rivals if not self._is_free(lease, time() - since[_state(lease)], lease_s)]
                if not living and await self._leases.take(self._ours(), seen=rivals, is_rival=self._is_rival):
                    log.info("turn.taken", name=self._name, after=_people(rivals))
                    return True
                if living and not is_told:
                    is_told = True
                    log.info("turn.awaited", name=self._name, holder=_people(living))
            except BriefbotError as error:
                log.warning("turn.unknown", name=self._name, reason=error.message)
            await first(stop, timeout_s=lease_s / _LOOKS)
        return False

    def _is_rival(self, name: str) -> bool:
        return collide(name, self._name)

    def _is_free(self, seen: Lease, still_s: float, lease_s: float) -> bool:
        if seen.holder == self._holder or still_s >= lease_s:
            return True
        # One of this very machine need not be waited for.
        return is_dead(seen.process, seen.place)

    def _ours(self) -> Lease:
        return Lease(
            name=self._name,
            holder=self._holder,
            process=process_name(),
            place=self._place,
            beat_at=self._clock.now(),
        )

    # ── our turn ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _do(self, work: Work, stop: asyncio.Event, lease_s: float) -> None:
        self._over = over = asyncio.Event()
        self._keeping = asyncio.create_task(self._keep(over, lease_s))
        ending = asyncio.create_task(_pass_on(stop, over))
        try:
            await work(over)
        finally:
            over.set()
            ending.cancel()
        if not stop.is_set():
            await self._keeping

    async def _keep(self, over: asyncio.Event, lease_s: float) -> None:
        """Shows that we live until it is let go; ends the turn when another one has it, or may have it."""
        time = asyncio.get_running_loop().time
        # Who cannot write to a SQLite file is on the one machine of all who could take over, and neither can they.
        is_alone = self._store.database.is_sqlite
        sure_at = time()
        while True:
            await first(self._let_go, timeout_s=lease_s / _BEATS)
            if self._let_go.is_set():
                return
            began = time()
            try:
                async with asyncio.timeout(None if is_alone else lease_s / _BEATS):
                    is_ours = await self._leases.beat(self._name, self._holder, self._clock.now())
            except Exception as error:
                if is_alone or time() - sure_at < lease_s:
                    log.warning("turn.unconfirmed", name=self._name, reason=type(error).__name__)
                    continue
                is_ours = False
            if not is_ours:
                log.error("turn.lost", name=self._name, reason="another process has it, or may")
                over.set()
                return
            sure_at = began


def collide(one: str, other: str) -> bool:
    """Whether two turns are not to be had at the same time: they are of one account, and no shards tell them apart.

    Shards of another count do not: the servers of one are in several of the other.
    """
    (account, _, mine), (their_account, _, theirs) = one.partition(" "), other.partition(" ")
    if account != their_account:
        return False
    (own, count), (their_own, their_count) = (read_shards(text) or (range(1), 1) for text in (mine, theirs))
    return count != their_count or (own.start < their_own.stop and their_own.start < own.stop)


def _state(lease: Lease) -> tuple[str, str, int]:
    return lease.name, lease.holder, lease.beats


def _people(found: Sequence[Lease]) -> str:
    """Their processes, and what they have."""
    return ", ".join(f"{lease.process} ({lease.name})" for lease in found)


async def _pass_on(stop: asyncio.Event, over: asyncio.Event) -> None:
    await stop.wait()
    over.set()
