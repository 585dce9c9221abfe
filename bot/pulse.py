"""Whether the bot is at work, by the heartbeats of its processes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.store.heartbeats import ALIVE, Heartbeat

EVERY_S: Final = 15.0
"""Seconds between two heartbeats of a process."""
DEAD: Final = ALIVE
"""A process that has given no sign for so long is dead or hangs."""
STALLED: Final[Mapping[str, timedelta]] = {
    # Polls wait for slow feeds, and a model's answers take minutes.
    "poll": timedelta(minutes=30),
    "model": timedelta(hours=2),
    "dispatch": timedelta(minutes=10),
    "deliver": timedelta(minutes=10),
}
"""A job that has not ended for so long is stuck; by the first word of its name, the second is its platform."""


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


def stalled(jobs: Mapping[str, datetime], now: datetime) -> list[str]:
    """The jobs of a process that have not ended for too long."""
    return [
        f"the job {name} has not ended since {_ago(now, jobs[name])}"
        for name in sorted(jobs)
        if is_watched(name) and now - jobs[name] > STALLED[_kind(name)]
    ]


def is_watched(job: str) -> bool:
    """Whether it tells of the bot when this job ended last."""
    return _kind(job) in STALLED


def _kind(job: str) -> str:
    return job.partition(" ")[0]


def _ago(now: datetime, at: datetime) -> str:
    return f"{int((now - at).total_seconds())} s ago ({at:%Y-%m-%d %H:%M:%S} UTC)"
