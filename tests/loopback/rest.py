"""The routes of the REST API that the bot uses, and how each answers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.loopback.rules import wrong_with_commands, wrong_with_message
from tests.loopback.world import (
    ALL,
    ANNOUNCEMENT,
    APPLICATION_ID,
    BOT,
    BOT_ID,
    DM,
    FORUM,
    HISTORY,
    IN_THREADS,
    PUBLIC_THREAD,
    REQUIRE_TAG,
    SEND,
    TEXT,
    THREADS,
    VIEW,
    VIEW_AUDIT_LOG,
    Channel,
    Json,
    now_text,
    pings,
    snowflake,
    user,
)

if TYPE_CHECKING:
    from tests.loopback.server import FakeDiscord


class Refused(Exception):
    """An error answer of Discord."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def to_json(self) -> Json:
        return {"message": str(self), "code": self.code}


@dataclass
class Asked:
    """One request."""

    discord: FakeDiscord
    groups: tuple[str, ...]
    body: Any
    query: dict[str, str]

    @property
    def channel(self) -> Channel:
        found = self.discord.world.channels.get(int(self.groups[0]))
        if found is None:
            raise Refused(404, 10003, "Unknown Channel")
        return found

    def require(self, permission: int) -> None:
        allowed = self.discord.world.allowed(self.channel)
        if not allowed & VIEW:
            raise Refused(403, 50001, "Missing Access")
        if not allowed & permission:
            raise Refused(403, 50013, "Missing Permissions")


Route = Callable[[Asked], Awaitable[Any]]
ROUTES: list[tuple[str, re.Pattern[str], Route]] = []


def route(method: str, path: str) -> Callable[[Route], Route]:
    pattern = re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path) + r"/?")

    def add(handler: Route) -> Route:
        ROUTES.append((method, pattern, handler))
        return handler

    return add


def invalid_form(problem: str) -> Refused:
    return Refused(400, 50035, f"Invalid Form Body: {problem}")


# ── who we are ────────────────────────────────────────────────────────────────────────────────────────────────────────


@route("GET", "/users/@me")
async def me(asked: Asked) -> Json:
    return BOT


@route("GET", "/oauth2/applications/@me")
async def application(asked: Asked) -> Json:
    return {
        "id": str(APPLICATION_ID),
        "name": "Briefbot",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "",
        "flags": 0,
        "owner": BOT,
        "team": None,
        "rpc_origins": [],
    }


@route("GET", "/gateway/bot")
async def gateway(asked: Asked) -> Json:
    limit = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
    return {"url": asked.discord.gateway, "shards": asked.discord.shards, "session_start_limit": limit}


@route("GET", "/applications/{id}/commands")
async def commands(asked: Asked) -> list[Json]:
    return asked.discord.commands


@route("PUT", "/applications/{id}/commands")
async def put_commands(asked: Asked) -> list[Json]:
    if wrong := wrong_with_commands(asked.body):
        raise invalid_form(wrong)
    asked.discord.syncs += 1
    added = {"application_id": str(APPLICATION_ID), "version": "1", "nsfw": False, "dm_permission": None}
    asked.discord.commands = [command | added | {"id": str(snowflake())} for command in asked.body]
    for command in asked.discord.commands:
        # A command of a message's menu has none, and is given one back.
        command.setdefault("description", "")
        if command.get("default_member_permissions") is not None:
            command["default_member_permissions"] = str(command["default_member_permissions"])
    return asked.discord.commands


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@route("GET", "/channels/{channel}")
async def channel(asked: Asked) -> Json:
    asked.require(VIEW)
    return asked.channel.to_json()


