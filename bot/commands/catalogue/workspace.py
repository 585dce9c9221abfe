"""The workspace: its settings, how it is doing, its data."""

from __future__ import annotations

from typing import Final

from bot.caveat import NOTE_LIMIT
from bot.commands.catalogue.parts import ABOUT, FEEDS, NAME_LIMIT, PAGE, SINCE
from bot.commands.catalogue.spec import Command, Option, OptionType


def _topics(kind: str, summary: str) -> Option:
    return Option(name=kind, type=OptionType.CATALOGUE, summary=summary, is_list=True)


COMMANDS: Final = (
    Command(
        path=("setup",),
        summary="Set up Briefbot in three steps: topics, channel and time, a look at it",
        options=(
            _topics("subjects", "Topics by subject, divided by commas"),
            _topics("places", "Topics by country and region, divided by commas"),
            Option(name="channel", type=OptionType.CHANNEL, summary="Where the daily digest is posted"),
            Option(name="at", type=OptionType.TIME, summary="Local time of the daily digest, such as 08:00"),
            Option(name="zone", type=OptionType.ZONE, summary="Time zone, such as Asia/Seoul"),
            FEEDS,
            Option(
                name="step",
                type=OptionType.CHOICE,
                summary="Go to this step; done makes it all",
                choices=("topics", "when", "look", "done"),
            ),
        ),
        example="subjects:world,ai places:korea at:08:00 zone:Asia/Seoul",
    ),
    Command(
        path=("settings",),
        summary="The settings here; name one to change it",
        options=(
            Option(name="zone", type=OptionType.ZONE, summary="Time zone for new digests and for dates"),
            Option(name="language", type=OptionType.LANGUAGE, summary="Language of the caveat and of what we say"),
            Option(
                name="admin_role", type=OptionType.ROLE, summary="Who may use /brief-admin beside managers; or none"
            ),
            Option(name="ping_role", type=OptionType.ROLE, summary="The one role that digests may mention; or none"),
            Option(
                name="notices", type=OptionType.CHANNEL, summary="Channel where managers are told of trouble; or none"
            ),
            Option(
                name="retention",
                type=OptionType.INTEGER,
                summary="Days for which things are kept",
                minimum=7,
                maximum=3650,
            ),
            Option(
                name="caveat_note",
                type=OptionType.TEXT,
                summary="Words to show after the AI caveat; or none",
                maximum=NOTE_LIMIT,
            ),
            Option(
                name="mute",
                type=OptionType.TEXT,
                summary="Briefs with one of these words are in no list or digest; or none",
                is_list=True,
                maximum=1000,
            ),
        ),
        example="zone:Asia/Seoul language:ko",
    ),
    Command(path=("status",), summary="Sources in trouble, next and last digests", example="", changes=False),
    Command(
        path=("audit",),
        summary="Who changed what, and when",
        options=(PAGE, SINCE),
        example="since:7d",
        changes=False,
    ),
    Command(path=("export",), summary="All data of this workspace as files: JSON, and OPML", example="", changes=False),
    Command(
        path=("forget",),
        summary="Remove everything of this workspace for good",
        options=(
            Option(
                name="confirm",
                type=OptionType.TEXT,
                summary="The word that the first answer shows",
                maximum=NAME_LIMIT,
            ),
        ),
        example="",
        is_danger=True,
        # It takes the audit trail with it.
        changes=False,
    ),
    Command(path=("help",), summary="What managers can ask", options=(ABOUT,), example="digest add", changes=False),
)
