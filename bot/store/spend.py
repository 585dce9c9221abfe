"""Rows of what a model used by UTC day: reserved before a call, settled after it.

The condition of the budget and the reservation are one UPDATE, so writers side by side cannot overrun it together. What
a process that died had reserved stays reserved: nobody knows what its call used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, update

from bot.store.database import Database
from bot.store.schema import model_spend


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens of one call, or of several."""

    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens, output_tokens=self.output_tokens + other.output_tokens
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySpend:
    """What a model used in one UTC day."""

    calls: int = 0
    used: Usage = Usage()
    reserved: int = 0
    """For calls under way, or that a process did not live to settle."""
    lost: int = 0
    """Reserved for calls that ended without telling what they used."""

    @property
    def total(self) -> int:
        return self.used.total + self.reserved + self.lost


class Spend:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def reserve(self, model: str, day: date, tokens: int, *, limit: int) -> bool:
        """Sets tokens aside for a call; False, and nothing changed, when the day's limit has no room for them."""
        spend = model_spend.c
        taken = spend.reserved + spend.lost + spend.input_tokens + spend.output_tokens
        change = update(model_spend).where(*_is(model, day), taken + tokens <= limit)
        async with self._db.writing() as connection:
            row = self._db.insert(model_spend).values(day=day, model=model)
            await connection.execute(row.on_conflict_do_nothing())
            done = await connection.execute(change.values(reserved=spend.reserved + tokens, calls=spend.calls + 1))
            return bool(done.rowcount)

    async def settle(self, model: str, day: date, reserved: int, usage: Usage | None) -> None:
        """Puts what a call used in the place of what was reserved for it; None, nobody knows: all of it is spent."""
        used = usage or Usage()
        spend = model_spend.c
        change = update(model_spend).where(*_is(model, day))
        async with self._db.writing() as connection:
            await connection.execute(
                change.values(
                    reserved=spend.reserved - reserved,
                    lost=spend.lost + (reserved if usage is None else 0),
                    input_tokens=spend.input_tokens + used.input_tokens,
                    output_tokens=spend.output_tokens + used.output_tokens,
                )
            )

    async def of_day(self, model: str, day: date) -> DaySpend:
        """What the model used that day."""
        async with self._db.glancing() as connection:
            row = (await connection.execute(select(model_spend).where(*_is(model, day)))).one_or_none()
        if row is None:
            return DaySpend()
        used = Usage(input_tokens=row.input_tokens, output_tokens=row.output_tokens)
        return DaySpend(calls=row.calls, used=used, reserved=row.reserved, lost=row.lost)


def _is(model: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return (model_spend.c.model == model, model_spend.c.day == day)
