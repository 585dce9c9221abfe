"""When a command is asked for with a form, and what an empty field of one means; each adapter draws its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.commands.catalogue.spec import Command, Option, OptionType
from bot.commands.values import weekdays
from bot.errors import UsageError

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Forms = Mapping[str, tuple[str, ...]]
"""By the name of a command: the options that its form asks for."""


def wants_form(command: Command, values: Mapping[str, str], forms: Forms) -> bool:
    """Whether a command was given without what it needs, so that its form should ask for it."""
    if command.name not in forms or command.path == ("settings",):
        return False
    if command.path == ("setup",):
        return not values.keys() - {"step"} and values.get("step", "topics") in ("topics", "when")
    if changes_something(command):
        required = {option.name for option in command.options if option.is_required}
        return required <= values.keys() and not values.keys() - required
    return any(option.is_missing(values) for option in command.options)


def asked_for(command: Command, values: Mapping[str, str], forms: Forms) -> tuple[str, ...]:
    """The options that the form of a command asks for; one of several steps has a form for each."""
    return forms.get(f"{command.name} step:{values.get('step', '')}") or forms[command.name]


def changes_something(command: Command) -> bool:
    """Whether its form is filled with what there is, to be changed: of a topic, a digest, the words of a brief."""
    return "edit" in command.path or command.path == ("correct",)


def emptied(command: Command, option: Option) -> str:
    """What an empty field of an edited thing means: take it away, where that can be said; else it is not given."""
    if option.type is OptionType.DAYS:
        return "daily"
    is_edit = "edit" in command.path or command.path in (("settings",), ("setup",))
    if option.type is OptionType.PING:
        return "workspace"
    is_taken_away = option.is_list and option.type is not OptionType.TIME
    can_be_none = is_taken_away or option.type is OptionType.ROLE or option.name == "caveat_note"
    return "none" if is_edit and can_be_none else ""


def picked_days(option: Option, value: str) -> list[str]:
    """The days that a value names, as the command itself would read it; none for one that it would refuse."""
    if not value.strip():
        return []
    try:
        return [DAYS[day] for day in weekdays(option, value)]
    except UsageError:
        return []
