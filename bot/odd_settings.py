"""What looks like a setting in `.env` or the environment and is none: a slip of the finger, a broken line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import SecretStr

from bot.config import Settings
from bot.env_file import read_env_file

_OURS: Final = ("BRIEFBOT_", "DISCORD_", "SLACK_")
_NOT_OURS: Final = re.compile(r"BRIEFBOT(_\w+)?_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)")
"""What Kubernetes tells of a service that is called briefbot."""
_ALIKE: Final = 85.0
"""Of 100, from which on a name is one of ours misspelt."""


def odd_settings(env_file: str = ".env") -> list[str]:
    """A sentence for each, without its value, which may be a secret."""
    found = read_env_file(env_file)
    odd = [
        f"{env_file}, line {line} sets nothing: it has no = or a quotation mark that is never closed"
        for line in found.broken
    ]
    known = _known_names()
    odd += [_words(f"{env_file} sets {name}", near) for name, near in _unknown(found.values, known, _OURS)]
    # Other programs of the machine may well have settings of DISCORD_ or SLACK_ in it.
    elsewhere = [name for name in os.environ if name not in found.values]
    odd += [_words(f"the environment sets {name}", near) for name, near in _unknown(elsewhere, known, _OURS[:1])]
    return odd


def _known_names() -> frozenset[str]:
    names = {"BRIEFBOT_COPY_TO"}
    for key, field in Settings.model_fields.items():
        name = str(field.validation_alias)
        names |= {name, f"{name}_FILE"} if field.annotation is SecretStr or key == "database_url" else {name}
    return frozenset(names)


def _unknown(names: Iterable[str], known: frozenset[str], ours: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The names that are ours to look at and mean nothing, each with what it was probably meant to be."""
    from rapidfuzz.process import extractOne  # of no use to a command whose settings are right

    for name in names:
        if name.upper() in known or _NOT_OURS.fullmatch(name):
            continue
        near = extractOne(name.upper(), known, score_cutoff=_ALIKE)
        if near or name.upper().startswith(ours):
            yield name, near[0] if near else ""


def _words(what: str, near: str) -> str:
    return f"{what}, which is no setting" + (f"; did you mean {near}?" if near else "; .env.example lists all")
