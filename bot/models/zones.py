"""Time zones by their names. The table of zones is the system's, and an update of it may take a name away."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name; UTC in place of one that is not known any more, so that what has it can still be shown."""
    return _found(name) or ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """Whether the table has it."""
    return _found(name) is not None


def _found(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    # Some names are folders of the table, or are refused as paths.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
