"""Rows of processes: which run, what each does, and when its jobs ended last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.schema import heartbeats

FORGOTTEN: Final = timedelta(days=1)
"""After this a process that died is spoken of no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heartbeat:
    """The last sign of life of a process, `host:pid`."""

    process: str
    roles: tuple[str, ...]
    jobs: Mapping[str, datetime]
    """The last sign of each of its jobs and platforms (`bot.signs`)."""
    started_at: datetime
    beat_at: datetime

    @property
    def host(self) -> str:
        return self.process.rpartition(":")[0]


class Heartbeats:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def beat(self, heart: Heartbeat) -> None:
        """Notes that a process lives; forgets those that have been dead for a day."""
        values = {
            "roles": list(heart.roles),
            "jobs": {name: at.timestamp() for name, at in heart.jobs.items()},
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
                    jobs={name: datetime.fromtimestamp(at, UTC) for name, at in row.jobs.items()},
                    started_at=row.started_at,
                    beat_at=row.beat_at,
                )
                for row in rows
            ]
