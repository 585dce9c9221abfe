"""Corrections: what managers do about a brief that is wrong."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.parts import BRIEF
from bot.commands.catalogue.spec import Command, Option, OptionType

REASON_LIMIT: Final = 500
LEDE_LIMIT: Final = 2000

COMMANDS: Final = (
    Command(
        path=("correct",),
        summary="Change the words of a brief here, and in everything that was posted",
        options=(
            BRIEF,
            Option(name="headline", type=OptionType.TEXT, summary="The new headline", minimum=3, maximum=200),
            Option(name="deck", type=OptionType.TEXT, summary="The new summary below it; or none", maximum=500),
            Option(name="lede", type=OptionType.TEXT, summary="The new opening paragraph", maximum=LEDE_LIMIT),
            Option(
                name="note", type=OptionType.TEXT, summary="What changed and why; readers see it", maximum=REASON_LIMIT
            ),
            Option(
                name="without",
                type=OptionType.INTEGER,
                summary="Write it again without the source of this number",
                minimum=1,
                maximum=99,
            ),
            Option(
                name="undo",
                type=OptionType.CHOICE,
                summary="drop: take the correction or the retraction back",
                choices=("drop",),
            ),
        ),
        example='b12 headline:"Twelve were hurt, not twenty-one" note:"The toll was wrong"',
    ),
    Command(
        path=("retract",),
        summary="Take a brief back: nobody here is shown its words any more",
        options=(
            BRIEF,
            Option(
                name="reason",
                type=OptionType.TEXT,
                summary="Why; readers see it",
                is_required=True,
                is_rest=True,
                minimum=2,
                maximum=REASON_LIMIT,
            ),
        ),
        example="b12 The report was about another company",
    ),
    Command(
        path=("reports",),
        summary="Briefs that readers reported; name one to see it beside its sources",
        options=(
            Option(name="brief", type=OptionType.BRIEF, summary="Its id, such as b12"),
            Option(
                name="close",
                type=OptionType.CHOICE,
                summary="dismiss: the brief is right, nothing changes",
                choices=("dismiss",),
            ),
        ),
        example="b12",
        changes=False,
    ),
)
