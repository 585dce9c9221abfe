"""Rows of leases: which process speaks for an account of a platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select, text, update

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

    async def all(self) -> list[Lease]:
        """Every lease that somebody has, or had when it died, by name."""
        async with self._db.glancing() as connection:
            return [value(Lease, row) for row in await connection.execute(select(leases).order_by(leases.c.name))]

    async def take(self, lease: Lease, *, seen: Sequence[Lease], is_rival: Callable[[str], bool]) -> bool:
        """Whether it is the holder's now: if none has a rival of it but those who are still as they were `seen`, dead.

        Of names that are rivals of each other only one is ever taken.
        """
        dead = {(one.name, one.holder, one.beats) for one in seen}
        async with self._db.writing() as connection:
            if not self._db.is_sqlite:
                # Two that take different names would not see each other.
                await connection.execute(text("LOCK TABLE leases IN SHARE ROW EXCLUSIVE MODE"))
            rows = (await connection.execute(select(leases.c.name, leases.c.holder, leases.c.beats))).all()
            rivals = [row for row in rows if is_rival(row.name)]
            if any((row.name, row.holder, row.beats) not in dead for row in rivals):
                return False
            await connection.execute(delete(leases).where(leases.c.name.in_([row.name for row in rivals])))
            beats = max((row.beats + 1 for row in rivals), default=0)
            await connection.execute(leases.insert().values(asdict(lease) | {"beats": beats}))
        return True

    async def beat(self, name: str, holder: str, now: datetime) -> bool:
        """Its holder lives; False when it is not this holder's any more."""
        alive = update(leases).where(leases.c.name == name, leases.c.holder == holder)
        async with self._db.writing() as connection:
            return bool((await connection.execute(alive.values(beats=leases.c.beats + 1, beat_at=now))).rowcount)

    async def release(self, name: str, holder: str) -> None:
        """It is nobody's now, if it was this holder's."""
        async with self._db.writing() as connection:
            await connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
