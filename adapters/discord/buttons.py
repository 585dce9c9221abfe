"""What the buttons, selects and forms of our messages say when they are used: everything, so that they outlive us.

    v1:run:brief read b12       gives that command
    v1:turn:brief latest page:2 gives it and puts the answer in the place of this message
    v1:do:brief-admin …         gives it although it takes something away; the person was asked
    v1:share:brief read b12     shows the answer to all
    v1:form:brief-admin …       opens the form of that command
    v1:open:                    a select whose values are briefs to read
    v1@813…:form:brief-admin …  in a direct message: as pressed in that server

A message of last year says the same as today's, so no version may give one of them another meaning. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.documents.verbs import Verb

ID_LIMIT: Final = 100
_VERSION: Final = "v1"
_MARK: Final = re.compile(r"v1(?:@(\d{1,20}))?(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Press:
    """What somebody asked for by using a component."""

    verb: Verb
    words: str
    """A command as typed, without the slash."""
    guild_id: int = 0
    """The server that it is about, where it is pressed in none; else 0."""

    def custom_id(self, number: int = 1) -> str | None:
        """How a component carries it; None when it is too long for one.

        The `number` tells components of one message apart that ask for the same; it means nothing.
        """
        guild = f"@{self.guild_id}" if self.guild_id else ""
        text = f"{_VERSION}{guild}{f'.{number}' if number > 1 else ''}:{self.verb}:{self.words}"
        return text if len(text) <= ID_LIMIT else None


def read_press(custom_id: str) -> Press | None:
    """What a component of ours asks for; None for any other."""
    version, _, rest = custom_id.partition(":")
    verb, _, words = rest.partition(":")
    found = _MARK.fullmatch(version)
    if found is None or verb not in set(Verb):
        return None
    return Press(Verb(verb), words, int(found[1] or 0))


def of_guild(custom_id: str, guild_id: int) -> str | None:
    """An id of ours as it stands in a direct message about a server; None when that is too long for one."""
    told = f"{_VERSION}@{guild_id}{custom_id.removeprefix(_VERSION)}"
    return told if len(told) <= ID_LIMIT else None
