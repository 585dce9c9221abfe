"""What a host's robots.txt allows us (RFC 9309), remembered for a while."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

from bot.errors import FetchError

PRODUCT: Final = "Briefbot"
MAX_BYTES: Final = 500_000
"""The least that RFC 9309 asks a reader to take in; what is beyond it is not read."""
KEEP_S: Final = 24 * 3600.0
KEEP_FAILED_S: Final = 3600.0
REMEMBERED: Final = 1024

_LONGEST_LINE: Final = 2000
_AGENT: Final = re.compile(r"\s*user(?:-|\s*)agent(?=[\s:])[\s:]*([^#]*)", re.IGNORECASE)

Read = Callable[[str, int], Awaitable[bytes]]
"""Reads an address, and no more than a number of bytes; FetchError has the `status` of a server that said no."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host, or a flat yes or no where it has none that can be read."""

    parsed: Protego | None
    otherwise: bool

    def allows(self, url: str) -> bool:
        """Whether we may read this address of the host."""
        return bool(self.parsed.can_fetch(url, PRODUCT)) if self.parsed else self.otherwise

    @property
    def delay_s(self) -> float:
        """The pause between requests that the host asks for; 0 when it asks for none."""
        return float(self.parsed.crawl_delay(PRODUCT) or 0.0) if self.parsed else 0.0


@dataclass(slots=True)
class _Origin:
    rules: Rules | None = None
    good_until: float = 0.0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """The rules of hosts, each read once a day, however many of its pages are asked for at once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: OrderedDict[str, _Origin] = OrderedDict()

    async def rules(self, url: str) -> Rules:
        """The rules of the address's host: all is allowed where there is no file, nothing while its server fails."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        known = self._origin(origin)
        async with known.reading:
            if known.rules is None or known.good_until <= time.monotonic():
                known.rules, keep_s = await self._fresh(f"{origin}/robots.txt")
                known.good_until = time.monotonic() + keep_s
            return known.rules

    def _origin(self, name: str) -> _Origin:
        known = self._known.setdefault(name, _Origin())
        self._known.move_to_end(name)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known

    async def _fresh(self, url: str) -> tuple[Rules, float]:
        try:
            body = await self._read(url, MAX_BYTES)
        except FetchError as error:
            missing = error.status is not None and 400 <= error.status < 500 and error.status != 429
            return Rules(None, otherwise=missing), KEEP_S if missing else KEEP_FAILED_S
        return parse_rules(body), KEEP_S


def parse_rules(body: bytes) -> Rules:
    """The rules of a robots.txt; lines that no honest file has are left out."""
    lines = body[:MAX_BYTES].decode("utf-8-sig", errors="replace").splitlines()
    kept = _with_one_stranger(line for line in lines if len(line) < _LONGEST_LINE)
    return Rules(Protego.parse("\n".join(kept)), otherwise=True)


def _with_one_stranger(lines: Iterable[str]) -> Iterator[str]:
    """The lines with all crawlers but us and `*` under one name.

    The parser copies each rule to each crawler it is for: 200 kB of names before 200 kB of rules take it minutes.
    """
    for line in lines:
        found = _AGENT.match(line)
        if found is None:
            yield line
            continue
        name = found[1].strip().partition("/")[0].lower()
        yield f"User-agent: {name if name in ('*', PRODUCT.lower()) else 'another'}"
