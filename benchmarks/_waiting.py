"""Waits for what another task or process does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(is_done: Callable[[], bool], *, within_s: float = 120.0, each_s: float = 0.05) -> None:
    """Looks again and again whether it is done; TimeoutError when it never is."""
    async with asyncio.timeout(within_s):
        while not is_done():  # noqa: ASYNC110 - it is others who are watched
            await asyncio.sleep(each_s)
