"""What the buttons and selects of our messages say when they are used: everything, so that they outlive us.

    action_id   value
    v1:run      brief read b12          gives that command
    v1:turn     brief latest page:2     gives it and puts the answer in the place of this message
    v1:do       brief-admin …           gives it although it takes something away; the person was asked
    v1:share    brief read b12          shows the answer to all
    v1:form     brief-admin …           opens the form of that command
    v1:open     b12                     a select whose values are briefs to read
    v1:preview  brief-admin digest add  shows what the form in which it stands would lead to

A message of last year says the same as today's, so no version may give one of them another meaning. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapters.slack.mrkdwn import line, plain
from bot.documents.clip import clip
from bot.documents.nodes import Action
from bot.documents.text import harmless
from bot.documents.verbs import Verb, verb_of
from bot.saying import say

Element = dict[str, Any]

VALUE_LIMIT: Final = 2000
LABEL_LIMIT: Final = 75
_VERSION: Final = "v1"


@dataclass(frozen=True, slots=True)
class Press:
    """What somebody asked for by using a button or a select."""

    verb: Verb
    words: str
    """A command as typed, without the slash; for `OPEN` the brief that was picked."""

    def action_id(self, number: int = 1) -> str:
        """The `number` tells elements of one block apart that have the same verb; it means nothing."""
        return f"{_VERSION}:{self.verb}" + (f".{number}" if number > 1 else "")


def read_press(action_id: str, value: str) -> Press | None:
    """What an element of ours asks for; None for any other."""
    version, _, rest = action_id.partition(":")
    verb = rest.partition(".")[0]
    if version != _VERSION or verb not in set(Verb):
        return None
    return Press(Verb(verb), value)


def button(action: Action) -> Element | None:
    """The button of an action; None when none can carry its command."""
    label = clip(plain(action.label), LABEL_LIMIT)
    if not label or not 0 < len(action.command) <= VALUE_LIMIT or harmless(action.command) != action.command:
        return None
    return pressed(Press(verb_of(action), action.command), label) | ({"style": "danger"} if action.is_danger else {})


def pressed(press: Press, label: str) -> Element:
    """The button that carries a press."""
    return {"type": "button", "text": plain_text(label), "action_id": press.action_id(), "value": press.words}


def select(options: list[Element]) -> Element:
    """The related briefs of a message, to open by picking."""
    return {
        "type": "static_select",
        "placeholder": plain_text(say("Related briefs")),
        "action_id": Press(Verb.OPEN, "").action_id(),
        "options": options,
    }


def option(brief: str, headline: str, blurb: str) -> Element | None:
    """A brief to pick; None when it has nothing to be picked by."""
    label, more = clip(plain(headline), LABEL_LIMIT), clip(plain(blurb), LABEL_LIMIT)
    if not brief or not label or brief != line(brief):
        return None
    return {"text": plain_text(label), "value": brief} | ({"description": plain_text(more)} if more else {})


def numbered(elements: list[Element]) -> list[Element]:
    """The elements of one block, their ids made unique."""
    seen: dict[str, int] = {}
    for element in elements:
        verb = element["action_id"]
        seen[verb] = seen.get(verb, 0) + 1
        if press := read_press(verb, ""):
            element["action_id"] = press.action_id(seen[verb])
    return elements


def plain_text(words: str) -> Element:
    """Text in which nothing is live; `emoji` false leaves `:codes:` as they are."""
    return {"type": "plain_text", "text": words, "emoji": False}
