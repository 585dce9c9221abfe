"""The whole bot on a Discord of our own, in a process of its own; run by itself it only says that."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.incoming import channel_ref, workspace_of
from bot import config, logs
from bot.app import App, build
from bot.models import Digest
from tests.loopback import Channel, FakeDiscord, Guild
from tests.office import Office
from tests.waiting import until


def main(args: list[str]) -> int:
    """Nothing to measure here."""
    print("the bot that `answers`, `fanout` and `roundtrip` measure; run those")
    return 2


async def bot_of(fake: FakeDiscord, folder: Path, *, database: Path | None = None) -> App:
    """The composition that `briefbot run` has, posting to and answering in our own Discord."""
    settings = config.load(
        env_file=None,
        database_url=f"sqlite+aiosqlite:///{database or folder / 'bench.db'}",
        log_level="error",
        discord_token=SecretStr(fake.token),
        discord_api=fake.api,
        discord_gateway=fake.gateway,
    )
    logs.configure(settings)
    return await build(settings, adapters={"discord": DiscordAdapter(settings, ready_s=0.2)})


async def digests_for(app: App, guild: Guild, places: Sequence[Channel], *, in_s: float = 0.0) -> None:
    """News, and a digest for each channel; all are due at the same moment, when this is done or in so many seconds."""
    workspace = workspace_of(guild.id)
    office = Office(app.store, app.clock)
    source = await office.follow("https://harbour.example/feed", workspace=workspace)
    for number in range(6):
        await office.report(source, f"Harbour board meets for the {number}. time", body="A word of the harbour. " * 8)
    now = datetime.now(UTC)
    due_at = now + timedelta(seconds=in_s or 5 + len(places) / 150)
    for place in places:
        digest = Digest(
            id=0,
            workspace_id=workspace,
            name=place.name,
            channel=channel_ref(guild.id, place.id),
            at=now.time().replace(second=0, microsecond=0),
            zone="UTC",
            next_due_at=due_at,
            next_on=now.date(),
            created_at=now,
        )
        await app.store.digests.add(digest)


@asynccontextmanager
async def process(fake: FakeDiscord, target: Callable[..., None], *args: object) -> AsyncIterator[None]:
    """A bot in a new process, connected and warm."""
    bot = multiprocessing.get_context("spawn").Process(target=target, args=args, daemon=True)
    bot.start()
    await until(lambda: bool(fake.commands))
    # Its first seconds go slowly, as those of any process.
    await asyncio.sleep(3.0)
    yield
    bot.kill()
    await asyncio.to_thread(bot.join)


def our_bot(api: str, gateway: str, folder: str) -> None:
    """What `briefbot run` runs."""
    asyncio.run(_our_bot(api, gateway, Path(folder), frozenset(("schedule", "discord"))))


def answering_bot(api: str, gateway: str, folder: str) -> None:
    """What `briefbot run --only discord` runs: it plans nothing and prunes nothing."""
    asyncio.run(_our_bot(api, gateway, Path(folder), frozenset(("discord",))))


async def _our_bot(api: str, gateway: str, folder: Path, parts: frozenset[str]) -> None:
    fake = FakeDiscord(reads_schema=False)
    fake.api, fake.gateway = api, gateway
    app = await bot_of(fake, folder)
    await app.run(asyncio.Event(), parts)
