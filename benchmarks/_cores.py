"""One core, and the processor time that a program and its helpers took on it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keeps this process, and those that it starts meanwhile, on the last of its cores; where the system can do so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processor_s(helpers: Iterable[int] = ()) -> float:
    """Processor seconds of this process, of those that it started and that ended, and of these that run, so far."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system + sum(map(_of_process, helpers))


def _of_process(process_id: int) -> float:
    """As Linux tells it; nothing elsewhere."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
