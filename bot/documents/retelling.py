"""Reasons that were told in English, to be logged or stored, in the language of who reads them now. Pure.

Why a channel cannot be posted to or a feed not be read is found out deep in a process that knows no reader, is logged,
and is stored for whoever looks at it later. Such a reason is `marked("no answer within {limit} s").format(limit=20)`,
and its translation stands in the file `reasons.po` of each language; what stands in none is shown as it is.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from string import Formatter
from typing import Final

from bot.documents.wording import span
from bot.saying import PSEUDO, catalogue, say, spoken

_FILE: Final = "reasons.po"
_LENGTH: Final = re.compile(r"(?:(\d+) days?)? ?(?:(\d+) hours?)? ?(?:(\d+) minutes?)?")


def retold(reason: str) -> str:
    """The reason in the language in effect, with what it holds of other reasons and of lengths of time."""
    language = spoken()
    if language == "en" or not reason:
        return reason
    for pattern, message in _templates("ko" if language == PSEUDO else language):
        if found := pattern.fullmatch(reason):
            return say(message, **{name: retold(value) for name, value in found.groupdict().items()})
    return _length(reason)


def _length(text: str) -> str:
    found = _LENGTH.fullmatch(text)
    if found is None or not any(found.groups()):
        return text
    days, hours, minutes = (int(number or 0) for number in found.groups())
    return span(timedelta(days=days, hours=hours, minutes=minutes))


@cache
def _templates(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The reasons of a language with what they look like when filled in, those with most words of their own first."""
    messages = [str(message.id) for message in catalogue(language, _FILE) if message.id]
    found = [(_pattern(message), message) for message in messages]
    return tuple(sorted(found, key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[1]))))


def _pattern(message: str) -> re.Pattern[str]:
    parts, seen = [], set()
    for text, name, _, _ in Formatter().parse(message):
        parts.append(re.escape(text))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)
