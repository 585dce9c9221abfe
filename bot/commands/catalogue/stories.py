"""Stories that a channel follows."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.parts import BRIEF
from bot.commands.catalogue.spec import Command, Option, OptionType

COMMANDS: Final = (
    Command(
        path=("story", "follow"),
        summary="Post a brief in a channel, and below it what becomes known later",
        options=(
            BRIEF,
            Option(name="channel", type=OptionType.CHANNEL, summary="Where it is posted; here unless you say"),
            Option(name="until", type=OptionType.DATE, summary="The last day; while there is news unless you say"),
        ),
        example="b12",
    ),
    Command(
        path=("story", "unfollow"),
        summary="Post no more about a story",
        options=(
            BRIEF,
            Option(name="channel", type=OptionType.CHANNEL, summary="Only in this channel; in all unless you say"),
        ),
        example="b12",
    ),
    Command(path=("story", "list"), summary="All stories that are followed, and where", example="", changes=False),
)
