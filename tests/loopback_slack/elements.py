"""What Slack refuses in the elements of blocks: buttons, selects, fields, and the texts in them."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
TEXTS = ("plain_text", "mrkdwn")
PLAIN = ("plain_text",)
_FOCUS = "action_id focus_on_load"
_SELECT = f"{_FOCUS} placeholder confirm"
_STATIC = f"{_SELECT} options option_groups"
_FIELD = f"{_FOCUS} placeholder initial_value dispatch_action_config"
_FILTER = "filter default_to_current_conversation"
_LISTS = "action_id options confirm focus_on_load"
KEYS = {
    "button": "action_id text url value style confirm accessibility_label",
    "static_select": f"{_STATIC} initial_option",
    "multi_static_select": f"{_STATIC} initial_options max_selected_items",
    "external_select": f"{_SELECT} initial_option min_query_length",
    "multi_external_select": f"{_SELECT} initial_options min_query_length max_selected_items",
    "users_select": f"{_SELECT} initial_user",
    "multi_users_select": f"{_SELECT} initial_users max_selected_items",
    "channels_select": f"{_SELECT} initial_channel response_url_enabled",
    "multi_channels_select": f"{_SELECT} initial_channels max_selected_items",
    "conversations_select": f"{_SELECT} {_FILTER} initial_conversation response_url_enabled",
    "multi_conversations_select": f"{_SELECT} {_FILTER} initial_conversations max_selected_items",
    "overflow": "action_id options confirm",
    "checkboxes": f"{_LISTS} initial_options",
    "radio_buttons": f"{_LISTS} initial_option",
    "datepicker": f"{_SELECT} initial_date",
    "timepicker": f"{_SELECT} initial_time timezone",
    "datetimepicker": "action_id initial_date_time confirm focus_on_load",
    "plain_text_input": f"{_FIELD} multiline min_length max_length",
    "email_text_input": _FIELD,
    "url_text_input": _FIELD,
    "number_input": f"{_FIELD} is_decimal_allowed min_value max_value",
    "rich_text_input": _FIELD,
    "file_input": "action_id filetypes max_files",
    "image": "image_url slack_file alt_text",
}
SELECTS = {kind for kind in KEYS if kind.endswith("_select")}
FIELDS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
PICKED = SELECTS | {"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"}
ALLOWED = {
    "accessory": PICKED - {"datetimepicker"} | {"button", "overflow", "image"},
    "actions": PICKED | {"button", "overflow"},
    "input": PICKED | FIELDS | {"file_input"},
}
_OPTION_COUNT = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_LISTED = {"static_select", "multi_static_select", *_OPTION_COUNT}


def wrong_text(value: Any, most: int, kinds: tuple[str, ...] = TEXTS) -> str:
    """What is wrong with a text object of at most so many characters."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        return f"a text object of type {' or '.join(kinds)}"
    allowed = {"type", "text", "emoji" if value["type"] == "plain_text" else "verbatim"}
    if extra := value.keys() - allowed:
        return f"a text with {sorted(extra)}"
    text = value.get("text")
    return "" if isinstance(text, str) and 1 <= len(text) <= most else f"text: 1 to {most} characters"


def wrong_length(holder: Json, key: str, most: int, least: int = 0) -> str:
    """What is wrong with a string that may be left out."""
    value = holder.get(key)
    if value is None:
        return ""
    return "" if isinstance(value, str) and least <= len(value) <= most else f"{key}: {least} to {most} characters"


def wrong_element(element: Any, place: str) -> str:
    """What is wrong with an element that stands in an accessory, in actions or in an input."""
    kind = str(element.get("type")) if isinstance(element, dict) else ""
    if kind not in ALLOWED[place]:
        return f"an element of type {kind} may not stand in {place}"
    if extra := element.keys() - {"type", *KEYS[kind].split()}:
        return f"{kind} with {sorted(extra)}"
    wrong = wrong_length(element, "action_id", 255, 1)
    wrong = wrong or ("placeholder" in element and wrong_text(element["placeholder"], 150, PLAIN)) or ""
    wrong = wrong or ("confirm" in element and _wrong_confirm(element["confirm"])) or ""
    return wrong or _wrong_kind(kind, element)


def _wrong_kind(kind: str, element: Json) -> str:
    if kind == "button":
        return _wrong_button(element)
    if kind in _LISTED:
        return _wrong_lists(kind, element)
    if kind == "image":
        return wrong_image(element)
    if kind == "number_input" and not isinstance(element.get("is_decimal_allowed"), bool):
        return "is_decimal_allowed: true or false"
    if kind in FIELDS:
        return _wrong_field(element)
    if not (_is_number(element, "max_selected_items", 1) and _is_number(element, "min_query_length", 0)):
        return "max_selected_items: at least 1; min_query_length: at least 0"
    return _wrong_moment(element)


