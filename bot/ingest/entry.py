"""From the raw parts of a feed's entry to a draft; the same for every format of feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.ingest.clean import clipped, one_line, paragraphs
from bot.ingest.language import language_of
from bot.ingest.urls import is_web_address
from bot.models import Draft

ENTRY_LIMIT: Final = 2000
"""Entries of one feed that are read, in the feed's order, which is newest first nearly everywhere."""

_ID_LIMIT: Final = 1000
_NAME_LIMIT: Final = 120
_MADE_TITLE_LIMIT: Final = 90
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n")
_FEED_WORDS: Final = re.compile(
    r"^(?:rss|feed)(?:\s*[:\-–—|]\s*)|\s*(?:[\-–—|:»›]+\s*)(?:(?:latest|all|top|breaking)\s+)?"
    r"(?:rss(?:\s*feed)?|feeds?|atom|news feed|all (?:news|articles|posts|stories)|latest (?:news|articles|posts|stories|headlines)"
    r"|top (?:news|stories|headlines)|home ?page|home|headlines|전체\s?기사|전체\s?뉴스|최신\s?기사|뉴스|rss\s?서비스)\s*$"
    r"|\s+(?:rss(?:\s*feed)?|rss\s?서비스|全件)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A piece of outside text, and whether its sender says that it is HTML."""

    text: str = ""
    is_html: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry as its feed gives it, before anything is cleaned."""

    url: str
    entry_id: str
    title: Words
    texts: Sequence[Words]
    """The whole text first, then shorter ones that stand in for it."""
    published_at: datetime | None
    publisher: str = ""
    """Whom the entry names as its origin, when that is not the feed itself."""
    author: str = ""
    language: str = ""


def draft_of(entry: Entry, *, publisher: str, language: str) -> Draft | None:
    """The entry as a draft; None when there is nothing in it to show."""
    text = _best_text(entry.texts)
    origin = name_of(entry.publisher)
    title = _without_origin(one_line(entry.title.text, is_html=entry.title.is_html), origin) or _title_from(text)
    if not title:
        return None
    return Draft(
        url=entry.url if is_web_address(entry.url) else "",
        title=title,
        text="" if text == title else text,
        publisher=origin or publisher,
        language=language_of(f"{title} {text}", said=entry.language or language),
        published_at=entry.published_at,
        entry_id=one_line(entry.entry_id, is_html=False)[:_ID_LIMIT],
        author=name_of(entry.author),
    )


def name_of(text: str) -> str:
    """A person's or publisher's name as one short harmless line."""
    return clipped(one_line(text, is_html=False), _NAME_LIMIT) if text else ""


def publisher_of(title: str) -> str:
    """A publisher's name as readers know it, from the title of its feed: without "RSS", "Latest news" and the like."""
    name = name_of(title)
    while (shorter := _FEED_WORDS.sub("", name).strip(" -–—|:»›")) and shorter != name:
        name = shorter
    return name


def _best_text(texts: Sequence[Words]) -> str:
    best = ""
    for words in texts:
        if len(words.text) > len(best):
            best = max(best, paragraphs(words.text, is_html=words.is_html), key=len)
    return best


def _title_from(text: str) -> str:
    """The first sentence of a text, or its first words."""
    return clipped(_SENTENCE_END.split(text, maxsplit=1)[0].strip(), _MADE_TITLE_LIMIT) if text else ""


def _without_origin(title: str, origin: str) -> str:
    """An aggregator's "Headline - Publisher" without the publisher."""
    if origin and title.endswith(origin):
        return title[: -len(origin)].rstrip(" -–—|·") or title
    return title
