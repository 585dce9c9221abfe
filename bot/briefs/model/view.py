"""What commands and digests see of a model's work, from the store alone: its state, and briefs in another language."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.briefs.model.choice import Choice
from bot.briefs.model.writer import WINDOW
from bot.errors import StoreBusy
from bot.models import Brief
from bot.store import Store
from bot.store.attempts import Waiting
from bot.store.spend import DaySpend


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelState:
    """How a model is doing today."""

    label: str
    spend: DaySpend
    daily_tokens: int
    waiting: Waiting


class ModelView:
    """Answers from the store; `choice` None: no model writes here, so nothing is asked of it."""

    def __init__(self, store: Store, choice: Choice | None) -> None:
        self._store, self._choice = store, choice

    @property
    def can_translate(self) -> bool:
        """Whether a model is configured."""
        return self._choice is not None

    async def state(self, now: datetime) -> ModelState | None:
        """None without a model."""
        if self._choice is None:
            return None
        return ModelState(
            label=self._choice.label,
            spend=await self._store.spend.of_day(self._choice.label, now.date()),
            daily_tokens=self._choice.daily_tokens,
            waiting=await self._store.attempts.waiting(since=now - WINDOW),
        )

    async def in_language(self, briefs: Sequence[Brief], language: str, now: datetime) -> list[Brief]:
        """The briefs with their words in this language where they have been translated, as they are where not.

        What is missing is asked of the model, for the next reader.
        """
        code = language.replace("_", "-").partition("-")[0].lower()
        # What a manager corrected is shown as they left it: a translation of the words below would bring these back.
        foreign = [brief for brief in briefs if brief.text.language not in (code, "und") and not brief.correction]
        if not foreign or self._choice is None:
            return list(briefs)
        there = await self._store.translations.of(foreign, code)
        missing = [brief.id for brief in foreign if brief.id not in there]
        # A reader is not told that the store was too busy to note a wish; the next one who reads it wishes the same.
        with contextlib.suppress(StoreBusy):
            await self._store.translations.ask(missing, code, now=now)
        return [replace(brief, text=there.get(brief.id, brief.text)) for brief in briefs]
