"""Whether the bot is at work, by the heartbeats of its processes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.store.heartbeats import Heartbeat

EVERY_S: Final = 15.0
"""Seconds between two heartbeats of a process."""
DEAD: Final = timedelta(seconds=90)
"""A process that has given no sign for so long is dead or hangs."""
STALLED: Final[Mapping[str, timedelta]] = {
    # Polls wait for slow feeds, and a model's answers take minutes.
    "poll": timedelta(minutes=30),
    "model": timedelta(hours=2),
    "dispatch": timedelta(minutes=10),
    "deliver": timedelta(minutes=10),
    # What notes that we live; when it fails the store is gone.
    "pulse": DEAD,
}
"""A job that has not ended well for so long is stuck, or fails each time."""
_TO: Final = "to "
DISCONNECTED: Final = timedelta(minutes=5)
"""A platform that we have not been connected to for so long hears nobody."""


def of_host(hearts: Sequence[Heartbeat], host: str) -> list[Heartbeat]:
    """The processes of this machine when it has any, else all: a container answers for itself."""
    return [heart for heart in hearts if heart.host == host] or list(hearts)


def problems(hearts: Sequence[Heartbeat], now: datetime) -> list[str]:
    """What is wrong, in words; a role is served when any process that has it lives, so a restart heals."""
    living = [heart for heart in hearts if now - heart.beat_at < DEAD]
    served = {role for heart in living for role in heart.roles}
    found = []
    for heart in hearts:
        lost = sorted(set(heart.roles) - served)
        if heart not in living and lost:
            found.append(
                f"nobody does {', '.join(lost)}: {heart.process} gave its last sign {_ago(now, heart.beat_at)}"
            )
            served |= set(lost)
    for heart in living:
        found += stalled(heart.jobs, now)
    return found


def words(hearts: Sequence[Heartbeat], now: datetime) -> str:
    """What processes that are well do, and when each job of theirs ended last."""
    ended = {
        name: at
        for heart in reversed(hearts)
        for name, at in heart.jobs.items()
        if name in STALLED and at > heart.started_at
    }
    ages = ", ".join(f"{name} {(now - at).total_seconds():.0f} s ago" for name, at in sorted(ended.items()))
    roles = ", ".join(sorted({role for heart in hearts for role in heart.roles}))
    return f"{roles} at work; ended last: {ages or 'nothing yet'}"


def stalled(signs: Mapping[str, datetime], now: datetime) -> list[str]:
    """The jobs of a process that have not ended well, and the platforms it was not connected to, for too long."""
    stuck = [
        f"the job {name} has not ended well since {_ago(now, signs[name])}"
        for name, limit in STALLED.items()
        if name in signs and now - signs[name] > limit
    ]
    deaf = [
        f"{platform} is not connected since {_ago(now, at)}"
        for platform, at in connections(signs).items()
        if now - at > DISCONNECTED
    ]
    return stuck + deaf


def connection(platform: str) -> str:
    """The name of the sign that a platform is connected; jobs have other names."""
    return f"{_TO}{platform}"


def jobs(signs: Mapping[str, datetime]) -> dict[str, datetime]:
    """When each job ended well last."""
    return {name: at for name, at in signs.items() if not name.startswith(_TO)}


def connections(signs: Mapping[str, datetime]) -> dict[str, datetime]:
    """When each platform was connected last."""
    return {name.removeprefix(_TO): at for name, at in signs.items() if name.startswith(_TO)}


def _ago(now: datetime, at: datetime) -> str:
    return f"{int((now - at).total_seconds())} s ago ({at:%Y-%m-%d %H:%M:%S} UTC)"
