"""A brief as the JSON that scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.caveat import Caveat
from bot.models import Brief, Sentence, public_id


def brief_json(brief: Brief, caveat: Caveat) -> dict[str, Any]:
    """The fixed shape of `briefbot brief --json`; instants are ISO 8601 in UTC, what is unknown is null."""
    text = brief.text
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
        "sources": [
            {
                "n": source.n,
                "publisher": source.publisher,
                "title": source.title,
                "url": source.url or None,
                "published_at": _iso(source.published_at),
            }
            for source in text.sources
        ],
        "related": [
            {
                "brief": public_id("b", link.brief_id) if link.brief_id else None,
                "url": link.url or None,
                "headline": link.headline,
                "blurb": link.blurb,
                "score": link.score,
                "reason": link.reason,
            }
            for link in brief.related
        ],
        "refused": [
            {
                "sentence": refusal.sentence,
                "place": refusal.place,
                "kind": refusal.kind,
                "token": refusal.token,
                "reason": refusal.reason,
                "outcome": "repaired" if refusal.is_repaired else "dropped",
                "became": refusal.became or None,
                "sources": list(refusal.sources),
            }
            for refusal in brief.refusals
        ],
        "caveat": " ".join(part for part in (caveat.text, caveat.note) if part),
        "disclosure": text.disclosure or None,
        "publishers": brief.publishers,
        "published_at": _iso(brief.published_at),
        "updated_at": _iso(brief.updated_at),
    }


def _sentences(sentences: Sequence[Sentence]) -> list[dict[str, Any]]:
    return [{"text": sentence.text, "sources": list(sentence.sources)} for sentence in sentences]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
