"""What the audit trail noted, in the language of who reads it. Pure.

It is stored as the store calls things (`topic t1 “Korea”`, `excluded`), since who notes it knows no reader.
"""

from __future__ import annotations

import re
from typing import Final

from bot.commands.labels import LABELS, choice_label, label
from bot.documents.clip import clip
from bot.models import Change
from bot.saying import marked, say

_VALUE: Final = 300
_THINGS: Final = {
    "digest": marked("digest"),
    "follow": marked("followed story"),
    "settings": marked("settings"),
    "setup": marked("set-up"),
    "source": marked("source"),
    "topic": marked("topic"),
}
"""What a change is of, by the word that its name begins with; a brief is called by its id alone."""
_DONE: Final = {
    "dropped": marked("taken back"),
    "edited": marked("corrected"),
    "read again": marked("read again"),
    "restored": marked("taken back"),
    "retracted": marked("retracted"),
    "rewritten": marked("written again without a source"),
    "sent by hand": marked("sent by hand"),
}
"""What was done with it, and no field: there is nothing that it was before."""
_FIELDS: Final = {
    "also_at": marked("also at"),
    "catch_up_s": marked("catch up, seconds"),
    "feed_token": marked("feed address"),
    "followed": marked("followed"),
    "is_paused": marked("paused"),
    "person": marked("person"),
    "shared with all": marked("shared with all"),
}
_OPTIONS: Final = {
    "excluded": "exclude",
    "excluded_source_ids": "not_sources",
    "max_stories": "stories",
    "min_publishers": "publishers",
    "muted": "mute",
    "paused_until": "until",
    "retention_days": "retention",
    "source_ids": "sources",
    "topic_ids": "topics",
}
"""Fields that are set by an option of another name."""
_PART: Final = re.compile(r"(?:(?<=^)|(?<=; ))(\w+)(?=: )")


def told(change: Change) -> str:
    """What was changed, from what to what."""
    thing = _thing(change.what)
    if change.field in _DONE:
        done = say(_DONE[change.field])
        return f"{thing}: {done}" + (f" ({clip(change.new, _VALUE)})" if change.new else "")
    old, new = _short(change.old), _short(change.new)
    if change.field:
        values = {"old": _value(old), "new": _value(new)}
        return say("{thing}, {field}: {old} → {new}", thing=thing, field=_field(change.field), **values)
    if change.new or not change.old:
        return say("{thing} added: {values}", thing=thing, values=_all(new))
    return say("{thing} removed: {values}", thing=thing, values=_all(old))


def _thing(what: str) -> str:
    kind, space, rest = what.partition(" ")
    return f"{say(_THINGS[kind])}{space}{rest}" if kind in _THINGS else what


def _field(name: str) -> str:
    option = _OPTIONS.get(name, name)
    if name in _FIELDS:
        return say(_FIELDS[name])
    return label(option).lower() if option in LABELS else name.replace("_", " ")


def _all(values: str) -> str:
    """All fields of a thing, as they are noted in one text: `words: otter; languages: en`."""
    named = _PART.sub(lambda part: _field(part[0]), values)
    return re.sub(r"(?<=: )(?:yes|no)(?=;|$)", lambda part: _value(part[0]), named)


def _value(text: str) -> str:
    return choice_label(text).lower() if text in ("yes", "no") else text


def _short(text: str) -> str:
    return clip(text, _VALUE) or "–"
