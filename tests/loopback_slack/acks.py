"""What an acknowledgement or a `response_url` brings: messages, choices, the next step of a form."""

from __future__ import annotations

import time

from tests.loopback_slack.answers import URL_S, URL_USES, Answer
from tests.loopback_slack.calls import Refused, invalid
from tests.loopback_slack.chat import change, remove
from tests.loopback_slack.elements import wrong_groups, wrong_options
from tests.loopback_slack.rules import CAP, counted, wrong_with_blocks, wrong_with_view
from tests.loopback_slack.sockets import Ack
from tests.loopback_slack.views import put_on_top, refresh
from tests.loopback_slack.world import Json, Person, World


def _check(body: Json) -> None:
    """Refuses a message that is not right."""
    blocks = body.get("blocks") or []
    if wrong := wrong_with_blocks(blocks):
        raise invalid("invalid_blocks", wrong)
    if counted(blocks) > CAP:
        raise Refused("msg_blocks_too_long")
    if not (blocks or body.get("text") or body.get("attachments")):
        raise Refused("no_text")


def _put(world: World, answer: Answer, body: Json) -> None:
    """A new message, for everybody or for the person alone."""
    channel = answer.channel
    assert channel is not None
    if body.get("response_type") == "in_channel":
        answer.show(world.store(channel, body))
    else:
        answer.show(world.whisper(channel, body, answer.person.id))


def take_command_ack(world: World, answer: Answer, ack: Ack) -> None:
    """A command may be answered at once."""
    if not ack.payload:
        return
    try:
        _check(ack.payload)
    except Refused as error:
        answer.error = f"the acknowledgement was refused: {error.to_json()}"
        return
    _put(world, answer, ack.payload)


def take_options_ack(answer: Answer, ack: Ack) -> None:
    groups, options = ack.payload.get("option_groups"), ack.payload.get("options")
    wrong = wrong_groups(groups) if groups is not None else wrong_options(options, least=0)
    if wrong:
        answer.error = f"the options were refused: {wrong}"
        return
    answer.options, answer.option_groups = options or [], groups or []
    answer.happened()


def take_view_ack(person: Person, answer: Answer, ack: Ack, view: Json) -> None:
    """What becomes of a form that was sent."""
    stack, given = person.team.stacks.setdefault(person.id, []), ack.payload.get("view")
    answer.action = str(ack.payload.get("response_action", ""))
    if answer.action in ("update", "push") and (wrong := wrong_with_view(given)):
        answer.error = f"the view was refused: {wrong}"
        return
    answer.view = view
    match answer.action:
        case "errors":
            _take_errors(answer, ack.payload.get("errors"), view)
        case "update" if isinstance(given, dict):
            refresh(view, given)
        case "push" if isinstance(given, dict):
            _push(person, answer, given)
        case "clear":
            stack.clear()
            answer.view = {}
        case "" if not ack.payload:
            stack[:] = [other for other in stack if other is not view]
            answer.view = stack[-1] if stack else {}
        case _:
            answer.error = f"the acknowledgement was not understood: {ack.payload}"


def _push(person: Person, answer: Answer, given: Json) -> None:
    try:
        answer.view = put_on_top(person.team, person, given)
    except Refused as error:
        answer.error = error.code


def _take_errors(answer: Answer, errors: object, view: Json) -> None:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        answer.error = f"errors name input blocks: {errors}"
        return
    answer.errors = errors


def take_response(world: World, answer: Answer, body: Json) -> Json:
    """What was posted to a `response_url`."""
    if time.monotonic() - answer.began > URL_S:
        raise Refused("expired_url")
    if len(answer.posts) >= URL_USES:
        raise Refused("used_url")
    is_on_original = body.get("replace_original") or body.get("delete_original")
    if not body.get("delete_original"):
        _check(body)
    answer.posts.append(body)
    if is_on_original and answer.original is not None:
        _on_original(answer, body)
    else:
        _put(world, answer, body)
    return {"ok": True}


def _on_original(answer: Answer, body: Json) -> None:
    message, channel = answer.original, answer.channel
    assert message is not None
    assert channel is not None
    if not body.get("delete_original"):
        change(message, {"text": "", "blocks": []} | {k: body[k] for k in ("text", "blocks") if k in body})
        answer.show(message)
    elif message.get("_ephemeral"):
        channel.ephemerals.remove(message)
        answer.happened()
    else:
        remove(channel, message)
        answer.happened()
