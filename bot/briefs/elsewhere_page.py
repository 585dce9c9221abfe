"""A brief from a plain page of text, as a reader would copy it from a site. Pure.

Headline
Deck: one sentence
Lede: one or more paragraphs
Heading
Paragraphs
This content is AI-generated …
Related Articles
A blurb a line
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from bot.briefs.parts import ElsewhereBrief, Parts, RejectedPart, assemble, is_caveat, related_link
from bot.models import Citation, Related

_HEADING_CHARS: Final = 120
_ENDS: Final = (".", "!", "?", "…", "。", "！", "？", '."', ".”", "다.", ":")
_RELATED: Final = re.compile(
    r"^(?:related(?: articles| stories| news| briefs| content)?|read (?:also|next|more)|see also|관련\s?(?:기사|뉴스|글)"
    r"|함께 읽기|関連(?:記事|ニュース)|あわせて読みたい|verwandte artikel|mehr zum thema|articles (?:liés|associés)|à lire aussi"
    r"|artículos relacionados|artigos relacionados|相关(?:文章|报道|新闻))\s*:?$",
    re.IGNORECASE,
)
_SOURCES: Final = re.compile(r"^(?:sources?|출처|出典|参考|quellen?|fuentes?|fontes?|来源)\s*:?$", re.IGNORECASE)
_URL: Final = re.compile(r"https?://[^\s<>\"()]+")
_NUMBERED: Final = re.compile(r"^\s*(?:[\[(]?\d{1,2}[\]).:]|[-*•])\s*")


def read_page(text: str) -> list[ElsewhereBrief | RejectedPart]:
    """The brief of a plain page, or why it is none."""
    lines = [(number, " ".join(line.split())) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    page = _Page()
    for place, (_, line) in enumerate(lines):
        follower = lines[place + 1][1] if place + 1 < len(lines) else ""
        page.take(line, follower)
    try:
        return [assemble(page.parts())]
    except ValueError as error:
        return [RejectedPart(line=lines[0][0] if lines else 1, reason=str(error))]


@dataclass(slots=True)
class _Page:
    """What was read of a page so far, line by line."""

    headline: str = ""
    deck: str = ""
    lede: list[str] = field(default_factory=list)
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    disclosure: list[str] = field(default_factory=list)
    sources: list[Citation] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    place: str = "body"

    def take(self, line: str, follower: str) -> None:
        if _RELATED.match(line):
            self.place = "related"
        elif _SOURCES.match(line):
            self.place = "sources"
        elif not self.headline:
            self.headline = line
        elif is_caveat(line):
            self.disclosure.append(line)
        elif self.place == "related":
            self.related.append(_related(line))
        elif self.place == "sources":
            self.sources.append(_source(len(self.sources) + 1, line))
        else:
            self._take_body(line, follower)

    def _take_body(self, line: str, follower: str) -> None:
        if (self.deck or self.lede) and _is_heading(line, follower):
            self.sections.append((line, []))
        elif self.sections:
            self.sections[-1][1].append(line)
        elif not self.deck:
            self.deck = line
        else:
            self.lede.append(line)

    def parts(self) -> Parts:
        return Parts(
            headline=self.headline,
            deck=self.deck,
            lede=self.lede,
            sections=[(heading, paragraphs) for heading, paragraphs in self.sections if paragraphs],
            sources=self.sources,
            related=self.related,
            disclosure=" ".join(self.disclosure),
        )


def _is_heading(line: str, follower: str) -> bool:
    """A short line that does not end like a sentence, with text below it."""
    if len(line) > _HEADING_CHARS or line.endswith(_ENDS) or not follower:
        return False
    return not (_RELATED.match(follower) or is_caveat(follower)) and len(follower) > len(line) / 2


def _related(line: str) -> Related:
    url = _URL.search(line)
    words = _NUMBERED.sub("", _URL.sub("", line)).strip(" -–—:|")
    return related_link("", words, url[0] if url else "")


def _source(number: int, line: str) -> Citation:
    url = _URL.search(line)
    words = _NUMBERED.sub("", _URL.sub("", line)).strip(" -–—:|,")
    publisher, _, title = words.partition(": ")
    return Citation(n=number, publisher=publisher or words, title=title, url=url[0].rstrip(".,") if url else "")


def is_related_heading(line: str) -> bool:
    """Whether a heading begins the related articles, in one of the languages we know."""
    return bool(_RELATED.match(line))


def is_sources_heading(line: str) -> bool:
    """Whether a heading begins the list of sources."""
    return bool(_SOURCES.match(line))
