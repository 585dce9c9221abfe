"""The fuzzer: known inputs, changed, checked; what reaches something new becomes known, what fails is kept apart."""

from __future__ import annotations

import hashlib
import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fuzz.edges import Edges
from fuzz.minimise import minimised
from fuzz.mutate import Mutator
from fuzz.running import Outcome, run
from fuzz.target import ROOT, Target, words

_SMALL: Final = 0.7
"""How often the smaller of two is taken: it is checked in less time, and its parts are hit more often."""
_YOUNG: Final = 50
"""Half of the tries go to so many of the newest inputs."""


@dataclass(slots=True)
class Report:
    """What a run came to; `faults` are the smallest inputs by kind of fault."""

    target: str
    runs: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    edges: int = 0
    lines: tuple[int, int] = (0, 0)
    inputs: int = 0
    kinds: set[str] = field(default_factory=set)
    faults: dict[str, bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        reached, all_ = self.lines
        return (
            f"{self.target}: {self.runs} runs in {self.wall_s:.0f} s ({self.cpu_s:.0f} s of the processor, "
            f"{self.runs / max(self.cpu_s, 0.001):.0f} a second of it); {reached} of {all_} lines, {self.edges} edges, "
            f"{len(self.kinds)} kinds of answers; {self.inputs} inputs kept; {len(self.faults)} faults"
        )


class Fuzzer:
    """One fuzzer at one target; `folder` takes what it finds, and is read again at the next start."""

    def __init__(self, target: Target, *, seed: int, folder: Path | None = None) -> None:
        self._target, self._folder = target, folder
        self._dice = random.Random(seed)
        self._mutator = Mutator(self._dice, words(target.name), words("odd"), target.limit)
        self._edges = Edges([ROOT / path for path in target.traced])
        self._pool: list[bytes] = []
        self.report = Report(target.name)
        if folder:
            for name in ("inputs", "faults"):
                (folder / name).mkdir(parents=True, exist_ok=True)

    def run(
        self, seconds: float, *, most: int = sys.maxsize, tell: Callable[[Report], None] = lambda report: None
    ) -> Report:
        """Fuzzes for so long, by the processor, and so many runs; without a folder to keep it in to the first fault."""
        began, cpu = time.monotonic(), time.process_time()
        told = began
        for data in self._known():
            self._try(data)
        while time.process_time() - cpu < seconds and self.report.runs < most:
            if self.report.faults and not self._folder:
                break
            self._try(self._mutator.mutated(self._parent(), self._pool))
            if (now := time.monotonic()) - told > 60:
                told = now
                tell(self._summed(began, cpu))
        return self._summed(began, cpu)

    def _known(self) -> list[bytes]:
        kept = sorted((self._folder / "inputs").iterdir()) if self._folder else []
        return list(dict.fromkeys([*self._target.corpus().values(), b"", *(file.read_bytes() for file in kept)]))

    def _parent(self) -> bytes:
        pool = self._pool[-_YOUNG:] if self._dice.random() < 0.5 else self._pool
        pair = self._dice.choice(pool or [b""]), self._dice.choice(pool or [b""])
        return min(pair, key=len) if self._dice.random() < _SMALL else pair[0]

    def _try(self, data: bytes) -> None:
        if self._folder:  # for a fault that takes the process with it
            (self._folder / "last").write_bytes(data)
        before = len(self._edges.edges)
        outcome = run(self._target, data, self._edges)
        self.report.runs += 1
        if outcome.fault is not None:
            self._note(data, outcome)
        elif len(self._edges.edges) > before or outcome.kind not in self.report.kinds:
            self.report.kinds.add(outcome.kind)
            self._pool.append(data)
            if self._folder:
                (self._folder / "inputs" / _name(data)).write_bytes(data)

    def _note(self, data: bytes, outcome: Outcome) -> None:
        key, fault = outcome.key, outcome.fault
        if key in self.report.faults or fault is None:
            return
        self.report.faults[key] = data = minimised(self._target, data, key)
        if self._folder:
            told = "".join(traceback.format_exception(fault))
            (self._folder / "faults" / _name(data)).write_bytes(data)
            (self._folder / "faults" / f"{_name(data)}.txt").write_text(f"{key}\n{told}", errors="backslashreplace")

    def _summed(self, began: float, cpu: float) -> Report:
        report = self.report
        report.wall_s, report.cpu_s = time.monotonic() - began, time.process_time() - cpu
        report.edges, report.lines, report.inputs = len(self._edges.edges), self._edges.lines(), len(self._pool)
        return report


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
