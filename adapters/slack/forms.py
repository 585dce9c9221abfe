"""Forms (modals) for adding and editing: which options each asks for, how it is drawn, how it is read. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.slack.actions import Press, plain_text, pressed
from adapters.slack.mrkdwn import plain
from bot.caveat import CAVEATS
from bot.commands.catalogue.spec import Command, Option, OptionType
from bot.commands.forms import DAYS, Forms, asked_for, changes_something, emptied, picked_days
from bot.commands.labels import choice_label, label
from bot.documents.clip import clip
from bot.documents.verbs import Verb
from bot.documents.wording import day_names, language_name
from bot.saying import marked, say
from bot.topics.catalogue import of_kind

Json = dict[str, Any]

_TOPIC: Final = ("name", "words", "exclude", "sources", "not_sources", "languages", "publishers")
_DIGEST: Final = ("name", "at", "zone", "channel", "days", "topics", "caps", "style", "stories")
_DIGEST_MORE: Final = ("covers", "quiet", "language", "place", "ping")
FORMS: Final[Forms] = {
    "brief-admin topic add": _TOPIC,
    "brief-admin topic edit": _TOPIC,
    "brief-admin source add": ("url",),
    "brief-admin source import": ("file",),
    "brief-admin digest add": (*_DIGEST, *_DIGEST_MORE),
    "brief-admin digest edit": (*_DIGEST, *_DIGEST_MORE),
    "brief-admin settings": ("zone", "language", "admin_role", "ping_role", "retention", "caveat_note", "mute"),
    "brief report": ("brief", "reason"),
    "brief-admin correct": ("headline", "deck", "lede", "note"),
    "brief-admin retract": ("brief", "reason"),
    "brief-admin setup": ("subjects", "places"),
    "brief-admin setup step:when": ("channel", "at", "zone"),
}
"""The options that the form of a command asks for."""

TITLES: Final = {
    "brief-admin topic add": marked("Add a topic"),
    "brief-admin topic edit": marked("Change a topic"),
    "brief-admin source add": marked("Add a source"),
    "brief-admin source import": marked("Import sources"),
    "brief-admin digest add": marked("Add a digest"),
    "brief-admin digest edit": marked("Change a digest"),
    "brief report": marked("Report a brief"),
    "brief-admin correct": marked("Correct a brief"),
    "brief-admin retract": marked("Retract a brief"),
    "brief-admin setup": marked("Set up: topics"),
    "brief-admin setup step:when": marked("Set up: when and where"),
    "brief-admin settings": marked("Settings"),
}
"""What stands above each form: at most 24 characters, which is less than the summary of a command."""

_SUBMITS: Final = {
    "brief report": marked("Tell the managers"),
    "brief-admin correct": marked("Correct"),
    "brief-admin retract": marked("Retract"),
    "brief-admin settings": marked("Save"),
}
"""What sends a form where that is neither to add nor to save."""

CALLBACK: Final = "v1:form"
TITLE_LIMIT: Final = 24
LABEL_LIMIT: Final = 75
TEXT_LIMIT: Final = 3000
_LONG: Final = frozenset(("words", "exclude", "caveat_note", "mute", "deck", "lede", "note", "reason"))
_HELP: Final = {
    "days": marked("None: every day"),
    "topics": marked("None: everything that is followed"),
    "file": marked("An OPML file"),
    "subjects": marked("Each brings well-known feeds with it"),
    "places": marked("Each brings well-known feeds with it"),
}
_LOOKS: Final = {
    "brief-admin digest add": marked("See what it would post now"),
    "brief-admin digest edit": marked("See what it would post now"),
    "brief-admin topic add": marked("See what it takes"),
    "brief-admin topic edit": marked("See what it takes"),
}
"""Forms whose effect can be looked at before it is saved: what the button says."""

Labels = Mapping[str, Mapping[str, str]]
"""For options whose values are chosen by name: what each value that is set now is called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What a form remembers of where it was opened; Slack keeps it with the form."""

    words: str
    """The command that its button carried, or that was typed."""
    channel_id: str = ""
    is_home: bool = False

    def packed(self) -> str:
        return json.dumps([self.words, self.channel_id, self.is_home], ensure_ascii=False)


def unpacked(text: str) -> Origin | None:
    """What a form of ours remembers; None for any other."""
    try:
        words, channel_id, is_home = json.loads(text)
    except (ValueError, TypeError):
        return None
    return Origin(words=str(words), channel_id=str(channel_id), is_home=bool(is_home))


# ── how it is drawn ───────────────────────────────────────────────────────────────────────────────────────────────────


def form(command: Command, values: Mapping[str, str], labels: Labels, origin: Origin) -> Json:
    """The form of a command, filled with these values."""
    known = [option for name in asked_for(command, values, FORMS) if (option := command.option(name))]
    asked = [option for option in known if not _would_cut(command, option, values.get(option.name, ""))]
    blocks = [_input(option, values.get(option.name, ""), labels.get(option.name, {})) for option in asked]
    if words := _LOOKS.get(command.name):
        look = pressed(Press(Verb.PREVIEW, command.name), say(words))
        blocks.append({"type": "actions", "elements": [look]})
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": origin.packed(),
        "title": plain_text(clip(say(_title(command, values)), TITLE_LIMIT)),
        "submit": plain_text(_submit(command)),
        "close": plain_text(say("Cancel")),
        "blocks": blocks,
    }


def _would_cut(command: Command, option: Option, value: str) -> bool:
    """Whether more is set than its field holds: then the form leaves it out, and it stays as it is."""
    is_set = changes_something(command) or command.path == ("settings",)
    return is_set and option.type is OptionType.TEXT and len(value) > _longest(option)


def _submit(command: Command) -> str:
    if command.name in _SUBMITS:
        return say(_SUBMITS[command.name])
    if command.path == ("setup",):
        return say("Next")
    return say("Save") if "edit" in command.path else say("Add")


def _title(command: Command, values: Mapping[str, str]) -> str:
    return TITLES.get(f"{command.name} step:{values.get('step')}") or TITLES[command.name]


def _input(option: Option, value: str, labels: Mapping[str, str]) -> Json:
    is_known = option.type is OptionType.CATALOGUE
    element = _known_topics(option, value) if is_known else _element(option, value, labels)
    return {
        "type": "input",
        "block_id": option.name,
        "label": plain_text(label(option.name)),
        "hint": plain_text(say(_HELP.get(option.name, option.summary))),
        "optional": not option.is_required or bool(option.unless),
        "element": element | {"action_id": option.name},
    }


def _element(option: Option, value: str, labels: Mapping[str, str]) -> Json:
    match option.type:
        case OptionType.TIME if not option.is_list:
            return {"type": "timepicker"} | ({"initial_time": value.zfill(5)} if value else {"initial_time": "08:00"})
        case OptionType.CHANNEL:
            return _channel(value)
        case OptionType.DAYS:
            offered = [_option(name, day) for name, day in zip(day_names(), DAYS, strict=True)]
            return {"type": "checkboxes", "options": offered} | _initial(offered, picked_days(option, value))
        case OptionType.ZONE | OptionType.ROLE | OptionType.DIGEST:
            return _searched(value, labels)
        case OptionType.TOPIC | OptionType.SOURCE:
            return _searched_several(value, labels)
        case OptionType.LANGUAGE if not option.is_list:
            own = [(choice_label(choice), choice) for choice in option.choices]
            return _select([*own, *((language_name(code), code) for code in CAVEATS)], value)
        case OptionType.CHOICE:
            return _select([(choice_label(choice), choice) for choice in option.choices], value)
        case OptionType.INTEGER:
            return _number(option, value)
        case OptionType.FILE:
            return {"type": "file_input", "max_files": 1}
    return _text(option, value)


def _known_topics(option: Option, value: str) -> Json:
    offered = [_option(topic.name, topic.id) for topic in of_kind(option.name)]
    return {"type": "multi_static_select", "options": offered} | _initial(offered, value.split(","))


def _channel(value: str) -> Json:
    found: Json = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        "default_to_current_conversation": True,
    }
    number = value.rpartition(".")[2]
    return found | ({"initial_conversation": number} if number else {})


def _searched(value: str, labels: Mapping[str, str]) -> Json:
    found: Json = {"type": "external_select", "min_query_length": 0, "placeholder": plain_text(say("Type to search"))}
    return found | ({"initial_option": _option(labels.get(value, value), value)} if value else {})


def _searched_several(value: str, labels: Mapping[str, str]) -> Json:
    found: Json = {
        "type": "multi_external_select",
        "min_query_length": 0,
        "placeholder": plain_text(say("Type to search")),
    }
    chosen = [_option(labels.get(part, part), part) for word in value.split(",") if (part := word.strip())]
    return found | ({"initial_options": chosen} if chosen else {})


def _select(offered: Sequence[tuple[str, str]], value: str) -> Json:
    options = [_option(label, choice) for label, choice in offered]
    chosen = next((option for option in options if option["value"] == value), None)
    return {"type": "static_select", "options": options} | ({"initial_option": chosen} if chosen else {})


def _number(option: Option, value: str) -> Json:
    bounds = {"min_value": option.minimum, "max_value": option.maximum}
    found: Json = {"type": "number_input", "is_decimal_allowed": False}
    found |= {name: str(bound) for name, bound in bounds.items() if bound is not None}
    return found | ({"initial_value": value} if value else {})


def _text(option: Option, value: str) -> Json:
    most = _longest(option)
    found: Json = {"type": "plain_text_input", "multiline": option.name in _LONG, "max_length": most}
    return found | ({"initial_value": value[:most]} if value else {})


def _longest(option: Option) -> int:
    return min(option.maximum or TEXT_LIMIT, TEXT_LIMIT)


def _option(label: str, value: str) -> Json:
    return {"text": plain_text(clip(plain(label), LABEL_LIMIT) or value), "value": value}


def _initial(offered: Sequence[Json], chosen: Sequence[str]) -> Json:
    found = [option for option in offered if option["value"] in chosen]
    return {"initial_options": found} if found else {}


def options(found: Sequence[tuple[str, str]]) -> list[Json]:
    """Values that a select offers while somebody types."""
    return [_option(label, value) for label, value in found if plain(label).strip()]


# ── what a person filled in ───────────────────────────────────────────────────────────────────────────────────────────


def filled_in(command: Command, given: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, str]:
    """The values of a form as it stands, over those that its button carried; files are left out (see `files_in`)."""
    values = dict(given)
    for name, held in view["state"]["values"].items():
        option = command.option(name)
        if option is None or option.type is OptionType.FILE:
            continue
        text = _value(held[name]).strip()
        if text or (text := emptied(command, option)):
            values[name] = text
        else:
            values.pop(name, None)
    return values


def files_in(command: Command, view: Mapping[str, Any]) -> dict[str, str]:
    """The ids of the files that were put into a form, by option."""
    values = view["state"]["values"]
    return {
        option.name: str(held[option.name]["files"][0]["id"])
        for option in command.options
        if option.type is OptionType.FILE and (held := values.get(option.name)) and held[option.name].get("files")
    }


def _value(held: Mapping[str, Any]) -> str:
    """What an element holds, as it would be typed."""
    for key in ("value", "selected_time", "selected_conversation"):
        if held.get(key):
            return str(held[key])
    if held.get("selected_option"):
        return str(held["selected_option"]["value"])
    return ", ".join(str(option["value"]) for option in held.get("selected_options") or ())
