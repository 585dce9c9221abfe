"""The words of a brief as JSON, for the column `body`."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter

from bot.models import BriefText

_TEXT: Final = TypeAdapter(BriefText)


def dump(text: BriefText) -> dict[str, Any]:
    """Plain JSON values; instants as ISO 8601."""
    body: dict[str, Any] = _TEXT.dump_python(text, mode="json")
    return body


def load(body: Any) -> BriefText:
    """What `dump` wrote; ValueError when it is anything else."""
    return _TEXT.validate_python(body)
