"""Law 2, the hard way: the whole bot is killed at random moments while its clock walks through days.

Each life is a fork of this process that runs the real composition (`bot.app`) on one SQLite file until SIGKILL. In the
end every edition that the calendar's law asks for has reached its channel exactly once, its parts in order, each with
the caveat, and nothing else has.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time as real_time
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot import config, logs
from bot.app import Pace, build
from bot.caveat import CAVEATS
from bot.digests.calendar import Due
from bot.digests.runs import due_next, next_of, retimed
from bot.models import LOCAL_WORKSPACE, BriefText, ChannelRef, Citation, DeliveryState, Digest, EditionState, Sentence
from bot.store import Store
from tests import soaking
from tests.calendar_oracle import expected_runs
from tests.edition_rows import edition_on, parts_of
from tests.recorder import RecordingAdapter
from tests.shared_clock import SharedClock

START = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
LIFE = timedelta(days=30) / 160
"""What the clock walks in a life that is not killed while it starts; of 200, about 160."""
LAST = timedelta(hours=3)
"""What it walks in the last life, which is not killed, so that all that was due before is posted."""
SCHEDULES = (
    ("America/New_York", (time(2, 30), time(14, 30))),  # skipped on 8 March
    ("America/Havana", (time(0, 0),)),  # skipped on 8 March, with its midnight
    ("Europe/London", (time(1, 30),)),  # skipped on 29 March
    ("America/Santiago", (time(23, 30), time(8, 0))),  # twice on 4 April
    ("Australia/Lord_Howe", (time(1, 45),)),  # twice on 5 April, half an hour apart
    ("Asia/Seoul", (time(9, 0),)),
    ("Pacific/Apia", (time(0, 0),)),
    ("Asia/Kathmandu", (time(23, 59),)),
    ("UTC", (time(6, 0), time(12, 30), time(18, 0))),
)


class DispatchersClock(SharedClock):
    """Counts how often the dispatcher looks at it: the others may look a hundred times within its first pass."""

    def now(self) -> datetime:
        if (task := asyncio.current_task()) is not None and task.get_name() == "dispatch":
            self.note_done()
        return super().now()


@pytest.mark.parametrize(
    ("kills", "seed"),
    [
        pytest.param(8, 1, id="a day and a half"),
        pytest.param(*soaking.size((36, 2), (200, 2)), marks=pytest.mark.soak, id="soak"),
    ],
)
def test_every_edition_arrives_once_when_the_bot_is_killed_again_and_again(
    tmp_path: Path, kills: int, seed: int
) -> None:
    clock = DispatchersClock()
    clock.set(START)
    url = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    asyncio.run(_set_up(url))
    chance = random.Random(seed)
    for life in range(kills):
        _live_and_die(tmp_path, clock, life, chance, until=clock.true + LIFE)
    _live_and_die(tmp_path, clock, kills, None, until=(end := clock.true) + LAST)
    asyncio.run(_check(url, RecordingAdapter(tmp_path / "channel.jsonl"), end))


def _live_and_die(
    folder: Path, clock: SharedClock, life: int, chance: random.Random | None, *, until: datetime
) -> None:
    """One life: the clock walks on to `until` in small steps; then SIGKILL at a random moment, or a clean stop."""
    clock.child_is(up=False)
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_run(folder, clock, life))
        finally:
            os._exit(0)
    if chance and chance.random() < 0.2:
        # Killed while it starts: time stands still, or a slow machine would turn every edition into a late one.
        real_time.sleep(chance.uniform(0.0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return
    while not clock.is_child_up:
        real_time.sleep(0.002)
    steps = 12 if chance else 150
    start = clock.true
    for step in range(1, steps + 1):
        clock.set(start + (until - start) * step / steps)
        # As long as it takes this machine: by the wall's clock, a slow one would turn editions into late ones.
        _lives_on(clock, child)
    real_time.sleep(chance.uniform(0.0, 0.05) if chance else 1.0)
    os.kill(child, signal.SIGKILL if chance else signal.SIGTERM)
    os.waitpid(child, 0)


def _lives_on(clock: SharedClock, child: int, reads: int = 3, patience_s: float = 60.0) -> None:
    """Waits until the dispatcher has surely asked what is due by now: its first look may still be of a pass before."""
    wanted, until = clock.done + reads, real_time.monotonic() + patience_s
    while clock.done < wanted:
        assert real_time.monotonic() < until, "the bot stands still"
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "the bot ended by itself"
        real_time.sleep(0.001)


async def _run(folder: Path, clock: SharedClock, life: int) -> None:
    settings = config.load(env_file=None, database_url=f"sqlite+aiosqlite:///{folder / 'bot.db'}", log_level="error")
    logs.configure(settings)
    recorder = RecordingAdapter(folder / "channel.jsonl", trouble=0.2, seed=life)
    app = await build(settings, clock=clock, adapters={"console": recorder})
    stop = asyncio.Event()
    clock.child_is(up=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await app.run(stop, pace=Pace(dispatch_s=0.01, deliver_s=0.01))
    await app.close()


async def _set_up(url: str) -> None:
    store = await Store.open(url)
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=START)
    told = Sentence(text="A story to tell.", sources=(1,))
    source = Citation(n=1, publisher="Example News")
    text = BriefText(
        headline="A story", deck="It is told.", lede=(told,), sources=(source,), language="en", written_by="x"
    )
    await store.briefs.add_imported(text, related=[], published_at=None, now=START)
    for number, (zone, times) in enumerate(SCHEDULES):
        digest = Digest(
            id=0,
            workspace_id=LOCAL_WORKSPACE,
            name=zone,
            channel=ChannelRef(f"console:{number}"),
            at=times[0],
            zone=zone,
            # A life of a tenth of a second is hours of this clock: what waits must outlast several of them.
            catch_up_s=3 * 86_400,
            created_at=START,
        )
        digest = retimed(digest, times)
        await store.digests.add(due_next(digest, next_of(digest, after=START)))
    await store.close()


def _expected(digest: Digest, end: datetime) -> list[Due]:
    """What was due between START and `end`, by the oracle rather than by the calendar that is tested."""
    around = timedelta(days=2)
    dues = expected_runs(digest.zone, digest.times, (START - around).date(), (end + around).date())
    return [due for due in dues if START < due.at <= end]


async def _check(url: str, recorder: RecordingAdapter, end: datetime) -> None:
    store = await Store.open(url)
    try:
        await _check_editions(store, recorder, end)
    finally:
        await store.close()


async def _check_editions(store: Store, recorder: RecordingAdapter, end: datetime) -> None:
    reached = [message["key"] for message in recorder.messages()]
    assert Counter(reached).most_common(1)[0][1] == 1, "a message was posted twice"
    assert all(CAVEATS["en"] in message["text"] for message in recorder.messages())
    asked = []
    for digest in await store.digests.list(LOCAL_WORKSPACE):
        for due in _expected(digest, end + LAST):
            edition = await edition_on(store, digest.id, due.on, due.slot)
            if edition is None and due.at > end:
                continue
            assert edition is not None, (digest.zone, due)
            assert edition.due_at == due.at
            parts = await parts_of(store, edition.id)
            sent = [part.key for part in parts if part.state is DeliveryState.SENT]
            places = [reached.index(key) for key in sent]
            assert places == sorted(places), "parts out of order"
            asked += [part.key for part in parts]
            if due.at <= end:
                assert (edition.state, len(sent)) == (EditionState.DELIVERED, 2), (digest.zone, due, edition.reason)
    assert not set(reached) - set(asked), "a message that nobody asked for"
