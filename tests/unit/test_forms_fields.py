"""When a form is shown, and what its empty fields mean."""

from __future__ import annotations

import pytest

from adapters.discord.forms import FORMS
from bot.commands.catalogue import BY_NAME
from bot.commands.forms import DAYS, emptied, picked_days, wants_form


def test_form_opens_only_where_something_is_missing() -> None:
    add, edit = BY_NAME["brief-admin digest add"], BY_NAME["brief-admin digest edit"]
    assert wants_form(add, {}, FORMS)
    assert wants_form(add, {"name": "x"}, FORMS)
    assert not wants_form(add, {"name": "x", "at": "08:00"}, FORMS)
    assert wants_form(edit, {"digest": "d1"}, FORMS)
    assert not wants_form(edit, {"digest": "d1", "at": "08:00"}, FORMS)
    assert not wants_form(BY_NAME["brief-admin settings"], {}, FORMS)
    assert not wants_form(BY_NAME["brief latest"], {}, FORMS)


@pytest.mark.parametrize(
    ("command", "option", "words"),
    [
        ("brief-admin topic edit", "words", "none"),
        ("brief-admin topic add", "words", ""),
        ("brief-admin settings", "ping_role", "none"),
        ("brief-admin settings", "zone", ""),
        ("brief-admin digest add", "days", "daily"),
        ("brief-admin digest edit", "at", ""),
        ("brief-admin digest edit", "caps", "none"),
        ("brief-admin digest edit", "ping", "workspace"),
        ("brief-admin digest edit", "quiet", ""),
    ],
)
def test_empty_field_takes_away_what_can_be_taken_away(command: str, option: str, words: str) -> None:
    found = BY_NAME[command].option(option)
    assert found is not None
    assert emptied(BY_NAME[command], found) == words


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", list(DAYS)),
        ("Mon–Fri", ["mon", "tue", "wed", "thu", "fri"]),
        ("mon, sat", ["mon", "sat"]),
        ("weekdays", ["mon", "tue", "wed", "thu", "fri"]),
        ("fri-mon", ["mon", "fri", "sat", "sun"]),
        ("", []),
        ("whenever", []),
    ],
)
def test_days_are_picked_as_they_are_written(text: str, days: list[str]) -> None:
    option = BY_NAME["brief-admin digest add"].option("days")
    assert option is not None
    assert picked_days(option, text) == days
