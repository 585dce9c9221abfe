"""What is said of a brief that was corrected or retracted: in its page, in a card, in a message posted before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.documents import wording
from bot.documents.nodes import Card
from bot.models import Brief, ChangeKind, Correction, SourceChange, Version, VersionKind
from bot.models.zones import zone_of
from bot.saying import marked, say

_SAID: Final = {
    VersionKind.EDITED: (marked("Corrected {when}"), marked("Corrected {when}: {note}")),
    VersionKind.REWRITTEN: (marked("Corrected {when}"), marked("Corrected {when}: {note}")),
    VersionKind.RETRACTED: (marked("Retracted {when}"), marked("Retracted {when}: {note}")),
    VersionKind.DROPPED: (marked("Correction taken back {when}"), marked("Correction taken back {when}: {note}")),
    VersionKind.RESTORED: (marked("Retraction taken back {when}"), marked("Retraction taken back {when}: {note}")),
    VersionKind.SOURCE: (marked("Changed {when}"), marked("Changed {when}: {note}")),
}
_LABELS: Final = {
    VersionKind.EDITED: marked("Corrected"),
    VersionKind.REWRITTEN: marked("Corrected"),
    VersionKind.RETRACTED: marked("Retracted"),
    VersionKind.DROPPED: marked("As it was"),
    VersionKind.RESTORED: marked("As it was"),
    VersionKind.SOURCE: marked("Changed"),
}


def label_of(kind: VersionKind) -> str:
    """What stands before the headline of a brief that was changed so."""
    return say(_LABELS[kind])


def change_words(kind: VersionKind, note: str, at: datetime, zone: str, *, told_at: datetime | None = None) -> str:
    """What was done and when, on the clock of the zone: "Corrected 14:05: the toll is 12".

    With its date where `told_at`, the day on which a message told it, is another one or not known.
    """
    there = at.astimezone(zone_of(zone))
    is_same_day = told_at is not None and told_at.astimezone(zone_of(zone)).date() == there.date()
    when = f"{there:%H:%M}" if is_same_day else wording.local(at, zone)
    bare, noted = _SAID[kind]
    return say(noted, when=when, note=note) if note else say(bare, when=when)


def correction_words(correction: Correction, zone: str, *, told_at: datetime | None = None) -> str:
    """The same of a correction."""
    return change_words(correction.kind, correction.note, correction.at, zone, told_at=told_at)


def retracted_headline() -> str:
    """What stands where the headline of a retracted brief stood."""
    return say("This brief was retracted")


def headline_of(brief: Brief) -> str:
    """A brief's headline, where it still has one."""
    return retracted_headline() if brief.is_retracted else brief.text.headline


def marked_card(card: Card, correction: Correction, zone: str) -> Card:
    """The card of a brief as it says what was done to it; of a retracted one nothing but that, and its sources."""
    words, label = correction_words(correction, zone), label_of(correction.kind)
    if correction.kind is VersionKind.RETRACTED:
        return Card(card.brief, retracted_headline(), deck=words, label=label, sources=card.sources)
    return replace(card, label=card.label or label, byline=(words, *card.byline))


_BY_SOURCE: Final = {
    ChangeKind.CHANGED: marked("“{publisher}” changed its article"),
    ChangeKind.CORRECTED: marked("“{publisher}” corrected its article"),
    ChangeKind.WITHDRAWN: marked("“{publisher}” withdrew its article"),
}
_FLAGS: Final = {
    ChangeKind.CHANGED: marked("{when}: “{publisher}” changed its article. Before: “{was}” Now: “{now}”"),
    ChangeKind.CORRECTED: marked("{when}: “{publisher}” corrected its article: “{now}”"),
    ChangeKind.WITHDRAWN: marked("{when}: “{publisher}” withdrew its article: “{now}”"),
}


def source_words(change: SourceChange) -> str:
    """What a source did to its article, for a reader of the brief."""
    return say(_BY_SOURCE[change.kind], publisher=change.publisher)


def flag_words(change: SourceChange, zone: str) -> str:
    """The same with when, and the words before and after."""
    when = wording.local(change.at, zone)
    return say(_FLAGS[change.kind], when=when, publisher=change.publisher, was=change.was, now=change.now)


_REASONS: Final = {
    VersionKind.NEWS: marked("news"),
    VersionKind.REWORDED: marked("reworded by a model"),
    VersionKind.SOURCE: marked("a source changed its article"),
    VersionKind.EDITED: marked("corrected by a manager"),
    VersionKind.REWRITTEN: marked("written again without a source"),
    VersionKind.RETRACTED: marked("retracted by a manager"),
    VersionKind.DROPPED: marked("a correction was taken back"),
    VersionKind.RESTORED: marked("a retraction was taken back"),
}
SHOWN_VERSIONS: Final = 8
"""Of a long history the first and the last ones."""


def reason_of(version: Version) -> str:
    """Why there is a version, with what was noted of it."""
    first = version.number == 1 and version.kind is VersionKind.NEWS
    reason = say("first version") if first else say(_REASONS[version.kind])
    return f"{reason}: {version.note}" if version.note else reason


def history_rows(versions: Sequence[Version], zone: str) -> tuple[tuple[str, str], ...]:
    """Each version with when and why."""
    kept = versions if len(versions) <= SHOWN_VERSIONS else [versions[0], *versions[1 - SHOWN_VERSIONS :]]
    return tuple(
        (say("Version {number}", number=one.number), f"{wording.local(one.at, zone)} · {reason_of(one)}")
        for one in kept
    )
