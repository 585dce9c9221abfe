"""Which ways through our code a run takes: edges between lines, seen with `sys.settrace` in chosen files only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

_Tracer = Callable[[FrameType, str, Any], Any]
_LINES: Final = 1 << 17
"""More than any file has; a line's number is that of its function plus its own."""


class Edges:
    """What was reached so far in the files below some paths."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(str(path) for path in paths)
        self._tracers: dict[int, _Tracer | None] = {}
        self._codes: list[CodeType] = []
        self._files: dict[str, int] = {}
        self.edges: set[int] = set()
        self._last = 0

    @contextmanager
    def traced(self) -> Iterator[None]:
        """Notes what the code inside reaches."""
        self._last = 0
        before = sys.gettrace()
        sys.settrace(self._on_call)
        try:
            yield
        finally:
            sys.settrace(before)

    def _on_call(self, frame: FrameType, event: str, arg: object) -> _Tracer | None:
        # By its id, since a code's hash is that of all that is in it, and every call of any library comes here.
        number = id(frame.f_code)
        try:
            return self._tracers[number]
        except KeyError:
            return self._new(frame.f_code)

    def _new(self, code: CodeType) -> _Tracer | None:
        self._codes.append(code)  # lest another one gets its id
        is_ours = code.co_filename.startswith(self._paths)
        tracer = self._tracers[id(code)] = self._tracer(code.co_filename) if is_ours else None
        return tracer

    def _tracer(self, file: str) -> _Tracer:
        base = self._files.setdefault(file, len(self._files) + 1) * _LINES
        add = self.edges.add

        def tracer(frame: FrameType, event: str, arg: object) -> _Tracer:
            if event == "line":
                line = base + frame.f_lineno
                add((self._last << 32) | line)
                self._last = line
            return tracer

        return tracer

    def lines(self) -> tuple[int, int]:
        """How many lines of functions were reached in the files below the paths, and how many there are."""
        reached = {edge & 0xFFFFFFFF for edge in self.edges}
        names = {str(file) for path in self._paths for file in _files(Path(path))}
        everything = {(file, line) for file in names for line in _function_lines(Path(file))}
        hit = {
            (file, line - number * _LINES)
            for file, number in self._files.items()
            for line in reached
            if line // _LINES == number
        }
        return len(everything & hit), len(everything)


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _function_lines(file: Path) -> Iterator[int]:
    """The lines of a file that run when a function does, not when the file is imported."""
    todo: list[tuple[CodeType, bool]] = [(compile(file.read_bytes(), str(file), "exec"), False)]
    while todo:
        code, is_function = todo.pop()
        if is_function:
            yield from {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
        for const in code.co_consts:
            if isinstance(const, CodeType):
                todo.append((const, is_function or bool(const.co_flags & 0x2)))  # CO_NEWLOCALS: no class body
