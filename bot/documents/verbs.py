"""What the buttons, selects and forms below a document ask for when they are used; each adapter carries it its own way.

A message of last year says the same as today's, so no version may give one of them another meaning. Pure.
"""

from __future__ import annotations

from enum import StrEnum

from bot.documents.nodes import Action


class Verb(StrEnum):
    RUN = "run"
    """Gives a command."""
    TURN = "turn"
    """Gives it and puts the answer in the place of the message."""
    DO = "do"
    """Gives it although it takes something away; the person was asked."""
    SHARE = "share"
    """Shows the answer to all."""
    FORM = "form"
    """Opens the form of the command."""
    OPEN = "open"
    """A select whose values are briefs to read."""
    PREVIEW = "preview"
    """Shows what the form in which it stands would lead to; where forms have buttons."""


def verb_of(action: Action) -> Verb:
    if action.asks:
        return Verb.FORM
    return Verb.DO if action.is_danger else Verb.TURN if action.replaces else Verb.RUN
