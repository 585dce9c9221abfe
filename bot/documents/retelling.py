"""Reasons that were told in another language, to be logged or stored, in that of who reads them now. Pure.

Why a channel cannot be posted to or a feed not be read is found out deep in a process that knows no reader, is logged,
and is stored for whoever looks at it later. Such a reason is `marked("no answer within {limit} s").format(limit=20)`,
and its translation stands in the file `reasons.po` of each language; what stands in none is shown as it is. Why briefs
are related is stored in the language of the brief.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from string import Formatter
from typing import Final

from bot.documents.wording import span
from bot.saying import SPOKEN, catalogue, say, spoken
from bot.text.words import is_cjk

_FILE: Final = "reasons.po"
_LENGTH: Final = re.compile(r"(?:(\d+) days?)? ?(?:(\d+) hours?)? ?(?:(\d+) minutes?)?")


def retold(reason: str) -> str:
    """The reason in the language in effect, with what it holds of other reasons and of lengths of time."""
    if spoken() == "en" and not any(map(is_cjk, reason)):
        return reason
    for pattern, message in _templates():
        if found := pattern.fullmatch(reason):
            return say(message, **{name: retold(value) for name, value in found.groupdict().items()})
    return _length(reason)


def _length(text: str) -> str:
    found = _LENGTH.fullmatch(text)
    if found is None or not any(found.groups()) or spoken() == "en":
        return text
    days, hours, minutes = (int(number or 0) for number in found.groups())
    return span(timedelta(days=days, hours=hours, minutes=minutes))


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What each reason looks like when filled in, in any language, those with most words of their own first."""
    known = [(str(one.id), str(one.string)) for code in SPOKEN[1:] for one in catalogue(code, _FILE) if one.id]
    forms = {form: message for message, said in known for form in (message, said)}
    ranked = sorted(forms, key=lambda form: -len(re.sub(r"\{\w+\}", "", form)))
    return tuple((_pattern(form), forms[form]) for form in ranked)


def _pattern(message: str) -> re.Pattern[str]:
    parts, seen = [], set()
    for text, name, _, _ in Formatter().parse(message):
        parts.append(re.escape(text))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)
