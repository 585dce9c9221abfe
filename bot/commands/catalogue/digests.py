"""Digests: what is posted where and when."""

from __future__ import annotations

from typing import Final

from bot.commands.catalogue.parts import RENAME, STYLES, name
from bot.commands.catalogue.spec import Command, Option, OptionType

_DETAILS: Final = (
    Option(name="zone", type=OptionType.ZONE, summary="Time zone, such as Asia/Seoul"),
    Option(name="days", type=OptionType.DAYS, summary="daily, weekdays, mon-fri or mon,wed,sat"),
    Option(name="style", type=OptionType.CHOICE, summary="How much of each story", choices=STYLES),
    Option(name="stories", type=OptionType.INTEGER, summary="At most so many stories", minimum=1, maximum=25),
    Option(
        name="catch_up",
        type=OptionType.INTEGER,
        summary="Hours by which it may still be posted late",
        minimum=0,
        maximum=24,
    ),
    Option(
        name="publish",
        type=OptionType.CHOICE,
        summary="In an announcement channel: publish to those who follow it, too",
        choices=("yes", "no"),
    ),
    Option(
        name="caps", type=OptionType.CAPS, summary='At most so many of a topic: "Korea Japan=3, AI=2"', is_list=True
    ),
    Option(
        name="quiet",
        type=OptionType.CHOICE,
        summary="When nothing is new: skip it, post a note, or the best of the week",
        choices=("skip", "note", "best"),
    ),
    Option(
        name="covers",
        type=OptionType.CHOICE,
        summary="How far back it looks: to the edition before it, or a week",
        choices=("day", "week"),
    ),
    Option(
        name="repeats",
        type=OptionType.CHOICE,
        summary="Whether it may tell what another digest told in its channel",
        choices=("yes", "no"),
    ),
    Option(
        name="language",
        type=OptionType.LANGUAGE,
        summary="The language it speaks; workspace: that of the settings",
        choices=("workspace",),
    ),
    Option(
        name="place",
        type=OptionType.CHOICE,
        summary="Stories in the channel, or in a thread of a message with the headlines",
        choices=("channel", "thread"),
    ),
    Option(name="ping", type=OptionType.PING, summary="The role it mentions; none; workspace: that of the settings"),
)


def _schedule(*, is_edit: bool) -> tuple[Option, ...]:
    """What a digest may be told beside its name and time."""
    topics = "These topics, divided by commas" + ("; none: everything" if is_edit else "; everything unless you say")
    return (
        Option(name="topics", type=OptionType.TOPIC, summary=topics, is_list=True),
        Option(
            name="channel",
            type=OptionType.CHANNEL,
            summary="Where it is posted" + ("" if is_edit else "; here unless you say"),
        ),
        *_DETAILS,
    )


def _digest() -> Option:
    return Option(name="digest", type=OptionType.DIGEST, summary="Its name or id", is_required=True)


def _time(*, is_required: bool) -> Option:
    return Option(
        name="at",
        type=OptionType.TIME,
        summary="Local times, such as 08:00 or 08:00,18:00",
        is_required=is_required,
        is_list=True,
    )


COMMANDS: Final = (
    Command(
        path=("digest", "add"),
        summary="Post a digest in a channel at a local time",
        options=(name("What to call it"), _time(is_required=True), *_schedule(is_edit=False)),
        example='"Morning briefing" at:08:00 zone:Asia/Seoul days:mon-fri',
    ),
    Command(
        path=("digest", "edit"),
        summary="Change a digest; what you do not name stays",
        options=(_digest(), RENAME, _time(is_required=False), *_schedule(is_edit=True)),
        example='"Morning briefing" at:07:30',
    ),
    Command(
        path=("digest", "pause"),
        summary="Stop posting a digest for now",
        options=(
            _digest(),
            Option(
                name="until",
                type=OptionType.DATE,
                summary="Until this date, such as 2026-12-24; it goes on by itself then",
            ),
        ),
        example='"Morning briefing" until:2026-12-24',
    ),
    Command(
        path=("digest", "resume"),
        summary="Post a paused digest again",
        options=(_digest(),),
        example='"Morning briefing"',
    ),
    Command(
        path=("digest", "remove"),
        summary="Delete a digest and its history",
        options=(_digest(),),
        example='"Morning briefing"',
        is_danger=True,
    ),
    Command(path=("digest", "list"), summary="All digests and when they are due", example="", changes=False),
    Command(
        path=("digest", "preview"),
        summary="What a digest would post now; only you see it",
        options=(_digest(),),
        example='"Morning briefing"',
        changes=False,
    ),
    Command(
        path=("digest", "feed"),
        summary="The secret address of a digest as a feed",
        options=(
            _digest(),
            Option(
                name="address",
                type=OptionType.CHOICE,
                summary="renew: a new one; revoke: none any more",
                choices=("renew", "revoke"),
            ),
        ),
        example='"Morning briefing" address:renew',
    ),
    Command(
        path=("digest", "send"),
        summary="Post today's edition of a digest now",
        options=(_digest(),),
        example='"Morning briefing"',
    ),
)
