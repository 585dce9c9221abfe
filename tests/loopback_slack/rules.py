"""What Slack refuses: the rules of Block Kit's reference for messages and views, each with its limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.loopback_slack.elements import PLAIN, wrong_element, wrong_image, wrong_length, wrong_text
from tests.loopback_slack.schema import wrong_with_block, wrong_with_frame

Json = dict[str, Any]
MESSAGE, MODAL, HOME = "message", "modal", "home"
CAP = 12_000
"""Counted characters over all blocks of a message; not documented, seen as `msg_blocks_too_long`."""
_KEYS = {
    "section": "text fields accessory expand",
    "header": "text level",
    "divider": "",
    "context": "elements",
    "actions": "elements",
    "input": "label element hint optional dispatch_action",
    "image": "image_url slack_file alt_text title",
    "markdown": "text",
    "rich_text": "elements",
    "table": "rows column_settings",
}
_OTHERS = {"video", "file", "context_actions", "alert", "card", "carousel", "container", "data_table"}
_OTHERS |= {"task_card", "plan"}
_NOT_IN_VIEWS = {"markdown", "table", "data_table", "carousel", "plan", "task_card"}


def walk(value: Any) -> Iterator[Json]:
    """Every object in blocks: blocks, elements, texts and options."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def texts_of(blocks: Any) -> list[str]:
    """Every text of blocks, in the order of reading."""
    return [found["text"] for found in walk(blocks) if isinstance(found.get("text"), str)]


def counted(blocks: Any) -> int:
    """The characters that count towards the cap over all blocks."""
    return sum(map(len, texts_of(blocks)))


def wrong_with_blocks(blocks: Any, surface: str = MESSAGE) -> str:
    """What is wrong with blocks; empty when nothing is."""
    most = 50 if surface == MESSAGE else 100
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "a list of blocks [json-pointer:/blocks]"
    if len(blocks) > most:
        return f"no more than {most} items allowed [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        if wrong := _wrong_block(block, surface) or wrong_with_block(block):
            return f"{wrong} [json-pointer:/blocks/{number}]"
    return _wrong_whole(blocks)


def _wrong_whole(blocks: list[Json]) -> str:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        return "block_id already exists [json-pointer:/blocks]"
    for block in blocks:
        used = [found["action_id"] for found in walk(block) if isinstance(found.get("action_id"), str)]
        if len(used) != len(set(used)):
            return f"action_id already exists in the block {block.get('block_id')} [json-pointer:/blocks]"
    if sum(bool(found.get("focus_on_load")) for found in walk(blocks)) > 1:
        return "focus_on_load: at most one [json-pointer:/blocks]"
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    return "markdown: at most 12000 characters in all [json-pointer:/blocks]" if markdown > 12_000 else ""


def _wrong_block(block: Json, surface: str) -> str:
    kind = str(block.get("type"))
    if kind not in _KEYS.keys() | _OTHERS or (surface != MESSAGE and kind in _NOT_IN_VIEWS):
        return f"unsupported type: {kind}"
    if wrong := wrong_length(block, "block_id", 255, 1):
        return wrong
    if kind in _OTHERS:
        return ""
    if extra := block.keys() - {"type", "block_id", *_KEYS[kind].split()}:
        return f"{kind} with {sorted(extra)}"
    return _wrong_kind(kind, block)


def _wrong_kind(kind: str, block: Json) -> str:
    match kind:
        case "section":
            return _wrong_section(block)
        case "header":
            return wrong_text(block.get("text"), 150, PLAIN)
        case "context":
            return _wrong_context(block.get("elements"))
        case "actions":
            return _wrong_actions(block.get("elements"))
        case "input":
            return _wrong_input(block)
        case "image":
            return wrong_image(block) or ("title" in block and wrong_text(block["title"], 2000, PLAIN)) or ""
        case "markdown":
            return wrong_length(block, "text", 12_000, 1) if "text" in block else "text is missing"
        case "rich_text":
            return "" if isinstance(block.get("elements"), list) else "elements: a list"
        case "table":
            return _wrong_table(block.get("rows"))
    return ""


