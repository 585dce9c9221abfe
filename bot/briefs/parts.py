"""The parts that a brief written elsewhere is put together from, whatever form it came in. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.models import BriefText, Citation, Related, Section, Sentence, Value
from bot.text.clean import paragraphs
from bot.text.language import language_of
from bot.text.sentences import split_all
from bot.text.urls import is_web_address

MAX_HEADLINE: Final = 300
MAX_TEXT: Final = 4000
"""Characters of one paragraph."""
MAX_WORDS: Final = 60_000
"""Characters of all paragraphs and headings. PostgreSQL indexes a megabyte of one brief, and of each two Korean letters
ten bytes."""
MAX_PARTS: Final = 40
"""Sections, sources and related links, each."""

_CAVEAT: Final = re.compile(
    r"\bAI[- ](?:generated|written|assisted)|generated (?:by|with|using) (?:an? )?(?:AI|artificial)"
    r"|written by (?:an )?AI"
    r"|AI가|AI로|인공지능|AIが|AIによ|人工知能|人工智能|AI生成|KI-generiert|künstlicher Intelligenz"
    r"|(?:généré|redigé|rédigé) par|par (?:une )?IA|(?:generado|redactado) (?:por|con) IA|(?:gerado|escrito) por IA|inteligencia artificial",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:[Aa]ccording to|[Aa]s reported by|[Rr]eported by|[Cc]iting)\s+"
    r"(?:(?:a |the )?(?:report|data|article)s?\s+(?:from|by|in|of)\s+)?"
    r"(?:the\s+)?(?P<en>[A-Z][\w&.'’-]*(?:\s+(?:of\s+)?[A-Z][\w&.'’-]*){0,4})"
    r"|(?P<ko>[가-힣A-Za-z0-9]{2,20}?)(?:의|\s)?\s?(?:보도)?에 따르면"
    r"|(?P<ja>[一-鿿ァ-ヶーA-Za-z0-9]{2,20})(?:の報道)?によると"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ElsewhereBrief(Value):
    """A brief written elsewhere, ready to be stored."""

    text: BriefText
    related: tuple[Related, ...] = ()
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedPart:
    """What could not be read: the line it begins on (1-based), and why."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A brief as found: paragraphs of raw text, not yet cut into sentences."""

    headline: str
    deck: str = ""
    lede: Sequence[str] = ()
    sections: Sequence[tuple[str, Sequence[str]]] = ()
    sources: Sequence[Citation] = ()
    related: Sequence[Related] = ()
    disclosure: str = ""
    language: str = ""
    published_at: datetime | None = None


def clean_line(text: str) -> str:
    """One line of plain text: no markup, no control or bidi characters."""
    return " ".join(paragraphs(text, is_html=False).split())


def is_caveat(paragraph: str) -> bool:
    """Whether a paragraph says that the page was made by a machine."""
    return bool(_CAVEAT.search(paragraph)) and len(paragraph) < 600


def assemble(parts: Parts) -> ElsewhereBrief:
    """Cleans and ties the parts together; ValueError says what is missing or too long."""
    headline = clean_line(parts.headline)
    if not headline:
        raise ValueError("there is no headline; the first line, or the key `headline`, must hold one")
    if len(headline) > MAX_HEADLINE:
        raise ValueError(f"the headline has {len(headline)} characters; allowed are {MAX_HEADLINE}")
    body = " ".join([*parts.lede, *(text for _, told in parts.sections for text in told)])
    length = len(body) + len(parts.deck) + sum(len(heading) for heading, _ in parts.sections)
    if length > MAX_WORDS:
        raise ValueError(f"the text has {length} characters; allowed are {MAX_WORDS}, so give it as several briefs")
    language = parts.language or language_of(f"{headline}\n{body}")
    sources = tuple(parts.sources[:MAX_PARTS]) or _named_sources([parts.deck, body])
    text = BriefText(
        headline=headline,
        deck=clean_line(parts.deck)[:MAX_TEXT],
        lede=_sentences(parts.lede, language, sources),
        sections=tuple(
            Section(heading=clean_line(heading), sentences=_sentences(told, language, sources))
            for heading, told in parts.sections[:MAX_PARTS]
        ),
        sources=sources,
        language=language,
        written_by=sources[0].publisher if len(sources) == 1 else "imported",
        disclosure=clean_line(parts.disclosure),
    )
    if not text.lede and not text.sections and not text.deck:
        raise ValueError("there is nothing under the headline; a brief needs at least one paragraph")
    related = tuple(link for link in parts.related[:MAX_PARTS] if link.headline or link.blurb)
    return ElsewhereBrief(text=text, related=related, published_at=parts.published_at)


def related_link(headline: str, blurb: str, url: str = "") -> Related:
    """A related link as a page gives it; without a headline the blurb's beginning stands for one."""
    blurb, headline = clean_line(blurb), clean_line(headline)
    return Related(
        headline=headline or _beginning(blurb),
        blurb=blurb,
        url=url if is_web_address(url) else "",
        score=1.0,
        reason="named by its author",
    )


def _sentences(raw: Sequence[str], language: str, sources: Sequence[Citation]) -> tuple[Sentence, ...]:
    """Sentences tied to the source they name; one that names none is tied to the one named last, or to the only one."""
    current: tuple[int, ...] = tuple(source.n for source in sources) if len(sources) == 1 else ()
    found = []
    for paragraph in raw:
        for text in split_all(clean_line(paragraph)[:MAX_TEXT], language):
            named = tuple(source.n for source in sources if source.publisher and source.publisher in text)
            current = named or current
            found.append(Sentence(text=text, sources=current or tuple(source.n for source in sources)))
    return tuple(found)


def _named_sources(texts: Sequence[str]) -> tuple[Citation, ...]:
    """Publishers that the text itself names ("according to reports from …"), each once, in order."""
    names: dict[str, None] = {}
    for text in texts:
        for found in _NAMED.finditer(text):
            name = found["en"] or found["ko"] or found["ja"]
            names[name.strip().rstrip(".,")] = None
    return tuple(Citation(n=number, publisher=name) for number, name in enumerate(list(names)[:MAX_PARTS], start=1))


def _beginning(blurb: str) -> str:
    """A headline for a link that has only a blurb: its first sentence or clause."""
    first = split_all(blurb, language_of(blurb))[0] if blurb else ""
    if len(first) <= 90:
        return first.rstrip(".")
    cut = first[:90].rsplit(",", 1)[0] if "," in first[40:90] else first[:90].rsplit(" ", 1)[0]
    return cut.rstrip(",.") + "…"
