"""The values that travel the way of the data; each is frozen, keyword-only and zone-aware.

    source → article → story → brief → topic → edition → delivery

Instants (`*_at`) are aware and in UTC, local dates (`*_on`) are plain dates in the zone beside them.
Ids are positive integers inside; people and scripts see them with a letter in front (`b12`), made by `public_id`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Literal, NewType

WorkspaceId = NewType("WorkspaceId", str)
"""`platform:id`, for instance `discord:81384788765712384`, `slack:T024BE7LD`, `console:local`."""

ChannelRef = NewType("ChannelRef", str)
"""A place to post, opaque to the core; made and read by one adapter only."""

LOCAL_WORKSPACE = WorkspaceId("console:local")

IdKind = Literal["b", "s", "t", "d", "e", "a", "src"]


def public_id(kind: IdKind, number: int) -> str:
    """The id as people see it: `public_id("b", 12) == "b12"`."""
    return f"{kind}{number}"


def parse_public_id(kind: IdKind, text: str) -> int | None:
    """The number in `b12`, `B12`, `#12` or `12`; None for anything else."""
    found = re.fullmatch(rf"(?:{kind}|#)?([1-9][0-9]{{0,17}})", text.strip(), re.IGNORECASE | re.ASCII)
    return int(found[1]) if found else None


def utc(value: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive datetime."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError(f"a datetime without a zone: {value!r}")
    return value.astimezone(UTC)


class Value:
    """Base of the values here: refuses a naive datetime and turns an aware one into UTC."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name in _names(type(self)):  # type: ignore[arg-type]  # mypy takes the instance's hash for the class's
            value = getattr(self, name)
            if isinstance(value, datetime) and value.tzinfo is not UTC:
                object.__setattr__(self, name, utc(value))


@cache
def _names(kind: type[Value]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]


# ── source ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── article ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── story ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Story(Value):
    """The articles that report one event."""

    id: int
    articles: tuple[Article, ...]
    """Oldest first."""
    brief_id: int | None = None
    is_due: bool = False
    """Its articles changed after its brief was written."""

    @property
    def last_at(self) -> datetime:
        return max(article.published_at for article in self.articles)


# ── brief ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence and the numbers of the sources it came from."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation(Value):
    """A numbered source of a brief; `url` is empty when only a name is known."""

    n: int
    publisher: str
    title: str = ""
    url: str = ""
    published_at: datetime | None = None
    language: str = ""
    """Two-letter code; empty when it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """A link to another brief of the store (`brief_id`), to an address outside it (`url`), or only words."""

    brief_id: int | None = None
    url: str = ""
    headline: str
    blurb: str
    score: float = 0.0
    """0 to 1."""
    reason: str = ""
    """What the two have in common, for a reader: "also about Greenland tariffs"."""


class Origin(StrEnum):
    WRITTEN = "written"
    IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True, slots=True)
class BriefText(Value):
    """The words of a brief: what a writer makes of a story, or what was written elsewhere."""

    headline: str
    deck: str
    lede: tuple[Sentence, ...]
    sections: tuple[Section, ...] = ()
    sources: tuple[Citation, ...] = ()
    language: str
    written_by: str
    """`extractive`, `openai:…`, or for an imported brief the publisher it names (`imported` when it names none)."""
    disclosure: str = ""
    """The caveat that an imported brief came with, kept as its source's words; ours is shown all the same."""
    differs: bool = False
    """Its sources give different numbers for one thing; which, a section of it says."""

    @property
    def summary(self) -> str:
        """The deck; of a brief without one its first sentence, unless that only repeats the headline."""
        first = self.lede[0].text if self.lede and not self.deck else self.deck
        return "" if first.rstrip(".。") == self.headline.rstrip(".。") else first

    @property
    def source_languages(self) -> tuple[str, ...]:
        """Of its sources, each once, the most frequent first; unknown ones left out."""
        counts = Counter(source.language for source in self.sources if source.language not in ("", "und"))
        return tuple(language for language, _ in counts.most_common())

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.lede + tuple(s for section in self.sections for s in section.sentences)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal(Value):
    """A sentence that its sources do not carry, and what became of it."""

    sentence: str
    place: str
    """`headline`, `deck`, `lede`, `heading` or `section`."""
    kind: str
    """`number`, `date`, `name`, `quotation`, `speaker`, `direction`, `negation` or `source`."""
    token: str = ""
    """The words at fault; empty when it is the whole."""
    reason: str
    is_repaired: bool
    """False when it was dropped."""
    became: str = ""
    """What stands in its place; the same words when only the sources it cites were put right."""
    sources: tuple[int, ...] = ()
    """What it cites now."""


