"""What Discord refuses: the rules of its reference, also those that its published schema does not hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
V2 = 1 << 15
_CHILDREN = {17: {1, 10, 9, 12, 14, 13}, 1: {2, 3, 5, 6, 7, 8}, 9: {10}}
_TOP = {1, 9, 10, 12, 13, 14, 17}


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, nested ones included."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if isinstance(component.get("accessory"), dict):
            yield component["accessory"]
        if isinstance(component.get("component"), dict):
            yield component["component"]


def wrong_with_message(body: Json) -> str:
    """What is wrong with a message; empty when nothing is."""
    if len(str(body.get("nonce", ""))) > 25:
        return "nonce: at most 25 characters"
    if body.get("flags", 0) & V2:
        return _wrong_with_v2(body)
    content = body.get("content") or ""
    if len(content) > 2000:
        return "content: at most 2000 characters"
    if not content.strip() and not body.get("embeds") and not body.get("components") and not body.get("attachments"):
        return "an empty message"
    return ""


def _wrong_with_v2(body: Json) -> str:
    if body.get("content") or body.get("embeds") or body.get("poll"):
        return "content, embeds and polls cannot stand beside components V2"
    components = body.get("components") or []
    everything = list(walk(components))
    if not 1 <= len(everything) <= 40:
        return f"components: {len(everything)}, at most 40"
    texts = [component.get("content", "") for component in everything if component.get("type") == 10]
    if sum(map(len, texts)) > 4000:
        return f"texts: {sum(map(len, texts))} characters, at most 4000"
    if wrong := next(filter(None, (_wrong_child(component, _TOP) for component in components)), ""):
        return wrong
    ids = [component["custom_id"] for component in everything if "custom_id" in component]
    numbers = [component["id"] for component in everything if component.get("id")]
    if len(ids) != len(set(ids)) or len(numbers) != len(set(numbers)):
        return "ids must be unique in a message"
    return next(filter(None, map(_wrong_with, everything)), "")


def _wrong_child(component: Json, allowed: set[int]) -> str:
    if component.get("type") not in allowed:
        return f"a component of type {component.get('type')} may not stand here"
    inside = _CHILDREN.get(component["type"], set())
    return next(filter(None, (_wrong_child(child, inside) for child in component.get("components", []))), "")


def _wrong_with(component: Json) -> str:
    """What is wrong with one component by itself."""
    if "custom_id" in component and not 1 <= len(component["custom_id"]) <= 100:
        return "custom_id: 1 to 100 characters"
    if not 0 <= component.get("id", 0) < 2**31:
        return "id: 32 bits"
    match component.get("type"):
        case 10:
            return "" if 1 <= len(component.get("content", "").strip()) <= 4000 else "text: 1 to 4000 characters"
        case 2:
            return _wrong_button(component)
        case 1:
            kinds = [child.get("type") for child in component.get("components", [])]
            is_right = (set(kinds) == {2} and len(kinds) <= 5) or (len(kinds) == 1 and kinds != [2])
            return "" if is_right else "a row: 1 to 5 buttons or one select"
        case 3:
            return _wrong_select(component)
        case 9:
            accessory = component.get("accessory", {}).get("type")
            count = len(component.get("components", []))
            return "" if 1 <= count <= 3 and accessory in (2, 11) else "a section: 1 to 3 texts and an accessory"
        case 17:
            return "" if component.get("components") else "a container without components"
    return ""


def _wrong_button(button: Json) -> str:
    if len(button.get("label", "")) > 80 or not (button.get("label") or button.get("emoji")):
        return "label: 1 to 80 characters"
    if (button.get("style") == 5) != ("url" in button) or ("url" in button) == ("custom_id" in button):
        return "a link button has a url, any other a custom_id"
    return "url: at most 512 characters" if len(button.get("url", "")) > 512 else ""


def _wrong_select(select: Json) -> str:
    options = select.get("options", [])
    values = [option.get("value", "") for option in options]
    if not 1 <= len(options) <= 25 or len(set(values)) != len(values):
        return "a select: 1 to 25 options with values of their own"
    if len(select.get("placeholder", "")) > 150 or select.get("max_values", 1) > len(options):
        return "placeholder: at most 150 characters; max_values: at most the number of options"
    for option in options:
        texts = (option.get("label", ""), option.get("value", ""), option.get("description", "x"))
        if not all(len(text.strip()) >= 1 and len(text) <= 100 for text in texts):
            return "an option's label, value and description: 1 to 100 characters"
    return ""


def wrong_with_modal(body: Json) -> str:
    """What is wrong with a form."""
    components = body.get("components", [])
    if not 1 <= len(body.get("title", "")) <= 45 or not 1 <= len(body.get("custom_id", "")) <= 100:
        return "title: 1 to 45 characters; custom_id: 1 to 100"
    if not 1 <= len(components) <= 5:
        return "1 to 5 components"
    for label in components:
        inner = label.get("component", {})
        if label.get("type") != 18 or not 1 <= len(label.get("label", "")) <= 45:
            return "a label of 1 to 45 characters around each component"
        if len(label.get("description", "")) > 100 or not 1 <= len(inner.get("custom_id", "")) <= 100:
            return "description: at most 100 characters"
        if inner.get("type") == 4 and len(inner.get("value", "")) > inner.get("max_length", 4000):
            return "a text that is longer than its field"
        if inner.get("type") not in (3, 4, 5, 6, 7, 8) or (inner.get("type") == 3 and _wrong_select(inner)):
            return f"a component of type {inner.get('type')}: {_wrong_select(inner)}"
    return ""


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def wrong_with_commands(commands: list[Json]) -> str:
    """What is wrong with a registration."""
    if len(commands) > 100:
        return "at most 100 commands"
    for command in commands:
        if command.get("type") == 3:
            names = [command["name"], *command["name_localizations"].values()]
            if "description" in command or "options" in command or not all(1 <= len(name) <= 32 for name in names):
                return f"a message command has a name and no more: {command}"
            continue
        if wrong := _wrong_option(command, depth=0):
            return f"{command.get('name')}: {wrong}"
        if (size := _size(command)) > 8000:
            return f"{command.get('name')}: {size} characters in all, at most 8000"
    return ""


def _size(option: Json) -> int:
    """Names, descriptions and values, each counted in its longest language."""
    names = [option["name"], *(option.get("name_localizations") or {}).values()]
    texts = [option.get("description", ""), *(option.get("description_localizations") or {}).values()]
    values = sum(len(str(choice["name"])) + len(str(choice["value"])) for choice in option.get("choices", []))
    return max(map(len, names)) + max(map(len, texts)) + values + sum(map(_size, option.get("options", [])))


def _wrong_option(option: Json, *, depth: int) -> str:
    names = [option.get("name", ""), *(option.get("name_localizations") or {}).values()]
    texts = [option.get("description", ""), *(option.get("description_localizations") or {}).values()]
    if wrong := next((name for name in names if not _is_name(name)), None):
        return f"name {wrong!r}"
    if wrong := next((text for text in texts if not 1 <= len(text) <= 100), None):
        return f"description {wrong!r}"
    options = option.get("options", [])
    if len(options) > 25 or len(option.get("choices", [])) > 25 or depth > 3:
        return "at most 25 options and choices, three levels"
    required = [bool(inner.get("required")) for inner in options]
    if required != sorted(required, reverse=True):
        return "options that are needed come first"
    for language in (None, *{code for inner in options for code in inner.get("name_localizations") or {}}):
        shown = [(inner.get("name_localizations") or {}).get(language, inner["name"]) for inner in options]
        if len(shown) != len(set(shown)):
            return f"names of options must differ ({language}): {shown}"
    return next(filter(None, (_wrong_option(inner, depth=depth + 1) for inner in options)), "")


def _is_name(name: str) -> bool:
    if not 1 <= len(name) <= 32 or name != name.lower():
        return False
    return all(char in "-_'" or unicodedata.category(char)[0] in "LNM" for char in name) and not re.search(r"\s", name)
