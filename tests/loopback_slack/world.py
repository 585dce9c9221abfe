"""What there is in our Slack: workspaces, people, channels, messages, and the tokens that open them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
APP_ID = "A0BRIEFBOT"
PUBLIC, PRIVATE, DIRECT = "channel", "group", "im"
_READING = ["channels:history", "groups:history", "im:history", "channels:read", "groups:read", "im:read"]
_PEOPLE = ["users:read", "usergroups:read", "team:read", "im:write", "app_mentions:read", "commands"]
_FILES = ["files:read", "files:write"]
ALL_SCOPES = ["chat:write", "chat:write.public", "channels:join", *_READING, *_PEOPLE, *_FILES]

_counter = itertools.count(1)


def new_id(kind: str) -> str:
    """A new id of Slack's kind: a letter, then digits and capitals."""
    return f"{kind}{next(_counter):09d}X"


def micros(ts: str) -> int:
    """A time stamp of Slack as microseconds, so that two can be compared."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest.ljust(6, "0")[:6] or 0)


def stamp(value: int) -> str:
    return f"{value // 1_000_000}.{value % 1_000_000:06d}"


@dataclass
class Token:
    """A bot token of one workspace."""

    text: str
    team: Team
    scopes: set[str]
    trouble: str = ""
    """The error that every call gets: token_revoked, account_inactive, token_expired; empty when it is good."""
    refresh: str = ""
    org: Org | None = None
    """Whose workspaces it opens, when it is an organization's."""


@dataclass
class Org:
    """An organization that holds several workspaces."""

    id: str
    name: str
    given: list[Team] = field(default_factory=list)
    """Those that have the app from it."""


@dataclass
class Person:
    """A member of a workspace."""

    id: str
    name: str
    team: Team
    is_admin: bool = False
    is_owner: bool = False
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    is_bot: bool = False
    is_deleted: bool = False
    is_restricted: bool = False

    def to_json(self, *, with_locale: bool = False) -> Json:
        found: Json = {
            "id": self.id,
            "team_id": self.team.id,
            "name": self.name.lower(),
            "real_name": self.name,
            "deleted": self.is_deleted,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": 3600,
            "profile": {"real_name": self.name, "display_name": self.name, "team": self.team.id},
            "is_admin": self.is_admin or self.is_owner,
            "is_owner": self.is_owner,
            "is_primary_owner": self.is_owner,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1700000000,
        }
        return found | ({"locale": self.locale} if with_locale else {})


@dataclass
class Channel:
    """A public or private channel, or a direct message with the bot."""

    id: str
    team: Team
    name: str
    kind: str = PUBLIC
    is_member: bool = True
    """The bot is in it."""
    is_archived: bool = False
    is_restricted: bool = False
    """Only some people may post."""
    is_general: bool = False
    user_id: str = ""
    """With whom, in a direct message."""
    messages: list[Json] = field(default_factory=list)
    """Everything that stands in it, replies too, oldest first."""
    ephemerals: list[Json] = field(default_factory=list)
    """What only one person was shown."""
    last: int = 0
    """The newest time stamp in microseconds."""

    def to_json(self) -> Json:
        found: Json = {
            "id": self.id,
            "created": 1700000000,
            "is_archived": self.is_archived,
            "is_im": self.kind == DIRECT,
            "is_org_shared": False,
            "context_team_id": self.team.id,
        }
        if self.kind == DIRECT:
            return found | {"user": self.user_id, "is_user_deleted": False}
        return found | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == PUBLIC,
            "is_group": False,
            "is_private": self.kind == PRIVATE,
            "is_mpim": False,
            "is_general": self.is_general,
            "is_member": self.is_member,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }

    def find(self, ts: str) -> Json | None:
        return next((message for message in self.messages if message["ts"] == ts), None)

    @property
    def top(self) -> list[Json]:
        """The messages of the channel itself, without those that only stand in threads."""
        return [m for m in self.messages if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("reply_broadcast")]

    def replies(self, ts: str) -> list[Json]:
        return [message for message in self.messages if message.get("thread_ts") == ts != message["ts"]]


