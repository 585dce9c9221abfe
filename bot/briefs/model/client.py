"""Calls the model once and says what came of it.

The model library is loaded at the first call, in a thread, since that takes a second. Each call is one request, and
what it costs is known, or known to be unknown.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from bot.briefs.model.choice import Choice
from bot.briefs.model.outcome import Answered, CallFailed
from bot.briefs.model.prompt import Prompt

if TYPE_CHECKING:
    from bot.briefs.model.library import Library

T = TypeVar("T", bound=BaseModel)


class ModelClient:
    """One model, one connection pool."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._library: Library | None = None
        self._loading = asyncio.Lock()

    async def ask(self, prompt: Prompt, form: type[T]) -> Answered[T]:
        """One request; CallFailed whatever goes wrong, within the time-out."""
        library = await self._loaded()
        try:
            async with asyncio.timeout(self._choice.timeout_s):
                return await library.run(prompt, form)
        except TimeoutError:
            raise CallFailed(f"no answer within {self._choice.timeout_s:g} s") from None

    async def close(self) -> None:
        if self._library is not None:
            await self._library.close()
            self._library = None

    async def _loaded(self) -> Library:
        async with self._loading:
            if self._library is None:
                self._library = await asyncio.to_thread(_load, self._choice)
            return self._library


def _load(choice: Choice) -> Library:
    from bot.briefs.model.library import Library

    return Library(choice)
