"""The parsers that are fuzzed, by name."""

from __future__ import annotations

from typing import Final

from fuzz.target import Target

NAMES: Final = ("feed", "opml", "command", "search")


def make(name: str, *, postgres: bool = False) -> Target:
    """A target, ready; only what it needs is imported."""
    if name == "feed":
        from fuzz.targets.feed import FeedTarget

        return FeedTarget()
    if name == "opml":
        from fuzz.targets.opml import OpmlTarget

        return OpmlTarget()
    if name == "command":
        from fuzz.targets.command import CommandTarget

        return CommandTarget()
    from fuzz.targets.search import SearchTarget

    return SearchTarget(postgres=postgres)