@route("POST", "/channels/{channel}/messages")
async def create(asked: Asked) -> Json:
    place = asked.channel
    if place.kind == FORUM:
        raise Refused(400, 40058, "Cannot send messages in a forum channel")
    asked.require(IN_THREADS if place.is_thread else SEND)
    if place.is_locked:
        raise Refused(400, 160005, "This thread is locked")
    if wrong := wrong_with_message(asked.body):
        raise invalid_form(wrong)
    place.is_archived = False
    if known := asked.discord.with_nonce(place, asked.body):
        return known
    made = asked.discord.world.store(place, asked.body)
    asked.discord.note_nonce(place, asked.body, made)
    return made | {"nonce": asked.body.get("nonce")}


@route("PATCH", "/channels/{channel}/messages/{message}")
async def edit(asked: Asked) -> Json:
    asked.require(VIEW)
    made = next((m for m in asked.channel.messages if m["id"] == asked.groups[1]), None)
    if made is None:
        raise Refused(404, 10008, "Unknown Message")
    if made["author"]["id"] != str(BOT_ID):
        raise Refused(403, 50005, "Cannot edit a message authored by another user")
    if asked.channel.is_archived:
        raise Refused(400, 50083, "Thread is archived")
    if wrong := wrong_with_message(asked.body):
        raise invalid_form(wrong)
    changed = {key: asked.body[key] for key in ("content", "components", "embeds") if key in asked.body}
    made |= changed | {"edited_timestamp": now_text(), "pings": [*made["pings"], *pings(asked.body)]}
    return made


@route("GET", "/channels/{channel}/messages")
async def history(asked: Asked) -> list[Json]:
    asked.require(VIEW)
    if not asked.discord.world.allowed(asked.channel) & HISTORY:
        # "If the current user is missing the READ_MESSAGE_HISTORY permission, no messages will be returned."
        return []
    found = sorted(asked.channel.messages, key=lambda message: int(message["id"]))
    limit = int(asked.query.get("limit", 50))
    if "around" in asked.query:
        return [message for message in found if message["id"] == asked.query["around"]][:limit]
    if "after" in asked.query:
        # The first ones after it, and those newest first.
        return [m for m in found if int(m["id"]) > int(asked.query["after"])][:limit][::-1]
    if "before" in asked.query:
        found = [m for m in found if int(m["id"]) < int(asked.query["before"])]
    return found[::-1][:limit]


@route("POST", "/channels/{channel}/messages/{message}/crosspost")
async def crosspost(asked: Asked) -> Json:
    asked.require(SEND)
    made = next((m for m in asked.channel.messages if m["id"] == asked.groups[1]), None)
    if made is None:
        raise Refused(404, 10008, "Unknown Message")
    if asked.channel.kind != ANNOUNCEMENT:
        raise Refused(400, 50068, "Invalid message type")
    if made["flags"] & 1:
        raise Refused(400, 40033, "This message has already been crossposted")
    made["flags"] |= 1
    return made


@route("POST", "/channels/{channel}/threads")
async def forum_post(asked: Asked) -> Json:
    forum, body = asked.channel, asked.body
    asked.require(SEND)
    if not 1 <= len(body.get("name", "")) <= 100:
        raise invalid_form("name: 1 to 100 characters")
    tags = body.get("applied_tags") or []
    if not set(tags) <= {tag["id"] for tag in forum.tags} or len(tags) > 5:
        raise invalid_form("applied_tags")
    if forum.flags & REQUIRE_TAG and not tags:
        raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
    if wrong := wrong_with_message(body["message"]):
        raise invalid_form(wrong)
    id_ = snowflake()
    thread = Channel(id_, forum.guild_id, body["name"], PUBLIC_THREAD, forum.id, BOT_ID, applied_tags=tags)
    asked.discord.world.channels[id_] = thread
    made = asked.discord.world.store(thread, body["message"])
    made["id"] = str(id_)
    await asked.discord.hub.tell(forum.guild_id, "THREAD_CREATE", thread.to_json() | {"newly_created": True})
    return thread.to_json() | {"message": made}


