"""Many processes over one PostgreSQL, killed at random: each edition once, each feed asked once in its interval.

Nine processes (three that read feeds, three that plan, three that send) run the real composition (`bot.app`) beside
each other on one fast clock; every few seconds of it one of them is killed and another takes its place.

`BRIEFBOT_SOAK=full` runs ten minutes with 5,000 digests and 1,000 feeds.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time as real_time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import exists, func, select

from bot import config, logs
from bot.app import Pace, build
from bot.digests.calendar import next_edition
from bot.ingest.pipeline import AT_ONCE, BEGIN_S, LEASE_S
from bot.ingest.timing import JITTER
from bot.models import BriefText, ChannelRef, Citation, Digest, EditionState, Sentence, WorkspaceId
from bot.ports import Outgoing
from bot.store import Store
from bot.store.schema import articles, briefs, deliveries, digests, editions, sources, stories
from tests import soaking
from tests.recorder import RecordingAdapter
from tests.shared_clock import SharedClock

START = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
ROLES = ("ingest", "schedule", "console")
EACH = 3
WORKSPACES = 100
INTERVAL_S = 900
READS = 4
"""So often the bots read the clock in each second of it: on a slow machine it goes more slowly."""
TAKEN_S = 60.0
"""Seconds of the clock within which what has become free is taken: a look or two of those who are left."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much, for how long, and how fast the clock goes beside the machine's."""

    digests: int
    feeds: int
    lasts_s: float
    """Of the clock."""
    speed: float
    kill_every_s: float


SMALL = Size(digests=400, feeds=100, lasts_s=400, speed=25, kill_every_s=13)
FULL = Size(digests=5000, feeds=1000, lasts_s=3000, speed=5, kill_every_s=13)


@dataclass
class Run:
    """What the parent knows of a run."""

    url: str
    folder: Path
    size: Size
    clock: SharedClock = field(default_factory=SharedClock)
    fleet: list[tuple[str, int, int]] = field(default_factory=list)
    """Role, number of the life, number of the process."""
    killed_at: dict[int, float] = field(default_factory=dict)
    """By life, on the fast clock."""
    kills: Counter[str] = field(default_factory=Counter)
    longest_free_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By kind of row, how long after its lease one that is due lay there, on the fast clock."""
    lives: int = 0

    def begin(self, role: str) -> None:
        self.lives += 1
        life = self.lives
        self.fleet.append((role, life, _fork(lambda: _run(self, role, life))))

    def kill(self, place: int) -> str:
        role, life, child = self.fleet.pop(place)
        _kill(child)
        self.killed_at[life] = self.clock.now().timestamp()
        return role


@pytest.mark.soak
def test_nothing_is_lost_or_doubled_when_any_of_nine_processes_is_killed(tmp_path: Path, postgres_url: str) -> None:
    size = soaking.size(SMALL, FULL)
    run = Run(url=postgres_url, folder=tmp_path, size=size)
    run.clock.set(START)
    server = _fork(lambda: _serve(tmp_path, run.clock))
    began = real_time.monotonic()
    try:
        base = f":{_port(tmp_path)}"
        asyncio.run(_set_up(run, [f"http://127.0.0.{2 + number % 50}{base}/{number}" for number in range(size.feeds)]))
        for number in range(EACH * len(ROLES)):
            run.begin(ROLES[number % len(ROLES)])
        asyncio.run(_walk(run, random.Random(7)))
        asyncio.run(_finish(run))
        for role, _, child in run.fleet:
            os.kill(child, signal.SIGTERM)
            assert os.waitpid(child, 0)[1] == 0, role
        run.fleet.clear()
    finally:
        for child in (server, *(child for _, _, child in run.fleet)):
            _kill(child)
    asyncio.run(_check(run))
    print(f"\n{real_time.monotonic() - began:.0f} s, kills {dict(run.kills)}, free {dict(run.longest_free_s)}")


async def _walk(run: Run, chance: random.Random) -> None:
    """The clock goes on beside the machine's; now and then one of the fleet is killed and replaced."""
    store = await Store.open(run.url)
    kill_at = START
    while run.clock.now() < START + timedelta(seconds=run.size.lasts_s):
        await _pass(run, 1.0)
        if run.clock.now() >= kill_at:
            kill_at += timedelta(seconds=run.size.kill_every_s)
            role = run.kill(chance.randrange(len(run.fleet)))
            run.kills[role] += 1
            run.begin(role)
            await _look(run, store)
    await store.close()


async def _pass(run: Run, seconds: float) -> None:
    """The clock goes on by so much, and the bots live through it."""
    run.clock.set(run.clock.now() + timedelta(seconds=seconds))
    wanted = run.clock.reads + READS * seconds
    await asyncio.sleep(seconds / run.size.speed)
    while run.clock.reads < wanted:  # noqa: ASYNC110 - other processes read it
        await asyncio.sleep(0.005)


