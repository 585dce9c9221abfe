"""New processes with the bot's modules loaded already: a test that needs many does not import them anew."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryFile
from typing import Any

_LIVES = ["tests.discord_life", "tests.slack_life"]
_LOADED = ["bot.cli.program", "bot.app", "alembic.command", "adapters.console.adapter", *_LIVES]


def born(target: Callable[..., None], *args: object) -> Any:
    """A started process; what it is given and runs must be found by name."""
    context = multiprocessing.get_context("forkserver")
    # All tests share one server, so it loads for all of them.
    context.set_forkserver_preload(_LOADED)
    process = context.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def briefbot(
    args: Sequence[str], *, folder: Path, env: Mapping[str, str], stdin: str = "", timeout_s: float = 60.0
) -> CompletedProcess[str]:
    """`briefbot` with these arguments, there and with only this environment; as `subprocess.run` would give it."""
    with TemporaryFile("w+") as given, TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        given.write(stdin)
        given.seek(0)
        places = tuple(f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (given, out, err))
        process = born(_run, list(args), str(folder), dict(env), places)
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            raise TimeoutExpired(list(args), timeout_s)
        out.seek(0)
        err.seek(0)
        return CompletedProcess(list(args), process.exitcode, out.read(), err.read())


def _run(args: list[str], folder: str, env: dict[str, str], places: tuple[str, str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, (place, flags) in enumerate(zip(places, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        os.dup2(os.open(place, flags), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as an interpreter opens it
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    from bot.cli import main

    try:
        main(args)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
