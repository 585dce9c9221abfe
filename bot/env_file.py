"""The file `.env` by itself: what it sets, and which of its lines nobody could read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class EnvFile:
    values: Mapping[str, str]
    broken: tuple[int, ...] = ()
    """Lines that set nothing: no `=`, or a quotation mark that is never closed."""


def read_env_file(path: str | None) -> EnvFile:
    """What a file sets, nothing where there is none; ConfigError names the line that is no text."""
    if path is None or not Path(path).is_file():
        return EnvFile(values={})
    lines = list(parse_stream(StringIO(_text(path))))
    broken = tuple(one.original.line for one in lines if one.error or (one.key and one.value is None))
    # Without them, of which the library would complain in words of its own.
    whole = StringIO("".join(one.original.string for one in lines if not one.error))
    values = {name: value for name, value in dotenv_values(stream=whole).items() if value is not None}
    return EnvFile(values=values, broken=broken)


def given_names(path: str | None) -> Mapping[str, str]:
    """What the environment and a file set together; the environment wins, also with NAME over a NAME_FILE there."""
    values = read_env_file(path).values
    return {
        name: value for name, value in values.items() if not os.environ.get(name.removesuffix("_FILE"))
    } | os.environ


def _text(path: str) -> str:
    try:
        data = Path(path).read_bytes()
        # What Windows calls UTF-8 begins with a mark.
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: it is not UTF-8; save the file as UTF-8") from None
