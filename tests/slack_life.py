"""One life of the bot in Slack, for tests that end it with SIGKILL: the real composition on one SQLite file."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from pydantic import SecretStr

from adapters.slack import pacing
from adapters.slack.adapter import SlackAdapter
from bot import config, logs
from bot.app import build
from tests.discord_life import PACE, ShiftedClock


def live(url: str, api: str, bot_token: str, app_token: str, behind_s: float) -> None:
    """Posts what is due until it is killed."""
    settings = config.load(
        env_file=None,
        database_url=url,
        log_level="error",
        slack_api=api,
        slack_bot_token=SecretStr(bot_token),
        slack_app_token=SecretStr(app_token),
    )
    logs.configure(settings)
    asyncio.run(_live(settings, ShiftedClock(timedelta(seconds=behind_s))))


async def _live(settings: config.Settings, clock: ShiftedClock) -> None:
    # A minute of Slack's in a second, so that a fan-out takes no hour and is put back now and then all the same.
    pacing.TEAM_S, pacing.LONGEST_S = 1.0, 0.1  # type: ignore[misc]
    pacer = pacing.Pacer(channel_s=0.0, team_most=40, apart_s=0.0)
    app = await build(settings, clock=clock, adapters={"slack": SlackAdapter(settings, pacer=pacer, ping_s=0.5)})
    await app.run(asyncio.Event(), frozenset(("schedule", "slack")), PACE)
