"""The tokens a model may use in a day: set aside before each call, settled after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog

from bot.ports import Clock
from bot.store.spend import Spend, Usage

log = structlog.get_logger(__name__)


class BudgetSpent(Exception):
    """The day's tokens have no room for a call."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    day: date
    tokens: int


class Budget:
    """The budget of one model, shared with every process on the same store."""

    def __init__(self, spend: Spend, model: str, daily_tokens: int, clock: Clock) -> None:
        self._spend, self._model, self._limit, self._clock = spend, model, daily_tokens, clock
        self._told_on: date | None = None

    async def reserve(self, tokens: int, *, share: float = 1.0) -> Reservation:
        """Sets tokens aside; BudgetSpent when this share of the day has no room for them."""
        day = self._clock.now().date()
        if await self._spend.reserve(self._model, day, tokens, limit=int(self._limit * share)):
            return Reservation(day=day, tokens=tokens)
        if self._told_on != day and share == 1.0:
            self._told_on = day
            log.warning("model.budget_spent", model=self._model, limit=self._limit, day=str(day), asked=tokens)
        raise BudgetSpent

    async def settle(self, reservation: Reservation, usage: Usage | None) -> None:
        """Counts what was used, on the day that it was set aside; None, nobody knows: all that was set aside."""
        await self._spend.settle(self._model, reservation.day, reservation.tokens, usage)
