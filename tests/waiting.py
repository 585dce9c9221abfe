"""Waits for what another task or process does, as long as a busy machine needs for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(is_so: Callable[[], bool | Awaitable[bool]], *, within_s: float = 60.0, each_s: float = 0.01) -> float:
    """Looks again and again until something is so; how many seconds it took. TimeoutError when it never is."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while True:
            found = is_so()
            if found if isinstance(found, bool) else await found:
                return time.monotonic() - began
            await asyncio.sleep(each_s)
