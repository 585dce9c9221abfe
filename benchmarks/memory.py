"""Resident memory of `briefbot run` on both platforms: idle, and with many briefs, digests and a full window of articles."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from adapters.discord.incoming import channel_ref, workspace_of
from benchmarks._figures import Figure
from benchmarks.synthetic import NOW, build, micros, sentence
from bot.models import Draft
from bot.store import Store
from bot.store.articles import Incoming
from bot.store.schema import Instant, metadata
from bot.stories.duplicates import bands
from tests.loopback import FakeDiscord, Guild
from tests.loopback_slack import FakeSlack
from tests.waiting import until

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
IDLE_MB: Final = 150
BUSY_MB: Final = 300
_BUSY: Final = 100_000
"""The bar is that of so many briefs; what more of them take is told."""
_WINDOW: Final = 20_000
_NEW: Final = 200
_DIGESTS: Final = 10_000
_OLDEST: Final = timedelta(days=300)
"""Within the year that everything is kept, or the bot would rather prune than be measured."""


@dataclass(frozen=True)
class Held:
    """Megabytes of one process: now, and the most that it ever held."""

    now: float
    most: float


def main(args: list[str]) -> int:
    """`python -m benchmarks memory [--briefs N] [--digests N] [--articles N]`; exit code 1 above 150 MB or 300 MB."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory")
    parser.add_argument("--briefs", type=int, default=100_000)
    parser.add_argument("--digests", type=int, default=_DIGESTS)
    parser.add_argument("--articles", type=int, default=_WINDOW)
    given = parser.parse_args(args)
    print(f"{'state of the process':52} {'MB now':>7} {'at most':>8}")
    found = asyncio.run(_measured(given.briefs, given.digests, given.articles))
    return 0 if found["idle"].now <= IDLE_MB and found["posting"].now <= BUSY_MB else 1


def figures(size: int) -> list[Figure]:
    """Of a store of so many briefs, with 10,000 digests and a window of 20,000 articles; the idle one has none."""
    found = asyncio.run(_measured(size, _DIGESTS, _WINDOW))
    most = BUSY_MB if size <= _BUSY else None
    made = [Figure("resident memory at work, both platforms", found["posting"].now, "MB", size, "briefs", most=most)]
    if size == SIZES[0]:
        made.append(Figure("resident memory idle, both platforms", found["idle"].now, "MB", 0, "briefs", most=IDLE_MB))
    return made


async def _measured(briefs: int, digests: int, articles: int) -> dict[str, Held]:
    found: dict[str, Held] = {}

    def note(name: str, words: str, held: Held) -> None:
        found[name] = held
        print(f"{words:52} {held.now:7.0f} {held.most:8.0f}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        async with _running(Path(folder) / "idle.db") as (bot, _):
            note("idle", "idle, an empty store", _held(bot.pid))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "full.db"
        await _fill(file, briefs, articles)
        async with _running(file, digests) as (bot, fake):
            note("started", f"{briefs:,} briefs, {digests:,} digests, started", _held(bot.pid))
            _with_news(file)
            await until(lambda: not _count(file, "articles WHERE story_id IS NULL"), within_s=300.0, each_s=1.0)
            note("grouped", f"window of {articles:,} articles read, {_NEW} grouped", _held(bot.pid))
            await until(lambda: not _count(file, "stories WHERE is_due"), within_s=300.0, each_s=1.0)
            note("written", "5,000 briefs indexed, briefs written", _held(bot.pid))
            mina = fake.person(next(iter(fake.world.guilds.values())))
            place = next(iter(fake.world.channels.values()))
            for query in ("w5", "w20 w30 w40", "w2a1 w3b2 w4c3 w5d4 w6") * 3:
                await fake.slash(mina, place, "brief search", {"query": query})
            note("searched", "searched", _held(bot.pid))
            _all_due(file)
            await until(lambda: _count(file, "editions") >= digests, within_s=300.0, each_s=1.0)
            await asyncio.sleep(10)
            note("posting", f"{digests:,} editions planned, being posted", _held(bot.pid))
    return found


# ── the bot ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _running(file: Path, digests: int = 0) -> AsyncIterator[tuple[asyncio.subprocess.Process, FakeDiscord]]:
    """`briefbot run` in a process of its own, connected to a Discord and a Slack of ours, quiet for some seconds."""
    async with FakeDiscord(reads_schema=False) as discord, FakeSlack() as slack:
        team = slack.add_team()
        guild = discord.add_guild()
        for number in range(200):
            discord.add_channel(guild, f"c{number}")
        if digests:
            _add_digests(file, discord, guild, digests)
        settings = {
            "BRIEFBOT_DATABASE_URL": f"sqlite+aiosqlite:///{file}",
            "DISCORD_TOKEN": discord.token,
            "BRIEFBOT_DISCORD_API": discord.api,
            "BRIEFBOT_DISCORD_GATEWAY": discord.gateway,
            "SLACK_BOT_TOKEN": team.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "BRIEFBOT_SLACK_API": slack.api,
        }
        log = file.with_suffix(".log").open("wb")
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=os.environ | settings, cwd=file.parent, stdout=log, stderr=log
        )
        try:
            await discord.hub.connected.wait()
            await slack.hub.connected(within_s=60)
            await asyncio.sleep(15)
            yield bot, discord
        finally:
            with contextlib.suppress(ProcessLookupError):
                bot.send_signal(signal.SIGKILL)
            await bot.wait()
            log.close()


