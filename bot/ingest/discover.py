"""The feeds that a web page links to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from bot.text.urls import absolute, canonical

_TYPES: Final = {
    "application/rss+xml": 0,
    "application/atom+xml": 0,
    "application/feed+json": 0,
    "application/rdf+xml": 1,
    "application/json": 2,
    "application/xml": 2,
    "text/xml": 2,
}
_FEED_PATH: Final = re.compile(
    r"(?:[/.](?:rss|atom|rdf)(?:\.xml|\.php)?|[/=](?:rss2?|feeds?|atom)|/(?:index|feed|rss|atom|news)\.(?:xml|rdf|json))/?(?:[?#]|$)"
    r"|[?&](?:feed|format)=(?:rss2?|atom)",
    re.IGNORECASE,
)
_COMMENTS: Final = re.compile(r"comment|kommentar|commentaire|comentario|댓글", re.IGNORECASE)
_LIMIT: Final = 500_000
_MOST: Final = 20


class _Links(HTMLParser):
    """Collects (how unlikely it is the page's feed, address, title) of each link that may be one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        href = values.get("href", "").strip()
        if tag == "base" and href and not self.base:
            self.base = href
        elif tag == "link" and href:
            rank = _TYPES.get(values.get("type", "").partition(";")[0].strip().lower())
            if rank is not None and {"alternate", "feed"} & set(values.get("rel", "").lower().split()):
                self.found.append((rank + _penalty(href + " " + values.get("title", "")), href))
        elif tag == "a" and href and _FEED_PATH.search(href):
            self.found.append((4 + _penalty(href), href))


def _penalty(words: str) -> int:
    return 2 if _COMMENTS.search(words) else 0


def feeds_of_page(html: str, url: str) -> tuple[str, ...]:
    """Absolute addresses of the feeds that a page names, best first: declared ones, then links that look like feeds."""
    parser = _Links()
    # Python's parser raises for some of what follows `<![`, which in HTML is a comment anyway.
    parser.feed(html[:_LIMIT].replace("<![", "<! ["))
    base = absolute(parser.base, url) or url
    ranked = sorted(parser.found, key=lambda item: item[0])
    return tuple(_distinct((absolute(href, base) for _, href in ranked), but=canonical(url)))[:_MOST]


def _distinct(addresses: Iterator[str], *, but: str) -> Iterator[str]:
    seen = {but, ""}
    for address in addresses:
        key = canonical(address)
        if key not in seen:
            seen.add(key)
            yield address
