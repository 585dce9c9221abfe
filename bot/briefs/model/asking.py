"""Asks the model with patience: within the budget, a few times, and not at all while it is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

import structlog
from pydantic import BaseModel

from bot.briefs.model.breaker import Breaker
from bot.briefs.model.budget import Budget
from bot.briefs.model.choice import Choice
from bot.briefs.model.client import ModelClient
from bot.briefs.model.outcome import Answered, CallFailed, Useless
from bot.briefs.model.prompt import Prompt
from bot.briefs.model.reading import AnswerRefused
from bot.ports import Clock
from bot.store.spend import Usage

log = structlog.get_logger(__name__)

T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")

LONGEST_WAIT_S: Final = 30.0
"""A server that asks for more patience is left alone for that long, and its story waits for its next turn."""
USELESS_TRIES: Final = 2
"""Calls whose answers may be useless: a second one repairs most, a third one seldom."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told(Generic[R]):
    """What was asked for, and the tokens of all calls that it took, as far as they are known."""

    value: R
    usage: Usage


class Asker:
    """One model, asked by any number of tasks."""

    def __init__(self, choice: Choice, client: ModelClient, budget: Budget, clock: Clock) -> None:
        self._choice, self._client, self._budget, self._clock = choice, client, budget, clock
        self._breaker = Breaker()

    @property
    def is_down(self) -> bool:
        """Whether the model is being left alone."""
        return self._breaker.is_open(self._clock.now())

    async def ask(self, prompt: Prompt, form: type[T], read: Callable[[T], R], *, share: float = 1.0) -> Told[R]:
        """What `read` makes of an answer; AnswerRefused from it counts as useless. `share`: of the day's tokens.

        Raises CallFailed after the last try, and BudgetSpent before a call that the day has no room for.
        """
        spent, useless = Usage(), 0
        for retry in range(self._choice.retries + 1):
            try:
                answered = await self._call(prompt, form, share)
                spent += answered.usage or Usage()
                value = read(answered.output)
            except AnswerRefused as refusal:
                failure: CallFailed = Useless(refusal.reason)
            except CallFailed as error:
                failure = error
                spent += error.usage or Usage()
            else:
                self._breaker.succeeded()
                return Told(value=value, usage=spent)
            is_useless = isinstance(failure, Useless)
            useless += is_useless
            wait = self._wait(failure, retry)
            is_over = retry == self._choice.retries or wait is None or useless == USELESS_TRIES
            # Every call that failed counts against the model; of useless answers only those that cost a brief.
            if is_over or not is_useless:
                self._note(failure)
            if is_over or wait is None or self.is_down:
                raise failure
            await self._clock.sleep(wait)
        raise AssertionError("a loop without an end")

    async def _call(self, prompt: Prompt, form: type[T], share: float) -> Answered[T]:
        """One call, paid for. One that is broken off from outside leaves its reservation, which is then spent."""
        reservation = await self._budget.reserve(prompt.most_tokens + self._choice.answer_tokens, share=share)
        try:
            answered = await self._client.ask(prompt, form)
        except CallFailed as error:
            await self._budget.settle(reservation, error.usage)
            raise
        await self._budget.settle(reservation, answered.usage)
        return answered

    def _wait(self, failure: CallFailed, retry: int) -> float | None:
        """Seconds until the same may be tried again; None when it should not be."""
        if not failure.may_retry:
            return None
        if isinstance(failure, Useless):
            return 0.0
        wait = failure.after_s if failure.after_s is not None else 2.0**retry
        return wait if wait <= LONGEST_WAIT_S else None

    def _note(self, failure: CallFailed) -> None:
        asked = timedelta(seconds=min(failure.after_s or 0, 3600))
        pause = self._breaker.failed(
            self._clock.now(),
            at_least=asked if asked.total_seconds() > LONGEST_WAIT_S else timedelta(),
            is_certain=failure.is_certain,
        )
        if pause:
            seconds = round(pause.total_seconds())
            log.warning("model.left_alone", model=self._choice.label, reason=failure.reason, seconds=seconds)
