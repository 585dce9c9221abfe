"""Forms and home tabs: opened with a trigger that lives for 3 seconds and works once."""

from __future__ import annotations

import json
import time

from tests.loopback_slack.answers import TRIGGER_S, Answer
from tests.loopback_slack.calls import Asked, Handler, Refused, invalid
from tests.loopback_slack.rules import HOME, MODAL, wrong_with_view
from tests.loopback_slack.world import APP_ID, Json, Person, Team, new_id, public, with_ids

DEPTH = 3
_SIZE = 250_000


def made_view(team: Team, given: Json, person: Person) -> Json:
    """A view as Slack keeps it."""
    id_ = new_id("V")
    view: Json = {"_user": person.id, "_typed": {}, "id": id_, "team_id": team.id, "app_id": APP_ID}
    view |= {"bot_id": team.bot_id, "app_installed_team_id": team.id, "previous_view_id": None, "root_view_id": id_}
    refresh(view, given)
    team.views[id_] = view
    return view


def refresh(view: Json, given: Json) -> None:
    """Fills a view with new content; what was typed stays where block and action are the same."""
    usual: Json = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
    }
    usual |= {"clear_on_close": False, "notify_on_close": False, "state": {"values": {}}}
    view |= {**usual, **given, "blocks": with_ids(given["blocks"])}
    view["hash"] = f"{int(time.time())}.{new_id('h')}"


def put_on_top(team: Team, person: Person, given: Json) -> Json:
    """A further form over those that a person has open."""
    stack = team.stacks.setdefault(person.id, [])
    if len(stack) >= DEPTH:
        raise Refused("push_limit_reached")
    view = made_view(team, given, person)
    if stack:
        view |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
    stack.append(view)
    return view


def _given(asked: Asked, *kinds: str, but: str = "") -> Json:
    view = asked.value("view", "invalid_arguments")
    if wrong := wrong_with_view(view, kinds):
        raise invalid("invalid_arguments", wrong)
    given: Json = view
    if len(json.dumps(given)) > _SIZE:
        raise Refused("view_too_large")
    external = given.get("external_id")
    if external and any(v["external_id"] == external and v["id"] != but for v in asked.team.views.values()):
        raise Refused("duplicate_external_id")
    return given


def _trigger(asked: Asked) -> Answer:
    answer = asked.slack.by_trigger.get(asked.must("trigger_id"))
    if answer is None or answer.person.team is not asked.team:
        raise Refused("invalid_trigger_id")
    if answer.is_trigger_used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() - answer.began > TRIGGER_S:
        raise Refused("expired_trigger_id")
    answer.is_trigger_used = True
    return answer


def open_(asked: Asked) -> Json:
    given = _given(asked, MODAL)
    answer = _trigger(asked)
    asked.team.stacks[answer.person.id] = []
    answer.show_view(put_on_top(asked.team, answer.person, given))
    return {"ok": True, "view": public(answer.view)}


def push(asked: Asked) -> Json:
    given = _given(asked, MODAL)
    answer = _trigger(asked)
    if not asked.team.stacks.get(answer.person.id):
        raise Refused("not_found")
    answer.show_view(put_on_top(asked.team, answer.person, given))
    return {"ok": True, "view": public(answer.view)}


def update(asked: Asked) -> Json:
    wanted, external = asked.text("view_id"), asked.text("external_id")
    known = asked.team.views.values()
    view = next((v for v in known if v["id"] == wanted or (external and v["external_id"] == external)), None)
    if view is None:
        raise Refused("not_found")
    given = _given(asked, MODAL, HOME, but=view["id"])
    _check_hash(asked, view)
    refresh(view, given)
    asked.slack.notice_view(view)
    return {"ok": True, "view": public(view)}


def _check_hash(asked: Asked, view: Json) -> None:
    if asked.text("hash") not in ("", view["hash"]):
        raise Refused("hash_conflict")


def publish(asked: Asked) -> Json:
    person = asked.team.people.get(asked.must("user_id"))
    if person is None:
        raise Refused("invalid_arguments")
    view = asked.team.homes.get(person.id)
    given = _given(asked, HOME, but=view["id"] if view else "")
    if view is None:
        view = asked.team.homes[person.id] = made_view(asked.team, given, person)
    else:
        _check_hash(asked, view)
        refresh(view, given)
    asked.slack.notice_view(view)
    return {"ok": True, "view": public(view)}


METHODS: dict[str, Handler] = {
    "views.open": open_,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
