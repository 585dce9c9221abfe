"""How a command runs: settings and logs first, one event loop, the bot closed at the end."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import typer

from bot import config, logs
from bot.app import App, build
from bot.commands.invoke import Invocation, Person
from bot.config import Settings
from bot.documents.nodes import Document
from bot.errors import UsageError
from bot.models import LOCAL_WORKSPACE, ChannelRef


def launch(command: Callable[[Settings], Coroutine[Any, Any, int | None]]) -> None:
    """Runs an async command with this process's settings; a number it gives back is the exit code."""
    settings = config.load()
    logs.configure(settings)
    finish(command(settings))


def finish(work: Coroutine[Any, Any, int | None]) -> None:
    """Runs a coroutine to its end; leaves with its number as exit code when it gives one other than 0."""
    if code := asyncio.run(work):
        raise typer.Exit(code)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """The whole bot while the block runs."""
    app = await build(settings)
    try:
        yield app
    finally:
        await app.close()


def say_json(value: Mapping[str, Any]) -> None:
    """One JSON line on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def say(line: str = "") -> None:
    """One line for a person on stdout."""
    sys.stdout.write(line + "\n")


def draw(document: Document) -> None:
    """A document as the terminal shows it, in colour where there is one."""
    _console().draw(document)


async def prompt_on_terminal(app: App) -> bool:
    """Takes commands from the person at the terminal until they leave; False at once when there is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    operator = Person(id="operator", name="operator", is_manager=True)
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE, person=operator, channel=ChannelRef("console:general"), read_file=read_file
    )
    await _console().prompt(app.commands, here)
    return True


def read_file(name: str) -> str:
    """The text of a file that the operator names in a command; UsageError when it cannot be read."""
    try:
        return Path(name).expanduser().read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"file '{name[:80]}' cannot be read ({error.__class__.__name__})",
            allowed="a file of this machine, or addresses of feeds that begin with https://",
            example="/brief-admin source import feeds.opml",
        ) from None


def _console() -> Any:
    # By name, since the core imports no adapter (law 8).
    return importlib.import_module("adapters.console")
