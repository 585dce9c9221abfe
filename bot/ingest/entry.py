"""From the raw parts of a feed's entry to a draft; the same for every format of feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from bot.models import Draft
from bot.text.clean import clipped, one_line, paragraphs
from bot.text.language import language_of
from bot.text.urls import is_web_address, without_login

ENTRY_LIMIT: Final = 2000
"""Entries of one feed that are read, in the feed's order, which is newest first nearly everywhere."""

_ID_LIMIT: Final = 1000
_NAME_LIMIT: Final = 120
_MADE_TITLE_LIMIT: Final = 90
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n")
_SECTION: Final = (
    r"(?:home ?page|home|all|latest|world|international|national|us|uk|politics|business|economy|sports?|opinion"
    r"|technology|tech|science|health|culture|entertainment|life ?style|headlines"
    r"|(?:정치|정책|경제|사회|국제|세계|문화|연예|스포츠|오피니언|사설|칼럼|생활|라이프|레저|IT|과학|전체|지역|교육|건강"
    r"|여행|북한|사람|피플|산업|증권|부동산|기사|최신|인기|뉴스|/|·)+)"
)
_FEED_WORDS: Final = re.compile(
    r"^rss\s*[:\-–—|]\s*|^(?:home|posts|recent content(?: in \w+)?|recent posts) on (?=\S)"
    rf"|\s*[\-–—|:»›>]+\s*{_SECTION}\s*$"
    r"|\s*[\-–—|:»›>]*\s+(?:(?:all|latest|top|breaking) (?:news|articles|posts|stories|headlines))\s*$"
    r"|\s*[\-–—|:»›>]*\s+(?:rss(?:\s*feed)?|atom feed|feed|rss\s?서비스|全件)\s*$",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"\s+[-–—|:»›·]+\s+|:\s+|\s*[|»›]\s*")
_ANYBODY: Final = re.compile(
    r"|rss|feed|home|news|blog|index|untitled|top ?stories|latest|all|world|international|politics|business|sports?"
    r"|technology|science|journal|articles|posts|속보|전체|정치|경제|사회|국제|ニュース",
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
    title = _without_origin(one_line(entry.title.text, is_html=entry.title.is_html), origin) or title_from(text)
    if not title:
        return None
    return Draft(
        url=without_login(entry.url) if is_web_address(entry.url) else "",
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


def publisher_of(title: str, url: str) -> str:
    """A publisher's name as readers know it, from its feed's title and address.

    "RSS", "Latest news" and the like are left out; of "Le Monde.fr - Actualités" the part that the host bears out is
    kept; a title that could be anybody's ("Top stories") gives way to the host's name.
    """
    name = name_of(title)
    while (shorter := _FEED_WORDS.sub("", name).strip(" -–—|:»›")) and shorter != name:
        name = shorter
    host = name_of((urlsplit(url).hostname or "").removeprefix("www."))
    labels = [label for label in host.split(".")[:-1] if len(label) > 3]
    for part in _PARTS.split(name):
        if any(label in _letters(part) or _letters(part) == host.replace(".", "") for label in labels):
            return part
    return host if _ANYBODY.fullmatch(name) else name


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _best_text(texts: Sequence[Words]) -> str:
    best = ""
    for words in texts:
        if len(words.text) > len(best):
            best = max(best, paragraphs(words.text, is_html=words.is_html), key=len)
    return best


def title_from(text: str) -> str:
    """The first sentence of a text, or its first words."""
    return clipped(_SENTENCE_END.split(text, maxsplit=1)[0].strip(), _MADE_TITLE_LIMIT) if text else ""


def _without_origin(title: str, origin: str) -> str:
    """An aggregator's "Headline - Publisher" without the publisher."""
    if origin and title.endswith(origin):
        return title[: -len(origin)].rstrip(" -–—|·") or title
    return title
