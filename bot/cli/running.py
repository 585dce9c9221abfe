"""How a command runs: settings and logs first, one event loop, the bot closed at the end."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog
import typer

from bot import allocating, config, logs
from bot.config import Settings
from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.app import App
    from bot.documents.nodes import Document


log = structlog.get_logger(__name__)

_OPTIONS: Final = {"discord_shards": "--shards", "public_url": "--http"}
"""By the field of a setting, the option that wins over it."""


def launch(command: Callable[[Settings], Coroutine[Any, Any, int | None]], **overrides: Any) -> None:
    """Runs an async command with this process's settings; a number it gives back is the exit code.

    `overrides` are settings by field name that the command line gave.
    """
    allocating.keep_little()
    try:
        settings = config.load(**overrides)
    except ConfigError as error:
        raise ConfigError(_as_typed(error.message, overrides)) from None
    logs.configure(settings)
    finish(command(settings))


def _as_typed(message: str, overrides: Mapping[str, object]) -> str:
    """What is wrong under the name of the option that gave it, not of the setting that it stands for."""
    for field in overrides.keys() & _OPTIONS.keys():
        message = message.replace(f"{Settings.model_fields[field].validation_alias}: ", f"{_OPTIONS[field]}: ")
    return message


def finish(work: Coroutine[Any, Any, int | None]) -> None:
    """Runs a coroutine to its end; leaves with its number as exit code when it gives one other than 0."""
    if code := asyncio.run(work):
        raise typer.Exit(code)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """The whole bot while the block runs; a store that is new is told of, since the folder may be the wrong one."""
    from bot.app import build  # the parts of the bot, which the health check needs none of
    from bot.store.place import missing_file

    if file := missing_file(settings.database_url):
        log.info("store.new", file=str(file))
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
    is_there: bool = await _console().prompt_on_terminal(app.commands)
    return is_there


def _console() -> Any:
    # By name, since the core imports no adapter (law 8).
    return importlib.import_module("adapters.console")
