"""Topic → edition → delivery: schedules, their runs, and the messages on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from bot.models.briefs import Brief, Sentence
from bot.models.values import ChannelRef, Value, WorkspaceId


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
    """Below zero since the store was put back: this one without its sign, and perhaps later ones."""
    told_at: datetime
    """When the version told last was written, or the store was put back."""
    news_at: datetime
    """When there was last something to post."""
    posted_at: datetime | None = None
    """When a post about it last came to stand in the channel; None before the first."""
    trouble: str = ""
    """Why its channel cannot be posted to; empty while it can."""
    trouble_since: datetime | None = None
    ended_at: datetime | None = None
    ended_why: str = ""
    created_at: datetime

    @property
    def platform(self) -> str:
        return self.workspace_id.partition(":")[0]

    @property
    def told(self) -> tuple[int, int]:
        """The number of the brief and the version that was told last."""
        return self.told_brief_id, abs(self.told_version)

    @property
    def is_put_back(self) -> bool:
        """What was published up to `told_at` may have been told although nothing here says so."""
        return self.told_version < 0


_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST_KEY: Final = 25


def message_key(delivery_id: int, planned_at: datetime) -> str:
    """What a platform is asked to deduplicate a message by, and by which it is found again: the same for each try.

    The instant at which its edition was planned is in it, since SQLite gives the numbers of deleted rows again, and a
    store that was restored or begun anew counts from where it is.
    """
    rest, stamp = int(planned_at.timestamp() * 1_000_000), ""
    while rest:
        rest, digit = divmod(rest, len(_DIGITS))
        stamp = _DIGITS[digit] + stamp
    return f"bb-{delivery_id}-{stamp}"[:_LONGEST_KEY]


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
    home: ChannelRef | None = None
    """The channel of its digest now; None for a post about a story that is followed."""
    is_paused: bool = False
    """Its digest was paused when it was claimed: it is sent by hand."""
    is_troubled: bool = False
    """Its channel could not be posted to before."""
    first_ref: str = ""
    """The reference of the edition's first message, of a followed story that of its first post; empty for that one."""
    state: DeliveryState
    attempts: int = 0
    """Sends begun, this one included."""
    is_unsure: bool = False
    """An earlier one may have got there: it began and was not settled, or its answer was lost."""
    error: str = ""
    message_ref: str = ""

    @property
    def last_chance(self) -> datetime:
        """When to give up; what was planned late has some minutes all the same."""
        return max(last_chance(self.due_at, self.catch_up_s), self.planned_at + ON_TIME)

    @property
    def key(self) -> str:
        return message_key(self.id, self.planned_at)
