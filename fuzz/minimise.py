"""A fault's input without what it does not need."""

from __future__ import annotations

import time
from typing import Final

from fuzz.running import run
from fuzz.target import Target

_SECONDS: Final = 60.0


def minimised(target: Target, data: bytes, key: str) -> bytes:
    """The smallest input found, within a minute, that shows the same fault: pieces go, then bytes become plain."""
    deadline = time.monotonic() + _SECONDS

    def still(candidate: bytes) -> bool:
        return time.monotonic() < deadline and run(target, candidate).key == key

    size = max(1, len(data) // 2)
    while True:
        place, is_shorter = 0, False
        while place < len(data):
            shorter = data[:place] + data[place + size :]
            if still(shorter):
                data, is_shorter = shorter, True
            else:
                place += size
        if size == 1 and not is_shorter:
            break
        size = max(1, size // 2)
    for place, byte in enumerate(data):
        plain = data[:place] + b"a" + data[place + 1 :]
        if byte not in b"a\n <>\"'=:/" and still(plain):
            data = plain
    return data
