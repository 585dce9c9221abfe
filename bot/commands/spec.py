"""Everything that can be asked, declared once; each platform registers it natively from here.

Within what Discord allows, the tightest: names of 1–32 lower-case characters, summaries of 1–100, at most 25 options
with the required ones first, at most 25 choices, and command > group > subcommand. A test holds it to that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.caveat import NOTE_LIMIT


class Role(StrEnum):
    MEMBER = "member"
    MANAGER = "manager"


class OptionType(StrEnum):
    """What an option's value is; `values.py` and `lookup.py` read each."""

    TEXT = "text"
    INTEGER = "integer"
    CHOICE = "choice"
    TOPIC = "topic"
    BRIEF = "brief"
    DIGEST = "digest"
    SOURCE = "source"
    CHANNEL = "channel"
    ROLE = "role"
    ZONE = "zone"
    TIME = "time"
    DAYS = "days"
    LANGUAGE = "language"
    SINCE = "since"
    URL = "url"
    FILE = "file"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A value that a command takes."""

    name: str
    type: OptionType
    summary: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    """Of an integer its value, of a text its characters."""
    is_list: bool = False
    """Several values, divided by commas; `none` is the empty list."""
    is_rest: bool = False
    """Takes every word that was typed without a name, just as typed."""

    @property
    def can_complete(self) -> bool:
        """Whether a platform may offer values while one is typed (see `complete.py`)."""
        return self.type in _COMPLETED and not self.is_list


_COMPLETED: Final = frozenset(
    (OptionType.TOPIC, OptionType.BRIEF, OptionType.DIGEST, OptionType.SOURCE, OptionType.ZONE)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """Something that can be asked: `/brief latest`, `/brief-admin digest add`."""

    path: tuple[str, ...]
    summary: str
    example: str
    """What follows the path in a right command."""
    options: tuple[Option, ...] = ()
    role: Role = Role.MEMBER
    is_danger: bool = False
    """Takes something away; platforms with buttons ask once more."""

    @property
    def root(self) -> str:
        return "brief" if self.role is Role.MEMBER else "brief-admin"

    @property
    def name(self) -> str:
        """As typed, without the slash: `brief-admin digest add`."""
        return " ".join((self.root, *self.path))

    @property
    def usage(self) -> str:
        """With its options: `/brief latest [topic] [count]`."""
        shown = [f"{option.name.upper()}" if option.is_required else f"[{option.name}]" for option in self.options]
        return " ".join((f"/{self.name}", *shown))

    @property
    def right(self) -> str:
        """A right command, to show to somebody who typed a wrong one."""
        return f"/{self.name} {self.example}".rstrip()

    def option(self, name: str) -> Option | None:
        return next((option for option in self.options if option.name == name), None)


NAME_LIMIT: Final = 80
STYLES: Final = ("headlines", "summaries", "full")

_BRIEF = Option(name="brief", type=OptionType.BRIEF, summary="Its id, such as b12", is_required=True)
_SINCE = Option(name="since", type=OptionType.SINCE, summary="Not older than this: 24h, 7d, yesterday or 2026-11-01")
_PAGE = Option(name="page", type=OptionType.INTEGER, summary="Which page of the list", minimum=1, maximum=100)


def _topic(summary: str, *, is_required: bool = False) -> Option:
    return Option(name="topic", type=OptionType.TOPIC, summary=summary, is_required=is_required)


def _count(default: int) -> Option:
    return Option(
        name="count", type=OptionType.INTEGER, summary=f"How many, {default} unless you say", minimum=1, maximum=20
    )


def _name(summary: str, *, option: str = "name", is_required: bool = True) -> Option:
    return Option(
        name=option, type=OptionType.TEXT, summary=summary, is_required=is_required, minimum=1, maximum=NAME_LIMIT
    )


_ABOUT = Option(
    name="command", type=OptionType.TEXT, summary="Tell me all about this one", is_rest=True, maximum=NAME_LIMIT
)

_MEMBER: Final = (
    Command(
        path=("latest",),
        summary="The newest briefs, of everything or of one topic",
        options=(_topic("Only of this topic"), _count(5), _PAGE),
        example='topic:"Korea Japan" count:5',
    ),
    Command(path=("read",), summary="One brief, whole, with its sources", options=(_BRIEF,), example="b12"),
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
            _topic("Only in this topic"),
            _SINCE,
            _PAGE,
        ),
        example="Greenland tariffs since:7d",
    ),
    Command(path=("related",), summary="What else was reported around a brief", options=(_BRIEF,), example="b12"),
    Command(
        path=("today",),
        summary="Today's digest as it stands now",
        options=(_topic("Only this topic"),),
        example='topic:"Korea Japan"',
    ),
    Command(path=("topics",), summary="What is followed here", example=""),
    Command(path=("help",), summary="What you can ask", options=(_ABOUT,), example="search"),
)


# ── managers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    )


def _digest() -> Option:
    return Option(name="digest", type=OptionType.DIGEST, summary="Its name or id", is_required=True)


def _time(*, is_required: bool) -> Option:
    return Option(name="at", type=OptionType.TIME, summary="Local time, such as 08:00", is_required=is_required)


_RENAME = _name("A new name", is_required=False)

_MANAGER: Final = (
    Command(
        path=("topic", "add"),
        summary="Follow a topic",
        options=(_name("What to call it"), *_rule(is_edit=False)),
        example='"Korea Japan" words:"Korea Japan, 한일" languages:en,ko publishers:2',
    ),
    Command(
        path=("topic", "edit"),
        summary="Change a topic; what you do not name stays",
        options=(_topic("Its name or id", is_required=True), _RENAME, *_rule(is_edit=True)),
        example='"Korea Japan" exclude:football',
    ),
    Command(
        path=("topic", "remove"),
        summary="Stop following a topic",
        options=(_topic("Its name or id", is_required=True),),
        example='"Korea Japan"',
        is_danger=True,
    ),
    Command(path=("topic", "list"), summary="All topics with their rules", example=""),
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
    Command(path=("source", "list"), summary="All feeds that are followed here", options=(_PAGE,), example=""),
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
    Command(path=("source", "export"), summary="All feeds as an OPML file", example=""),
    Command(
        path=("digest", "add"),
        summary="Post a digest in a channel at a local time",
        options=(_name("What to call it"), _time(is_required=True), *_schedule(is_edit=False)),
        example='"Morning briefing" at:08:00 zone:Asia/Seoul days:mon-fri',
    ),
    Command(
        path=("digest", "edit"),
        summary="Change a digest; what you do not name stays",
        options=(_digest(), _RENAME, _time(is_required=False), *_schedule(is_edit=True)),
        example='"Morning briefing" at:07:30',
    ),
    Command(
        path=("digest", "pause"),
        summary="Stop posting a digest for now",
        options=(_digest(),),
        example='"Morning briefing"',
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
    Command(path=("digest", "list"), summary="All digests and when they are due", example=""),
    Command(
        path=("digest", "preview"),
        summary="What a digest would post now; only you see it",
        options=(_digest(),),
        example='"Morning briefing"',
    ),
    Command(
        path=("digest", "send"),
        summary="Post today's edition of a digest now",
        options=(_digest(),),
        example='"Morning briefing"',
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
        ),
        example="zone:Asia/Seoul language:ko",
    ),
    Command(path=("status",), summary="Sources in trouble, next and last digests", example=""),
    Command(path=("export",), summary="Topics, sources, digests and settings as a file", example=""),
    Command(path=("help",), summary="What managers can ask", options=(_ABOUT,), example="digest add"),
)


COMMANDS: Final[tuple[Command, ...]] = (*_MEMBER, *(replace(command, role=Role.MANAGER) for command in _MANAGER))
BY_NAME: Final = {command.name: command for command in COMMANDS}
