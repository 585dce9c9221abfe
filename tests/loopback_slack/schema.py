"""Blocks held against the schema of Slack's own types, where that file and a validator are there; else only rules."""

from __future__ import annotations

import json
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_DEFAULT = Path(__file__).parents[3] / "shared" / "specs" / "slack-blocks.schema.json"
_FRAMES = {"modal": "ModalView", "home": "HomeView"}
_VALUE = 150
"""The published reference lets an option's value be this long; the comments of the types still say 75."""


def wrong_with_block(block: Json) -> str:
    """What the schema says against a block; empty when it says nothing, or is not there."""
    name = _names().get(block.get("type", ""))
    return _said(name, json.dumps(block)) if name else ""


def wrong_with_frame(view: Json) -> str:
    """What the schema says against a view, its blocks left aside."""
    return _said(_FRAMES[view["type"]], json.dumps(view | {"blocks": []}))


@lru_cache(maxsize=4096)
def _said(name: str, text: str) -> str:
    validator = _validator(name)
    # A heading's `level` is newer than the types.
    value = {k: v for k, v in json.loads(text).items() if (name, k) != ("HeaderBlock", "level")}
    error = next(iter(validator.iter_errors(value)), None) if validator else None
    return f"{list(error.absolute_path)}: {error.message[:300]}" if error else ""


@cache
def _names() -> dict[str, str]:
    """The definition of each type of block."""
    definitions = _spec().get("definitions", {})
    known = [one["$ref"].rpartition("/")[2] for one in definitions.get("KnownBlock", {}).get("anyOf", [])]
    found = {}
    for name in known:
        first = definitions[name].get("anyOf", [definitions[name]])[0]
        found[first["properties"]["type"]["const"]] = name
    return found


@cache
def _spec() -> Json:
    file = Path(os.environ.get("BRIEFBOT_SLACK_SCHEMA", _DEFAULT))
    if not file.exists():
        return {}
    spec: Json = json.loads(file.read_text(encoding="utf-8"))
    for name in ("MrkdwnOption", "PlainTextOption"):
        spec["definitions"][name]["properties"]["value"]["maxLength"] = _VALUE
    return spec


@cache
def _validator(name: str) -> Any:
    spec = _spec()
    try:
        from jsonschema import Draft7Validator
    except ImportError:
        return None
    return Draft7Validator({"$ref": f"#/definitions/{name}", **spec}) if spec else None
