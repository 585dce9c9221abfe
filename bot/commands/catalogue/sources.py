"""Sources: the feeds that are read."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.parts import PAGE
from bot.commands.catalogue.spec import Command, Option, OptionType

COMMANDS: Final = (
    Command(
        path=("source", "add"),
        summary="Follow a feed",
        options=(
            Option(name="url", type=OptionType.URL, summary="The feed's address", is_required=True),
            Option(
                name="check",
                type=OptionType.CHOICE,
                summary="no: follow it without reading it first",
                choices=("yes", "no"),
            ),
        ),
        example="https://example.org/feed.xml",
    ),
    Command(
        path=("source", "remove"),
        summary="Stop following a feed; its briefs stay",
        options=(Option(name="source", type=OptionType.SOURCE, summary="Its id, title or address", is_required=True),),
        example="src3",
        is_danger=True,
    ),
    Command(
        path=("source", "resume"),
        summary="Read a feed again that was switched off",
        options=(Option(name="source", type=OptionType.SOURCE, summary="Its id, title or address", is_required=True),),
        example="src3",
    ),
    Command(
        path=("source", "list"), summary="All feeds that are followed here", options=(PAGE,), example="", changes=False
    ),
    Command(
        path=("source", "import"),
        summary="Follow the feeds of an OPML file or of a list of addresses",
        options=(
            Option(
                name="file",
                type=OptionType.FILE,
                summary="An OPML file, or addresses of feeds",
                is_required=True,
                is_rest=True,
            ),
        ),
        example="https://example.org/feed.xml https://example.com/rss",
    ),
    Command(path=("source", "export"), summary="All feeds as an OPML file", example="", changes=False),
)
