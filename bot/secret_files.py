"""Secrets that stand in files of their own, as containers are given them: `NAME_FILE` beside `NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.errors import ConfigError


def secrets_from_files(fields: Mapping[str, FieldInfo], given: Mapping[str, str]) -> dict[str, SecretStr | str]:
    """The secrets by field name, and the database's address, which may hold one; ConfigError names what is wrong.

    `given` is what the environment and the file of settings set.
    """
    found: dict[str, SecretStr | str] = {}
    for name, field in fields.items():
        variable = f"{field.validation_alias}_FILE"
        path = given.get(variable)
        if not path or (field.annotation is not SecretStr and name != "database_url"):
            continue
        text = _text(variable, path)
        found[name] = text if name == "database_url" else SecretStr(text)
    return found


def _text(variable: str, path: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{variable}: {path} cannot be read ({error.strerror})") from None
    except ValueError:
        # It is a part of what was read, which nobody may see.
        raise ConfigError(f"{variable}: {path} is no text in UTF-8; write it with: printf %s SECRET > {path}") from None
    if not text:
        raise ConfigError(f"{variable}: {path} is empty")
    return text
