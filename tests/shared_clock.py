"""A clock in shared memory, for a parent that lets time pass in processes which it forks and kills."""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import struct
from datetime import UTC, datetime

_NOW, _UP, _READS, _OFF, _DAGGER, _RUDE, _DONE = 0, 8, 16, 24, 32, 40, 48


class SharedClock:
    """Time as the parent last wrote it into shared memory; sleeping is real and short.

    It counts how often it is read, by which the parent knows that the bot lived through a time it was told. What it
    shows may be off from the true time, and with a dagger in it the process that looks at it dies.

    Numbers are packed natively, as a whole: "<q" goes byte by byte, and who reads meanwhile sees a number that never
    was (a count of reads that fell back by 65,536 once kept a parent waiting for as many).
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 56)

    def now(self) -> datetime:
        struct.pack_into("@q", self._memory, _READS, self.reads + 1)
        self.tick()
        return datetime.fromtimestamp(self._float(_NOW) + self._float(_OFF), UTC)

    def set(self, now: datetime) -> None:
        struct.pack_into("@d", self._memory, _NOW, now.timestamp())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))

    @property
    def reads(self) -> int:
        return self._int(_READS)

    @property
    def is_child_up(self) -> bool:
        return self._memory[_UP] == 1

    def child_is(self, *, up: bool) -> None:
        self._memory[_UP] = int(up)

    # ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def true(self) -> datetime:
        """The time that it should show, by which the rest of the world goes."""
        return datetime.fromtimestamp(self._float(_NOW), UTC)

    @property
    def off_s(self) -> float:
        """Seconds by which it is ahead of the true time."""
        return self._float(_OFF)

    @off_s.setter
    def off_s(self, seconds: float) -> None:
        struct.pack_into("@d", self._memory, _OFF, seconds)

    @property
    def is_rude(self) -> bool:
        """Whether the servers of feeds behave badly."""
        return self._memory[_RUDE] == 1

    @is_rude.setter
    def is_rude(self, value: bool) -> None:
        self._memory[_RUDE] = int(value)

    @property
    def done(self) -> int:
        """How many pieces of work the bot has brought to their end."""
        return self._int(_DONE)

    def note_done(self) -> None:
        struct.pack_into("@q", self._memory, _DONE, self.done + 1)

    def strike_after(self, ticks: int) -> None:
        """Whoever ticks for so many times dies; 0 for nobody."""
        struct.pack_into("@q", self._memory, _DAGGER, ticks)

    def tick(self) -> None:
        """One of the many moments of a process at work at which it may be killed."""
        left = self._int(_DAGGER)
        if left == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if left:
            struct.pack_into("@q", self._memory, _DAGGER, left - 1)

    def _float(self, at: int) -> float:
        value: float = struct.unpack_from("@d", self._memory, at)[0]
        return value

    def _int(self, at: int) -> int:
        value: int = struct.unpack_from("@q", self._memory, at)[0]
        return value
