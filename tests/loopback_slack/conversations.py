"""The methods that read channels and enter them."""

from __future__ import annotations

import base64
import re
from typing import Any

from tests.loopback_slack.calls import FAMILY, Asked, Handler, Refused
from tests.loopback_slack.world import DIRECT, PRIVATE, PUBLIC, Channel, Json, micros, public

_KINDS = {"public_channel": PUBLIC, "private_channel": PRIVATE, "im": DIRECT}


def _cursor(mark: Any) -> str:
    return base64.b64encode(f"next:{mark}".encode()).decode()


def _mark(asked: Asked) -> str:
    """Where the last page ended; empty on the first."""
    if not (text := asked.text("cursor")):
        return ""
    try:
        return base64.b64decode(text).decode().removeprefix("next:")
    except ValueError:
        raise Refused("invalid_cursor") from None


def _bound(asked: Asked, key: str) -> int | None:
    text = asked.text(key)
    if text in ("", "0", "now"):
        return None
    if not re.fullmatch(r"\d+(\.\d{1,6})?", text):
        raise Refused(f"invalid_ts_{key}")
    return micros(text)


def _within(asked: Asked, messages: list[Json]) -> list[Json]:
    oldest, latest, inclusive = _bound(asked, "oldest"), _bound(asked, "latest"), asked.flag("inclusive")
    low = -1 if oldest is None else oldest - inclusive
    high = 2**63 if latest is None else latest + inclusive
    return [message for message in messages if low < micros(message["ts"]) < high]


def _page(asked: Asked, messages: list[Json], *, forward: bool) -> tuple[list[Json], Json]:
    """A page in the order of time, and what is said about further ones."""
    limit, mark = asked.limit(), _mark(asked)
    if mark:
        at = micros(mark)
        messages = [m for m in messages if (micros(m["ts"]) > at if forward else micros(m["ts"]) < at)]
    page = messages[:limit] if forward else messages[-limit:]
    has_more = len(page) < len(messages)
    said: Json = {"has_more": has_more}
    if has_more:
        said["response_metadata"] = {"next_cursor": _cursor(page[-1 if forward else 0]["ts"])}
    return page, said


def _readable(asked: Asked) -> Channel:
    channel = asked.channel()
    asked.need_for(channel, "history")
    if not channel.is_member:
        raise Refused("not_in_channel")
    return channel


def history(asked: Asked) -> Json:
    channel = _readable(asked)
    # With `oldest` alone Slack gives the messages closest to it, so that one can page forward.
    forward = bool(asked.text("oldest").strip("0")) and not asked.text("latest")
    page, said = _page(asked, _within(asked, channel.top), forward=forward)
    with_metadata = asked.flag("include_all_metadata")
    messages = [public(message, with_metadata=with_metadata) for message in reversed(page)]
    return {"ok": True, "messages": messages, "pin_count": 0, **said}


def replies(asked: Asked) -> Json:
    channel, ts = _readable(asked), asked.must("ts")
    parent = channel.find(ts)
    if parent is None:
        raise Refused("thread_not_found")
    page, said = _page(asked, _within(asked, [parent, *channel.replies(ts)]), forward=True)
    with_metadata = asked.flag("include_all_metadata")
    return {"ok": True, "messages": [public(m, with_metadata=with_metadata) for m in page], **said}


def info(asked: Asked) -> Json:
    channel = asked.channel()
    asked.need_for(channel, "read")
    found = channel.to_json()
    if asked.flag("include_num_members"):
        found["num_members"] = len(asked.team.people)
    return {"ok": True, "channel": found}


def list_(asked: Asked) -> Json:
    wanted = (asked.text("types") or "public_channel").split(",")
    if unknown := set(wanted) - {*_KINDS, "mpim"}:
        raise Refused("invalid_types", errors=sorted(unknown))
    kinds = [_KINDS[name.strip()] for name in wanted if name.strip() in _KINDS]
    for kind in kinds:
        asked.need(f"{FAMILY[kind]}:read")
    seen = [c for c in asked.team.channels.values() if c.kind in kinds and (c.kind != PRIVATE or c.is_member)]
    if asked.flag("exclude_archived"):
        seen = [channel for channel in seen if not channel.is_archived]
    start, limit = int(_mark(asked) or 0), asked.limit(100, 1000)
    more = _cursor(start + limit) if start + limit < len(seen) else ""
    page = [channel.to_json() for channel in seen[start : start + limit]]
    return {"ok": True, "channels": page, "response_metadata": {"next_cursor": more}}


def members(asked: Asked) -> Json:
    channel = asked.channel()
    asked.need_for(channel, "read")
    ids = [channel.user_id] if channel.kind == DIRECT else list(asked.team.people)
    if channel.is_member:
        ids.append(asked.team.bot_user_id)
    return {"ok": True, "members": ids, "response_metadata": {"next_cursor": ""}}


def join(asked: Asked) -> Json:
    asked.need("channels:join")
    channel = asked.channel()
    if channel.kind != PUBLIC:
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    warning = {"warning": "already_in_channel"} if channel.is_member else {}
    channel.is_member = True
    return {"ok": True, "channel": channel.to_json(), **warning}


def open_(asked: Asked) -> Json:
    asked.need("im:write")
    ids = [part.strip() for part in asked.must("users").split(",")]
    if len(ids) != 1:
        raise Refused("method_not_supported_for_channel_type")
    person = asked.team.people.get(ids[0])
    if person is None:
        raise Refused("user_not_found")
    if person.is_bot or person.is_deleted:
        raise Refused("cannot_dm_bot" if person.is_bot else "user_disabled")
    channel = asked.team.direct(person.id)
    return {"ok": True, "channel": channel.to_json() if asked.flag("return_im") else {"id": channel.id}}


METHODS: dict[str, Handler] = {
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": info,
    "conversations.list": list_,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.open": open_,
}
