"""Rows of leases: which process speaks for an account of a platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from bot.store.database import Database
from bot.store.rows import value
from bot.store.schema import leases


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """Who has it, as it stood when it was read."""

    name: str
    """`discord:80351110224678912`."""
    holder: str
    """One life of a process."""
    process: str
    """`host:pid`, for people."""
    place: str
    """Where the process's number means that process; empty where that is not known."""
    beats: int = 0
    """Goes up whenever its holder shows that it lives."""
    beat_at: datetime


class Leases:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, name: str) -> Lease | None:
        """Who has it; None when nobody has."""
        async with self._db.glancing() as connection:
            row = (await connection.execute(select(leases).where(leases.c.name == name))).one_or_none()
        return value(Lease, row) if row is not None else None

    async def all(self) -> list[Lease]:
        """Every lease that somebody has, or had when it died, by name."""
        async with self._db.glancing() as connection:
            return [value(Lease, row) for row in await connection.execute(select(leases).order_by(leases.c.name))]

    async def take(self, lease: Lease, *, seen: Lease | None) -> bool:
        """Whether it is the holder's now: if nobody has it, or if it is still as it was `seen`, of one who is dead."""
        values = {"holder": lease.holder, "process": lease.process, "place": lease.place, "beat_at": lease.beat_at}
        insert = self._db.insert(leases).values(name=lease.name, beats=0, **values)
        if seen is None:
            statement = insert.on_conflict_do_nothing()
        else:
            is_as_seen = and_(leases.c.holder == seen.holder, leases.c.beats == seen.beats)
            again = values | {"beats": leases.c.beats + 1}
            statement = insert.on_conflict_do_update(index_elements=["name"], set_=again, where=is_as_seen)
        async with self._db.writing() as connection:
            return bool((await connection.execute(statement)).rowcount)

    async def beat(self, name: str, holder: str, now: datetime) -> bool:
        """Its holder lives; False when it is not this holder's any more."""
        alive = update(leases).where(leases.c.name == name, leases.c.holder == holder)
        async with self._db.writing() as connection:
            return bool((await connection.execute(alive.values(beats=leases.c.beats + 1, beat_at=now))).rowcount)

    async def release(self, name: str, holder: str) -> None:
        """It is nobody's now, if it was this holder's."""
        async with self._db.writing() as connection:
            await connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
