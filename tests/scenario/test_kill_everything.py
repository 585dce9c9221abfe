"""The whole way of the data, killed at random moments while everything around it fails.

From newspapers that refuse, hang and break off, over a disk that fills or a database that is locked or dies, by a
clock that jumps back and forth, to a platform that loses answers: each life is a fork that runs the real composition
until SIGKILL. In the end what was published is stored once, told in the right digest, and no message stands twice.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import time as real_time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.digests.runs import due_next, next_of, retimed
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest, TopicRule
from bot.store import Store
from bot.store.migrate import migrate
from tests import soaking
from tests.afterwards import Expected, check
from tests.lives import Life, forked
from tests.newswire import PAPERS, START, SUBJECTS, Newswire
from tests.recorder import RecordingAdapter
from tests.shared_clock import SharedClock
from tests.trouble import FileLimit, Lock, Restart, Trouble, small_disk

SCHEDULES = (
    ("America/New_York", (time(2, 30), time(14, 30))),
    ("Asia/Seoul", (time(9, 0),)),
    ("UTC", (time(6, 0), time(12, 30), time(18, 0))),
)
STEP = timedelta(minutes=4)
JUMPS = (timedelta(minutes=7), timedelta(minutes=50), timedelta(hours=5), timedelta(hours=20), timedelta(days=3))
LAST = timedelta(hours=30)
"""What the clock walks in the last life, in which nothing fails: longer than any feed is left alone."""


@dataclass
class Walk:
    """The parent's side: what time it is, what goes wrong, and who is killed when."""

    url: str
    folder: Path
    troubles: Sequence[Trouble]
    chance: random.Random
    clock: SharedClock = field(default_factory=SharedClock)
    shown: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The true time and what the clock of the bot showed then, one after the other."""
    deaths: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    child: int = 0

    def live_and_die(self) -> None:
        """A life that ends by SIGKILL: at a moment of its own work, or at one of real time."""
        chance = self.chance
        if chance.random() < 0.15 or (self.clock.off_s and chance.random() < 0.3):
            self._jump()
        self.clock.strike_after(chance.choice((0, int(1.5 ** chance.uniform(1, 18)))))
        self._begin()
        trouble = chance.choice(self.troubles) if chance.random() < 0.35 else None
        steps = chance.randrange(1, 12)
        begins, ends = sorted((chance.randrange(steps), chance.randrange(2 * steps)))
        if chance.random() < 0.85:
            self._wait_until_up()
        if chance.random() < 0.3:
            self._wait_for_feed()
        for step in range(steps):
            if trouble and step == begins and self.child:
                trouble.begin(self.child)
                self.deaths[f"with {type(trouble).__name__}"] += 1
            if trouble and step == ends:
                trouble.end()
            if chance.random() < 0.01:
                self._jump()
            if not self._step(patience_s=0.02 if trouble and begins <= step < ends else 0.5):
                break
        real_time.sleep(chance.uniform(0.0, 0.05))
        self._end(signal.SIGKILL)
        if trouble:
            trouble.end()

    def last_life(self) -> None:
        """Nothing fails any more."""
        self.clock.off_s, self.clock.is_rude = 0.0, False
        self.clock.strike_after(0)
        self._begin(trouble=0.0)
        self._wait_until_up()
        until = self.clock.true + LAST
        while self.clock.true < until:
            assert self._step(3 * STEP, reads=12, patience_s=60.0), "the bot ended by itself, or stands still"
            # A feed is read in real time.
            real_time.sleep(0.03)
        real_time.sleep(1.0)
        self._end(signal.SIGTERM)

    def _begin(self, trouble: float = 0.2) -> None:
        self.lives += 1
        self.clock.child_is(up=False)
        life = Life(url=self.url, folder=self.folder, clock=self.clock, number=self.lives, trouble=trouble)
        self.child = forked(life, errors=self.folder / "errors.log")

    def _end(self, number: signal.Signals) -> None:
        if self.child:
            os.kill(self.child, number)
            self._reap()
        self.clock.strike_after(0)

    def end_all(self) -> None:
        """Also when something failed, nothing is left behind."""
        for trouble in self.troubles:
            trouble.end()
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            self.child = 0

    def _reap(self, options: int = 0) -> bool:
        """Whether the child is dead."""
        if not self.child:
            return True
        pid, status = os.waitpid(self.child, options)
        if not pid:
            return False
        self.child = 0
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or os.waitstatus_to_exitcode(status) == 0, f"the bot ended by itself: {status}"
        self.deaths["killed" if killed else "stopped"] += 1
        return True

    def _wait_until_up(self, patience_s: float = 60.0) -> None:
        until = real_time.monotonic() + patience_s
        while not self.clock.is_child_up and not self._reap(os.WNOHANG):
            assert real_time.monotonic() < until, "the bot does not begin"
            real_time.sleep(0.002)

    def _wait_for_feed(self, patience_s: float = 3.0) -> None:
        """A feed takes real time, above all the first of a life: without this no life would come to the end of one."""
        before, until = self.clock.done, real_time.monotonic() + patience_s
        while self.clock.done == before and not self._reap(os.WNOHANG) and real_time.monotonic() < until:
            real_time.sleep(0.002)

    def _jump(self) -> None:
        """The clock is set: ahead, back, or right again."""
        chance = self.chance
        is_right_again = self.clock.off_s and chance.random() < 0.85
        [jump] = chance.choices(JUMPS, (4, 4, 3, 1, 1))
        self.clock.off_s = 0.0 if is_right_again else chance.choice((-1, 1)) * jump.total_seconds()
        self.deaths["clock set"] += 1
        self._show()

    def _show(self) -> None:
        true = self.clock.true
        self.shown.append((true, true + timedelta(seconds=self.clock.off_s)))

    def _step(self, step: timedelta = STEP, *, reads: int = 3, patience_s: float) -> bool:
        """Time goes on, and the bot looks at it some times; False when it is dead or stands still."""
        self.clock.set(self.clock.true + step)
        self._show()
        wanted, until = self.clock.reads + reads, real_time.monotonic() + patience_s
        while self.clock.reads < wanted and real_time.monotonic() < until:
            if self._reap(os.WNOHANG):
                return False
            real_time.sleep(0.001)
        return self.clock.reads >= wanted or patience_s < 1.0


@contextmanager
def served(clock: SharedClock, folder: Path, seed: int) -> Iterator[str]:
    """The newspapers, in a process of their own."""
    place = folder / "port"
    child = forked(partial(_serve, clock, place, seed))
    try:
        until = real_time.monotonic() + 20
        while not place.exists():
            assert real_time.monotonic() < until, "the feeds are not served"
            real_time.sleep(0.01)
        yield f"http://127.0.0.1:{place.read_text()}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


async def _serve(clock: SharedClock, place: Path, seed: int) -> None:
    wire = Newswire(clock, random.Random(seed))
    server = await asyncio.start_server(wire.handle, "127.0.0.1", 0)
    new = place.with_suffix(".new")
    new.write_text(str(server.sockets[0].getsockname()[1]))
    new.rename(place)
    await asyncio.Event().wait()


def soak(walk: Walk, kills: int, for_s: float) -> None:
    """So many kills, or as many as fit into the time; then everything is checked."""
    began = real_time.monotonic()
    walk.clock.set(START)
    with served(walk.clock, walk.folder, kills) as base, light_forks():
        try:
            asyncio.run(set_up(walk.url, base))
            walk.clock.is_rude = True
            while walk.deaths["killed"] < kills and real_time.monotonic() - began < for_s:
                walk.live_and_die()
            end = walk.clock.true
            walk.last_life()
        finally:
            walk.end_all()
    seconds = real_time.monotonic() - began
    expected = Expected(end=end, last=end + LAST, shown=walk.shown)
    counts = asyncio.run(check(walk.url, RecordingAdapter(walk.folder / "channel.jsonl"), expected))
    assert not faults_in(walk.folder / "errors.log")
    print({"seconds": round(seconds), **walk.deaths, **counts})


@contextmanager
def light_forks() -> Iterator[None]:
    """What is loaded stays out of the sight of children's collectors, which would copy every page that they look at."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def faults_in(log: Path) -> list[str]:
    """The lines that tell of a defect: what is broken around the bot is told in one line, without a traceback."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if "Traceback" in line or '"exception"' in line or '"critical"' in line]


async def set_up(url: str, base: str) -> None:
    """The newspapers are followed, and each subject has digests of its own."""
    store = await Store.open(url)
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=START)
    for paper, name in enumerate(PAPERS):
        await store.sources.add(f"{base}/{paper}", workspace=LOCAL_WORKSPACE, now=START, title=name, publisher=name)
    for subject in SUBJECTS:
        topic = await store.topics.add(LOCAL_WORKSPACE, subject, TopicRule(words=(subject,)), now=START)
        for zone, times in SCHEDULES:
            name = f"{subject} {zone}"
            digest = Digest(
                id=0,
                workspace_id=LOCAL_WORKSPACE,
                name=name,
                channel=ChannelRef(f"console:{name}"),
                at=times[0],
                zone=zone,
                topic_ids=(topic.id,),
                max_stories=25,
                created_at=START,
            )
            digest = retimed(digest, times)
            await store.digests.add(due_next(digest, next_of(digest, after=START)))
    await store.close()


@pytest.mark.soak
@pytest.mark.parametrize(("kills", "for_s", "seed"), [soaking.size((1000, 15.0, 3), (1000, 3600.0, 3))])
def test_nothing_is_lost_or_doubled_on_sqlite(tmp_path: Path, kills: int, for_s: float, seed: int) -> None:
    with small_disk(tmp_path / "disk") as disk:
        file = tmp_path / "disk" / "bot.db"
        asyncio.run(migrate(url := f"sqlite+aiosqlite:///{file}"))
        limit = FileLimit(file, Path(f"{file}-wal"), tmp_path / "channel.jsonl")
        troubles: list[Trouble] = [Lock(file), limit, *([disk] if disk else ())]
        soak(Walk(url=url, folder=tmp_path, troubles=troubles, chance=random.Random(seed)), kills, for_s)


@pytest.mark.soak
@pytest.mark.parametrize(("kills", "for_s", "seed"), [soaking.size((1000, 12.0, 4), (1000, 3600.0, 4))])
def test_nothing_is_lost_or_doubled_on_postgres(
    tmp_path: Path, postgres_server: Any, durable_postgres_url: str, kills: int, for_s: float, seed: int
) -> None:
    troubles = [Restart(postgres_server)]
    soak(Walk(url=durable_postgres_url, folder=tmp_path, troubles=troubles, chance=random.Random(seed)), kills, for_s)
