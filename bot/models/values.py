"""What all values share: identifiers, instants, and the base that refuses a naive datetime."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Literal, NewType

WorkspaceId = NewType("WorkspaceId", str)
"""`platform:id`, for instance `discord:81384788765712384`, `slack:T024BE7LD`, `console:local`."""

ChannelRef = NewType("ChannelRef", str)
"""A place to post, opaque to the core; made and read by one adapter only."""

LOCAL_WORKSPACE = WorkspaceId("console:local")

IdKind = Literal["b", "s", "t", "d", "e", "a", "src"]


def public_id(kind: IdKind, number: int) -> str:
    """The id as people see it: `public_id("b", 12) == "b12"`."""
    return f"{kind}{number}"


def parse_public_id(kind: IdKind, text: str) -> int | None:
    """The number in `b12`, `B12`, `#12` or `12`; None for anything else."""
    found = re.fullmatch(rf"(?:{kind}|#)?([1-9][0-9]{{0,17}})", text.strip(), re.IGNORECASE | re.ASCII)
    return int(found[1]) if found else None


def utc(value: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive datetime."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError(f"a datetime without a zone: {value!r}")
    return value.astimezone(UTC)


class Value:
    """Base of the values here: refuses a naive datetime and turns an aware one into UTC."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name in _names(type(self)):  # type: ignore[arg-type]  # mypy takes the instance's hash for the class's
            value = getattr(self, name)
            if isinstance(value, datetime) and value.tzinfo is not UTC:
                object.__setattr__(self, name, utc(value))


@cache
def _names(kind: type[Value]) -> tuple[str, ...]:
    """The fields that may hold a datetime, which are few of many; annotations are words here (PEP 563)."""
    return tuple(field.name for field in fields(kind) if "datetime" in str(field.type))  # type: ignore[arg-type]
