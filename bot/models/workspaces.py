"""Who follows what: workspaces, their topics, and what managers did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.models.values import ChannelRef, Value, WorkspaceId

_NOWHERE = ChannelRef("")


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace(Value):
    """The tenant: a Discord guild, a Slack workspace, or the local console."""

    id: WorkspaceId
    name: str = ""
    zone: str = "UTC"
    language: str = "en"
    admin_role: str = ""
    ping_role: str = ""
    notices: ChannelRef = _NOWHERE
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
