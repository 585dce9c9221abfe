"""Makes a command fit into the characters that Discord allows it in all, by saying less of it in some languages. Pure.

Discord counts each name and description in its longest language. Where the whole is too long, descriptions go back to
English in the languages that make them longest; those that the bot speaks keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.saying import SPOKEN

MOST: Final = 8000
Described = dict[str, Any]


def fitted(command: Described) -> Described:
    """The command within Discord's limit, as far as languages that may be left out bring it there."""
    over = size(command) - MOST
    for part in sorted(_parts(command), key=_gain, reverse=True):
        if over <= 0:
            break
        over -= _gain(part)
        part["description_localizations"] = _kept(part)
    return command


def size(part: Described) -> int:
    """Names, descriptions and values, each counted in its longest language."""
    names = [part["name"], *(part.get("name_localizations") or {}).values()]
    values = sum(len(str(choice["name"])) + len(str(choice["value"])) for choice in part.get("choices", []))
    return max(map(len, names)) + _longest(part) + values + sum(map(size, part.get("options", [])))


def _parts(part: Described) -> Iterator[Described]:
    if part.get("description_localizations"):
        yield part
    for option in part.get("options", []):
        yield from _parts(option)


def _longest(part: Described) -> int:
    return max(map(len, [part.get("description", ""), *(part.get("description_localizations") or {}).values()]))


def _gain(part: Described) -> int:
    return _longest(part) - _longest({**part, "description_localizations": _kept(part)})


def _kept(part: Described) -> dict[str, str]:
    """English for each description that is longer than that, but in languages that the bot speaks."""
    english = part["description"]
    return {
        locale: words if len(words) <= len(english) or locale in SPOKEN else english
        for locale, words in part["description_localizations"].items()
    }
