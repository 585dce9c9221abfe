"""Structured logs on stderr: lines for people on a terminal, JSON elsewhere, and never a secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, TextIO, cast

import structlog
from pydantic import SecretStr

from bot.config import Settings
from bot.vault import split_keys

_HIDDEN: Final = "********"
# Tokens that workspaces gave us when they installed the app are no settings, so they are known by their looks.
_TOKEN: Final = re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[\w-]{6,}|\bxapp-[\w-]{6,}")
# The user and password of a feed's address are no settings either.
_LOGIN: Final = re.compile(r"(?<=://)[^/\s@?#\"'<>]{1,300}@")
# What would end a line, move the cursor or turn the reading direction; a traceback keeps its line ends.
_MOVING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


_OF_LINES: Final = ("exception", "stack")

Event = MutableMapping[str, Any]


class _Stderr:
    """Whatever is `sys.stderr` when something is written: who put another in its place may have closed that since."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STDERR: Final = cast("TextIO", _Stderr())


def configure(settings: Settings, *, watch: Callable[[Mapping[str, Any]], None] | None = None) -> None:
    """Sets up structlog and the standard library's logging alike; events below `settings.log_level` are dropped.

    `watch` is given every event, also those that are dropped.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    wants_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redactor(_secrets(settings)),
    ]
    renderer = _json() if wants_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*([_watched(watch, level)] if watch else ()), *shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if watch else level),
        logger_factory=structlog.PrintLoggerFactory(file=_STDERR),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_STDERR)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def _watched(watch: Callable[[Mapping[str, Any]], None], level: int) -> Callable[[Any, str, Event], Event]:
    levels = logging.getLevelNamesMapping()

    def watched(logger: Any, method: str, event: Event) -> Event:
        watch(event)
        if levels.get("ERROR" if method == "exception" else method.upper(), logging.ERROR) < level:
            raise structlog.DropEvent
        return event

    return watched


class Redactor:
    """Replaces each secret value and whatever looks like a token, wherever it stands in an event, by asterisks."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first, so that a secret which holds another is hidden whole.
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: self._clean(value if key in _OF_LINES else _on_one_line(value)) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                for secret in self._secrets:
                    value = value.replace(secret, _HIDDEN)
                if "@" in value and "://" in value:
                    value = _LOGIN.sub(f"{_HIDDEN}@", value)
                if not value.isprintable():
                    value = _MOVING.sub(lambda found: ascii(found[0])[1:-1], value)
                return _TOKEN.sub(_HIDDEN, value) if "xox" in value or "xapp" in value else value
            case Mapping():
                return {key: self._clean(item) for key, item in value.items()}
            case list() | tuple():
                return [self._clean(item) for item in value]
            case int() | float() | None:
                return value
            case _:
                return self._clean(str(value))


def _on_one_line(value: Any) -> Any:
    """A text whose line ends cannot be taken for the end of an entry."""
    return value.replace("\n", "\\n") if isinstance(value, str) else value


def _secrets(settings: Settings) -> list[str]:
    found = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    password = settings.database_url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return [*found, *split_keys(settings.secret_key.get_secret_value()), password]


def _json() -> Any:
    return structlog.processors.JSONRenderer(ensure_ascii=False)
