"""How the C library keeps memory, set so that what a long-running process has freed goes back to the system.

By itself glibc gives each thread an arena of its own, and SQLite's connections are threads: after a busy day a third of
what the process held was free space in them. It also learns from the first large block that is freed to keep blocks as
large, so that the arrays of the window of articles, which are made anew as it grows, leave holes behind.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_ARENA_MAX: Final = -8
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_SMALL: Final = 128 * 1024
_LARGE: Final = 256 * 1024


def keep_little() -> bool:
    """One arena for all threads, large blocks by themselves; to be called before there are threads.

    False where there is no glibc; there nothing is changed.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return all(
        mallopt(name, value) == 1
        for name, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _SMALL))
    )
