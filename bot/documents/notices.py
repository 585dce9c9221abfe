"""What managers are told: a reported brief, news under a correction, a source that changed, sources that fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Code, Document, Facts, Mention, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.models import Source, public_id
from bot.saying import say, say_count

_WORDS: Final = 300
"""Characters of a reader's reason or of an article's words that a notice repeats."""
_SHOWN: Final = 5
"""So many sources of one notice have buttons of their own; more would be a wall."""


def brief_notice(kind: str, brief_id: int, facts: Mapping[str, str]) -> Document:
    """What managers read of a brief, with the buttons for what they may do; `facts` as its notice is stored."""
    ref = public_id("b", brief_id)
    look = Action(say("See it beside its sources"), f"brief-admin reports brief:{ref}")
    rows: list[tuple[str, str | Mention]] = []
    match kind:
        case "report":
            title = say("A reader reported {brief}", brief=ref)
            words = say("Further reports of today are listed by /brief-admin reports.")
            if facts.get("reason"):
                rows.append((say("Reason"), facts["reason"][:_WORDS]))
        case "news":
            title = say("There is news under your correction of {brief}", brief=ref)
            words = say("Your correction stays on top until you take it back.")
            rows.append((say("It would say now"), facts.get("headline", "")[:_WORDS]))
        case _:
            title = say("A source changed its article under {brief}", brief=ref)
            words = say("The brief is written anew, and what was posted of it here is edited where its words changed.")
            rows += [
                (say("Publisher"), facts.get("publisher", "")),
                (say("Before"), facts.get("was", "")[:_WORDS]),
                (say("Now"), facts.get("now", "")[:_WORDS]),
            ]
    blocks: list[Block] = [Facts(tuple(row for row in rows if row[1]))] if rows else []
    buttons = [look]
    if kind == "news":
        buttons.append(Action(say("Take it back"), f"brief-admin correct {ref} undo:drop"))
    return notice(title, *blocks, Paragraph((Text(words),)), Actions(tuple(buttons)))


def failing_document(sources: Sequence[Source]) -> Document:
    """Which sources fail, since when and why, and what a manager can do."""
    blocks: list[Block] = []
    for source in sources[:_SHOWN]:
        ref = public_id("src", source.id)
        keep = Action(say("Keep"), f"brief-admin source resume source:{ref}")
        remove = Action(say("Remove"), f"brief-admin source remove source:{ref}", is_danger=True)
        blocks += [Paragraph((Text(_said(source)),)), Actions((keep, remove))]
    rest = len(sources) - _SHOWN
    if rest > 0:
        more = say("{n} more are failing: {command}", n=rest, command="{command}")
        blocks.append(Note(phrase(more, command=Code("/brief-admin source list"))))
    blocks.append(Note((Text(say("What was written from a source stays when it is switched off or removed.")),)))
    title = say_count("{n} source cannot be read", "{n} sources cannot be read", len(sources))
    return notice(title, *blocks)


def _said(source: Source) -> str:
    since = f"{source.failing_since:%Y-%m-%d}" if source.failing_since else ""
    values = {
        "name": source.title or source.url.rpartition("@")[2],
        "since": since,
        "reason": retold(source.last_error),
    }
    if source.switched_off_at:
        return say("“{name}” is switched off, since it has failed since {since}: {reason}", **values)
    return say("“{name}” has failed since {since} and will soon be switched off: {reason}", **values)
