"""A message as a short tree of nodes that say what things mean; how they look is each adapter's business.

All text in nodes is raw: never escaped, never markup. The renderer escapes at the leaf. A node is added here only when
every renderer draws it: there is no field for "extra" things of one platform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.saying import in_effect

if TYPE_CHECKING:
    from bot.caveat import Caveat


# ── inline ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an absolute http(s) address; drawn as plain words where `url` is not one."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Cite:
    """The numbers of the sources of what stands before it, as `[1][3]`."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type or copy, word for word: a command, an id."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A channel (its `ChannelRef`), a role (as the adapter named it), or a person (their id on the platform, with a
    name), drawn as the platform does; pings nobody."""

    ref: str
    is_role: bool = False
    name: str = ""
    """Of a person: what they were called."""


Inline = Text | Link | Cite | Code | Mention


# ── blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2
    """1: the message's own title; 2: a part; 3: a part of a part."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A brief in short, as it stands in a list or a digest."""

    brief: str
    """Its public id, `b12`."""
    headline: str
    deck: str = ""
    label: str = ""
    """"Update", "Retracted"; empty as a rule."""
    byline: tuple[str, ...] = ()
    """Small facts in order: "3 publishers: Ex News, …", "2 hours ago", "Single source"."""
    sources: tuple[Link, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    """Public id (or empty) and headline of related briefs."""


@dataclass(frozen=True, slots=True)
class SourceItem:
    n: int
    publisher: str
    title: str = ""
    url: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """The numbered sources of a brief."""

    items: tuple[SourceItem, ...]


@dataclass(frozen=True, slots=True)
class RelatedItem:
    headline: str
    blurb: str
    brief: str = ""
    """Public id when it is in the store."""
    url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RelatedList:
    items: tuple[RelatedItem, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line: settings, a digest's schedule, status."""

    rows: tuple[tuple[str, str | Mention], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Small print beside the matter: how many more there are, what to type next, why it is late."""

    spans: tuple[Inline, ...]
    is_hint: bool = False
    """What to type for what a platform with buttons offers as one; it leaves this out."""


@dataclass(frozen=True, slots=True)
class Divider:
    pass


@dataclass(frozen=True, slots=True)
class Action:
    """A command that a reader can give with one press; drawn as a button, or as the words to type."""

    label: str
    command: str
    """As typed, without the slash: `brief read b12`."""
    is_danger: bool = False
    replaces: bool = False
    """Its answer takes the place of this message where a platform can do that: the next page of a list."""
    asks: bool = False
    """The command needs more, which a platform that has forms asks for in one; elsewhere it is what to begin with."""
    is_personal: bool = False
    """For who asked alone: left out where the answer is shown to all."""


@dataclass(frozen=True, slots=True)
class Actions:
    items: tuple[Action, ...]


Block = Heading | Paragraph | Bullets | Card | Sources | RelatedList | Facts | Note | Divider | Actions


# ── document ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Kind(StrEnum):
    BRIEF = "brief"
    DIGEST = "digest"
    LIST = "list"
    """Briefs in a list: latest, search, related."""
    NOTICE = "notice"
    """No brief in it: help, settings, an answer to an admin."""
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A platform-neutral message.

    Law 1: a brief, a digest or a list of briefs cannot be built without a caveat (ValueError), and no document that
    shows a Card, Sources or RelatedList can, whatever its kind. The caveat is no block, so nothing can cut or drop it.
    """

    kind: Kind
    title: str
    """Plain words for notifications and screen readers; drawn only where a Heading says so."""
    blocks: tuple[Block, ...]
    caveat: Caveat | None = None
    language: str = field(default_factory=lambda: in_effect("en"))
    """What its own words are in, and those that a platform adds to it."""
    ping: str = ""
    """The one role or group that this message may mention, as the adapter named it; empty as a rule."""
    part: int = 1
    parts: int = 1

    def __post_init__(self) -> None:
        if self.caveat is None and needs_caveat(self):
            raise ValueError(f"a {self.kind} document without its caveat")


def needs_caveat(document: Document) -> bool:
    """Whether a document shows anything of a brief."""
    return document.kind in (Kind.BRIEF, Kind.DIGEST, Kind.LIST) or any(
        isinstance(block, Card | Sources | RelatedList) for block in document.blocks
    )
