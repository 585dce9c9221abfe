"""A reader says that a brief is wrong; managers see it sentence by sentence beside its sources."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from bot.briefs.grounding.passages import Checked, beside
from bot.briefs.grounding.sources import sources_of
from bot.commands.context import Context, Reply
from bot.documents import wording
from bot.documents.build import about_briefs, notice
from bot.documents.corrected import correction_words
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Cite,
    Facts,
    Heading,
    Inline,
    Kind,
    Note,
    Paragraph,
    Text,
)
from bot.errors import NotFound, UsageError
from bot.models import Brief, public_id
from bot.saying import say, say_count
from bot.store.amendments import FAILED, GONE, PENDING, SENDING
from bot.store.reports import Report, Reported

MOST_AN_HOUR: Final = 5
"""Reports that one person may give within an hour."""
_LISTED: Final = 20
_REASONS: Final = 10


async def report(context: Context) -> Reply:
    """Stored for the managers, who are told within seconds; of the reader no more than a hash."""
    brief = context.arguments.need("brief", Brief)
    taken = await context.store.reports.add(
        context.workspace.id,
        brief,
        context.arguments.get("reason", str) or "",
        reporter=_hashed(context),
        most=MOST_AN_HOUR,
        now=context.now,
    )
    if not taken:
        raise UsageError(
            say("that is more than {n} reports within an hour; please go on later", n=MOST_AN_HOUR),
            example=context.command.right,
        )
    words = say("The managers of this place are told about {brief}. They see it beside its sources.", brief=brief.ref)
    return Reply(document=notice(say("Thank you"), Paragraph((Text(words),))))


def _hashed(context: Context) -> str:
    person = f"{context.workspace.id} {context.invocation.person.id}"
    return hmac.new(context.pepper, person.encode(), hashlib.sha256).hexdigest()


async def reports(context: Context) -> Reply:
    brief = context.arguments.get("brief", Brief)
    if brief is None:
        return await _list(context)
    if "close" in context.arguments.values:
        count = await context.store.reports.dismiss(context.workspace.id, brief.id, now=context.now)
        words = say_count("{n} report is dismissed.", "{n} reports are dismissed.", count)
        return Reply(document=notice(say("Reports about {brief}", brief=brief.ref), Paragraph((Text(words),))))
    return await _show(context, brief)


async def _list(context: Context) -> Reply:
    found = await context.store.reports.open_briefs(context.workspace.id, limit=_LISTED)
    rows = [row for one in found if (row := await _row(context, one))]
    edits = await _edits(context)
    if not rows:
        return Reply(document=notice(say("Reports"), Paragraph((Text(say("No brief is reported.")),)), *edits))
    looks = [Action(say("See {brief}", brief=ref), f"brief-admin reports brief:{ref}") for ref, _ in rows[:5]]
    return Reply(document=notice(say("Reports"), Facts(tuple(rows)), *edits, Actions(tuple(looks))))


async def _edits(context: Context) -> list[Block]:
    """How the edits of what was posted are getting on, where they are not simply done."""
    counts = await context.store.amendments.counts(context.workspace.id)
    waiting = counts.get(PENDING, 0) + counts.get(SENDING, 0)
    failed = counts.get(FAILED, 0) + counts.get(GONE, 0)
    words = []
    if waiting:
        words.append(
            say_count("{n} posted message waits to be edited.", "{n} posted messages wait to be edited.", waiting)
        )
    if failed:
        words.append(
            say_count("{n} posted message could not be edited.", "{n} posted messages could not be edited.", failed)
        )
    return [Note((Text(one),)) for one in words]


async def _row(context: Context, one: Reported) -> tuple[str, str] | None:
    try:
        brief = await context.store.briefs.get(one.brief_id, workspace=context.workspace.id)
    except NotFound:
        return None
    count = say_count("{n} report", "{n} reports", one.count)
    return brief.ref, f"{brief.text.headline} · {count} · {wording.local(one.last_at, context.workspace.zone)}"


async def _show(context: Context, brief: Brief) -> Reply:
    """The brief sentence by sentence, each over the passages of its sources that carry it."""
    story = await context.store.stories.get(brief.story_id)
    checked = beside(brief.text, sources_of(brief.text, story))
    open_ones = await context.store.reports.open_of(context.workspace.id, brief.id)
    title = say("{brief} beside its sources", brief=brief.ref)
    blocks: list[Block] = [Heading(title, level=1)]
    blocks += _said(open_ones, context)
    if brief.correction:
        blocks.append(Note((Text(correction_words(brief.correction, context.workspace.zone)),)))
    for one in checked:
        blocks += _beside(one)
    blocks.append(Actions(_choices(brief, open_ones)))
    return Reply(document=about_briefs(Kind.LIST, title, blocks, context.workspace))


def _said(found: Sequence[Report], context: Context) -> list[Block]:
    rows = [
        (wording.local(one.created_at, context.workspace.zone), one.reason or say("(no reason given)"))
        for one in found[:_REASONS]
    ]
    return [Facts(tuple(rows))] if rows else [Note((Text(say("Nobody reported it, or the reports are closed.")),))]


def _beside(one: Checked) -> list[Block]:
    items: list[tuple[Inline, ...]] = []
    for passage in one.passages:
        head = Text(f"[{passage.n}] {passage.publisher}: ", strong=True)
        if not passage.text:
            items.append((head, Text(say("nothing in this source is near it"))))
        elif passage.is_same:
            items.append((head, Text(say("word for word"))))
        else:
            items.append((head, Text(f"“{passage.text}”")))
    if not items:
        items.append((Text(say("cites no source whose text is here")),))
    return [Paragraph((Text(one.sentence.text, strong=True), Cite(one.sentence.sources))), Bullets(tuple(items))]


def _choices(brief: Brief, found: Sequence[Report]) -> tuple[Action, ...]:
    ref = public_id("b", brief.id)
    dismiss = Action(say("Dismiss"), f"brief-admin reports brief:{ref} close:dismiss", replaces=True)
    change = (
        Action(say("Correct"), f"brief-admin correct {ref}", asks=True),
        Action(say("Retract"), f"brief-admin retract {ref}", asks=True),
    )
    undo = (Action(say("Take it back"), f"brief-admin correct {ref} undo:drop"),) if brief.correction else ()
    return (*((dismiss,) if found else ()), *(() if brief.is_retracted else change), *undo)
