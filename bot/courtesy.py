"""What is sent to channels gives way to people who wait for an answer in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Sized
from typing import Final

YIELD_S: Final = 0.004
YIELD_MOST: Final = 5
"""So often and so long at most, so that a busy hour of commands holds up no digest."""


async def give_way(answers: Sized) -> None:
    """Waits a moment while `answers` are being given."""
    for _ in range(YIELD_MOST):
        if not len(answers):
            return
        await asyncio.sleep(YIELD_S)
