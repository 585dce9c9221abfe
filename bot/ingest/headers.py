"""What the headers of an answer say, bounded and fit to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_REST_S: Final = 24 * 3600.0


def short(value: str | None, most: int = 500) -> str:
    """A header's value as it stands; empty when it is long or holds anything but printable ASCII.

    A shortened validator would never match, and undecodable bytes can be neither stored nor sent back.
    """
    return value if value and len(value) <= most and value.isascii() and value.isprintable() else ""


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header, given as a number or a date; None when it says nothing we understand."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), LONGEST_REST_S)
    try:
        seconds = (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_REST_S)


def max_age(headers: Mapping[str, str]) -> float | None:
    """How long the publisher says an answer is good for, in seconds."""
    for part in headers.get("Cache-Control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            return float(value[:12])
    return None
