"""What there is in our Discord: guilds, channels, threads, roles and messages, and what the bot may do where."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

EPOCH_MS = 1420070400000
BOT_ID, APPLICATION_ID = 900000000000000001, 900000000000000001
VIEW, SEND, HISTORY, IN_THREADS, MANAGE_GUILD, MANAGE_THREADS = 1 << 10, 1 << 11, 1 << 16, 1 << 38, 1 << 5, 1 << 34
VIEW_AUDIT_LOG = 1 << 7
THREADS = 1 << 35
ALL = VIEW | SEND | HISTORY | IN_THREADS | THREADS
TEXT, DM, ANNOUNCEMENT, PUBLIC_THREAD, FORUM = 0, 1, 5, 11, 15
REQUIRE_TAG = 1 << 4
Json = dict[str, Any]

_counter = itertools.count(1)


def snowflake() -> int:
    """A new id that sorts by time."""
    return ((int(time.time() * 1000) - EPOCH_MS) << 22) | (next(_counter) & 0x3FFFFF)


def now_text() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def user(id_: int, name: str, *, is_bot: bool = False) -> Json:
    return {"id": str(id_), "username": name, "global_name": name, "discriminator": "0", "avatar": None, "bot": is_bot}


BOT = user(BOT_ID, "Briefbot", is_bot=True)


@dataclass
class Channel:
    """A channel, a thread or a direct message."""

    id: int
    guild_id: int
    name: str
    kind: int
    parent_id: int = 0
    owner_id: int = 0
    denied: int = 0
    """Permissions that the bot's own overwrite takes away."""
    tags: list[Json] = field(default_factory=list)
    flags: int = 0
    is_locked: bool = False
    is_archived: bool = False
    applied_tags: list[str] = field(default_factory=list)
    messages: list[Json] = field(default_factory=list)

    @property
    def is_thread(self) -> bool:
        return self.kind in (10, 11, 12)

    def to_json(self) -> Json:
        found: Json = {
            "id": str(self.id),
            "guild_id": str(self.guild_id),
            "name": self.name,
            "type": self.kind,
            "position": 0,
            "flags": self.flags,
            "nsfw": False,
            "parent_id": str(self.parent_id) if self.parent_id else None,
            "permission_overwrites": [],
        }
        if self.denied:
            overwrite = {"id": str(BOT_ID), "type": 1, "allow": "0", "deny": str(self.denied)}
            found["permission_overwrites"] = [overwrite]
        if self.kind == FORUM:
            found |= {"available_tags": self.tags, "default_reaction_emoji": None, "default_sort_order": None}
        if self.is_thread:
            found |= self._thread()
        return found

    def _thread(self) -> Json:
        return {
            "owner_id": str(self.owner_id),
            "message_count": len(self.messages),
            "member_count": 1,
            "applied_tags": self.applied_tags,
            "thread_metadata": {
                "archived": self.is_archived,
                "locked": self.is_locked,
                "auto_archive_duration": 1440,
                "archive_timestamp": now_text(),
                "create_timestamp": now_text(),
            },
        }


@dataclass
class Guild:
    """A server in which the bot is, or was."""

    id: int
    name: str
    owner_id: int
    everyone: int = ALL
    roles: dict[int, str] = field(default_factory=dict)
    system_channel_id: int = 0
    public_updates_channel_id: int = 0
    is_out: bool = False
    is_bot_in: bool = True
    joined_at: str = field(default_factory=now_text)
    added_by: int = 0
    """Who added the bot, as the audit log has it; 0: it has nothing."""

    @property
    def managers_role(self) -> int:
        return self.id + 1

    def to_json(self, channels: list[Channel]) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "unavailable": False,
            "member_count": 5,
            "large": False,
            "joined_at": self.joined_at,
            "roles": [
                role(self.id, "@everyone", self.everyone),
                role(self.managers_role, "Managers", MANAGE_GUILD),
                *(role(id_, name) for id_, name in self.roles.items()),
            ],
            "members": [
                {"user": BOT, "roles": [], "joined_at": self.joined_at, "deaf": False, "mute": False, "flags": 0}
            ],
            "channels": [channel.to_json() for channel in channels if not channel.is_thread],
            "threads": [channel.to_json() for channel in channels if channel.is_thread and not channel.is_archived],
            "system_channel_id": str(self.system_channel_id) if self.system_channel_id else None,
            "public_updates_channel_id": str(self.public_updates_channel_id)
            if self.public_updates_channel_id
            else None,
            "rules_channel_id": None,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "features": [],
            "emojis": [],
            "stickers": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def role(id_: int, name: str, permissions: int = 0) -> Json:
    return {
        "id": str(id_),
        "name": name,
        "permissions": str(permissions),
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "managed": False,
        "mentionable": True,
        "flags": 0,
    }


class World:
    """Everything by its id."""

    def __init__(self) -> None:
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.members: dict[tuple[int, int], Json] = {}
        """People by guild and their own id."""

    def of_guild(self, guild_id: int) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.guild_id == guild_id]

    def allowed(self, channel: Channel) -> int:
        """What the bot may do in a channel."""
        if channel.kind == DM:
            return ALL
        guild = self.guilds[channel.guild_id]
        if not guild.is_bot_in:
            return 0
        parent = self.channels.get(channel.parent_id, channel) if channel.is_thread else channel
        return guild.everyone & ~parent.denied

    def store(self, channel: Channel, body: Json, author: Json = BOT) -> Json:
        """Adds a message to a channel."""
        made = message(channel.id, body, author)
        channel.messages.append(made)
        return made


def message(channel_id: int, body: Json, author: Json = BOT) -> Json:
    """A message as Discord gives it back."""
    return {
        "id": str(snowflake()),
        "channel_id": str(channel_id),
        "author": author,
        "content": body.get("content") or "",
        "timestamp": now_text(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [
            attachment | {"id": str(snowflake()), "size": 1, "url": "https://cdn.example/x", "proxy_url": ""}
            for attachment in body.get("attachments") or []
        ],
        "embeds": body.get("embeds", []),
        "pinned": False,
        "type": 0,
        "flags": body.get("flags", 0),
        "components": body.get("components", []),
        "pings": pings(body),
    }


def pings(body: Json) -> list[str]:
    """Whom a message would really notify: what its texts name, as far as `allowed_mentions` lets it."""
    allowed = body.get("allowed_mentions") or {"parse": ["everyone", "roles", "users"]}
    text = str(body.get("content") or "") + str(body.get("components") or "")
    found = [name for name in ("@everyone", "@here") if name in text and "everyone" in allowed.get("parse", ())]
    roles = [part.partition(">")[0] for part in text.split("<@&")[1:]]
    return found + [id_ for id_ in roles if "roles" in allowed.get("parse", ()) or id_ in allowed.get("roles", ())]