@route("POST", "/channels/{channel}/messages/{message}/threads")
async def thread_of_message(asked: Asked) -> Json:
    parent, id_ = asked.channel, int(asked.groups[1])
    asked.require(THREADS)
    if parent.kind not in (TEXT, ANNOUNCEMENT):
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    if not any(made["id"] == asked.groups[1] for made in parent.messages):
        raise Refused(404, 10008, "Unknown Message")
    if id_ in asked.discord.world.channels:
        raise Refused(400, 160004, "A thread has already been created for this message")
    if not 1 <= len(asked.body.get("name", "")) <= 100:
        raise invalid_form("name: 1 to 100 characters")
    thread = Channel(id_, parent.guild_id, asked.body["name"], PUBLIC_THREAD, parent.id, BOT_ID)
    asked.discord.world.channels[id_] = thread
    await asked.discord.hub.tell(parent.guild_id, "THREAD_CREATE", thread.to_json() | {"newly_created": True})
    return thread.to_json()


@route("GET", "/guilds/{guild}/threads/active")
async def active_threads(asked: Asked) -> Json:
    threads = [c for c in asked.discord.world.of_guild(int(asked.groups[0])) if c.is_thread and not c.is_archived]
    return {"threads": [thread.to_json() for thread in threads], "members": []}


@route("GET", "/channels/{channel}/threads/archived/public")
async def archived_threads(asked: Asked) -> Json:
    asked.require(HISTORY)
    of = asked.discord.world.of_guild(asked.channel.guild_id)
    threads = [c for c in of if c.parent_id == asked.channel.id and c.is_archived]
    return {"threads": [thread.to_json() for thread in threads], "members": [], "has_more": False}


@route("GET", "/guilds/{guild}")
async def guild(asked: Asked) -> Json:
    found = asked.discord.world.guilds.get(int(asked.groups[0]))
    if found is None or not found.is_bot_in:
        raise Refused(403, 50001, "Missing Access")
    told = asked.discord.guild_json(found)
    # Neither channels nor members are told here.
    return {name: part for name, part in told.items() if name not in ("channels", "threads", "members", "joined_at")}


@route("GET", "/guilds/{guild}/members/{user}")
async def member(asked: Asked) -> Json:
    if int(asked.groups[1]) == BOT_ID:
        own: Json = asked.discord.guild_json(asked.discord.world.guilds[int(asked.groups[0])])["members"][0]
        return own
    found = asked.discord.world.members.get((int(asked.groups[0]), int(asked.groups[1])))
    if found is None:
        raise Refused(404, 10007, "Unknown Member")
    return found


@route("GET", "/guilds/{guild}/audit-logs")
async def audit_logs(asked: Asked) -> Json:
    guild = asked.discord.world.guilds[int(asked.groups[0])]
    if not guild.everyone & VIEW_AUDIT_LOG:
        raise Refused(403, 50013, "Missing Permissions")
    entry = {"id": str(snowflake()), "action_type": 28, "user_id": str(guild.added_by), "target_id": str(BOT_ID)}
    people = [user(guild.added_by, "Ola"), BOT]
    parts = (
        "application_commands",
        "auto_moderation_rules",
        "guild_scheduled_events",
        "integrations",
        "threads",
        "webhooks",
    )
    found = {"audit_log_entries": [entry] if guild.added_by else [], "users": people}
    return found | {name: [] for name in parts}


@route("POST", "/users/@me/channels")
async def direct(asked: Asked) -> Json:
    who = int(asked.body["recipient_id"])
    if who in asked.discord.closed_to_messages:
        raise Refused(403, 50007, "Cannot send messages to this user")
    channels = asked.discord.world.channels
    found = next((c for c in channels.values() if c.kind == DM and c.owner_id == who), None)
    if found is None:
        found = Channel(snowflake(), 0, "", DM, owner_id=who)
        channels[found.id] = found
    return {"id": str(found.id), "type": DM, "recipients": [{"id": str(who), "username": "x"}], "allowed": ALL}
