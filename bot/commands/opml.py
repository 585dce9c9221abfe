"""OPML and plain lists of feeds: read forgivingly, written strictly. Pure.

Of 59 real OPML files 40 were not well-formed XML (bare `&` and `<`, unclosed tags, HTML entities, wrong encodings, cut
off), so outlines are recovered one by one instead of asking an XML parser, which also leaves nothing for an entity bomb
to expand. Each step takes time in proportion to the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import quoteattr

from bot.saying import say

FEEDS_LIMIT: Final = 2000
"""Entries read of one file."""
TITLE_LIMIT: Final = 200

_OUTLINE: Final = re.compile(r"<outline(?![\w:.-])", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([A-Za-z_:][\w:.-]{0,40})\s{0,20}=\s{0,20}("[^"]*"|'[^']*'|[^\s"'<>]+)""")
_ADDRESS: Final = re.compile(r"""xmlurl\s{0,20}=\s{0,20}["']?([^\s"'<>]+)(.?)""", re.IGNORECASE | re.DOTALL)
"""For an outline whose quotes do not pair."""
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_UNFIT: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PAGE: Final = re.compile(r"\s*(?:<!doctype\s+html|<html)\b", re.IGNORECASE)
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">'
_PIECE: Final = 20_000
"""Characters of one outline in which attributes are looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An entry of a file, and the line it begins in; `problem` says why it names no feed that can be followed."""

    line: int
    url: str
    title: str = ""
    problem: str = ""


def is_web_page(text: str) -> bool:
    """Whether somebody gave a page instead of a list: most often what a server says instead of an export."""
    return _PAGE.match(text.lstrip("\ufeff")) is not None and not _OUTLINE.search(text)


def read_feeds(text: str) -> list[Listed]:
    """The entries of an OPML file, or of a list with one or more addresses a line; nothing for a web page."""
    if is_web_page(text):
        return []
    clean = _CONTROL.sub("", text)
    is_opml = _OUTLINE.search(clean) or "<opml" in clean[:2000].lower()
    found = _outlines(clean) if is_opml else _addresses(clean)
    return [feed for feed, _ in zip(found, range(FEEDS_LIMIT), strict=False)]


def _outlines(text: str) -> Iterator[Listed]:
    text = _without_comments(text)
    ends = [place for place, char in enumerate(text) if char == "\n"]
    starts = [found.end() for found in _OUTLINE.finditer(text)]
    for start, stop in pairwise((*starts, len(text))):
        feed = _outline(text[start:stop], line=bisect_right(ends, start) + 1, is_last=stop == len(text))
        if feed:
            yield feed


def _without_comments(text: str) -> str:
    """Comments as empty lines; one that does not end is none, lest it hide what follows."""
    parts, place = [], 0
    while (begin := text.find("<!--", place)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        parts += [text[place:begin], "\n" * text.count("\n", begin, end)]
        place = end + 3
    return "".join((*parts, text[place:]))


def _outline(piece: str, *, line: int, is_last: bool) -> Listed | None:
    """The feed of one outline, None when it is a folder or a page."""
    found = _ATTRIBUTE.findall(piece[:_PIECE])
    attributes: dict[str, str] = {}
    for name, value in found:
        # Of a repeated attribute the first counts: what comes later stands behind the tag.
        attributes.setdefault(name.lower(), _unescaped(value))
    is_feed = attributes.get("type", "").lower() in ("rss", "atom")
    title = (attributes.get("title") or attributes.get("text", ""))[:TITLE_LIMIT]
    url = attributes.get("xmlurl") or (attributes.get("url", "") if is_feed else "")
    if url and not (is_last and _is_cut(piece)):
        return Listed(line=line, url=url, title=title)
    address = _ADDRESS.search(piece)
    # Where quotes do not pair, what looks like a title is none.
    if address and (url := _unescaped(address[1])):
        return Listed(line=line, url=url, problem=say("the file ends within it") if is_last and not address[2] else "")
    return Listed(line=line, url="", title=title, problem=say("it has no address")) if is_feed or address else None


def _is_cut(piece: str) -> bool:
    """Whether the file ends within this outline's address, which then is another one or none."""
    address = _ADDRESS.search(piece)
    return address is not None and not address[2]


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
