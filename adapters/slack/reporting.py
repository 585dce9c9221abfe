"""Reports that a brief is wrong, from the menu of its message to the managers of the workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from adapters.slack.actions import plain_text
from adapters.slack.forms import Origin, unpacked
from bot.saying import say

Json = dict[str, Any]

CALLBACK: Final = "v1:report"
_READ: Final = re.compile(r"brief read (b\d{1,18})")


def report_form(message: Mapping[str, Any], channel_id: str) -> Json | None:
    """The form for a report about a message of ours; None when no brief can be opened from it."""
    briefs = _briefs_of(message.get("blocks", ()))
    if not briefs:
        return None
    options = [{"text": plain_text(brief), "value": brief} for brief in briefs[:100]]
    which: Json = {"type": "static_select", "action_id": "brief", "options": options, "initial_option": options[0]}
    said: Json = {"type": "plain_text_input", "action_id": "why", "multiline": True, "max_length": 500}
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": Origin(words="", channel_id=channel_id).packed(),
        "title": plain_text(say("Report a brief")),
        "submit": plain_text(say("Tell the managers")),
        "close": plain_text(say("Cancel")),
        "blocks": [
            {"type": "input", "block_id": "brief", "label": plain_text(say("Brief")), "element": which},
            {"type": "input", "block_id": "why", "label": plain_text(say("What is wrong with it?")), "element": said},
        ],
    }


def reported(view: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """The values for the command that reports it, and the channel it was done in."""
    values = view["state"]["values"]
    given = {
        "brief": str(values["brief"]["brief"]["selected_option"]["value"]),
        "reason": str(values["why"]["why"]["value"]),
    }
    origin = unpacked(view.get("private_metadata", ""))
    return given, origin.channel_id if origin else ""


def _briefs_of(value: object) -> list[str]:
    """The briefs that the buttons of a message open, each once, in order."""
    match value:
        case str():
            return _READ.findall(value)
        case dict():
            found = [brief for part in value.values() for brief in _briefs_of(part)]
        case list() | tuple():
            found = [brief for part in value for brief in _briefs_of(part)]
        case _:
            return []
    return list(dict.fromkeys(found))
