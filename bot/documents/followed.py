"""What is posted about a story that a channel follows: its brief, each update, and that it is over. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.documents import wording
from bot.documents.build import about_briefs, brief_document, cited, notice, read_one, sources_of
from bot.documents.nodes import Code, Document, Facts, Heading, Kind, Mention, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.models import Brief, ChannelRef, Pick, Workspace
from bot.saying import marked, say


class Ending(StrEnum):
    """Why a story is followed no more."""

    QUIET = "quiet"
    UNTIL = "until"
    UNFOLLOWED = "unfollowed"
    UNPOSTED = "unposted"


_ENDINGS: Final = {
    Ending.QUIET: marked("This story had no news for {length} and is not followed here any more."),
    Ending.UNTIL: marked("This story was followed until today and is not followed here any more."),
}


def first_document(brief: Brief, workspace: Workspace, *, until: datetime | None, now: datetime) -> Document:
    """The brief whole, with what will be posted below it."""
    document = brief_document(brief, workspace, now=now)
    words = say("This story is followed here: what is new is posted below this message.")
    if until is not None:
        when = wording.local(until, workspace.zone)
        words = say("This story is followed here until {when}: what is new is posted below this message.", when=when)
    return replace(document, blocks=(*document.blocks, Note((Text(words),))))


def update_document(pick: Pick, workspace: Workspace) -> Document:
    """What is new in a story, with the sources of just that."""
    brief = pick.brief
    named = {n for sentence in pick.new_sentences for n in sentence.sources}
    blocks = (
        Heading(say("Update: {headline}", headline=brief.text.headline), level=2),
        Paragraph(cited(pick.new_sentences)),
        sources_of(brief, workspace, named),
        Note(read_one(brief), is_hint=True),
    )
    return about_briefs(Kind.DIGEST, brief.text.headline, blocks, workspace)


def ending_document(why: Ending, quiet: timedelta) -> Document:
    """Says once that there will be no more; it tells nothing of the story itself."""
    return notice(say("Not followed any more"), Paragraph((Text(say(_ENDINGS[why], length=wording.span(quiet))),)))


def follow_trouble_document(title: str, channel: ChannelRef, reason: str) -> Document:
    """Tells managers why a post about a followed story cannot be posted."""
    rows: tuple[tuple[str, str | Mention], ...] = ((say("Where"), Mention(channel)), (say("Why"), retold(reason)))
    again = say("It is tried again for a day. What is followed, and how it is: {command}")
    return notice(
        say("“{name}” is followed and could not be posted", name=title),
        Facts(rows),
        Note(phrase(again, command=Code("/brief-admin story list"))),
    )
