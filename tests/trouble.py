"""What befalls a database from outside: its disk fills, another process locks it, its server dies."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

_DISK_BYTES = 64_000_000
_BLOCK = 4096


class Trouble(Protocol):
    """Begins and ends; both may be called when it has begun or ended already."""

    def begin(self, child: int) -> None: ...

    def end(self) -> None: ...


class FullDisk:
    """The disk of a folder has no room left, or next to none: ENOSPC from the system itself."""

    def __init__(self, folder: Path) -> None:
        self._filler, self._times = folder / "filler", 0

    def begin(self, child: int) -> None:
        self._times += 1
        with self._filler.open("wb", buffering=0) as file:
            with suppress(OSError):
                while True:
                    # While we fill it, the bot writes; what is written in part counts as well.
                    file.write(b"\0" * _BLOCK)
            # With some room a transaction begins well, and fails in its midst.
            file.truncate(max(0, file.tell() - self._times % 16 * _BLOCK))

    def end(self) -> None:
        self._filler.unlink(missing_ok=True)


class FileLimit:
    """No file of the process may grow further: EFBIG from the system itself."""

    def __init__(self, *files: Path) -> None:
        self._files, self._child = files, 0

    def begin(self, child: int) -> None:
        self._child = child
        self._limit(max((file.stat().st_size for file in self._files if file.exists()), default=0))

    def end(self) -> None:
        if self._child:
            self._limit(resource.RLIM_INFINITY)
        self._child = 0

    def _limit(self, size: int) -> None:
        # It may have died of something else.
        with suppress(ProcessLookupError):
            resource.prlimit(self._child, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Lock:
    """Another process is writing, and takes its time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._holder: sqlite3.Connection | None = None

    def begin(self, child: int) -> None:
        self._holder = sqlite3.connect(self._file, isolation_level=None, timeout=10)
        self._holder.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        if self._holder is not None:
            self._holder.close()
        self._holder = None


class Restart:
    """PostgreSQL dies without a goodbye, and comes back."""

    def __init__(self, server: Any) -> None:
        self._server, self._is_down = server, False

    def begin(self, child: int) -> None:
        self._control("stop", "--mode=immediate")
        self._is_down = True

    def end(self) -> None:
        if self._is_down:
            # As it was started the first time; `start` would have to be told how that was.
            self._control("restart")
            # Or it would not be known as running, and left behind.
            self._server.ensure_postgres_running()
        self._is_down = False

    def _control(self, verb: str, *options: str) -> None:
        server = self._server
        command = [server.bin_path / "pg_ctl", "-w", "-t", "240", "-D", server.pgdata, "-l", server.log, *options, verb]
        # Its output must not be piped: the server inherits it, and whoever reads it waits for the server's end.
        quiet = subprocess.DEVNULL
        subprocess.run(command, user=server.system_user, stdout=quiet, stderr=quiet, timeout=300, check=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[FullDisk | None]:
    """A disk of its own at this folder; None where we have no right to mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        is_mounted = False
    try:
        yield FullDisk(folder) if is_mounted else None
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)
