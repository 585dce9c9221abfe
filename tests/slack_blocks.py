"""Slack's rules for the blocks of a message, as its reference has them, held against bodies of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).parents[2] / "shared" / "specs" / "slack-blocks.schema.json"


def texts(value: object, kind: str) -> Iterator[str]:
    """Every text of this kind, wherever it stands."""
    if isinstance(value, dict):
        if value.get("type") == kind and isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from texts(part, kind)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part, kind)


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    """Every rule that blocks of ours could break."""
    assert 1 <= len(blocks) <= 50
    assert all(texts(blocks, "mrkdwn"))
    assert sum(map(len, strings(blocks))) <= 10_000
    for block in blocks:
        check_block(block)
    assert not wrong_with(blocks)


def strings(value: object) -> Iterator[str]:
    """What counts against the size of a message: texts, and what buttons and options carry."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in ("text", "value") and isinstance(part, str):
                yield part
            else:
                yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def check_block(block: dict[str, Any]) -> None:
    match block["type"]:
        case "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= len(block["text"]["text"]) <= 150
        case "section" if "fields" in block:
            assert 1 <= len(block["fields"]) <= 10
            assert all(1 <= len(field["text"]) <= 2000 for field in block["fields"])
        case "section":
            assert 1 <= len(block["text"]["text"].strip()) <= 3000
            check_elements([block["accessory"]] if "accessory" in block else [])
        case "context":
            assert 1 <= len(block["elements"]) <= 10
            assert all(1 <= len(element["text"].strip()) <= 3000 for element in block["elements"])
        case "actions":
            assert 1 <= len(block["elements"]) <= 25
            check_elements(block["elements"])
        case kind:
            assert kind == "divider"


def check_elements(elements: list[dict[str, Any]]) -> None:
    ids = [element["action_id"] for element in elements]
    assert len(ids) == len(set(ids))
    assert all(len(action_id) <= 255 for action_id in ids)
    for element in elements:
        if element["type"] == "button":
            assert 1 <= len(element["text"]["text"]) <= 75
            assert 1 <= len(element["value"]) <= 2000
        else:
            assert element["type"] == "static_select"
            values = [option["value"] for option in element["options"]]
            assert 1 <= len(values) == len(set(values)) <= 100
            for option in element["options"]:
                assert 1 <= len(option["text"]["text"]) <= 75
                assert 1 <= len(option["value"]) <= 75
                assert 1 <= len(option.get("description", {"text": "x"})["text"]) <= 75


def wrong_with(blocks: list[dict[str, Any]]) -> str:
    """What the schema of Slack's published types says against blocks; empty also where it is not at hand."""
    validator = _validator()
    error = next(iter(validator.iter_errors(blocks)), None) if validator else None
    return f"{list(error.absolute_path)}: {error.message[:300]}" if error else ""


@cache
def _validator() -> Any:
    file = Path(os.environ.get("BRIEFBOT_SLACK_SCHEMA", _SCHEMA))
    if not file.exists():
        return None
    try:
        from jsonschema import Draft7Validator
    except ImportError:
        return None
    spec = json.loads(file.read_text(encoding="utf-8"))
    return Draft7Validator({"type": "array", "items": {"$ref": "#/definitions/KnownBlock"}, **spec})
