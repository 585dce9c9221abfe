"""A source's headline without what is not its words. Pure."""

from __future__ import annotations

import re
from typing import Final

from bot.text.sentences import untokenise
from bot.text.words import terms

MAX_CHARS: Final = 200
_PREFIX: Final = re.compile(
    r"^\s*(?:[\[【〈<(（](?:속보|단독|종합|포토|영상|사설|칼럼|速報|独自|動画"
    r"|breaking|live|video|watch|opinion|update[sd]?|exclusive)"
    r"[^\]】〉>)）]{0,8}[\]】〉>)）]|(?:breaking|live|video|watch|opinion|exclusive|update[sd]?)\s*:)\s*",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")

_FILLING: Final = frozenset(("the", "news", "online", "com", "co", "kr", "net", "org", "blog"))
"""What a publisher's name has at one time and not at another."""


def clean_headline(title: str, publisher: str) -> str:
    """A headline without "[속보]", "LIVE:" or the publisher's name behind it."""
    text = _PREFIX.sub("", untokenise(title)).strip()
    suffix = _SUFFIX.search(text)
    if suffix and publisher and _is_name(suffix[0], publisher):
        text = text[: suffix.start()].strip()
    return (text or title.strip())[:MAX_CHARS]


def _is_name(suffix: str, publisher: str) -> bool:
    """Whether a suffix is the publisher's name or most of it, and no word besides: "– Kyiv" is not "Kyiv Post"."""
    words, name = _telling(suffix), _telling(publisher)
    return bool(words) and words <= name and 2 * len(words) > len(name)


def _telling(name: str) -> set[str]:
    words = set(terms(name))
    return words - _FILLING or words
