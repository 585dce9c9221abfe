"""A brief from Markdown with YAML front matter. Pure.

---
headline: …            (else the first level-1 heading)
deck: …
language: en
published_at: 2026-01-15T09:00:00Z
---
Lede paragraphs
## A section
## Sources             (a list of links)
## Related             (a list of links, with a blurb behind each)
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.briefs.elsewhere_page import is_related_heading, is_sources_heading
from bot.briefs.parts import ElsewhereBrief, Parts, RejectedPart, assemble, is_caveat, related_link
from bot.models import Citation, Related

_FRONT: Final = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)


def read_markdown(text: str) -> list[ElsewhereBrief | RejectedPart]:
    """The brief of a Markdown page, or why it is none."""
    front = _FRONT.match(text)
    try:
        meta = _meta(front[1]) if front else {}
        return [assemble(_parts(meta, text[front.end() :] if front else text))]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        return [RejectedPart(line=line, reason="the front matter is no YAML; a right line is `headline: Words`")]
    except ValueError as error:
        return [RejectedPart(line=1, reason=str(error))]


def _meta(text: str) -> dict[str, Any]:
    loaded = yaml.safe_load(text) or {}
    if not isinstance(loaded, dict):
        raise ValueError("the front matter must be keys with values, such as `headline: Words`")
    return {str(key).casefold(): value for key, value in loaded.items()}


def _parts(meta: dict[str, Any], body: str) -> Parts:
    page = _Page()
    for kind, words, links in _blocks(body):
        page.take(kind, words, links)
    said = str(meta.get("caveat") or meta.get("disclosure") or "")
    return Parts(
        headline=str(meta.get("headline") or meta.get("title") or page.headline),
        deck=str(meta.get("deck") or meta.get("summary") or meta.get("description") or ""),
        lede=page.lede,
        sections=[(heading, paragraphs) for heading, paragraphs in page.sections if paragraphs],
        sources=[*_listed_sources(meta.get("sources")), *page.sources] or [],
        related=[*_listed_related(meta.get("related")), *page.related],
        disclosure=" ".join([said, *page.disclosure]).strip(),
        language=str(meta.get("language") or "")[:2].lower(),
        published_at=_instant(meta.get("published_at") or meta.get("date")),
    )


class _Page:
    """What was read of the body so far."""

    def __init__(self) -> None:
        self.headline = ""
        self.lede: list[str] = []
        self.sections: list[tuple[str, list[str]]] = []
        self.sources: list[Citation] = []
        self.related: list[Related] = []
        self.disclosure: list[str] = []
        self._place = "body"

    def take(self, kind: str, words: str, links: list[tuple[str, str]]) -> None:
        if kind == "h1" and not self.headline:
            self.headline = words
        elif kind.startswith("h"):
            self._open(words)
        elif is_caveat(words):
            self.disclosure.append(words)
        elif self._place == "sources":
            self.sources.append(_source(len(self.sources) + 1, words, links))
        elif self._place == "related":
            self.related.append(_related(words, links))
        else:
            (self.sections[-1][1] if self.sections else self.lede).append(words)

    def _open(self, heading: str) -> None:
        self._place = "sources" if is_sources_heading(heading) else "related" if is_related_heading(heading) else "body"
        if self._place == "body":
            self.sections.append((heading, []))


def _blocks(body: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Headings and paragraphs in order: kind (`h1`…`h6`, `p`), plain words, links as (words, address)."""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(body)
    found = []
    for opening, inline in pairwise(tokens):
        if inline.type == "inline" and opening.type in ("heading_open", "paragraph_open"):
            found.append((opening.tag, _words(inline), _links(inline)))
    return found


def _words(inline: Token) -> str:
    parts = (" " if child.type in ("softbreak", "hardbreak") else child.content for child in inline.children or ())
    return "".join(parts).strip()


def _links(inline: Token) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    address = ""
    words = ""
    for child in inline.children or ():
        if child.type == "link_open":
            address, words = str(child.attrs.get("href", "")), ""
        elif child.type == "link_close":
            found.append((words, address))
        else:
            words += child.content
    return found


def _source(number: int, words: str, links: list[tuple[str, str]]) -> Citation:
    title, url = links[0] if links else ("", "")
    publisher = words.replace(title, "").strip(" :-–—,.") if title else words
    return Citation(n=number, publisher=publisher or title, title=title if publisher else "", url=url)


def _related(words: str, links: list[tuple[str, str]]) -> Related:
    title, url = links[0] if links else ("", "")
    return related_link(title, words.replace(title, "", 1).strip(" :-–—") if title else words, url)


def _listed_sources(value: Any) -> list[Citation]:
    """`sources:` of the front matter: names, or keys publisher, title, url."""
    found = []
    for number, item in enumerate(_items(value, "sources"), start=1):
        entry = item if isinstance(item, dict) else {"publisher": item}
        url, title = str(entry.get("url") or ""), str(entry.get("title") or "")
        found.append(Citation(n=number, publisher=str(entry.get("publisher") or title or url), title=title, url=url))
    return found


def _listed_related(value: Any) -> list[Related]:
    found = []
    for item in _items(value, "related"):
        entry = item if isinstance(item, dict) else {"blurb": item}
        found.append(related_link(*(str(entry.get(key) or "") for key in ("headline", "blurb", "url"))))
    return found


def _items(value: Any, key: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"`{key}` must be a list, one item a line with a dash before it")
    return value


def _instant(value: Any) -> datetime | None:
    """An instant of the front matter; without a zone it is taken as UTC."""
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"`published_at` is {value!r}; a right one is 2026-01-15T09:00:00Z") from None
    if not isinstance(value, datetime):
        raise ValueError(f"`published_at` is {value!r}; a right one is 2026-01-15T09:00:00Z")
    return value if value.tzinfo else value.replace(tzinfo=UTC)
