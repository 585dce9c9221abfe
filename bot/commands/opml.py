"""OPML and plain lists of feeds: read forgivingly, written strictly. Pure.

Of 59 real OPML files 40 were not well-formed XML (bare `&`, unclosed tags, HTML entities), so outlines are recovered
one by one instead of asking an XML parser, which also leaves nothing for an entity bomb to expand.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

FEEDS_LIMIT: Final = 500
"""Feeds read of one file."""

_OUTLINE: Final = re.compile(r"<outline\b", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([A-Za-z_:][\w:.-]{0,40})\s*=\s*("[^"<]*"|'[^'<]*'|[^\s"'<>]+)""")
_ADDRESS: Final = re.compile(r"""xmlurl\s*=\s*["']?([^\s"'<>]+)""", re.IGNORECASE)
"""For an outline whose quotes do not pair."""
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});")
_UNFIT: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">'
_PIECE: Final = 20_000
"""Characters of one outline that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A feed of a file, and the line it stands in."""

    line: int
    url: str
    title: str = ""


def read_feeds(text: str) -> list[Listed]:
    """The feeds of an OPML file, or the addresses of a list with one or more a line; nothing for anything else."""
    found = _outlines(text) if _OUTLINE.search(text) else _addresses(text)
    return [feed for feed, _ in zip(found, range(FEEDS_LIMIT), strict=False)]


def _outlines(text: str) -> Iterator[Listed]:
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    ends = [place for place, char in enumerate(text) if char == "\n"]
    starts = [found.end() for found in _OUTLINE.finditer(text)]
    for start, stop in zip(starts, [*starts[1:], len(text)], strict=True):
        feed = _outline(text[start : min(stop, start + _PIECE)], line=bisect_right(ends, start) + 1)
        if feed:
            yield feed


def _outline(piece: str, *, line: int) -> Listed | None:
    """The feed of one outline, None when it is a folder or a page."""
    attributes = {name.lower(): _unescaped(value) for name, value in _ATTRIBUTE.findall(piece)}
    url = attributes.get("xmlurl") or (attributes.get("url", "") if attributes.get("type") == "rss" else "")
    if url:
        return Listed(line=line, url=url, title=(attributes.get("title") or attributes.get("text", ""))[:200])
    address = _ADDRESS.search(piece)
    return Listed(line=line, url=_unescaped(address[1])) if address else None


def _unescaped(value: str) -> str:
    # Only entities with their semicolon: `?a=1&copy=2` is an address with a bare ampersand.
    bare = value[1:-1] if value[:1] in "\"'" else value
    return " ".join(_ENTITY.sub(lambda found: html.unescape(found[0]), bare).split())


def _addresses(text: str) -> Iterator[Listed]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith(("#", "<")):
            for word in re.split(r"[\s,;]+", line.strip()):
                if word:
                    yield Listed(line=number, url=word)


def write_feeds(title: str, feeds: Iterable[tuple[str, str]]) -> str:
    """An OPML 2.0 file of titles and addresses."""
    outlines = [
        f"    <outline type={quoteattr('rss')} text={_attribute(name or url)} xmlUrl={_attribute(url)}/>"
        for name, url in feeds
    ]
    head = f"  <head><title>{html.escape(_fit(title))}</title></head>"
    return "\n".join([_DECLARATION, head, "  <body>", *outlines, "  </body>", "</opml>", ""])


def _attribute(text: str) -> str:
    return quoteattr(_fit(text))


def _fit(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _UNFIT.sub("", text)
