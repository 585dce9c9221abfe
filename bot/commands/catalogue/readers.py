"""What everybody may ask."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.parts import ABOUT, BRIEF, PAGE, SINCE, count, topic
from bot.commands.catalogue.spec import Command, Option, OptionType

COMMANDS: Final = (
    Command(
        path=("latest",),
        summary="The newest briefs, of everything or of one topic",
        options=(topic("Only of this topic"), count(5), PAGE),
        example='topic:"Korea Japan" count:5',
    ),
    Command(path=("read",), summary="One brief, whole, with its sources", options=(BRIEF,), example="b12"),
    Command(
        path=("search",),
        summary='Find briefs by words; "a phrase" and -without work',
        options=(
            Option(
                name="query",
                type=OptionType.TEXT,
                summary="Words to look for",
                is_required=True,
                is_rest=True,
                maximum=200,
            ),
            topic("Only in this topic"),
            SINCE,
            PAGE,
        ),
        example="Greenland tariffs since:7d",
    ),
    Command(path=("related",), summary="What else was reported around a brief", options=(BRIEF,), example="b12"),
    Command(
        path=("today",),
        summary="Today's digest as it stands now",
        options=(topic("Only this topic"),),
        example='topic:"Korea Japan"',
    ),
    Command(
        path=("report",),
        summary="Tell the managers that a brief is wrong",
        options=(
            BRIEF,
            Option(name="reason", type=OptionType.TEXT, summary="What is wrong with it", is_rest=True, maximum=500),
        ),
        example="b12 The number of victims is wrong",
    ),
    Command(path=("topics",), summary="What is followed here", example=""),
    Command(path=("help",), summary="What you can ask", options=(ABOUT,), example="search"),
)
