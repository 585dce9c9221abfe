"""Feeds: whatever a server sends becomes harmless drafts that can be stored, or a FeedError."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from email.message import Message
from typing import Final

from bot.errors import FeedError
from bot.ingest import worker
from bot.ingest.entry import ENTRY_LIMIT
from bot.ingest.feeds import parse_feed
from bot.ingest.parsed import ParsedFeed
from bot.models import Draft
from bot.store.schema import Instant
from bot.stories.duplicates import article_keys, bands
from bot.stories.owners import owner_of
from bot.text.clean import TEXT_LIMIT, TITLE_LIMIT, harmless
from bot.text.urls import canonical, is_web_address
from fuzz.target import Target

_URL: Final = "https://papers.example/news/feed.xml"
_HEAD: Final = re.compile(rb"content-type:([^\r\n]{0,200})\r?\n\r?\n", re.IGNORECASE)
"""What an input may begin with: what the server said of the feed."""
_NAME_LIMIT: Final = 120
_ID_LIMIT: Final = 1000
_UNSTORABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_TAG: Final = re.compile(r"</?(?:script|iframe|style|img|p|div)\b[^<>]*>", re.IGNORECASE)


class FeedTarget(Target):
    name = "feed"
    traced = (
        *(
            f"bot/ingest/{name}.py"
            for name in ("feeds", "feedparsing", "entry", "jsonfeed", "dates", "charset", "discover")
        ),
        *(f"bot/text/{name}.py" for name in ("clean", "language", "urls")),
    )
    limit = 40_000
    seconds = 1.0
    seconds_per_kb = 0.03

    def check(self, data: bytes) -> str:
        body, content_type, charset = _answer(data)
        try:
            feed = parse_feed(body, url=_URL, content_type=content_type, charset=charset)
        except FeedError as error:
            _check_refusal(error)
            return f"refused: {re.sub(r'http.*', '', error.reason)}"
        _check_feed(feed)
        again = parse_feed(body, url=_URL, content_type=content_type, charset=charset)
        assert again == feed, "read twice, it says two things"
        _check_wire(feed, body, content_type, charset)
        return _kind(feed)


def _answer(data: bytes) -> tuple[bytes, str, str]:
    """The body, and content type and character set as `ingest.fetch` would have them from the answer's head."""
    head = _HEAD.match(data)
    if head is None:
        return data, "", ""
    message = Message()
    message["content-type"] = head[1].decode("ascii", "replace").strip()
    return data[head.end() :], message.get_content_type(), str(message.get_param("charset") or "")


def _check_refusal(error: FeedError) -> None:
    assert error.reason
    assert len(error.reason) < 25_000
    for url in error.feeds:
        assert is_web_address(url), f"a feed to try that is no address: {url!r}"
    error.reason.encode("utf-8")


def _check_feed(feed: ParsedFeed) -> None:
    assert len(feed.drafts) <= ENTRY_LIMIT
    assert feed.ttl_s is None or 0 < feed.ttl_s < 10**8
    assert re.fullmatch("[a-z]{2}|", feed.language), feed.language
    for name in (feed.title, feed.publisher):
        _check_line(name, _NAME_LIMIT + 140)
    for draft in feed.drafts:
        _check_draft(draft)


def _check_draft(draft: Draft) -> None:
    assert draft.title.strip()
    _check_line(draft.title, TITLE_LIMIT)
    _check_line(draft.publisher, _NAME_LIMIT + 140)
    _check_line(draft.author, _NAME_LIMIT)
    _check_line(draft.entry_id, _ID_LIMIT)
    assert len(draft.text) <= TEXT_LIMIT
    _check_storable(draft.text)
    assert "\n\n" not in draft.text
    assert draft.text == draft.text.strip()
    assert draft.url == "" or is_web_address(draft.url), f"no address: {draft.url!r}"
    draft.url.encode("ascii" if draft.url == "" else "utf-8")
    assert re.fullmatch("[a-z]{2}|und", draft.language), draft.language
    if draft.published_at is not None:
        assert draft.published_at.tzinfo is UTC
        _check_date(draft.published_at)
    _check_names(draft)


def _check_line(text: str, most: int) -> None:
    assert len(text) <= most, f"{len(text)} characters"
    assert "\n" not in text
    _check_storable(text)


def _check_storable(text: str) -> None:
    """No character that PostgreSQL refuses, or that deceives the eye; nothing left to be cleaned."""
    found = _UNSTORABLE.search(text)
    assert found is None, f"{found[0]!r} in {text[max(0, found.start() - 40) : found.end() + 40]!r}"
    assert harmless(text) == text, "cleaned twice, it is another text"


def _check_date(at: datetime) -> None:
    stored = Instant()
    assert stored.process_result_value(stored.process_bind_param(at, None), None) == at.replace(tzinfo=UTC)  # type: ignore[arg-type]


def _check_names(draft: Draft) -> None:
    """What an article is recognised by can be made of every draft, and stored."""
    owner = owner_of(draft.publisher, draft.url or _URL)
    keys = article_keys(draft, owner, 1)
    assert owner
    assert len(keys) == len(set(keys))
    for key in (owner, *keys):
        assert "\0" not in key
        key.encode("utf-8")
    for band in bands(owner, draft.title, draft.text):
        assert -(2**63) <= band < 2**63
    if draft.url:
        address = canonical(draft.url)
        assert address
        head, hash_, end = draft.url.partition("#")
        tracked = f"{head}{'&' if '?' in head else '?'}utm_source=rss{hash_}{end}"
        assert not is_web_address(tracked) or canonical(tracked) == address, f"tracked, {draft.url!r} is another page"


def _check_wire(feed: ParsedFeed, body: bytes, content_type: str, charset: str) -> None:
    """The worker process gives the same, through its pipe."""
    request = {"kind": "feed", "url": _URL, "content_type": content_type, "charset": charset}
    pipe = io.BytesIO()
    worker.write_frame(pipe, worker.answer(request, body))
    pipe.seek(0)
    answer, _ = worker.read_frame(pipe)
    assert worker.feed_from_wire(json.loads(json.dumps(answer["feed"]))) == feed, "the worker says another thing"


def _kind(feed: ParsedFeed) -> str:
    drafts = feed.drafts
    parts = (
        min(len(drafts), 3),
        any(draft.url for draft in drafts),
        any(draft.text for draft in drafts),
        any(draft.published_at for draft in drafts),
        any(draft.author for draft in drafts),
        bool(feed.title),
        bool(feed.language),
        feed.ttl_s is not None,
    )
    return " ".join(map(str, parts))
