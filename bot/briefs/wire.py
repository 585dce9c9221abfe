"""A brief as the JSON that scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.caveat import Caveat
from bot.models import Brief, Citation, Correction, Refusal, Related, Sentence, Version, public_id


def brief_json(brief: Brief, caveat: Caveat) -> dict[str, Any]:
    """The fixed shape of `briefbot brief --json`; instants are ISO 8601 in UTC, what is unknown is null."""
    text = replace(brief.text, headline="", deck="", lede=(), sections=()) if brief.is_retracted else brief.text
    return {
        "brief": brief.ref,
        "story": public_id("s", brief.story_id),
        "version": brief.version,
        "language": text.language,
        "written_by": text.written_by,
        "origin": str(brief.origin),
        "headline": text.headline,
        "deck": text.deck,
        "lede": _sentences(text.lede),
        "sections": [
            {"heading": section.heading, "sentences": _sentences(section.sentences)} for section in text.sections
        ],
        "sources": [_source(source) for source in text.sources],
        "related": [_link(link) for link in brief.related],
        "refused": [_refusal(refusal) for refusal in brief.refusals],
        "caveat": _caveat(caveat),
        "disclosure": text.disclosure or None,
        "publishers": brief.publishers,
        "sources_differ": text.differs,
        "source_languages": list(text.source_languages),
        "correction": _correction(brief.correction),
        "published_at": _iso(brief.published_at),
        "updated_at": _iso(brief.updated_at),
    }


def version_json(version: Version, caveat: Caveat | None = None) -> dict[str, Any]:
    """A version of a brief: its number, when, why; with a caveat its words, which never go without one."""
    told = {"version": version.number, "at": _iso(version.at), "why": str(version.kind), "note": version.note or None}
    text = version.text
    if caveat is None:
        return told
    return told | {
        "headline": text.headline,
        "deck": text.deck,
        "lede": _sentences(text.lede),
        "sections": [{"heading": one.heading, "sentences": _sentences(one.sentences)} for one in text.sections],
        "sources": [_source(source) for source in text.sources],
        "caveat": _caveat(caveat),
        "disclosure": text.disclosure or None,
    }


def _caveat(caveat: Caveat) -> str:
    return " ".join(part for part in (caveat.text, caveat.note) if part)


def _correction(correction: Correction | None) -> dict[str, Any] | None:
    if correction is None:
        return None
    told = {"kind": str(correction.kind), "note": correction.note or None, "at": _iso(correction.at)}
    return told | {"for_all": correction.is_for_all}


def _sentences(sentences: Sequence[Sentence]) -> list[dict[str, Any]]:
    return [{"text": sentence.text, "sources": list(sentence.sources)} for sentence in sentences]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _source(source: Citation) -> dict[str, Any]:
    return {
        "n": source.n,
        "publisher": source.publisher,
        "title": source.title,
        "url": source.url or None,
        "published_at": _iso(source.published_at),
    }


def _link(link: Related) -> dict[str, Any]:
    return {
        "brief": public_id("b", link.brief_id) if link.brief_id else None,
        "url": link.url or None,
        "headline": link.headline,
        "blurb": link.blurb,
        "score": link.score,
        "reason": link.reason,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "sentence": refusal.sentence,
        "place": refusal.place,
        "kind": refusal.kind,
        "token": refusal.token,
        "reason": refusal.reason,
        "outcome": "repaired" if refusal.is_repaired else "dropped",
        "became": refusal.became or None,
        "sources": list(refusal.sources),
    }
