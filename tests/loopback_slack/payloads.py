"""The payloads that Slack sends to an app."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.loopback_slack import state
from tests.loopback_slack.answers import Answer
from tests.loopback_slack.world import APP_ID, DIRECT, PRIVATE, Channel, Json, Org, Person, Team, new_id, public

VERIFICATION = "fake-verification-token"


def escaped(text: str) -> str:
    """A text as Slack passes it on; channels and people stay as they are written."""
    parts = re.split(r"(<[#@!][^<>]+>)", text)
    return "".join(
        part if n % 2 else part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for n, part in enumerate(parts)
    )


def shown_name(channel: Channel) -> str:
    return {DIRECT: "directmessage", PRIVATE: "privategroup"}.get(channel.kind, channel.name)


def command(answer: Answer, name: str, text: str, trigger: str) -> Json:
    person, channel = answer.person, answer.channel
    assert channel is not None
    return {
        "token": VERIFICATION,
        "team_id": person.team.id,
        "team_domain": person.team.domain,
        "channel_id": channel.id,
        "channel_name": shown_name(channel),
        "user_id": person.id,
        "user_name": person.name.lower(),
        "command": name,
        "text": escaped(text),
        "api_app_id": APP_ID,
        "is_enterprise_install": str(person.team.is_given).lower(),
        **({"enterprise_id": person.team.org.id} if person.team.org else {}),
        "response_url": answer.response_url,
        "trigger_id": trigger,
    }


def interaction(kind: str, person: Person, **more: Any) -> Json:
    """What all interactions have."""
    team = person.team
    name = person.name.lower()
    return {
        "type": kind,
        "token": VERIFICATION,
        "api_app_id": APP_ID,
        "user": {"id": person.id, "username": name, "name": name, "team_id": team.id},
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": {"id": team.org.id, "name": team.org.name} if team.org else None,
        "is_enterprise_install": team.is_given,
        **more,
    }


def shown_view(view: Json) -> Json:
    """A view with what was put into it."""
    return public(view) | {"state": {"values": state.values(view["blocks"], view["_typed"])}}


def place(where: Json, channel: Channel | None) -> Json:
    """Where an element stands: in a view, in a message, or in a message that only one person sees."""
    if where["type"] != "message":
        return {"container": {"type": "view", "view_id": where["id"]}, "view": shown_view(where)}
    assert channel is not None
    is_ephemeral = bool(where.get("_ephemeral"))
    container = {"type": "message", "message_ts": where["ts"], "channel_id": channel.id, "is_ephemeral": is_ephemeral}
    if "thread_ts" in where:
        container["thread_ts"] = where["thread_ts"]
    found: Json = {"container": container, "channel": {"id": channel.id, "name": shown_name(channel)}}
    # Of a message that only one person sees, Slack keeps no content.
    return found if is_ephemeral else found | {"message": public(where)}


def action(block: Json, element: Json, held: Json) -> Json:
    """One action of a person, of a button or with a new value."""
    made = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
    made["action_ts"] = f"{time.time():.6f}"
    if element["type"] == "button":
        return made | {key: element[key] for key in ("text", "value", "url", "style") if key in element}
    return made | held


def event(team: Team, inner: Json) -> Json:
    """An event around what happened."""
    org_id = team.org.id if team.org else None
    bot = {"enterprise_id": org_id, "team_id": team.id, "user_id": team.bot_user_id, "is_bot": True}
    return {
        "type": "event_callback",
        "token": VERIFICATION,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": org_id,
        "api_app_id": APP_ID,
        "event": {"event_ts": f"{time.time():.6f}", **inner},
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [bot | {"is_enterprise_install": team.is_given}],
        "is_ext_shared_channel": False,
    }


def event_of_org(org: Org, inner: Json) -> Json:
    """An event that is no single workspace's."""
    return {
        "type": "event_callback",
        "token": VERIFICATION,
        "enterprise_id": org.id,
        "api_app_id": APP_ID,
        "event": {"event_ts": f"{time.time():.6f}", **inner},
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
    }
