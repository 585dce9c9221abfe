"""Topics: what a workspace follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.commands.catalogue.parts import FEEDS, RENAME, name, topic
from bot.commands.catalogue.spec import Command, Option, OptionType


def _rule(*, is_edit: bool) -> tuple[Option, ...]:
    """The parts of a topic's rule."""
    none = "; none: not any more" if is_edit else ""
    return (
        Option(
            name="words",
            type=OptionType.TEXT,
            summary=f"Any of these words or phrases, divided by commas{none}",
            is_list=True,
            maximum=1000,
        ),
        Option(
            name="exclude",
            type=OptionType.TEXT,
            summary=f"None of these words or phrases{none}",
            is_list=True,
            maximum=1000,
        ),
        Option(
            name="sources",
            type=OptionType.SOURCE,
            summary=f"Only from these sources, by id or title{none}",
            is_list=True,
        ),
        Option(
            name="not_sources",
            type=OptionType.SOURCE,
            summary=f"Nothing that comes from these sources alone{none}",
            is_list=True,
        ),
        Option(
            name="languages",
            type=OptionType.LANGUAGE,
            summary=f"Only in these languages: en, ko, ja{none}",
            is_list=True,
        ),
        Option(
            name="publishers",
            type=OptionType.INTEGER,
            summary="At least so many independent publishers",
            minimum=1,
            maximum=20,
        ),
    )


COMMANDS: Final = (
    Command(
        path=("topic", "add"),
        summary="Follow a topic",
        options=(
            replace(name("What to call it"), unless="from"),
            Option(
                name="from",
                type=OptionType.CATALOGUE,
                summary="Topics of the catalogue, with their feeds, divided by commas",
                is_list=True,
            ),
            *_rule(is_edit=False),
            FEEDS,
        ),
        example='"Korea Japan" words:"Korea Japan, 한일" languages:en,ko publishers:2',
    ),
    Command(
        path=("topic", "edit"),
        summary="Change a topic; what you do not name stays",
        options=(topic("Its name or id", is_required=True), RENAME, *_rule(is_edit=True)),
        example='"Korea Japan" exclude:football',
    ),
    Command(
        path=("topic", "remove"),
        summary="Stop following a topic",
        options=(topic("Its name or id", is_required=True),),
        example='"Korea Japan"',
        is_danger=True,
    ),
    Command(
        path=("topic", "preview"),
        summary="What a topic, or one not stored yet, takes of the last week",
        options=(topic("Its name or id"), name("What to call it", is_required=False), *_rule(is_edit=False)),
        example='words:"Korea + Japan, 한일" publishers:2',
        changes=False,
    ),
    Command(
        path=("topic", "catalogue"),
        summary="Topics that are ready to be followed, with well-known feeds",
        example="",
        changes=False,
    ),
    Command(path=("topic", "list"), summary="All topics with their rules", example="", changes=False),
)
