"""What elements hold: their first values, what a person puts in, and both as Slack reports them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.loopback_slack.elements import FIELDS
from tests.loopback_slack.world import Json

_ONE = {
    "static_select": "option",
    "external_select": "option",
    "radio_buttons": "option",
    "overflow": "option",
    "users_select": "user",
    "channels_select": "channel",
    "conversations_select": "conversation",
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "date_time",
}
_MANY = {
    "multi_static_select": "options",
    "multi_external_select": "options",
    "checkboxes": "options",
    "multi_users_select": "users",
    "multi_channels_select": "channels",
    "multi_conversations_select": "conversations",
}
_WITH_OPTIONS = ("option", "options")


def usable(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that can be used, with its block."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        if block["type"] in ("actions", "context_actions"):
            inside += block["elements"]
        yield from ((block, one) for one in inside if isinstance(one, dict) and "action_id" in one)


def find(blocks: list[Json], key: str) -> tuple[Json, Json]:
    """The one element with this action, `block/action`, block or label."""
    found = [(b, e) for b, e in usable(blocks) if key in names(b, e)]
    assert len(found) == 1, f"{key!r}: {len(found)} elements; there are {[names(*one) for one in usable(blocks)]}"
    return found[0]


def names(block: Json, element: Json) -> list[str]:
    """By what an element can be called."""
    text = element.get("text") or block.get("label") or {}
    block_id, action_id = block["block_id"], element["action_id"]
    return list(dict.fromkeys([f"{block_id}/{action_id}", action_id, block_id, text.get("text", "")]))


def has_state(element: Json) -> bool:
    return element["type"] in _ONE.keys() - {"overflow"} | _MANY.keys() | FIELDS | {"file_input"}


def first(element: Json) -> Json:
    """What an element holds before anybody touches it."""
    kind = element["type"]
    if kind in _ONE:
        name = _ONE[kind]
        return {"type": kind, f"selected_{name}": element.get(f"initial_{name}")}
    if kind in _MANY:
        name = _MANY[kind]
        return {"type": kind, f"selected_{name}": element.get(f"initial_{name}", [])}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind, "rich_text_value" if kind == "rich_text_input" else "value": element.get("initial_value")}


def filled(element: Json, value: Any, offered: list[Json]) -> Json:
    """What an element holds when a person puts this in, which the client must allow."""
    kind = element["type"]
    if kind in _MANY:
        name, values = _MANY[kind], list(value)
        assert len(values) <= element.get("max_selected_items", 100), "too many are selected"
        chosen = [_option(element, one, offered) for one in values] if name in _WITH_OPTIONS else values
        return {"type": kind, f"selected_{name}": chosen}
    if kind in _ONE:
        name = _ONE[kind]
        is_option = name in _WITH_OPTIONS and value is not None
        return {"type": kind, f"selected_{name}": _option(element, value, offered) if is_option else value}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": value}
    if kind == "file_input":
        names, kinds = [file["name"] for file in value], element.get("filetypes")
        assert len(names) <= element.get("max_files", 10), "too many files"
        assert not kinds or all(name.rpartition(".")[2] in kinds for name in names), f"{names} is not of {kinds}"
        return {"type": kind, "files": list(value)}
    assert kind in FIELDS, f"nobody can fill a {kind}"
    assert value is None or len(value) <= element.get("max_length", 3000), "longer than the field"
    assert not value or len(value) >= element.get("min_length", 0), "shorter than the field wants"
    return {"type": kind, "value": value or None}


def options_of(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return list(element.get("options", [])) + grouped


def _option(element: Json, value: Any, offered: list[Json]) -> Json:
    wanted = value["value"] if isinstance(value, dict) else str(value)
    initial: list[Json] = (
        [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    )
    known = options_of(element) + offered + initial
    found = next((option for option in known if wanted in (option["value"], option["text"]["text"])), None)
    assert found is not None, f"{wanted!r} is not offered: {[option['value'] for option in known]}"
    return found


def is_empty(stated: Json) -> bool:
    return not any(value for key, value in stated.items() if key != "type")


def values(blocks: list[Json], typed: dict[tuple[str, str], Json]) -> Json:
    """The values of all elements in the shape of `state.values`."""
    found: Json = {}
    for block, element in usable(blocks):
        if has_state(element):
            place = (block["block_id"], element["action_id"])
            held = typed.get(place)
            held = held if held and held["type"] == element["type"] else first(element)
            found.setdefault(place[0], {})[place[1]] = held
    return found
