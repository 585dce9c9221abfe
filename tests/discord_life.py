"""One life of the bot in Discord, for tests that end it with SIGKILL: the real composition."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from adapters.discord.adapter import DiscordAdapter
from bot import config, logs
from bot.app import Pace, build

PACE = Pace(poll_s=3600.0, dispatch_s=0.2, deliver_s=0.05)


@dataclass(frozen=True)
class ShiftedClock:
    """The machine's clock, so much behind; each life is less behind, as if the bot had been down for a while."""

    behind: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) - self.behind

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def live(url: str, api: str, gateway: str, token: str, behind_s: float) -> None:
    """Posts what is due until it is killed, or told to stop."""
    settings = config.load(
        env_file=None,
        database_url=url,
        log_level="error",
        discord_token=SecretStr(token),
        discord_api=api,
        discord_gateway=gateway,
    )
    logs.configure(settings)
    asyncio.run(_live(settings, ShiftedClock(timedelta(seconds=behind_s))))


async def _live(settings: config.Settings, clock: ShiftedClock) -> None:
    app = await build(settings, clock=clock, adapters={"discord": DiscordAdapter(settings, ready_s=0.02)})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await app.run(stop, frozenset(("schedule", "discord")), PACE)
    await app.close()
