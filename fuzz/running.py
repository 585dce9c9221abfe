"""One input through one target: how it ended, and in what time."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType
from typing import Final

from fuzz.edges import Edges
from fuzz.target import ROOT, Target

_PATIENCE: Final = 20
"""So many times the allowed time of the processor, then the run is broken off."""
_TRIES: Final = 3
"""A slow run is repeated, untraced, before it counts: the machine may have been busy."""


class TooSlow(BaseException):
    """It took longer than its size allows. No Exception, so that nothing on the way takes it for an answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`fault` is None when all was well."""

    kind: str = ""
    fault: BaseException | None = None

    @property
    def key(self) -> str:
        """The same for faults that are one: kind of error, and where in our code or the oracle's it was raised."""
        if self.fault is None:
            return ""
        if isinstance(self.fault, TooSlow):
            return "TooSlow"
        own = [
            f"{frame.name}:{frame.lineno}"
            for frame in traceback.extract_tb(self.fault.__traceback__)
            if frame.filename.startswith(str(ROOT)) and "/.venv" not in frame.filename
        ]
        return f"{type(self.fault).__name__} {own[-1] if own else '?'}"


def run(target: Target, data: bytes, edges: Edges | None = None) -> Outcome:
    """Checks one input, under trace when `edges` are given."""
    outcome, used_s = _timed(target, data, edges)
    tries = 0
    while outcome.fault is None and used_s > target.allowed_s(data) and tries < _TRIES:
        outcome, used_s = _timed(target, data, None)
        tries += 1
    if outcome.fault is None and used_s > target.allowed_s(data):
        return Outcome(fault=TooSlow(f"{used_s:.2f} s for {len(data)} bytes"))
    return outcome


def _timed(target: Target, data: bytes, edges: Edges | None) -> tuple[Outcome, float]:
    began = time.process_time()
    try:
        with _alarm(_PATIENCE * target.allowed_s(data)), edges.traced() if edges else nullcontext():
            outcome = Outcome(kind=target.check(data))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # whatever comes out is what we look for
        outcome = Outcome(fault=fault)
    return outcome, time.process_time() - began


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"broken off after {seconds:.0f} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
