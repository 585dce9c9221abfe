"""A question to the store by those who tell how it is: they must not fail with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BriefbotError

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """The store did not answer; `reason` is a sentence for an operator."""

    reason: str


async def ask(question: Awaitable[Answer], *, within_s: float | None = None) -> Answer | Unanswered:
    """What the store answers, or why it does not, whatever it says instead."""
    try:
        async with asyncio.timeout(within_s):
            return await question
    except TimeoutError:
        return Unanswered(reason=f"the store does not answer within {within_s or 0:.0f} s")
    except (BriefbotError, OSError) as error:
        return Unanswered(reason=str(error))
    except SQLAlchemyError as error:
        # Its other lines are SQL.
        return Unanswered(reason=f"the store answers what we do not expect: {str(error).partition(chr(10))[0]}")
