"""What this process is called, where its number means it, and whether another one of that place is dead."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS: Final = Path("/proc/self/ns/pid")


def process_name() -> str:
    """`host:pid`, for people; two containers may have the same one."""
    return f"{socket.gethostname()}:{os.getpid()}"


def host_of(process: str) -> str:
    """The machine in a process's name."""
    return process.rpartition(":")[0]


def place() -> str:
    """Where a number means one process: this boot of this machine, and in it this container. Empty where not told."""
    try:
        return f"{_BOOT.read_text(encoding='ascii').strip()} {_NUMBERS.readlink()}"
    except OSError:
        return ""


def is_dead(process: str, where: str) -> bool:
    """Whether a process of that place is surely there no more; our own number was its before us.

    Never of one of another place, or of an unknown one: its number means another process here, or none.
    """
    return bool(where) and where == place() and _is_dead_here(process)


def _is_dead_here(process: str) -> bool:
    number = process.rpartition(":")[2]
    if os.name != "posix" or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(number) == os.getpid()
