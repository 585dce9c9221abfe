"""What a command is: its name, its options, who may give it. All commands there are: `catalogue/`."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    MEMBER = "member"
    MANAGER = "manager"
    OPERATOR = "operator"
    """Who runs the process: what concerns all workspaces."""


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
    DATE = "date"
    """A local date to come."""
    CAPS = "topic=number"
    """Topics with a number each."""
    PING = "role to mention"
    """A role, `none`, or `workspace`."""
    LANGUAGE = "language"
    SINCE = "since"
    URL = "url"
    FILE = "file"
    CATALOGUE = "catalogue"
    """A topic of `bot/topics/catalogue`."""


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
    unless: str = ""
    """The name of another option; when that is given, this one is not needed."""

    @property
    def can_complete(self) -> bool:
        """Whether a platform may offer values while one is typed (see `complete.py`)."""
        return self.type is OptionType.CATALOGUE or (self.type in _COMPLETED and not self.is_list)

    def is_missing(self, given: Container[str]) -> bool:
        """Whether it is needed and not among the options that were given."""
        return self.is_required and self.name not in given and self.unless not in given


REFERENCES: Final = frozenset((OptionType.TOPIC, OptionType.BRIEF, OptionType.DIGEST, OptionType.SOURCE))
"""Types whose values name something that is kept in the workspace."""
_COMPLETED: Final = REFERENCES | {OptionType.ZONE, OptionType.PING}
_TAKING: Final = frozenset(("retract", "unfollow", "unshare"))
"""Verbs of commands that take something away without being asked twice."""


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
    changes: bool = True
    """Of a managers' command: whether it may change what is set, so that what it changed goes into the audit trail."""

    @property
    def root(self) -> str:
        return "brief" if self.role is Role.MEMBER else "brief-admin"

    @property
    def takes_away(self) -> bool:
        """Whether it takes something away, asked twice or not: never what a mistake is answered with."""
        return self.is_danger or self.path[-1] in _TAKING

    @property
    def is_audited(self) -> bool:
        return self.changes and self.role is not Role.MEMBER

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
