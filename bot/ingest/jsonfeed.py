"""JSON Feed 1 and 1.1, read leniently: an entry that makes no sense is left out, the others stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.errors import FeedError
from bot.ingest.dates import clock_of, parse_date
from bot.ingest.entry import ENTRY_LIMIT, Entry, Words, draft_of, name_of, publisher_of
from bot.ingest.parsed import ParsedFeed
from bot.saying import marked
from bot.text.language import code_of
from bot.text.urls import absolute


def parse_json_feed(text: str, *, url: str) -> ParsedFeed:
    """The feed in some JSON; FeedError for JSON that is none, and for text that is no JSON."""
    feed = _read(text)
    title = _text(feed, "title")
    publisher = publisher_of(title, absolute(_text(feed, "home_page_url"), url) or url)
    language = code_of(_text(feed, "language"))
    drafts = (draft_of(entry, publisher=publisher, language=language) for entry in _entries(feed, url))
    return ParsedFeed(
        title=name_of(title),
        publisher=publisher,
        language=language,
        drafts=tuple(draft for draft in drafts if draft),
    )


def _read(text: str) -> dict[str, Any]:
    try:
        feed = json.loads(text)
    except ValueError:
        raise FeedError(marked("It begins like a JSON feed, but the JSON is broken or cut short.")) from None
    except RecursionError:
        raise FeedError(marked("It is JSON nested so deep that no feed can be in it.")) from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise FeedError(marked("It is JSON, but not a JSON Feed: there is no list of items in it."))
    if "jsonfeed.org" not in str(feed.get("version", "")) and not _looks_like_feed(feed):
        raise FeedError(marked("It is JSON with items, but not a JSON Feed: they have no title, text or address."))
    return feed


def _looks_like_feed(feed: dict[str, Any]) -> bool:
    names = {name for item in feed["items"][:5] if isinstance(item, dict) for name in item}
    return bool(names & {"content_html", "content_text", "date_published"}) or {"title", "url"} <= names


def _entries(feed: dict[str, Any], url: str) -> Iterator[Entry]:
    home = absolute(_text(feed, "home_page_url"), url) or url
    for item in feed["items"][:ENTRY_LIMIT]:
        if isinstance(item, dict):
            yield _entry(item, home, code_of(_text(feed, "language")))


def _entry(item: dict[str, Any], home: str, language: str) -> Entry:
    entry_id = _text(item, "id")
    link = _text(item, "url") or _text(item, "external_url")
    if not link and entry_id.startswith(("http://", "https://")):
        link = entry_id
    said = code_of(_text(item, "language"))
    return Entry(
        url=absolute(link, home) if link else "",
        entry_id=entry_id,
        title=Words(text=_text(item, "title")),
        texts=(
            Words(text=_text(item, "content_html"), is_html=True),
            Words(text=_text(item, "content_text")),
            Words(text=_text(item, "summary")),
        ),
        published_at=parse_date(
            _text(item, "date_published") or _text(item, "date_modified"), language=clock_of(home, said or language)
        ),
        author=_author(item),
        language=said,
    )


def _author(item: dict[str, Any]) -> str:
    many = item.get("authors")
    candidates = [item.get("author"), *(many if isinstance(many, list) else [])]
    return next((name for one in candidates if isinstance(one, dict) and (name := _text(one, "name"))), "")


def _text(values: dict[str, Any], name: str) -> str:
    """A member as text; a number, which careless writers use for ids, as its digits."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-8", "ignore").decode("utf-8")
