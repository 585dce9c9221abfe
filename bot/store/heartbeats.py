"""Rows of processes: which run, what each does, and when its jobs ended last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, inspect, select

from bot.process import host_of, is_dead
from bot.store.database import Database
from bot.store.schema import heartbeats

ALIVE: Final = timedelta(seconds=90)
"""A process that has given no sign for so long is dead or hangs."""
FORGOTTEN: Final = timedelta(days=1)
"""After this a process that died is spoken of no more."""
_IN: Final = "in "
"""Before the place of a process among its signs, where versions that know no place pass over it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heartbeat:
    """The last sign of life of a process, `host:pid`."""

    process: str
    roles: tuple[str, ...]
    jobs: Mapping[str, datetime]
    """The last sign of each of its jobs and platforms (`bot.signs`)."""
    place: str = ""
    """Where the process's number means that process; empty where that is not known."""
    started_at: datetime
    beat_at: datetime

    @property
    def host(self) -> str:
        return host_of(self.process)


class Heartbeats:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def beat(self, heart: Heartbeat) -> None:
        """Notes that a process lives; forgets those that have been dead for a day."""
        values = {
            "roles": list(heart.roles),
            "jobs": {name: at.timestamp() for name, at in _signs(heart).items()},
            "started_at": heart.started_at,
            "beat_at": heart.beat_at,
        }
        insert = self._db.insert(heartbeats).values(process=heart.process, **values)
        async with self._db.writing() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["process"], set_=values))
            await connection.execute(delete(heartbeats).where(heartbeats.c.beat_at < heart.beat_at - FORGOTTEN))

    async def end(self, process: str) -> None:
        """The process stopped as it was asked to."""
        async with self._db.writing() as connection:
            await connection.execute(delete(heartbeats).where(heartbeats.c.process == process))

    async def all(self) -> list[Heartbeat]:
        """The processes at work and those that died, the latest sign of life first."""
        async with self._db.glancing() as connection:
            rows = await connection.execute(select(heartbeats).order_by(heartbeats.c.beat_at.desc()))
            return [
                Heartbeat(
                    process=row.process,
                    roles=tuple(row.roles),
                    jobs={
                        name: datetime.fromtimestamp(at, UTC)
                        for name, at in row.jobs.items()
                        if not name.startswith(_IN)
                    },
                    place=_place(row.jobs),
                    started_at=row.started_at,
                    beat_at=row.beat_at,
                )
                for row in rows
            ]


def _signs(heart: Heartbeat) -> dict[str, datetime]:
    return dict(heart.jobs) | ({_IN + heart.place: heart.beat_at} if heart.place else {})


def _place(signs: Mapping[str, float]) -> str:
    return next((name.removeprefix(_IN) for name in signs if name.startswith(_IN)), "")


def at_work(connection: Connection) -> list[str]:
    """The processes that live, each with when it gave its last sign; also in a database of an older version."""
    if not inspect(connection).has_table(heartbeats.name):
        return []
    now = datetime.now(UTC)
    columns = (heartbeats.c.process, heartbeats.c.jobs, heartbeats.c.beat_at)
    rows = connection.execute(select(*columns).order_by(heartbeats.c.process))
    return [
        f"{row.process} ({(now - row.beat_at).total_seconds():.0f} s ago)"
        for row in rows
        if now - row.beat_at < ALIVE and not is_dead(row.process, _place(row.jobs))
    ]
