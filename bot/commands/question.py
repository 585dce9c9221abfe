"""What a person is asked before a command that takes something away, on platforms that have buttons."""

from __future__ import annotations

from bot.commands.admin_data import confirmation
from bot.commands.context import Context
from bot.commands.labels import label
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Document, Facts, Note, Text
from bot.models import Brief, Digest, Source, Topic, public_id
from bot.saying import say


def question_document(context: Context) -> Document:
    """Names what would be taken away and offers the button that does it; pressing nothing changes nothing."""
    command = context.command
    named = [(name, *_named(value)) for name, value in context.arguments.values.items()]
    given = [f"{name}:{ref}" for name, ref, _ in named if name != "confirm"]
    if command.option("confirm"):
        # The button says what has to be typed where there are none.
        given.append(f"confirm:{confirmation(context.workspace)}")
    line = " ".join((command.name, *given))
    return notice(
        say("{question}?", question=say(command.summary)),
        Facts(tuple((label(name), f"{words} ({ref})" if words else ref) for name, ref, words in named)),
        Actions((Action(say("Yes, do it"), line, is_danger=True, replaces=True),)),
        Note((Text(say("Nothing happens unless you press it.")),)),
    )


def _named(value: object) -> tuple[str, str]:
    """How to name a value in a command, and what a person calls it."""
    match value:
        case Topic():
            return public_id("t", value.id), value.name
        case Digest():
            return public_id("d", value.id), value.name
        case Source():
            return public_id("src", value.id), value.name
        case Brief():
            return value.ref, value.text.headline
        case _:
            return str(value), ""
