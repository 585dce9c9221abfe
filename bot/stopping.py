"""How the process ends: a signal asks, what is under way has seconds to end, what hangs is cut, a second signal forces.

Cutting is safe at any point, as a kill is: what was being sent is looked for after its lease, and sent when it is not
there (law 2). So the time is bounded, and well below what supervisors grant: ten seconds of `docker stop`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Final

import structlog

log = structlog.get_logger(__name__)

FINISH_S: Final = 5.0
"""So long what is under way may take to end by itself."""
CLOSE_S: Final = 1.5
"""So long a platform may take to say goodbye, and the store to note that we stopped."""
LAST_S: Final = 9.0
"""After so long the process ends whatever hangs, such as a call of the system that nothing interrupts."""
LEAVE_S: Final = 0.5
"""When all is closed: so long threads may still take, such as one that waits for a name server or for a key."""


class Stopping:
    """The wish to stop, as signals tell it; made and listened to in the main thread, with the loop running."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._is_asked = False
        self._is_closed = False

    def listen(self) -> None:
        """From now on SIGTERM and SIGINT ask; Python's own handlers, since they are heard while the loop is busy."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)

    def closed(self) -> None:
        """Everything is written and closed; what still holds up the process holds nothing of worth."""
        self._is_closed = True
        _after(LEAVE_S, self._end)

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self._is_asked:
            os._exit(128 + number)
        self._is_asked = True
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self.asked.set)
        _after(LAST_S, self._end)

    def _end(self) -> None:
        if not self._is_closed:
            log.critical("app.hung", seconds=LAST_S, at=_where())
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(0 if self._is_closed else 1)


def _after(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


def _where() -> str:
    """The lines at which the main thread is."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    return "".join(traceback.format_stack(frame)) if frame else ""
