"""The name that somebody gives a topic or a digest: what is seen of it, and nothing that a command reads otherwise."""

from __future__ import annotations

from bot.commands.context import Context
from bot.commands.describe import is_clear
from bot.documents.clip import clip
from bot.errors import UsageError
from bot.saying import say
from bot.text.clean import harmless


def asked_name(context: Context, old: str = "") -> str:
    """The name that was given, else the old one, which may be any that was once allowed; UsageError for an unclear one.

    Without characters that nobody sees, so that two names that look the same are the same.
    """
    given = context.arguments.get("name", str)
    if given is None or given == old:
        return old
    name = " ".join(harmless(given).split())
    if name and is_clear(name):
        return name
    error = UsageError(
        say("'{name}' cannot be a name: a command would read it as something else", name=clip(name, 60)),
        allowed=say("words without a comma or =; no number or id such as t1; not none, all or off"),
        example='name:"Korea Japan"',
    )
    error.option = "name"
    raise error
