"""The methods that write messages: who may write where, and what a message may hold."""

from __future__ import annotations

import json
from typing import Any

from tests.loopback_slack.calls import Asked, Handler, Refused
from tests.loopback_slack.world import PUBLIC, Channel, Json, public, with_ids

TEXT, UPDATED_TEXT, MARKDOWN = 40_000, 4_000, 12_000
METADATA = 8_000
"""Slack publishes no size for `metadata_too_large`: ours is a careful guess."""


def _content(asked: Asked) -> Json:
    """What a message says; at least something."""
    blocks, text, markdown = asked.blocks(), asked.text("text"), asked.text("markdown_text")
    if markdown and (text or blocks):
        raise Refused("markdown_text_conflict")
    if len(markdown) > MARKDOWN:
        raise Refused("msg_too_long")
    if not (text or blocks or markdown or asked.args.get("attachments")):
        raise Refused("no_text")
    found: Json = {"text": (text or markdown)[:TEXT]}
    if blocks:
        found["blocks"] = blocks
    return found


def _metadata(asked: Asked) -> Json | None:
    value: Any = asked.value("metadata", "invalid_metadata_format")
    if value is None or value == {}:
        return value  # type: ignore[no-any-return]
    if not isinstance(value, dict) or value.keys() != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not isinstance(value["event_type"], str) or not isinstance(value["event_payload"], dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(value)) > METADATA:
        raise Refused("metadata_too_large")
    return value


def _may_write(asked: Asked, channel: Channel) -> None:
    if channel.is_archived:
        raise Refused("is_archived")
    if not channel.is_member and not (channel.kind == PUBLIC and "chat:write.public" in asked.token.scopes):
        raise Refused("not_in_channel")
    if channel.is_restricted:
        raise Refused("restricted_action")


def _thread(asked: Asked, channel: Channel) -> Json:
    ts = asked.text("thread_ts")
    if not ts:
        return {}
    parent = channel.find(ts)
    if parent is None:
        raise Refused("thread_not_found")
    if parent.get("thread_ts", ts) != ts:
        raise Refused("cannot_reply_to_message")
    return {"thread_ts": ts, "reply_broadcast": asked.flag("reply_broadcast")}


def post(asked: Asked) -> Json:
    asked.need("chat:write")
    asked.must("channel")
    channel = asked.channel(may_be_person=True)
    _may_write(asked, channel)
    body = _content(asked) | _thread(asked, channel)
    if metadata := _metadata(asked):
        body["metadata"] = metadata
    made = asked.world.store(channel, body)
    asked.slack.notice_message(channel, made)
    found: Json = {"ok": True, "channel": channel.id, "ts": made["ts"], "message": public(made, with_metadata=True)}
    if len(asked.text("text")) > TEXT:
        found |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return found


def post_ephemeral(asked: Asked) -> Json:
    asked.need("chat:write")
    channel, person = asked.channel(), asked.team.people.get(asked.must("user"))
    if channel.is_archived:
        raise Refused("is_archived")
    if not channel.is_member:
        raise Refused("not_in_channel")
    if person is None or person.is_deleted:
        raise Refused("user_not_in_channel")
    made = asked.world.whisper(channel, _content(asked) | _thread(asked, channel), person.id)
    asked.slack.notice_whisper(person, made)
    return {"ok": True, "message_ts": made["ts"]}


def _mine(asked: Asked, channel: Channel, refusal: str) -> Json:
    found = channel.find(asked.must("ts"))
    if found is None:
        raise Refused("message_not_found")
    if found.get("bot_id") != asked.team.bot_id:
        raise Refused(refusal)
    return found


def update(asked: Asked) -> Json:
    asked.need("chat:write")
    channel = asked.channel()
    if channel.is_archived:
        raise Refused("is_inactive")
    found = _mine(asked, channel, "cant_update_message")
    if len(asked.text("text")) > UPDATED_TEXT:
        raise Refused("msg_too_long")
    content, metadata = _content(asked), _metadata(asked)
    change(found, content | ({} if metadata is None else {"metadata": metadata}))
    asked.slack.notice_message(channel, found)
    message = public(found, with_metadata=True)
    return {"ok": True, "channel": channel.id, "ts": found["ts"], "text": found["text"], "message": message}


def change(message: Json, body: Json) -> None:
    """Edits a message in its place; what is not named stays."""
    message |= {key: value for key, value in body.items() if key in ("text", "metadata")}
    if "blocks" in body:
        message["blocks"] = with_ids(body["blocks"])
    message["edited"] = {"user": message["user"], "ts": message["ts"]}


def delete(asked: Asked) -> Json:
    asked.need("chat:write")
    channel = asked.channel()
    found = _mine(asked, channel, "cant_delete_message")
    remove(channel, found)
    return {"ok": True, "channel": channel.id, "ts": found["ts"]}


def remove(channel: Channel, message: Json) -> None:
    """Takes a message away; one with replies leaves its tombstone."""
    if channel.replies(message["ts"]):
        message |= {"subtype": "tombstone", "text": "This message was deleted.", "blocks": [], "user": "USLACKBOT"}
        for key in ("metadata", "bot_id", "app_id"):
            message.pop(key, None)
    else:
        channel.messages.remove(message)


def permalink(asked: Asked) -> Json:
    channel, ts = asked.channel(), asked.must("message_ts")
    if channel.find(ts) is None:
        raise Refused("message_not_found")
    url = f"https://{asked.team.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"ok": True, "channel": channel.id, "permalink": url}


METHODS: dict[str, Handler] = {
    "chat.postMessage": post,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
}
