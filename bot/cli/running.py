"""How a command runs: settings and logs first, one event loop, the bot closed at the end."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import typer

from bot import config, logs
from bot.app import App, build
from bot.config import Settings
from bot.documents.nodes import Document


def launch(command: Callable[[Settings], Awaitable[int | None]]) -> None:
    """Runs an async command with this process's settings; a number it gives back is the exit code."""
    settings = config.load()
    logs.configure(settings)
    code = asyncio.run(_finish(command(settings)))
    if code:
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


async def _finish(command: Awaitable[int | None]) -> int | None:
    return await command


def draw(document: Document) -> None:
    """A document as the terminal shows it, in colour where there is one."""
    console: Any = importlib.import_module("adapters.console")
    console.draw(document)
