"""Digests: what is posted where and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from bot.commands.context import Context, Reply
from bot.commands.describe import instant_in_words, schedule_in_words, typed_name
from bot.digests.calendar import Due, next_edition
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Code, Facts, Heading, Mention, Note, Paragraph
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.documents.wording import short_date, span
from bot.errors import UsageError
from bot.models import ALL_DAYS, Change, ChannelRef, Digest, EditionState, Style, Topic, public_id
from bot.saying import marked, say, say_count

_STORIES: Final = 8
_CATCH_UP_H: Final = 6
STATES: Final = {
    EditionState.PLANNED: marked("on its way"),
    EditionState.DELIVERED: marked("posted"),
    EditionState.SKIPPED: marked("skipped"),
    EditionState.FAILED: marked("failed"),
}
LATE_STATES: Final = {
    EditionState.PLANNED: marked("on its way late"),
    EditionState.DELIVERED: marked("posted late"),
    EditionState.SKIPPED: marked("skipped late"),
    EditionState.FAILED: marked("failed late"),
}
STYLES: Final = {
    Style.HEADLINES: marked("headlines"),
    Style.SUMMARIES: marked("summaries"),
    Style.FULL: marked("full"),
}


def _new_one() -> Action:
    return Action(say("Add a digest"), "brief-admin digest add", asks=True)


async def add(context: Context) -> Reply:
    digest = _changed(context, _new(context))
    due = next_edition(digest.at, digest.zone, digest.days, after=context.now)
    stored = await context.store.digests.add(replace(digest, next_due_at=due.at, next_on=due.on))
    return await _shown(context, say("{name} is set up", name=stored.name), stored)


def _new(context: Context) -> Digest:
    return Digest(
        id=0,
        workspace_id=context.workspace.id,
        name=context.arguments.need("name", str),
        channel=context.invocation.channel,
        at=context.arguments.need("at", time),
        zone=context.workspace.zone,
        days=ALL_DAYS,
        max_stories=_STORIES,
        catch_up_s=_CATCH_UP_H * 3600,
        created_at=context.now,
    )


async def preview_unsaved(context: Context) -> Reply:
    """What a digest that is being added or changed would post now; nothing is stored."""
    known = context.arguments.get("digest", Digest)
    return Reply(document=await context.dispatcher.preview(_changed(context, known or _new(context))))


async def edit(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    if len(context.arguments.values) == 1:
        raise UsageError(
            say("nothing to change in '{name}'", name=digest.name),
            allowed=", ".join(option.name for option in context.command.options if not option.is_required),
            example=f"/brief-admin digest edit {typed_name(digest.name, public_id('d', digest.id))} at:07:30",
        )
    changed = await _rescheduled(context, _changed(context, digest))
    if changed.channel != digest.channel:
        changed = replace(changed, trouble="", trouble_since=None)
    await context.store.digests.save(changed)
    return await _shown(context, say("{name} is changed", name=changed.name), changed)


def _changed(context: Context, digest: Digest) -> Digest:
    """The digest with the values that were given."""
    given = context.arguments
    topics = given.many("topics", Topic)
    catch_up = given.get("catch_up", int)
    days = given.many("days", int)
    publish = given.get("publish", str)
    return replace(
        digest,
        name=given.get("name", str) or digest.name,
        channel=ChannelRef(given.get("channel", str) or digest.channel),
        at=given.get("at", time) or digest.at,
        zone=given.get("zone", str) or digest.zone,
        days=days or digest.days,
        topic_ids=digest.topic_ids if topics is None else tuple(dict.fromkeys(topic.id for topic in topics)),
        style=Style(given.get("style", str) or digest.style),
        max_stories=given.get("stories", int) or digest.max_stories,
        catch_up_s=digest.catch_up_s if catch_up is None else catch_up * 3600,
        publish=digest.publish if publish is None else publish == "yes",
    )


async def _rescheduled(context: Context, digest: Digest) -> Digest:
    """The digest with the next edition of its schedule as it is now.

    An edition that is due already is kept, so that a change at that moment does not lose it; a date that has had its
    edition does not get another, whatever the new time.
    """
    if not digest.is_paused and await _is_due(context, digest):
        return digest
    due = await _next_free(context, digest)
    return replace(digest, next_due_at=due.at, next_on=due.on)


async def _is_due(context: Context, digest: Digest) -> bool:
    if digest.next_due_at is None or digest.next_on is None or digest.next_due_at > context.now:
        return False
    return await context.store.editions.get_on(digest.id, digest.next_on) is None


async def _next_free(context: Context, digest: Digest) -> Due:
    """The next edition whose local date has had none."""
    after: datetime = context.now
    while True:
        due = next_edition(digest.at, digest.zone, digest.days, after=after)
        if await context.store.editions.get_on(digest.id, due.on) is None:
            return due
        after = due.at


async def pause(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    if digest.is_paused:
        problem = say("'{name}' is paused already", name=digest.name)
        raise UsageError(problem, example=f"/brief-admin digest resume {_typed(digest)}")
    await context.store.digests.save(replace(digest, is_paused=True))
    command = Code(f"/brief-admin digest resume {_typed(digest)}")
    note = Note(phrase(say("Nothing is posted until {command}"), command=command))
    return Reply(document=notice(say("{name} is paused", name=digest.name), note))


async def resume(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    if not digest.is_paused:
        problem = say("'{name}' is not paused", name=digest.name)
        raise UsageError(problem, example=f"/brief-admin digest pause {_typed(digest)}")
    due = await _next_free(context, digest)
    running = replace(digest, is_paused=False, next_due_at=due.at, next_on=due.on)
    await context.store.digests.save(running)
    return await _shown(context, say("{name} is posted again", name=digest.name), running)


async def remove(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    await context.store.digests.remove(context.workspace.id, digest.id)
    return Reply(document=notice(say("{name} is deleted", name=digest.name)))


async def list_all(context: Context) -> Reply:
    digests = await context.store.digests.list(context.workspace.id)
    if not digests:
        command = Code('/brief-admin digest add "Morning briefing" at:08:00')
        hint = phrase(say("No digests yet. Add one: {command}"), command=command)
        return Reply(document=notice(say("Digests"), Paragraph(hint), Actions((_new_one(),))))
    blocks: list[Block] = []
    for digest in digests:
        blocks += [Heading(f"{digest.name} ({public_id('d', digest.id)})"), Facts(await _facts(context, digest))]
    edits = [
        Action(
            say("Edit {name}", name=digest.name),
            f"brief-admin digest edit digest:{public_id('d', digest.id)}",
            asks=True,
        )
        for digest in digests[:9]
    ]
    return Reply(document=notice(say("Digests"), *blocks, Actions((_new_one(), *edits))))


async def preview(context: Context) -> Reply:
    return Reply(document=await context.dispatcher.preview(context.arguments.need("digest", Digest)))


async def send(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    edition = await context.dispatcher.send_now(digest)
    rows: list[tuple[str, str | Mention]] = [
        (say("Where"), Mention(digest.channel)),
        (say("Date"), short_date(edition.on)),
        (say("Stories"), str(edition.story_count)),
        (say("State"), say(STATES[edition.state])),
    ]
    if edition.reason:
        rows.append((say("Why"), retold(edition.reason)))
    change = Change(what=f"digest d{digest.id} “{digest.name}”", field="sent by hand", new=edition.on.isoformat())
    return Reply(document=notice(say("{name} is on its way", name=digest.name), Facts(tuple(rows))), changes=(change,))


def _typed(digest: Digest) -> str:
    return typed_name(digest.name, public_id("d", digest.id))


async def _shown(context: Context, title: str, digest: Digest) -> Reply:
    """A digest as it is now, and how to look at it."""
    look = Action(say("See what it would post now"), f"brief-admin digest preview {_typed(digest)}")
    change = Action(say("Edit"), f"brief-admin digest edit digest:{public_id('d', digest.id)}", asks=True)
    return Reply(document=notice(title, Facts(await _facts(context, digest)), Actions((look, change))))


async def _facts(context: Context, digest: Digest) -> tuple[tuple[str, str | Mention], ...]:
    topics = {topic.id: topic.name for topic in await context.store.topics.list(context.workspace.id)}
    names = [topics[id_] for id_ in digest.topic_ids if id_ in topics]
    late = (
        say("up to {length}", length=span(timedelta(seconds=digest.catch_up_s))) if digest.catch_up_s else say("never")
    )
    trouble = ((say("Trouble"), retold(digest.trouble)),) if digest.trouble else ()
    stories = say_count("at most {n} story", "at most {n} stories", digest.max_stories)
    return (
        (say("When"), schedule_in_words(digest)),
        (say("Next"), _next(context, digest)),
        (say("Where"), Mention(digest.channel)),
        *trouble,
        (say("Topics"), ", ".join(names) or say("everything that is followed here")),
        (say("Style"), f"{say(STYLES[digest.style])}, {stories}"),
        (say("Posted late"), late),
    )


def _next(context: Context, digest: Digest) -> str:
    if digest.is_paused or digest.next_due_at is None:
        return say("paused")
    return instant_in_words(digest.next_due_at, digest.zone, context.now)
