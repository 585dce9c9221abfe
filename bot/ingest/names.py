"""Host names looked up by the machine's own resolver."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class SystemNames(AbstractResolver):
    """Looks names up in threads of its own.

    The event loop's default has six threads on two cores, so six names whose servers are dead would hold up all feeds.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host; OSError when it has none."""
        answers = await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port, family)
        return [
            ResolveResult(
                hostname=host, host=str(target[0]), port=port, family=family_, proto=protocol, flags=int(_NUMERIC)
            )
            for family_, _, protocol, _, target in answers
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


_Answer = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]


def _look_up(host: str, port: int, family: socket.AddressFamily) -> Sequence[_Answer]:
    return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
