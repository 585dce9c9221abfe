"""The commands as Discord registers them: whole, within its limits, and in every language of the caveat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import adapters.discord
from adapters.discord.buttons import Press
from adapters.discord.catalogue import fingerprint, registration
from adapters.discord.forms import FORMS, form
from adapters.discord.permissions import advice, invitation, lacking
from bot.caveat import CAVEATS
from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.forms import changes_something
from bot.documents.verbs import Verb
from bot.saying import SPOKEN
from tests.loopback.rules import wrong_with_commands, wrong_with_modal

LOCALES = Path(adapters.discord.__file__).parent / "locales"


def walk(options: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for option in options:
        yield option
        yield from walk(option.get("options", []))


def test_every_command_of_the_catalogue_is_registered_within_the_limits() -> None:
    commands = registration(for_operators=True)
    assert wrong_with_commands(commands) == ""
    paths = set()
    for root in commands:
        for member in root["options"]:
            inner = member["options"] if member["type"] == 2 else [None]
            paths |= {" ".join((root["name"], member["name"], *([sub["name"]] if sub else []))) for sub in inner}
    assert paths == {command.name for command in COMMANDS}


def test_everything_has_a_name_and_words_in_each_language_of_the_caveat() -> None:
    for root in registration(for_operators=True):
        # What managers see is in the languages that the bot speaks.
        is_for_all = root["name"] == "brief"
        wanted = {"ko", "ja"} | ({"de", "fr", "es-ES", "es-419", "pt-BR", "zh-CN"} if is_for_all else set())
        for option in walk(root["options"]):
            assert option["name_localizations"].keys() == wanted, option["name"]
            assert option["description_localizations"].keys() == wanted, option["description"]


@pytest.mark.parametrize("language", sorted(CAVEATS.keys() - {"en"}))
def test_translations_name_nothing_that_is_not_there(language: str) -> None:
    words = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    roots = [root for root in registration(for_operators=True) if language in SPOKEN or root["name"] == "brief"]
    named = [option for root in roots for option in (root, *walk(root["options"]))]
    assert words["names"].keys() <= {option["name"] for option in named}
    assert words.get("texts", {}).keys() <= {option["description"] for option in named}
    # Of the languages that the bot speaks it has the summaries itself.
    assert ("texts" in words) == (language not in SPOKEN)


def test_fingerprint_is_that_of_the_content() -> None:
    assert fingerprint(registration(for_operators=True)) == fingerprint(registration(for_operators=True))
    assert fingerprint(registration(for_operators=True)) != fingerprint(registration(for_operators=True)[:1])


@pytest.mark.parametrize("name", FORMS)
def test_form_asks_for_what_its_command_needs_and_fits(name: str) -> None:
    command_name, _, step = name.partition(" step:")
    command = BY_NAME[command_name]
    asked = set(FORMS[name])
    assert asked <= {option.name for option in command.options}
    if not changes_something(command):
        assert {option.name for option in command.options if option.is_required} <= asked
    long = {option.name: "x" * 5000 for option in command.options}
    for given in ({}, long):
        values = {**given, "step": step} if step else given
        body = form(command, values, {"topics": [("Ports", "t1")]}, Press(Verb.FORM, name))
        assert wrong_with_modal(body) == ""


def test_invitation_asks_for_what_is_needed_and_no_more() -> None:
    assert invitation(42) == (
        "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=309237713920"
    )
    assert 1 << 10 | 1 << 11 | 1 << 16 | 1 << 35 | 1 << 38 == 309237713920


def test_advice_names_the_permission_the_channel_and_the_way() -> None:
    assert lacking(0, 1 << 11) == ["View Channel"]
    assert lacking(11, 1 << 10 | 1 << 11) == ["Send Messages in Threads"]
    assert advice(["Send Messages"], 7) == (
        "Briefbot lacks Send Messages in <#7>: open the channel's settings, Permissions, add Briefbot, "
        "and allow Send Messages"
    )
