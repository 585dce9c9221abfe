"""What a host's robots.txt allows us (RFC 9309), remembered for a while."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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

_MANY_STARS: Final = re.compile(rb"\*{2,}")
_MAX_STARS: Final = 6
"""Stars in one rule; more make a pattern that a hostile address could keep busy for minutes."""

Read = Callable[[str, int], Awaitable[bytes]]
"""Reads an address up to a number of bytes; FetchError with `status` when the server answers no."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host, or a flat yes or no where it has none that can be read."""

    parsed: Protego | None
    otherwise: bool

    def allows(self, url: str) -> bool:
        return bool(self.parsed.can_fetch(url, PRODUCT)) if self.parsed else self.otherwise

    @property
    def delay_s(self) -> float:
        return float(self.parsed.crawl_delay(PRODUCT) or 0.0) if self.parsed else 0.0


class Robots:
    """The rules of hosts, each read once a day."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: OrderedDict[str, tuple[Rules, float]] = OrderedDict()

    async def rules(self, url: str) -> Rules:
        """The rules of the address's host: all is allowed where there is no file, nothing while its server fails."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        known = self._known.get(origin)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        rules, keep_s = await self._fresh(f"{origin}/robots.txt")
        self._known[origin] = (rules, time.monotonic() + keep_s)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return rules

    async def _fresh(self, url: str) -> tuple[Rules, float]:
        try:
            body = await self._read(url, MAX_BYTES)
        except FetchError as error:
            missing = error.status is not None and 400 <= error.status < 500 and error.status != 429
            return Rules(None, otherwise=missing), KEEP_S if missing else KEEP_FAILED_S
        return parse_rules(body), KEEP_S


def parse_rules(body: bytes) -> Rules:
    """The rules of a robots.txt; lines that no honest file has are left out."""
    lines = (line for line in body[:MAX_BYTES].splitlines() if len(line) < 2000)
    kept = (_MANY_STARS.sub(b"*", line) for line in lines)
    text = b"\n".join(line for line in kept if line.count(b"*") <= _MAX_STARS).decode("utf-8", errors="replace")
    return Rules(Protego.parse(text), otherwise=True)
