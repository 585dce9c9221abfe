"""What can be wrong with a sentence. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self


class FaultKind(StrEnum):
    NUMBER = "number"
    """A number, or what it is counted in."""
    DATE = "date"
    NAME = "name"
    QUOTATION = "quotation"
    SPEAKER = "speaker"
    DIRECTION = "direction"
    NEGATION = "negation"
    SOURCE = "source"
    """The sources it cites do not speak of it."""


class Fault(NamedTuple):
    kind: FaultKind
    token: str
    reason: str
    """For a person, in plain English words; `retold` says it in another language."""

    @classmethod
    def of(cls, kind: FaultKind, token: str, message: str, **values: object) -> Self:
        """With the reason of a marked message, whose `{token}` is the token."""
        return cls(kind, token, message.format(token=token, **values))
