"""Source → article: what is polled, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.models.values import Value
from bot.text.urls import without_login


class SourceKind(StrEnum):
    FEED = "feed"
    IMPORT = "import"
    """Articles given with `briefbot import`; never polled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source(Value):
    """A feed that is polled, once for all workspaces that follow it."""

    id: int
    url: str
    kind: SourceKind = SourceKind.FEED
    title: str = ""
    publisher: str = ""
    language: str = ""
    """What the feed says of itself, as a two-letter code; empty when it says nothing."""
    is_shared: bool = False
    """Added by the operator: every workspace sees its stories."""
    fetch_url: str = ""
    """Where a permanent redirect led; empty while `url` itself answers."""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    interval_s: int = 900
    next_poll_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    failures: int = 0
    """Failed polls in a row."""
    failing_since: datetime | None = None
    warned_at: datetime | None = None
    """Since when it counts as failing for long, of which its followers are told."""
    switched_off_at: datetime | None = None
    """Since when it is polled no more, as it failed for too long; `sources.resume` begins again."""
    last_error: str = ""
    created_at: datetime

    @property
    def address(self) -> str:
        return self.fetch_url or self.url

    @property
    def shown_url(self) -> str:
        """Its address for people: without the user and password that may stand in it (law 9)."""
        return without_login(self.url)

    @property
    def name(self) -> str:
        return self.title or self.shown_url


@dataclass(frozen=True, kw_only=True, slots=True)
class Polled(Value):
    """What one poll taught us of a source; written back by `store.sources.settle`."""

    source_id: int
    polled_at: datetime
    next_poll_at: datetime | None
    """None switches it off."""
    interval_s: int
    is_long: bool = False
    """It counts as failing for long from now on, if it did not before."""
    fetch_url: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    title: str = ""
    publisher: str = ""
    language: str = ""
    error: str = ""
    """Empty when the poll went well; else the reason in plain words. Any other empty text leaves the row's as it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft(Value):
    """An article as read from a feed, a page or an import file, cleaned, before the store knows it."""

    url: str
    """Absolute http(s) address as a reader should open it; empty when the entry has none."""
    title: str
    text: str
    """Plain text, paragraphs divided by a newline; no HTML, no control or bidi-override characters."""
    publisher: str
    language: str
    """Two-letter code, `und` when it cannot be told."""
    published_at: datetime | None = None
    entry_id: str = ""
    """The feed's own id of the entry (guid, atom:id, rdf:about)."""
    author: str = ""

    @property
    def lead(self) -> str:
        """The first 1,000 characters of the text: enough to tell articles apart."""
        return self.text[:1000]


@dataclass(frozen=True, kw_only=True, slots=True)
class Article(Value):
    """One item of a source, stored."""

    id: int
    source_id: int
    story_id: int | None = None
    """None until it is grouped."""
    place: int | None = None
    """A number that grows with each article that is grouped; None until then."""
    url: str
    title: str
    text: str
    publisher: str
    owner: str
    """Who answers for the text: the key by which publishers are counted (see `stories/owners.py`)."""
    language: str
    published_at: datetime
    """What the source says, never later than `seen_at`; `seen_at` when it says nothing."""
    seen_at: datetime
    is_news: bool = True
    """False for what was old already when its source was added: stored and searched, never in a digest."""


class Stored(StrEnum):
    """What the store did with a draft."""

    NEW = "new"
    UPDATED = "updated"
    """Known, but its title or text changed; kept as the same article."""
    DUPLICATE = "duplicate"


class ChangeKind(StrEnum):
    CHANGED = "changed"
    """A fact is another one."""
    CORRECTED = "corrected"
    """The source says that it corrected it."""
    WITHDRAWN = "withdrawn"
    """The source says that it took it back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleChange:
    """What a source changed in an article: what was said and what is said now; either may be empty."""

    kind: ChangeKind
    was: str = ""
    now: str = ""
