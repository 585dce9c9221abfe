"""What is said of a brief that was corrected or retracted: in its page, in a card, in a message posted before. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.documents import wording
from bot.documents.nodes import Card
from bot.models import Correction, VersionKind
from bot.saying import marked, say

_SAID: Final = {
    VersionKind.EDITED: (marked("Corrected {when}"), marked("Corrected {when}: {note}")),
    VersionKind.REWRITTEN: (marked("Corrected {when}"), marked("Corrected {when}: {note}")),
    VersionKind.RETRACTED: (marked("Retracted {when}"), marked("Retracted {when}: {note}")),
    VersionKind.DROPPED: (marked("Correction taken back {when}"), marked("Correction taken back {when}: {note}")),
    VersionKind.SOURCE: (marked("Changed {when}"), marked("Changed {when}: {note}")),
}
_LABELS: Final = {
    VersionKind.EDITED: marked("Corrected"),
    VersionKind.REWRITTEN: marked("Corrected"),
    VersionKind.RETRACTED: marked("Retracted"),
    VersionKind.DROPPED: marked("As it was"),
    VersionKind.SOURCE: marked("Changed"),
}


def label_of(kind: VersionKind) -> str:
    """What stands before the headline of a brief that was changed so."""
    return say(_LABELS[kind])


def change_words(kind: VersionKind, note: str, at: datetime, zone: str, *, told_at: datetime | None = None) -> str:
    """What was done and when, on the clock of the zone: "Corrected 14:05: the toll is 12".

    With its date where `told_at`, the day on which a message told it, is another one or not known.
    """
    there = at.astimezone(ZoneInfo(zone))
    is_same_day = told_at is not None and told_at.astimezone(ZoneInfo(zone)).date() == there.date()
    when = f"{there:%H:%M}" if is_same_day else wording.local(at, zone)
    bare, noted = _SAID[kind]
    return say(noted, when=when, note=note) if note else say(bare, when=when)


def correction_words(correction: Correction, zone: str, *, told_at: datetime | None = None) -> str:
    """The same of a correction."""
    return change_words(correction.kind, correction.note, correction.at, zone, told_at=told_at)


def retracted_headline() -> str:
    """What stands where the headline of a retracted brief stood."""
    return say("This brief was retracted")


def marked_card(card: Card, correction: Correction, zone: str) -> Card:
    """The card of a brief as it says what was done to it; of a retracted one nothing but that, and its sources."""
    words, label = correction_words(correction, zone), label_of(correction.kind)
    if correction.kind is VersionKind.RETRACTED:
        return Card(card.brief, retracted_headline(), deck=words, label=label, sources=card.sources)
    return replace(card, label=card.label or label, byline=(words, *card.byline))