@dataclass
class Team:
    """A workspace."""

    id: str
    name: str
    token: str = ""
    """Its newest bot token."""
    bot_id: str = field(default_factory=lambda: new_id("B"))
    bot_user_id: str = field(default_factory=lambda: new_id("U"))
    is_installed: bool = True
    org: Org | None = None
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: list[Json] = field(default_factory=list)
    views: dict[str, Json] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    """The home tab of each person, by the person's id."""
    stacks: dict[str, list[Json]] = field(default_factory=dict)
    """The forms that each person has open, the upmost last."""

    @property
    def is_given(self) -> bool:
        """It has the app from its organization."""
        return self.org is not None and self in self.org.given

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    def direct(self, user_id: str) -> Channel:
        """The direct messages with a person, opened when they are not yet."""
        found = next((c for c in self.channels.values() if c.user_id == user_id), None)
        if found is None:
            found = Channel(new_id("D"), self, "", DIRECT, user_id=user_id)
            self.channels[found.id] = found
        return found


class World:
    """Everything by its id."""

    def __init__(self) -> None:
        self.teams: dict[str, Team] = {}
        self.tokens: dict[str, Token] = {}
        self.now: Callable[[], float] = time.time

    def mint(self, team: Team, scopes: set[str]) -> Token:
        """A new bot token of a workspace."""
        token = Token(f"xoxb-fake-{team.id}-{next(_counter):010}", team, scopes)
        self.tokens[token.text] = token
        team.token = token.text
        return token

    def next_ts(self, channel: Channel) -> str:
        """A time stamp that is later than all others of the channel."""
        channel.last = max(int(self.now()) * 1_000_000 + 100, channel.last + 100)
        return stamp(channel.last)

    def store(self, channel: Channel, body: Json, person: Person | None = None) -> Json:
        """Adds a message to a channel, of the bot when of nobody else."""
        made = self.draft(channel, body, person)
        channel.messages.append(made)
        parent = channel.find(str(body.get("thread_ts"))) if body.get("thread_ts") else None
        if parent is not None:
            _count_reply(parent, made)
        return made

    def whisper(self, channel: Channel, body: Json, user_id: str) -> Json:
        """Shows a message to one person."""
        made = self.draft(channel, body) | {"_ephemeral": True, "_to": user_id}
        channel.ephemerals.append(made)
        return made

    def draft(self, channel: Channel, body: Json, person: Person | None = None) -> Json:
        """A message as Slack gives it back; keys with an underscore are our own."""
        made: Json = {
            "type": "message",
            "user": person.id if person else channel.team.bot_user_id,
            "team": channel.team.id,
            "ts": self.next_ts(channel),
            "text": body.get("text") or "",
            "_channel": channel.id,
        }
        if person is None:
            profile = {"id": channel.team.bot_id, "app_id": APP_ID, "name": "Briefbot", "team_id": channel.team.id}
            made |= {"bot_id": channel.team.bot_id, "app_id": APP_ID, "bot_profile": profile}
        made |= {key: body[key] for key in ("blocks", "metadata", "thread_ts", "reply_broadcast") if body.get(key)}
        made["blocks"] = with_ids(made.get("blocks") or [])
        return made


def _count_reply(parent: Json, made: Json) -> None:
    parent["thread_ts"] = parent["ts"]
    parent["reply_count"] = parent.get("reply_count", 0) + 1
    parent["reply_users"] = sorted({*parent.get("reply_users", []), made["user"]})
    parent["reply_users_count"] = len(parent["reply_users"])
    parent["latest_reply"] = made["ts"]
    made["parent_user_id"] = parent["user"]


def with_ids(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack keeps them: every block and every element that can be used has its id."""
    kept = []
    for block in blocks:
        made = {"block_id": new_id("b"), **block}
        for key in ("accessory", "element"):
            if isinstance(made.get(key), dict) and made[key]["type"] != "image":
                made[key] = {"action_id": new_id("a"), **made[key]}
        if made["type"] in ("actions", "context_actions"):
            made["elements"] = [{"action_id": new_id("a"), **element} for element in made["elements"]]
        kept.append(made)
    return kept


def public(value: Json, *, with_metadata: bool = False) -> Json:
    """A message or view without what only we know, and with its metadata only for the app that wrote it."""
    is_shown = with_metadata and value.get("app_id") == APP_ID
    return {k: v for k, v in value.items() if not k.startswith("_") and (k != "metadata" or is_shown)}