async def _finish(run: Run) -> None:
    """Nobody is killed any more; every lease ends, and what was left is taken over."""
    store = await Store.open(run.url)
    until = real_time.monotonic() + 120
    while await _left(store):
        assert real_time.monotonic() < until, await _left(store)
        await _pass(run, 2.0)
    await store.close()


async def _left(store: Store) -> dict[str, int]:
    """Editions that were not told, feeds that nobody read, stories without a brief."""
    async with store.database.reading() as connection:
        told = select(func.count()).select_from(editions).where(editions.c.state == EditionState.DELIVERED)
        asked = select(func.count()).select_from(sources).where(sources.c.last_ok_at.is_not(None))
        all_of = [
            (await connection.execute(select(func.count()).select_from(t))).scalar_one() for t in (digests, sources)
        ]
        done = [(await connection.execute(query)).scalar_one() for query in (told, asked)]
        waiting = select(func.count()).select_from(stories).where(stories.c.is_due)
        due = (await connection.execute(waiting)).scalar_one()
        new = select(func.count()).select_from(articles).where(articles.c.story_id.is_(None))
        ungrouped = (await connection.execute(new)).scalar_one()
    left = {"editions": all_of[0] - done[0], "feeds": all_of[1] - done[1], "stories": due, "articles": ungrouped}
    return {name: count for name, count in left.items() if count}


async def _look(run: Run, store: Store) -> None:
    """How long what a dead process had claimed has been anybody's."""
    now = run.clock.now()
    claimed = {"sources": sources.c.lease_until, "digests": digests.c.lease_until, "messages": deliveries.c.lease_until}
    async with store.database.reading() as connection:
        for name, until in claimed.items():
            oldest = (await connection.execute(select(func.min(until)).where(until <= now))).scalar_one()
            if oldest is not None:
                free_s = (now - oldest).total_seconds()
                run.longest_free_s[name] = max(run.longest_free_s[name], free_s)


