"""What concerns all workspaces: for whoever runs the bot."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.spec import Command, Option, OptionType

_SOURCE: Final = Option(name="source", type=OptionType.SOURCE, summary="Its id, title or address", is_required=True)

COMMANDS: Final = (
    Command(
        path=("operator", "status"),
        summary="All workspaces in numbers, and what the model used",
        example="",
        changes=False,
    ),
    Command(
        path=("operator", "share"),
        summary="Let every workspace see a source that is followed here",
        options=(_SOURCE,),
        example="src3",
    ),
    Command(
        path=("operator", "unshare"),
        summary="Leave a shared source to those who follow it",
        options=(_SOURCE,),
        example="src3",
    ),
)
