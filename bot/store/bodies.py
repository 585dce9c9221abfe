"""The words of a brief as JSON, for the column `body`, and what was refused of it, for `refused`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from bot.models import BriefText, Refusal

_TEXT: Final = TypeAdapter(BriefText)
_REFUSED: Final = TypeAdapter(tuple[Refusal, ...])


def dump(text: BriefText) -> dict[str, Any]:
    """Plain JSON values; instants as ISO 8601.

    What later versions of the program added is left out where it says nothing, so that the same words stay the same.
    """
    body: dict[str, Any] = _TEXT.dump_python(text, mode="json")
    if not text.differs:
        del body["differs"]
    for source in body["sources"]:
        if not source["language"]:
            del source["language"]
    return body


def load(body: Any) -> BriefText:
    """What `dump` wrote; ValueError when it is anything else."""
    return _TEXT.validate_python(body)


def dump_refused(refusals: Sequence[Refusal]) -> list[dict[str, Any]]:
    """Plain JSON values."""
    refused: list[dict[str, Any]] = _REFUSED.dump_python(tuple(refusals), mode="json")
    return refused


def load_refused(refused: Any) -> tuple[Refusal, ...]:
    """What `dump_refused` wrote; ValueError when it is anything else."""
    return _REFUSED.validate_python(refused) if refused else ()