def _fork(work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(work())
            code = 0
        finally:
            os._exit(code)
    return child


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


class Channels(RecordingAdapter):
    """Finds a message among ten thousand without reading each."""

    async def find(self, message: Outgoing) -> str | None:
        if not self._file.exists():
            return None
        there = json.dumps({"channel": message.channel, "key": message.key})[:-1]
        return message.key if there.encode() in self._file.read_bytes() else None


async def _run(run: Run, role: str, life: int) -> None:
    settings = config.load(
        env_file=None,
        database_url=run.url,
        log_level="error",
        allow_private_sources=(ip_network("127.0.0.0/8"),),
        poll_interval_s=INTERVAL_S,
        user_agent=f"life/{life}",
    )
    logs.configure(settings)
    recorder = Channels(run.folder / "channel.jsonl", trouble=0.02, seed=life)
    app = await build(settings, clock=run.clock, adapters={"console": recorder})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await app.run(stop, frozenset((role,)), Pace(poll_s=0.2, dispatch_s=0.2, deliver_s=0.2))
    await app.close()


# ── the feeds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _serve(folder: Path, clock: SharedClock) -> None:
    """Feeds with one article each, the same in every two of them, and a list of who asked for which when."""
    asked = (folder / "asked.jsonl").open("a", buffering=1)

    async def answer(request: web.Request) -> web.Response:
        life = int(request.headers["User-Agent"].rpartition("/")[2])
        asked.write(json.dumps([request.path, clock.now().timestamp(), life]) + "\n")
        return web.Response(body=_feed(int(request.match_info["number"])), content_type="text/xml")

    app = web.Application()
    app.router.add_get("/{number:\\d+}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    (folder / "port.new").write_text(str(runner.addresses[0][1]))
    (folder / "port.new").rename(folder / "port")
    await asyncio.Event().wait()


def _feed(number: int) -> str:
    """A feed whose article is about what no other is about."""
    article = number // 2
    chance = random.Random(article)
    words = ["".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(4)) for _ in range(60)]
    text = ". ".join(" ".join(words[start : start + 10]).capitalize() for start in range(0, 60, 10))
    link = f"<link>https://paper.example/{article}</link>"
    date = f"<pubDate>{format_datetime(START)}</pubDate>"
    item = f"<item><title>{' '.join(words[:6])}</title>{link}{date}<description>{text}.</description></item>"
    return f"<rss version='2.0'><channel><title>News {number}</title>{item}</channel></rss>"


def _port(folder: Path) -> int:
    until = real_time.monotonic() + 20
    while not (folder / "port").exists():
        assert real_time.monotonic() < until, "the feeds are not served"
        real_time.sleep(0.01)
    return int((folder / "port").read_text())


# ── before and after ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _set_up(run: Run, feeds: list[str]) -> None:
    store = await Store.open(run.url)
    told = Sentence(text="A story to tell.", sources=(1,))
    source = Citation(n=1, publisher="Example News")
    text = BriefText(
        headline="A story", deck="It is told.", lede=(told,), sources=(source,), language="en", written_by="x"
    )
    await store.briefs.add_imported(text, related=[], published_at=None, now=START)
    minutes = int(run.size.lasts_s / 60 * 0.8)
    async with store.database.together():
        for number in range(run.size.digests):
            workspace = WorkspaceId(f"console:{number % WORKSPACES}")
            if number < WORKSPACES:
                await store.workspaces.ensure(workspace, now=START)
            await store.digests.add(_digest(workspace, number, minutes))
    for number, feed in enumerate(feeds):
        await store.sources.add(feed, workspace=WorkspaceId(f"console:{number % WORKSPACES}"), now=START)
    await store.close()


def _digest(workspace: WorkspaceId, number: int, minutes: int) -> Digest:
    at = time(12, 1 + number % minutes)
    due = next_edition(at, "UTC", range(7), after=START)
    return Digest(
        id=0,
        workspace_id=workspace,
        name=f"Digest {number}",
        channel=ChannelRef(f"console:{number}"),
        at=at,
        zone="UTC",
        catch_up_s=86_400,
        next_due_at=due.at,
        next_on=due.on,
        created_at=START,
    )


async def _check(run: Run) -> None:
    store = await Store.open(run.url)
    try:
        await _check_editions(run, store)
        await _check_stories(run, store)
    finally:
        await store.close()
    _check_polls(run)
    assert all(free_s <= TAKEN_S for free_s in run.longest_free_s.values()), run.longest_free_s


async def _check_editions(run: Run, store: Store) -> None:
    messages = RecordingAdapter(run.folder / "channel.jsonl").messages()
    reached = Counter(message["key"] for message in messages)
    assert max(reached.values()) == 1, "a message was posted twice"
    assert len(reached) == 2 * run.size.digests, "a message that nobody got, or that nobody asked for"
    per_channel = Counter(message["channel"] for message in messages)
    assert set(per_channel.values()) == {2}
    made: Counter[int] = Counter()
    for number in range(WORKSPACES):
        for edition in await store.editions.recent(WorkspaceId(f"console:{number}"), limit=run.size.digests):
            assert edition.state is EditionState.DELIVERED, edition.reason
            made[edition.digest_id or 0] += 1
    assert len(made) == run.size.digests
    assert set(made.values()) == {1}


async def _check_stories(run: Run, store: Store) -> None:
    """Each article once, in one story; each story that stands has one brief, and none stands without an article."""
    stands = stories.c.merged_into.is_(None)
    is_told = exists().where(articles.c.story_id == stories.c.id)
    queries = {
        "articles": select(func.count()).select_from(articles),
        "in no story": select(func.count()).select_from(articles).where(articles.c.story_id.is_(None)),
        "without an article": select(func.count()).select_from(stories).where(stands, ~is_told),
        "without a brief": select(func.count())
        .select_from(stories)
        .where(stands, ~exists().where(briefs.c.story_id == stories.c.id)),
    }
    async with store.database.reading() as connection:
        counts = {name: (await connection.execute(query)).scalar_one() for name, query in queries.items()}
    # The brief that was there before has no article.
    expected = {"articles": run.size.feeds // 2, "in no story": 0, "without an article": 1, "without a brief": 0}
    assert counts == expected


def _check_polls(run: Run) -> None:
    """Within its interval a feed is asked again only where who asked first was killed before it could say so."""
    again: Counter[int] = Counter()
    for path, asked in _asked(run.folder).items():
        for (at, life), (next_at, next_life) in pairwise(asked):
            if next_at - at >= INTERVAL_S * (1 - JITTER) - 1.0:
                continue
            dead_at = run.killed_at.get(life)
            assert dead_at is not None, f"{path} was asked by {life}, which lived, and {next_at - at} s later again"
            assert at - 1.0 <= dead_at <= next_at, f"{path} again by {next_life}, not because {life} died"
            # It was asked in the first minute of a lease, and again after the lease.
            assert next_at - at >= LEASE_S - BEGIN_S - TAKEN_S, path
            again[life] += 1
    assert not again or max(again.values()) <= AT_ONCE, "more than a process asks at a time"
    print(f"\nasked {sum(map(len, _asked(run.folder).values()))} times, again after a kill {sum(again.values())} times")


def _asked(folder: Path) -> dict[str, list[tuple[float, int]]]:
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for line in _lines(folder / "asked.jsonl"):
        path, at, life = json.loads(line)
        found[path].append((at, life))
    return {path: sorted(asked) for path, asked in found.items()}


def _lines(file: Path) -> Iterable[str]:
    return file.read_text(encoding="utf-8").splitlines()
