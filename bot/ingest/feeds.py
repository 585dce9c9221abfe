"""RSS, Atom and RDF (through feedparser), JSON Feed, and a clear reason for what is none of them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from bot.errors import FeedError
from bot.ingest.charset import decode
from bot.ingest.dates import clock_of, parse_date
from bot.ingest.discover import feeds_of_page
from bot.ingest.entry import ENTRY_LIMIT, Entry, Words, draft_of, name_of, publisher_of
from bot.ingest.feedparsing import read
from bot.ingest.jsonfeed import parse_json_feed
from bot.ingest.parsed import ParsedFeed
from bot.saying import marked
from bot.text.language import code_of
from bot.text.urls import absolute

_XML_HEAD: Final = re.compile(r"<\?xml\b[^>]*>", re.IGNORECASE)
_PREFIX: Final = re.compile(r"(</?)(?:rss|atom|feed):(?=[a-z])", re.IGNORECASE)
_FEED_ROOT: Final = re.compile(r"<(?:[\w-]+:)?(?:rss|feed|rdf|channel|item|entry)[\s>/]", re.IGNORECASE)
_HTML_ROOT: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_ENTRY_OPEN: Final = re.compile(r"<(?:[\w-]+:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_ENTRY_CLOSE: Final = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_CHUNK: Final = 4096
_UNPACKED_LIMIT: Final = 10_000_000

_SIGNATURES: Final = (
    (b"%PDF-", marked("a PDF document")),
    (b"\x89PNG", marked("a picture")),
    (b"GIF8", marked("a picture")),
    (b"\xff\xd8\xff", marked("a picture")),
    (b"RIFF", marked("a media file")),
    (b"ID3", marked("a sound file")),
    (b"PK\x03\x04", marked("a ZIP archive")),
    (b"OggS", marked("a media file")),
)
_PERIODS: Final = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def parse_feed(body: bytes, *, url: str, content_type: str = "", charset: str = "") -> ParsedFeed:
    """The feed in these bytes, whatever its format; a feed without entries is a feed.

    FeedError when they are none, with the feeds that a web page links to. Of a very long feed the first 2,000 entries
    are read. `url` is where it was found: relative addresses start there.
    """
    body = _unpacked(body)
    if not body.strip(b"\0 \t\r\n"):
        raise FeedError(marked("The answer is empty."))
    for start, what in _SIGNATURES:
        if body.startswith(start):
            raise FeedError(marked("It is {what}, not a feed.").format(what=what))
    text = decode(body, declared=charset).lstrip("\ufeff \t\r\n\0")
    if text.startswith(("{", "[")):
        return parse_json_feed(text, url=url)
    _refuse_other_things(text, url, content_type)
    return _parse_xml(text, url)


def _unpacked(body: bytes) -> bytes:
    """The body of a file that was stored compressed; servers do not always say so."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _UNPACKED_LIMIT)
    except zlib.error:
        raise FeedError(marked("It is a compressed file that cannot be unpacked.")) from None


def _refuse_other_things(text: str, url: str, content_type: str) -> None:
    head = text[:_CHUNK]
    root = _FEED_ROOT.search(text)
    page = _HTML_ROOT.search(head)
    if page and (root is None or root.start() > page.start()) and not _is_feed_inside(text):
        raise _web_page(text, url)
    if root is not None:
        return
    if content_type.partition(";")[0].strip().lower() in _HTML_TYPES and "<" in text:
        raise _web_page(text, url)
    if not head.lstrip().startswith("<"):
        raise FeedError(marked("It is plain text or unknown data, not a feed."))
    raise FeedError(marked("It is XML or HTML, but there is no feed in it."))


def _is_feed_inside(text: str) -> bool:
    """Whether a whole feed stands in what begins like a page: some servers put a line of HTML in front."""
    return re.search(r"<(?:rss|rdf:RDF)[\s>]|<feed[^<>]{1,500}Atom", text) is not None


def _web_page(text: str, url: str) -> FeedError:
    feeds = feeds_of_page(text, url)
    if not feeds:
        return FeedError(marked("It is a web page, not a feed, and it links to no feed."))
    words = marked("It is a web page, not a feed. It links to: {feeds}")
    return FeedError(words.format(feeds=", ".join(feeds[:5])), feeds=feeds)