def _held(pid: int) -> Held:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Held(*(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")))


# ── its store ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _fill(file: Path, briefs: int, articles: int) -> None:
    """A store of so many briefs, and so many articles of the last three days, each a story of its own, up to now."""
    await build(file, briefs)
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    chance = random.Random(11)
    source = await store.sources.for_import(NOW)
    for start in range(0, articles, 1000):
        items = [_item(chance, number, articles) for number in range(start, min(articles, start + 1000))]
        await store.articles.add_all(source.id, items, seen_at=NOW, is_same=lambda one, other: False)
    while waiting := await store.articles.ungrouped(limit=2000):
        await store.stories.place([(article.id, None) for article in waiting], now=NOW)
    await store.close()
    with _changing(file) as database:
        database.execute("UPDATE stories SET is_due = 0")
        _bring_to_now(database)


def _bring_to_now(database: sqlite3.Connection) -> None:
    """Moves every instant so that the synthetic now is this one, and nothing is older than what is kept."""
    [[oldest]] = database.execute("SELECT min(published_at) FROM briefs")
    share = min(1.0, _OLDEST / timedelta(microseconds=max(1, micros(NOW) - oldest)))
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Instant):
                database.execute(
                    f"UPDATE {table.name} SET {column.name} = ? - CAST((? - {column.name}) * ? AS INTEGER) "
                    f"WHERE {column.name} IS NOT NULL",
                    (micros(datetime.now(UTC)), micros(NOW), share),
                )


def _item(chance: random.Random, number: int, count: int) -> Incoming:
    draft = Draft(
        url=f"https://n.example/{number}",
        title=sentence(chance, "en", 9),
        text="\n".join(sentence(chance, "en", 18) for _ in range(12)),
        publisher="N",
        language="en",
    )
    at = NOW - timedelta(hours=72) * (count - number) / count
    keys = (f"url:{draft.url}",)
    return Incoming(draft=draft, owner="n", keys=keys, bands=bands("n", "", draft.text), is_news=True, published_at=at)


def _with_news(file: Path) -> None:
    """Has the newest articles grouped and written about again."""
    with _changing(file) as database:
        database.execute(
            "UPDATE articles SET story_id = NULL, place = NULL WHERE id IN (SELECT id FROM articles ORDER BY id DESC LIMIT ?)",
            (_NEW,),
        )


def _add_digests(file: Path, fake: FakeDiscord, guild: Guild, count: int) -> None:
    workspace, later = workspace_of(guild.id), datetime.now(UTC) + timedelta(hours=20)
    places = [channel_ref(guild.id, place) for place in fake.world.channels]
    with _changing(file) as database:
        database.execute(
            "INSERT INTO workspaces (id, name, zone, language, retention_days, created_at) VALUES (?, 'W', 'UTC', 'en', 365, ?)",
            (workspace, micros(datetime.now(UTC))),
        )
        database.execute(
            "INSERT INTO workspace_sources (workspace_id, source_id, added_at) VALUES (?, 1, ?)",
            (workspace, micros(datetime.now(UTC))),
        )
        database.executemany(
            "INSERT INTO digests (workspace_id, name, name_key, channel, at, zone, days, topic_ids, style, next_due_at, "
            "next_on, created_at) VALUES (?, ?, ?, ?, '11:59', 'UTC', '[0,1,2,3,4,5,6]', '[]', 'summaries', ?, ?, ?)",
            [
                (
                    workspace,
                    f"d{n}",
                    f"d{n}",
                    places[n % len(places)],
                    micros(later),
                    later.date().isoformat(),
                    micros(later),
                )
                for n in range(count)
            ],
        )


def _all_due(file: Path) -> None:
    with _changing(file) as database:
        now = datetime.now(UTC)
        database.execute("UPDATE digests SET next_due_at = ?, next_on = ?", (micros(now), now.date().isoformat()))


@contextlib.contextmanager
def _changing(file: Path):  # type: ignore[no-untyped-def]
    database = sqlite3.connect(file, timeout=60)
    with database:
        yield database
    database.close()


def _count(file: Path, what: str) -> int:
    with _changing(file) as database:
        [[number]] = database.execute(f"SELECT count(*) FROM {what}")
        return int(number)
