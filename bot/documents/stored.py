"""A document as JSON and back: what a message said, kept so that it can be told anew with one story changed. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final

from bot.caveat import Caveat
from bot.documents import nodes
from bot.documents.kept import kept
from bot.documents.nodes import Block, Document, Kind

_KIND: Final = "_"
_KINDS: Final[Mapping[str, Any]] = {
    kind.__name__: kind for kind in (*vars(nodes).values(), Caveat) if isinstance(kind, type) and is_dataclass(kind)
}


def to_json(document: Document) -> str:
    """The document; `from_json` gives it back as it was."""
    told = {_KIND: Document.__name__} | _changed(document, without="blocks")
    return f'{_json(told)[:-1]},"blocks":[{",".join(map(_block_json, document.blocks))}]}}'


def from_json(text: str) -> Document:
    """What `to_json` wrote; ValueError for anything else, also for nodes of another version."""
    try:
        found = _unpacked(json.loads(text))
    except (KeyError, TypeError) as error:
        raise ValueError(f"no document of this version: {error}") from None
    if not isinstance(found, Document):
        raise ValueError("no document of this version")
    return found


def _packed(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value
    if kind is tuple:
        return [part if type(part) is str else _packed(part) for part in value]
    if _fields_of(kind) is None:  # type: ignore[arg-type]  # mypy takes the instance's hash for the class's
        return value
    return {_KIND: kind.__name__} | _changed(value)


def _changed(node: Any, *, without: str = "") -> dict[str, Any]:
    """The fields of a node that are not as they are by default; what is, as most is, is not worth its space."""
    told = {}
    for name, default in _fields_of(type(node)) or ():  # type: ignore[arg-type]
        if name != without and (part := getattr(node, name)) != default:
            told[name] = part if type(part) is str else _packed(part)
    return told


@kept
def _block_json(block: Block) -> str:
    return _json(_packed(block))


def _json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@cache
def _fields_of(kind: type) -> tuple[tuple[str, Any], ...] | None:
    """The fields of a node with their defaults; None for what is no node. An edition has a hundred of them."""
    return tuple((field.name, field.default) for field in fields(kind)) if is_dataclass(kind) else None


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpacked(part) for part in value)
    if not isinstance(value, dict):
        return value
    parts = {name: _unpacked(part) for name, part in value.items() if name != _KIND}
    if value[_KIND] == Document.__name__:
        parts["kind"] = Kind(parts["kind"])
    return _KINDS[value[_KIND]](**parts)
