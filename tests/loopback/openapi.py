"""Bodies held against Discord's published schema, where that file and a validator are at hand; else only our rules."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

_DEFAULT = Path(__file__).parents[3] / "shared" / "specs" / "discord-openapi.json"
_OPERATIONS = {
    ("POST", r"/channels/[^/]+/messages"): "/channels/{channel_id}/messages",
    ("POST", r"/channels/[^/]+/threads"): "/channels/{channel_id}/threads",
    ("POST", r"/interactions/.*/callback"): "/interactions/{interaction_id}/{interaction_token}/callback",
    ("PUT", r"/applications/[^/]+/commands"): "/applications/{application_id}/commands",
}


def wrong_with_body(method: str, path: str, body: Any) -> str:
    """What the schema says against a body; empty when it says nothing, or is not there."""
    for (wanted, pattern), operation in _OPERATIONS.items():
        if method == wanted and re.fullmatch(pattern, path):
            return _wrong(method.lower(), operation, json.dumps(body))
    return ""


@cache
def _wrong(method: str, operation: str, body: str) -> str:
    """Kept for the catalogue of commands, which every bot of every test registers: a third of a second each."""
    validator = _validator(method, operation)
    error = next(iter(validator.iter_errors(json.loads(body))), None) if validator else None
    return f"{list(error.absolute_path)}: {error.message[:300]}" if error else ""


@cache
def _validator(method: str, path: str) -> Any:
    file = Path(os.environ.get("BRIEFBOT_DISCORD_OPENAPI", _DEFAULT))
    if not file.is_file():
        return None
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return None
    spec = json.loads(file.read_text(encoding="utf-8"))
    schema = spec["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": spec["components"]})
