"""How large the soaks are: a size that fits into CI, or with BRIEFBOT_SOAK=full the one that a release is held to."""

from __future__ import annotations

import os
from typing import Final, TypeVar

Size = TypeVar("Size")

IS_FULL: Final = os.environ.get("BRIEFBOT_SOAK", "") == "full"


def size(ci: Size, full: Size) -> Size:
    """`ci`, with which a soak is over within forty seconds, or `full`."""
    return full if IS_FULL else ci