class VersionKind(StrEnum):
    """Why there is a version of a brief."""

    NEWS = "news"
    """Its story has other articles than before."""
    REWORDED = "reworded"
    """A model tells the same in better words."""
    SOURCE = "source"
    """A source changed or withdrew its article."""
    EDITED = "edited"
    """A manager changed its words."""
    REWRITTEN = "rewritten"
    """A manager had it written again without one of its sources."""
    RETRACTED = "retracted"
    """A manager took it back: its words are not shown any more."""
    DROPPED = "dropped"
    """A manager took their correction back."""


CORRECTIONS = (VersionKind.EDITED, VersionKind.REWRITTEN, VersionKind.RETRACTED)
"""What lies over a brief's own words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction(Value):
    """What a manager had a workspace read in place of a brief's own words; the operator's holds for all."""

    kind: VersionKind
    version: int
    based_on: int
    """The version of the brief's own words that it was made over, or of which managers were told since."""
    note: str = ""
    """What changed and why, in their words."""
    at: datetime
    is_for_all: bool = False
    without: tuple[str, ...] = ()
    """Owners whose articles are kept out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange(Value):
    """What a source did to an article under a brief."""

    id: int
    brief_id: int
    kind: ChangeKind
    publisher: str
    was: str
    now: str
    at: datetime
    brief_version: int
    """The version of the brief that was written after it; 0 while it is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version(Value):
    """One version of a brief: when, why, in whose words, and the words."""

    number: int
    kind: VersionKind
    note: str
    at: datetime
    text: BriefText
    is_for_all: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief(Value):
    """A stored brief at its newest version, as its viewer reads it: with the correction that lies over it."""

    id: int
    story_id: int
    version: int
    origin: Origin
    text: BriefText
    refusals: tuple[Refusal, ...] = ()
    """What the gate changed in it or kept out of it."""
    related: tuple[Related, ...] = ()
    publishers: int = 1
    """Independent ones, counted by owner."""
    article_count: int = 0
    published_at: datetime
    """Its newest article; for an imported one its own date, or when it was added."""
    news_at: datetime
    """When we last had news of it: its newest article that is news was seen, or it was added. Digests select by it."""
    is_news: bool = True
    correction: Correction | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def ref(self) -> str:
        return public_id("b", self.id)

    @property
    def is_retracted(self) -> bool:
        return self.correction is not None and self.correction.kind is VersionKind.RETRACTED

    @property
    def is_single_source(self) -> bool:
        return self.publishers <= 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A search result; the higher the score the better."""

    brief: Brief
    score: float
    article_urls: tuple[str, ...] = ()


# ── workspace and topic ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace(Value):
    """The tenant: a Discord guild, a Slack workspace, or the local console."""

    id: WorkspaceId
    name: str = ""
    zone: str = "UTC"
    language: str = "en"
    admin_role: str = ""
    ping_role: str = ""
    notices: ChannelRef = ChannelRef("")
    """The channel where managers are told things; empty: where the platform itself would tell them."""
    caveat_note: str = ""
    """Words an admin added after the caveat."""
    muted: tuple[str, ...] = ()
    """Words as in a topic's rule: a brief that has one is in no list or digest here. See `topics/mute.py`."""
    retention_days: int = 365
    left_at: datetime | None = None
    """Since when the bot is not there any more; its settings are kept for the retention time."""
    created_at: datetime

    @property
    def platform(self) -> str:
        return self.id.partition(":")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicRule:
    """What a topic matches; empty parts do not restrict. See `topics/match.py`."""

    words: tuple[str, ...] = ()
    """Any of them; several words in one entry are a phrase, and what `+` or `AND` joins must all be there."""
    excluded: tuple[str, ...] = ()
    source_ids: tuple[int, ...] = ()
    excluded_source_ids: tuple[int, ...] = ()
    """A brief that has articles from these alone is left out."""
    languages: tuple[str, ...] = ()
    min_publishers: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic(Value):
    """What a workspace follows."""

    id: int
    workspace_id: WorkspaceId
    name: str
    rule: TopicRule
    created_at: datetime