def _parse_xml(text: str, url: str) -> ParsedFeed:
    text = _first_entries(_XML_HEAD.sub("", text[:_CHUNK], count=2) + text[_CHUNK:])
    found = read(text, url)
    if not found.entries and _ENTRY_OPEN.search(text):
        found = read(_PREFIX.sub(r"\1", text), url)
    if not found.get("version") and not found.entries:
        raise FeedError(marked("It is XML, but nothing in it is a feed or an entry of one."))
    feed = found.feed
    title = _value(feed, "title")
    publisher = publisher_of(title, absolute(_value(feed, "link"), url) or url)
    language = code_of(_value(feed, "language") or _said(feed.get("title_detail")))
    drafts = (
        draft_of(entry, publisher=publisher, language=language) for entry in _entries(found.entries, url, language)
    )
    return ParsedFeed(
        title=name_of(title),
        publisher=publisher,
        language=language,
        ttl_s=_ttl(feed),
        drafts=tuple(draft for draft in drafts if draft),
    )


def _first_entries(text: str) -> str:
    """The document with at most 2,000 entries: what stands between the last of those and its end is left out."""
    for count, found in enumerate(_ENTRY_OPEN.finditer(text)):
        if count == ENTRY_LIMIT:
            closes = list(_ENTRY_CLOSE.finditer(text, found.start()))
            return text[: found.start()] + (text[closes[-1].end() :] if closes else "")
    return text


def _entries(entries: list[Any], url: str, language: str) -> Iterator[Entry]:
    clock = clock_of(url, language)
    for entry in entries[:ENTRY_LIMIT]:
        link = _link(entry)
        yield Entry(
            url=absolute(link, url) if link else "",
            entry_id=_value(entry, "id"),
            title=_words(entry, "title"),
            texts=[*(_detail(content) for content in _members(entry, "content")), _words(entry, "summary")],
            published_at=_published_at(entry, clock),
            publisher=_origin(entry),
            author=_value(entry, "author"),
            language=code_of(_said(_get(entry, "title_detail"))),
        )


def _link(entry: Any) -> str:
    """Where the entry leads: past a counting redirect, else its own link, else an id that is an address."""
    found = _value(entry, "feedburner_origlink") or _value(entry, "link")
    if not found:
        found = next((str(link["href"]) for link in _members(entry, "links") if _may_lead(link)), "")
    entry_id = _value(entry, "id")
    return found or (entry_id if entry_id.startswith(("http://", "https://")) else "")


def _may_lead(link: Any) -> bool:
    kind = _get(link, "rel") or "alternate"
    return bool(_get(link, "href")) and kind in ("alternate", "related", "via", "enclosure")


def _published_at(entry: Any, clock: str) -> datetime | None:
    for name in ("published", "updated", "created"):
        text = _value(entry, name)
        if text and (found := parse_date(text, language=clock)):
            return found
    return None


def _origin(entry: Any) -> str:
    source = _get(entry, "source")
    return _value(source, "title") if source else ""


def _words(entry: Any, name: str) -> Words:
    detail = _get(entry, name + "_detail")
    return _detail(detail) if detail and _get(detail, "value") == _get(entry, name) else Words(text=_value(entry, name))


def _detail(detail: Any) -> Words:
    return Words(text=str(_get(detail, "value") or ""), is_html=str(_get(detail, "type") or "").lower() in _HTML_KINDS)


_HTML_KINDS: Final = ("text/html", "application/xhtml+xml", "html", "xhtml", "application/xml", "text/xml")


def _said(detail: Any) -> str:
    return str(_get(detail, "language") or "") if detail else ""


def _get(values: Any, name: str) -> Any:
    """What feedparser has under a name, without its search for older names of it, of which we use none.

    Where a feed repeats or misplaces an element, `values` is a text, and has nothing.
    """
    return dict.get(values, name) if isinstance(values, dict) else None


def _members(values: Any, name: str) -> list[Any]:
    found = _get(values, name)
    return found if isinstance(found, list) else []


def _value(values: Any, name: str) -> str:
    """A member as text; feedparser answers with other types where a feed repeats or misplaces an element."""
    value = _get(values, name)
    return value.strip() if isinstance(value, str) else ""


def _ttl(feed: Any) -> float | None:
    minutes = re.fullmatch(r"\d{1,6}", _value(feed, "ttl"))
    if minutes and int(minutes[0]):
        return int(minutes[0]) * 60.0
    period = _PERIODS.get(_value(feed, "sy_updateperiod").lower())
    often = re.fullmatch(r"\d{1,4}", _value(feed, "sy_updatefrequency") or "1")
    return period / max(1, int(often[0])) if period and often else None
