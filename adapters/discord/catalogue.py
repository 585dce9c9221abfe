"""The commands of the catalogue as Discord registers them, with names in the languages of its users. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, Final

from adapters.discord.forms import FORMS
from bot.caveat import CAVEATS
from bot.commands.catalogue import COMMANDS
from bot.commands.catalogue.spec import Command, Option, OptionType, Role
from bot.saying import SPOKEN, marked, say, speaking

SUBCOMMAND, GROUP, STRING, INTEGER, CHANNEL, ROLE, ATTACHMENT = 1, 2, 3, 4, 7, 8, 11
POSTABLE: Final = (0, 5, 10, 11, 12, 15)
"""Kinds of channels that a digest may be posted in: text, announcement, threads of both, private threads, forums."""
MANAGE_GUILD: Final = 1 << 5
IN_GUILDS: Final = 0
DESCRIPTION_LIMIT: Final = 100

_TYPES: Final = {
    OptionType.INTEGER: INTEGER,
    OptionType.CHANNEL: CHANNEL,
    OptionType.ROLE: ROLE,
    OptionType.FILE: ATTACHMENT,
}
_LOCALES: Final = {
    "ko": ("ko",),
    "ja": ("ja",),
    "de": ("de",),
    "fr": ("fr",),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "zh": ("zh-CN",),
}
"""Our languages as Discord names those of its users."""
_ABOUT: Final = {
    "brief": marked("Read the briefs"),
    "brief-admin": marked("Set up Briefbot"),
    "topic": marked("Topics: what is followed"),
    "source": marked("Sources: the feeds that are read"),
    "story": marked("Stories: what is new is posted below a first message"),
    "operator": marked("All workspaces: for those who run Briefbot"),
    "digest": marked("Digests: what is posted where and when"),
}


def registration(*, for_operators: bool = False) -> list[dict[str, Any]]:
    """What is sent to Discord: `/brief` for all, `/brief-admin` shown to those who may manage the server.

    Discord cannot hide a part of a command from some managers, so what operators may ask is registered only where one
    of them is on Discord; other managers are then refused.
    """
    reading = [command for command in COMMANDS if command.role is Role.MEMBER]
    managing = [command for command in COMMANDS if command.role is Role.MANAGER]
    managing += [command for command in COMMANDS if command.role is Role.OPERATOR and for_operators]
    # Discord counts each text of a command in its longest language, and the managers' have no room for eight.
    admin = _in_languages(_root("brief-admin", managing, MANAGE_GUILD), SPOKEN)
    return [_root("brief", reading, None), admin]


def _in_languages(part: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """The same with names and texts in no other languages."""
    kept = {locale for language in languages for locale in _LOCALES.get(language, ())}
    found = dict(part)
    for key in ("name_localizations", "description_localizations"):
        if key in found:
            found[key] = {locale: words for locale, words in found[key].items() if locale in kept}
    if "options" in found:
        found["options"] = [_in_languages(option, languages) for option in found["options"]]
    return found


def fingerprint(commands: Sequence[dict[str, Any]]) -> str:
    """The same for the same commands."""
    text = json.dumps(commands, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _root(name: str, commands: Sequence[Command], permissions: int | None) -> dict[str, Any]:
    return {
        "type": 1,
        "name": name,
        **_described(_ABOUT[name]),
        "default_member_permissions": permissions,
        "integration_types": [IN_GUILDS],
        "contexts": [IN_GUILDS],
        "options": list(_members(commands)),
    }


def _members(commands: Sequence[Command]) -> Iterator[dict[str, Any]]:
    for first, of_first in groupby(commands, key=lambda command: command.path[0]):
        members = list(of_first)
        if len(members[0].path) == 1:
            yield _subcommand(members[0])
        else:
            yield {
                "type": GROUP,
                **_named(first),
                **_described(_ABOUT[first]),
                "options": [_subcommand(command) for command in members],
            }


def _subcommand(command: Command) -> dict[str, Any]:
    # What a form asks for may be left out: then the form opens.
    has_form = command.name in FORMS
    options = [_option(option, is_required=option.is_required and not has_form) for option in command.options]
    return {"type": SUBCOMMAND, **_named(command.path[-1]), **_described(command.summary), "options": options}


def _option(option: Option, *, is_required: bool) -> dict[str, Any]:
    kind = _TYPES.get(option.type, STRING)
    found: dict[str, Any] = {"type": kind, **_named(option.name), **_described(option.summary)}
    if is_required:
        found["required"] = True
    if kind == INTEGER:
        found |= _bounds(option, "min_value", "max_value")
    elif kind == CHANNEL:
        found["channel_types"] = list(POSTABLE)
    elif option.can_complete:
        found["autocomplete"] = True
    elif choices := _choices(option):
        found["choices"] = [{"name": choice, "value": choice} for choice in choices]
    elif option.type is OptionType.TEXT:
        found |= _bounds(option, "min_length", "max_length")
    return found


def _bounds(option: Option, least: str, most: str) -> dict[str, int]:
    bounds = {least: option.minimum, most: option.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _choices(option: Option) -> tuple[str, ...]:
    if option.type is OptionType.LANGUAGE and not option.is_list:
        return (*option.choices, *CAVEATS)
    return option.choices


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "name_localizations": _in_locales(lambda language: _words(language)["names"].get(name, ""))}


def _described(text: str) -> dict[str, Any]:
    found = _in_locales(lambda language: _said(text, language))
    return {"description": text[:DESCRIPTION_LIMIT], "description_localizations": found}


def _said(text: str, language: str) -> str:
    """A summary where we say everything, or where Discord's users see summaries only; empty without a translation."""
    if language in SPOKEN:
        with speaking(language):
            words = say(text)
    else:
        words = _words(language)["texts"].get(text, text)
    return "" if words == text else words[:DESCRIPTION_LIMIT]


def _in_locales(translate: Callable[[str], str]) -> dict[str, str]:
    return {locale: words for language, of in _LOCALES.items() if (words := translate(language)) for locale in of}


@cache
def _words(language: str) -> dict[str, dict[str, str]]:
    file = resources.files("adapters.discord") / "locales" / f"{language}.json"
    found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found
