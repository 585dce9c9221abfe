"""Outside text as Discord shows it word for word: no markup, no mention, no link that we did not make. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, assert_never

from bot.documents.nodes import Cite, Code, Inline, Link, Mention, Text
from bot.documents.text import harmless, link_words, safe_url

_SPACE: Final = re.compile(r"\s+")
_MARKUP: Final = re.compile(r"[\\*_~`|<>\[\]#]|:(?=//)")
_LIST: Final = re.compile(r"^(\s*\d*)([-+.)])(?=\s)")
_URL: Final = re.compile(r"[()]")
_URL_LIMIT: Final = 512


def line(text: str) -> str:
    """Outside text on one line, without what moves, hides or pings; not yet escaped."""
    return _SPACE.sub(" ", harmless(text)).strip()


@lru_cache(maxsize=1024)
def escaped(text: str) -> str:
    """Outside text that reads as it was written, wherever in a line; drawn to be measured, then to be sent."""
    # `1.` and `-` begin a list at the start of a line, where this may come to stand.
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", _SPACE.sub(" ", harmless(text))))


def link(text: str, url: str) -> str:
    """Words that lead to an address, or only the words where the address is none."""
    address = _URL.sub(lambda found: f"%{ord(found[0]):X}", safe_url(url))
    if not address or len(address) > _URL_LIMIT:
        return escaped(text).strip()
    words = escaped(link_words(text, url)).strip()
    return f"[{words}](<{address}>)" if line(text) else ""


def code(text: str) -> str:
    """Something to copy; a backtick would end it, so it becomes its look-alike."""
    words = line(text).replace("`", "ˋ")
    return f"`{words}`" if words else ""


def bold(text: str) -> str:
    words = escaped(text).strip()
    return f"**{words}**" if words else ""


def mention(node: Mention) -> str:
    """A channel or role as a live name; whether it pings is decided by `allowed_mentions`, which says no."""
    number = node.ref.rpartition(".")[2].rpartition(":")[2]
    if not number.isdigit():
        return escaped(node.name or node.ref)
    if node.name:
        return f"<@{number}>"
    return f"<@&{number}>" if node.is_role else f"<#{number}>"


def inline(spans: Sequence[Inline]) -> str:
    """Inline parts in a row."""
    return "".join(_inline(span) for span in spans).strip()


def _inline(span: Inline) -> str:
    match span:
        case Text():
            return bold(span.text) if span.strong else escaped(span.text)
        case Link():
            return link(span.text, span.url)
        case Code():
            return code(span.text)
        case Cite():
            return "".join(f" \\[{number}\\]" for number in span.numbers)
        case Mention():
            return mention(span)
    assert_never(span)
