"""Options that several commands take, and their limits."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.spec import Option, OptionType

NAME_LIMIT: Final = 80
STYLES: Final = ("headlines", "summaries", "full")

BRIEF = Option(name="brief", type=OptionType.BRIEF, summary="Its id, such as b12", is_required=True)
SINCE = Option(name="since", type=OptionType.SINCE, summary="Not older than this: 24h, 7d, yesterday or 2026-11-01")
PAGE = Option(name="page", type=OptionType.INTEGER, summary="Which page of the list", minimum=1, maximum=100)


def topic(summary: str, *, is_required: bool = False) -> Option:
    return Option(name="topic", type=OptionType.TOPIC, summary=summary, is_required=is_required)


def count(default: int) -> Option:
    return Option(
        name="count", type=OptionType.INTEGER, summary=f"How many, {default} unless you say", minimum=1, maximum=20
    )


def name(summary: str, *, option: str = "name", is_required: bool = True) -> Option:
    return Option(
        name=option, type=OptionType.TEXT, summary=summary, is_required=is_required, minimum=1, maximum=NAME_LIMIT
    )


ABOUT = Option(
    name="command", type=OptionType.TEXT, summary="Tell me all about this one", is_rest=True, maximum=NAME_LIMIT
)

FEEDS = Option(
    name="feeds",
    type=OptionType.CHOICE,
    summary="Of the catalogue: feeds in your language and English (mine), or all",
    choices=("mine", "all"),
)

RENAME = name("A new name", is_required=False)
