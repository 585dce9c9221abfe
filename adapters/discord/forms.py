"""Forms (modals) for adding and editing: which options each asks for, how it is drawn, how it is read. Pure.

A form holds five things at most, so it asks for those that matter most; the others are options of the same command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.discord.buttons import Press
from bot.caveat import CAVEATS
from bot.commands.catalogue.spec import Command, Option, OptionType
from bot.commands.forms import DAYS, Forms, asked_for, emptied, picked_days
from bot.commands.labels import choice_label, label
from bot.documents.clip import clip
from bot.documents.wording import day_names, language_name
from bot.saying import marked, say
from bot.topics.catalogue import of_kind

Component = dict[str, Any]

FORMS: Final[Forms] = {
    "brief-admin topic add": ("name", "words", "exclude", "languages", "publishers"),
    "brief-admin topic edit": ("name", "words", "exclude", "languages", "publishers"),
    "brief-admin source add": ("url",),
    "brief-admin digest add": ("name", "at", "channel", "days", "topics"),
    "brief-admin digest edit": ("name", "at", "channel", "days", "topics"),
    "brief report": ("brief", "reason"),
    "brief-admin correct": ("headline", "deck", "lede", "note"),
    "brief-admin retract": ("brief", "reason"),
    "brief-admin setup": ("subjects", "places"),
    "brief-admin setup step:when": ("channel", "at", "zone"),
    "brief-admin settings": ("zone", "language", "admin_role", "ping_role", "caveat_note"),
}
"""The options that the form of a command asks for."""

LABEL, INPUT, STRING_SELECT, ROLE_SELECT, CHANNEL_SELECT = 18, 4, 3, 6, 8
TITLE_LIMIT: Final = 45
LABEL_LIMIT: Final = 45
DESCRIPTION_LIMIT: Final = 100
INPUT_LIMIT: Final = 4000
MOST_CHOICES: Final = 25
_HELP: Final = {
    "days": marked("On these days; none: every day"),
    "topics": marked("Only these; none: everything that is followed"),
    "subjects": marked("Each brings well-known feeds with it"),
    "places": marked("Each brings well-known feeds with it"),
}
"""Where something is picked that elsewhere is typed."""
_PICKED: Final = frozenset((OptionType.CATALOGUE, OptionType.ROLE, OptionType.DAYS))
_LONG: Final = frozenset(("words", "exclude", "caveat_note", "mute", "deck", "lede", "note", "reason"))

Choices = Mapping[str, Sequence[tuple[str, str]]]
"""For options that name rows: what may be chosen, as (what to show, value), what is chosen now first."""


def form(command: Command, values: Mapping[str, str], choices: Choices, press: Press) -> Component:
    """The form of a command, filled with these values; a `press` that it can carry."""
    asked = fields(command, values, choices)
    return {
        "custom_id": press.custom_id(),
        "title": clip(re.split("[;:.。：]", say(command.summary))[0], TITLE_LIMIT),
        "components": [_labelled(option, values.get(option.name, ""), choices) for option in asked],
    }


def fields(command: Command, values: Mapping[str, str], choices: Choices) -> list[Option]:
    """What the form asks for: not for what is set and does not fit into a field, which sending it would cut."""
    asked = [option for name in asked_for(command, values, FORMS) if (option := command.option(name))]
    # A form must ask for something; where nothing fits, it is seen that all is cut.
    return [option for option in asked if _fits(option, values.get(option.name, ""), choices)] or asked


def _fits(option: Option, value: str, choices: Choices) -> bool:
    if option.type in _PICKED:
        return True
    if option.name in choices:
        return len(_members(value)) <= MOST_CHOICES
    return len(value) <= _longest(option)


def _labelled(option: Option, value: str, choices: Choices) -> Component:
    return {
        "type": LABEL,
        "label": label(option.name)[:LABEL_LIMIT],
        "description": say(_HELP.get(option.name, option.summary))[:DESCRIPTION_LIMIT],
        "component": _asking(option, value, choices) | {"custom_id": option.name},
    }


def _asking(option: Option, value: str, choices: Choices) -> Component:
    match option.type:
        case OptionType.CATALOGUE:
            topics = [(topic.name, topic.id) for topic in of_kind(option.name)]
            return _select(topics, _members(value), most=len(topics))
        case OptionType.CHANNEL if option.name not in choices:
            return _picker(CHANNEL_SELECT, value, "channel") | {"channel_types": [0, 5, 10, 11, 12, 15]}
        case OptionType.ROLE:
            return _picker(ROLE_SELECT, value, "role")
        case OptionType.DAYS:
            return _select(list(zip(day_names(), DAYS, strict=True)), picked_days(option, value), most=len(DAYS))
        case OptionType.LANGUAGE if not option.is_list:
            own = [(choice_label(choice), choice) for choice in option.choices]
            return _select([*own, *((language_name(code), code) for code in CAVEATS)], [value], most=1)
    offered = choices.get(option.name, ())
    if offered:
        return _select(offered, _members(value), most=len(offered) if option.is_list else 1)
    return _input(option, value)


def _members(value: str) -> list[str]:
    return [word for part in value.split(",") if (word := part.strip())]


def _input(option: Option, value: str) -> Component:
    found: Component = {
        "type": INPUT,
        "style": 2 if option.name in _LONG else 1,
        "required": option.is_required,
        "max_length": _longest(option),
    }
    return found | ({"value": value[: found["max_length"]]} if value else {})


def _longest(option: Option) -> int:
    is_measured = option.type is OptionType.TEXT and option.maximum
    return min(option.maximum or INPUT_LIMIT, INPUT_LIMIT) if is_measured else 2000


def _picker(kind: int, value: str, of: str) -> Component:
    number = value.rpartition(".")[2].rpartition(":")[2]
    found: Component = {"type": kind, "required": False, "min_values": 0, "max_values": 1}
    return found | ({"default_values": [{"id": number, "type": of}]} if number.isdigit() else {})


def _select(offered: Sequence[tuple[str, str]], chosen: Sequence[str], *, most: int) -> Component:
    options: list[Component] = [{"label": label, "value": value} for label, value in offered[:MOST_CHOICES]]
    for option in options:
        if option["value"] in chosen:
            option["default"] = True
    most = min(most, len(options))
    return {"type": STRING_SELECT, "required": False, "min_values": 0, "max_values": most, "options": options}


# ── what a person filled in ───────────────────────────────────────────────────────────────────────────────────────────


def filled_in(command: Command, given: Mapping[str, str], components: Sequence[Component]) -> dict[str, str]:
    """The values of a form that was sent, over those that its button carried."""
    values = dict(given)
    for labelled in components:
        component = labelled.get("component", {})
        option = command.option(str(component.get("custom_id", "")))
        if option is None:
            continue
        text = component["value"] if "value" in component else ",".join(map(str, component.get("values", ())))
        if str(text).strip():
            values[option.name] = str(text)
        elif empty := emptied(command, option):
            values[option.name] = empty
        else:
            values.pop(option.name, None)
    return values