# ── digest, edition, delivery ─────────────────────────────────────────────────────────────────────────────────────────


class Style(StrEnum):
    HEADLINES = "headlines"
    SUMMARIES = "summaries"
    FULL = "full"


class Quiet(StrEnum):
    """What a digest does when there is nothing new."""

    SKIP = "skip"
    NOTE = "note"
    BEST = "best"
    """The best of the week that its channel was not told."""


class Covers(StrEnum):
    """How far back an edition looks: to the one before it, or a week."""

    DAY = "day"
    WEEK = "week"


class Place(StrEnum):
    """Where the stories stand: in the channel, or in a thread of the message that names them."""

    CHANNEL = "channel"
    THREAD = "thread"


ALL_DAYS: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeOfDay:
    """A local time of a schedule. Its slot stays when the time is changed, so that a day's run is known by it."""

    slot: int = 0
    at: time


ON_TIME = timedelta(minutes=10)
"""What is posted within this of its time is not late."""


def last_chance(due_at: datetime, catch_up_s: int) -> datetime:
    """Until when an edition may be posted; one that may not be late has the minutes that count as on time."""
    return due_at + max(timedelta(seconds=catch_up_s), ON_TIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest(Value):
    """A schedule in one channel."""

    id: int
    workspace_id: WorkspaceId
    name: str
    channel: ChannelRef
    at: time
    """Local wall-clock time, whole minutes; of several the first of the day."""
    slot: int = 0
    """The slot of `at` (see TimeOfDay)."""
    also_at: tuple[TimeOfDay, ...] = ()
    """Its other times of the day."""
    zone: str
    days: tuple[int, ...] = ALL_DAYS
    """Monday is 0, sorted."""
    topic_ids: tuple[int, ...] = ()
    """Empty: everything the workspace sees."""
    caps: tuple[tuple[int, int], ...] = ()
    """Ids of topics, and how many of its stories an edition holds at most."""
    style: Style = Style.SUMMARIES
    max_stories: int = 8
    covers: Covers = Covers.DAY
    repeats: bool = False
    """May tell what another digest told in its channel."""
    quiet: Quiet = Quiet.NOTE
    language: str = ""
    """Two-letter code; empty: the workspace's."""
    place: Place = Place.CHANNEL
    ping: str | None = None
    """The role that its first message mentions; empty: nobody; None: the workspace's."""
    catch_up_s: int = 6 * 3600
    """How late an edition may still be posted."""
    is_paused: bool = False
    paused_until: date | None = None
    """No edition before this local date; it goes on by itself then."""
    publish: bool = False
    """Where its channel is one that others can follow, its messages are published to those, too."""
    trouble: str = ""
    """Why its channel cannot be posted to; empty while it can."""
    trouble_since: datetime | None = None
    next_due_at: datetime | None = None
    next_on: date | None = None
    """The local date that `next_due_at` belongs to."""
    next_slot: int = 0
    created_at: datetime

    @property
    def platform(self) -> str:
        return self.workspace_id.partition(":")[0]

    @property
    def times(self) -> tuple[TimeOfDay, ...]:
        """Its times of the day, in order."""
        first = TimeOfDay(slot=self.slot, at=self.at)
        return tuple(sorted((first, *self.also_at), key=lambda one: one.at)) if self.also_at else (first,)


class EditionState(StrEnum):
    PLANNED = "planned"
    """Its deliveries are rows; some may be sent."""
    DELIVERED = "delivered"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick(Value):
    """A brief chosen for an edition, and why."""

    brief: Brief
    topic: str = ""
    """The name of the topic it stands under; empty without topics."""
    is_update: bool = False
    """Sent to this channel before, and has news since."""
    news: tuple[int, ...] = ()
    """Places in the brief's sentences of what is new since then; a translation has the same places."""
    why: str
    """"4 publishers, 2 hours old, matches 'Korea–Japan'"."""

    @property
    def new_sentences(self) -> tuple[Sentence, ...]:
        sentences = self.brief.text.sentences
        return tuple(sentences[place] for place in self.news if place < len(sentences))


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition(Value):
    """One run of a digest: one for a slot of a local date."""

    id: int
    digest_id: int | None
    """None for a post about a story that is followed."""
    workspace_id: WorkspaceId
    on: date
    slot: int = 0
    due_at: datetime
    state: EditionState
    reason: str = ""
    is_late: bool = False
    story_count: int = 0
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow(Value):
    """A story that a channel follows: its news go below the first post about it."""

    id: int
    workspace_id: WorkspaceId
    story_id: int
    brief_id: int | None = None
    """The brief of the story now; None while it has none."""
    channel: ChannelRef
    until: datetime | None = None
    first_ref: str = ""
    """The reference of the first post; empty until it stands in the channel."""
    told_brief_id: int
    told_version: int
    told_at: datetime
    """When the version told last was written."""
    news_at: datetime
    """When something was posted last."""
    trouble: str = ""
    """Why its channel cannot be posted to; empty while it can."""
    trouble_since: datetime | None = None
    ended_at: datetime | None = None
    ended_why: str = ""
    created_at: datetime

    @property
    def platform(self) -> str:
        return self.workspace_id.partition(":")[0]


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    """Claimed with a lease; after the lease it is unknown whether it was sent."""
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery(Value):
    """One message of an edition to one channel."""

    id: int
    edition_id: int
    digest_id: int | None = None
    """None for a post about a story that is followed."""
    follow_id: int | None = None
    workspace_id: WorkspaceId
    part: int
    """1-based; parts go out in order."""
    parts: int
    channel: ChannelRef
    title: str
    body: str
    """The payload as JSON, made when the edition was planned, so that every try sends the same."""
    caveat: str
    """The caveat that the payload must hold, word for word."""
    due_at: datetime
    """When its edition was due."""
    planned_at: datetime
    catch_up_s: int
    """How late its edition may be posted."""
    publish: bool
    in_thread: bool = False
    """Its parts after the first stand in a thread of the first."""
    is_troubled: bool = False
    """Its channel could not be posted to before."""
    first_ref: str = ""
    """The reference of the edition's first message, of a followed story that of its first post; empty for that one."""
    state: DeliveryState
    attempts: int = 0
    """Sends begun, this one included."""
    error: str = ""
    message_ref: str = ""

    @property
    def last_chance(self) -> datetime:
        """When to give up; what was planned late has some minutes all the same."""
        return max(last_chance(self.due_at, self.catch_up_s), self.planned_at + ON_TIME)

    @property
    def key(self) -> str:
        """At most 25 characters, the same for each try: what a platform is asked to deduplicate by."""
        return f"bb-{self.id}"


# ── what managers did ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Change(Value):
    """One field of one thing, from what to what, in words; `field` empty: the thing itself came or went."""

    what: str
    field: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited(Value):
    """What a manager changed with one command."""

    at: datetime
    person_id: str
    person_name: str
    """As the platform told it then."""
    command: str
    changes: tuple[Change, ...]