def _wrong_button(button: Json) -> str:
    if button.get("style", "primary") not in ("primary", "danger"):
        return "style: primary or danger"
    wrong = wrong_text(button.get("text"), 75, PLAIN) or _wrong_url(button, "url", r"[a-z][a-z0-9+.-]*:\S+")
    return wrong or wrong_length(button, "value", 2000) or wrong_length(button, "accessibility_label", 75)


def wrong_image(image: Json) -> str:
    """What is wrong with a picture, a block or an element."""
    if ("image_url" in image) == ("slack_file" in image) or not image.get("alt_text"):
        return "image_url or slack_file, and alt_text"
    return _wrong_url(image, "image_url", r"https?://\S+") or wrong_length(image, "alt_text", 2000)


def _wrong_url(holder: Json, key: str, form: str) -> str:
    if key in holder and not re.fullmatch(form, str(holder[key]), re.IGNORECASE):
        return f"{key}: must be a valid URL"
    return wrong_length(holder, key, 3000)


def _wrong_confirm(confirm: Any) -> str:
    if not isinstance(confirm, dict) or confirm.keys() - {"title", "text", "confirm", "deny", "style"}:
        return "confirm: title, text, confirm, deny and style"
    limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    wrongs = (wrong_text(confirm.get(k), n, TEXTS if k == "text" else PLAIN) for k, n in limits.items())
    return next((f"confirm: {wrong}" for wrong in wrongs if wrong), "")


def _wrong_lists(kind: str, element: Json) -> str:
    groups = element.get("option_groups")
    if (groups is None) == (element.get("options") is None):
        return "options or option_groups"
    if groups is not None:
        return wrong_groups(groups)
    kinds = TEXTS if kind in ("checkboxes", "radio_buttons") else PLAIN
    most = _OPTION_COUNT.get(kind, 100)
    wrong = wrong_options(element["options"], most, kinds)
    return wrong or _wrong_initial(element, element["options"])


def _wrong_initial(element: Json, options: list[Json]) -> str:
    chosen = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else None)
    if chosen is None:
        return ""
    return (
        ""
        if isinstance(chosen, list) and chosen and all(one in options for one in chosen)
        else "the initial options stand among the options"
    )


def wrong_groups(groups: Any) -> str:
    """What is wrong with groups of options."""
    if not isinstance(groups, list) or not 1 <= len(groups) <= 100:
        return "option_groups: 1 to 100"
    for group in groups:
        if wrong := wrong_text(group.get("label"), 75, PLAIN) or wrong_options(group.get("options"), 100):
            return wrong
    return ""


def wrong_options(options: Any, most: int = 100, kinds: tuple[str, ...] = PLAIN, least: int = 1) -> str:
    """What is wrong with the options of a select, or with those that are offered while somebody types."""
    if not isinstance(options, list) or not least <= len(options) <= most:
        return f"options: {least} to {most}"
    for option in options:
        if not isinstance(option, dict) or option.keys() - {"text", "value", "description", "url"}:
            return "an option: text, value, description and url"
        wrong = wrong_text(option.get("text"), 75, kinds) or wrong_length(option, "value", 150)
        wrong = wrong or ("description" in option and wrong_text(option["description"], 75, kinds)) or ""
        if wrong or not isinstance(option.get("value"), str):
            return f"an option: {wrong or 'its value is missing'}"
    return ""


def _is_number(holder: Json, key: str, least: int) -> bool:
    """A whole number that is not too small, where there is one."""
    value = holder.get(key, least)
    return isinstance(value, int) and value >= least


def _wrong_field(field: Json) -> str:
    longest, shortest = field.get("max_length", 3000), field.get("min_length", 0)
    if not (_is_number(field, "max_length", 1) and _is_number(field, "min_length", 0) and shortest <= longest <= 3000):
        return "max_length: 1 to 3000; min_length: at most max_length"
    return "" if field["type"] == "rich_text_input" else wrong_length(field, "initial_value", longest)


def _wrong_moment(element: Json) -> str:
    forms = {"initial_date": r"\d{4}-\d\d-\d\d", "initial_time": r"([01]\d|2[0-3]):[0-5]\d"}
    wrong = (key for key, form in forms.items() if key in element and not re.fullmatch(form, str(element[key])))
    return next((f"{key}: in its form" for key in wrong), "")