def _wrong_section(block: Json) -> str:
    fields = block.get("fields")
    if "text" not in block and not fields:
        return "section: text or fields"
    wrong = wrong_text(block["text"], 3000) if "text" in block else ""
    if not wrong and fields is not None:
        if not isinstance(fields, list) or not 1 <= len(fields) <= 10:
            return "fields: 1 to 10"
        wrong = next(filter(None, (wrong_text(one, 2000) for one in fields)), "")
    return wrong or (wrong_element(block["accessory"], "accessory") if "accessory" in block else "")


def _wrong_context(elements: Any) -> str:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        return "context: 1 to 10 elements"
    for element in elements:
        is_image = isinstance(element, dict) and element.get("type") == "image"
        if wrong := wrong_image(element) if is_image else wrong_text(element, 3000):
            return f"context: {wrong}"
    return ""


def _wrong_actions(elements: Any) -> str:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        return "actions: 1 to 25 elements"
    return next(filter(None, (wrong_element(element, "actions") for element in elements)), "")


def _wrong_input(block: Json) -> str:
    wrong = wrong_text(block.get("label"), 2000, PLAIN)
    wrong = wrong or ("hint" in block and wrong_text(block["hint"], 2000, PLAIN)) or ""
    return wrong or wrong_element(block.get("element"), "input")


def _wrong_table(rows: Any) -> str:
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        return "table: 1 to 100 rows"
    return "" if all(isinstance(row, list) and 1 <= len(row) <= 20 for row in rows) else "table: 1 to 20 columns"


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

_HOME_KEYS = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL_KEYS = _HOME_KEYS | {"title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"}


def wrong_with_view(view: Any, kinds: tuple[str, ...] = (MODAL,)) -> str:
    """What is wrong with a form or a home tab."""
    if not isinstance(view, dict) or view.get("type") not in kinds:
        return f"a view of type {' or '.join(kinds)} [json-pointer:/view]"
    if extra := view.keys() - (_MODAL_KEYS if view["type"] == MODAL else _HOME_KEYS):
        return f"a view with {sorted(extra)} [json-pointer:/view]"
    wrong = wrong_length(view, "private_metadata", 3000) or wrong_length(view, "callback_id", 255)
    wrong = wrong or wrong_length(view, "external_id", 255)
    if view["type"] == MODAL:
        wrong = wrong or _wrong_modal(view)
    return wrong or wrong_with_frame(view) or wrong_with_blocks(view.get("blocks"), view["type"])


def _wrong_modal(view: Json) -> str:
    for key in ("title", "submit", "close"):
        if (key == "title" or key in view) and (wrong := wrong_text(view.get(key), 24, PLAIN)):
            return f"{wrong} [json-pointer:/view/{key}]"
    blocks = view.get("blocks")
    blocks = blocks if isinstance(blocks, list) else []
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if has_input and "submit" not in view:
        return "submit is needed where there are input blocks [json-pointer:/view/submit]"
    return ""


# ── who is notified ───────────────────────────────────────────────────────────────────────────────────────────────────


def pings(message: Json) -> list[str]:
    """Whom a message would really notify: every live mention in its text and in its blocks."""
    found: list[str] = []
    live = [message.get("text") or ""]
    for part in walk(message.get("blocks") or []):
        if part.get("type") in ("mrkdwn", "markdown") and isinstance(part.get("text"), str):
            live.append(part["text"])
        elif part.get("type") in ("user", "usergroup", "broadcast") and "text" not in part:
            found.append(str(part.get("user_id") or part.get("usergroup_id") or part.get("range")))
    for text in live:
        found += re.findall(r"<(?:@|!subteam\^|!)([A-Za-z0-9]+)(?:\|[^>]*)?>", text)
    return list(dict.fromkeys(found))
