"""Digests: what is posted where and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Final

import structlog

from bot.commands.context import Context, Reply
from bot.commands.describe import instant_in_words, is_resting, paused_in_words, schedule_in_words, typed_name
from bot.commands.naming import asked_name
from bot.commands.values import WORKSPACES
from bot.digests.runs import Made, due_next, next_of, rescheduled, retimed, used_today
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Code, Facts, Heading, Mention, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.documents.wording import language_name, listed, short_date, span
from bot.errors import UsageError
from bot.models import (
    ALL_DAYS,
    Change,
    ChannelRef,
    Covers,
    Digest,
    EditionState,
    Place,
    Quiet,
    Style,
    Topic,
    public_id,
)
from bot.models.zones import is_zone
from bot.saying import marked, say, say_count

log = structlog.get_logger(__name__)

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
    stored = await context.store.digests.add(due_next(digest, next_of(digest, after=context.now)))
    return await _shown(context, say("{name} is set up", name=stored.name), stored)


def _new(context: Context) -> Digest:
    return Digest(
        id=0,
        workspace_id=context.workspace.id,
        name=asked_name(context),
        channel=context.invocation.channel,
        at=context.arguments.need("at", tuple)[0],
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
    made = await _made(context, digest)
    changed = rescheduled(digest, _changed(context, digest, made), made=made, now=context.now)
    if changed.channel != digest.channel or (is_zone(changed.zone) and not is_zone(digest.zone)):
        changed = replace(changed, trouble="", trouble_since=None)
    await context.store.digests.save(changed)
    if changed.channel != digest.channel:
        # An edition that waits for the old channel goes to the new one as soon as it is tried.
        await context.store.deliveries.wake(context.workspace.id, context.now)
    return await _shown(context, say("{name} is changed", name=changed.name), changed)


def _changed(context: Context, digest: Digest, made: Made = ()) -> Digest:
    """The digest with the values that were given."""
    given = context.arguments
    topics = given.many("topics", Topic)
    catch_up = given.get("catch_up", int)
    days = given.many("days", int)
    changed = replace(
        digest,
        name=asked_name(context, digest.name),
        channel=ChannelRef(given.get("channel", str) or digest.channel),
        zone=given.get("zone", str) or digest.zone,
        days=days or digest.days,
        topic_ids=digest.topic_ids if topics is None else tuple(dict.fromkeys(topic.id for topic in topics)),
        style=Style(given.get("style", str) or digest.style),
        max_stories=given.get("stories", int) or digest.max_stories,
        catch_up_s=digest.catch_up_s if catch_up is None else catch_up * 3600,
        publish=_yes_or(digest.publish, given.get("publish", str)),
        covers=Covers(given.get("covers", str) or digest.covers),
        repeats=_yes_or(digest.repeats, given.get("repeats", str)),
        quiet=Quiet(given.get("quiet", str) or digest.quiet),
        language=_language(digest.language, given.get("language", str)),
        place=Place(given.get("place", str) or digest.place),
        ping=_ping(digest.ping, given.get("ping", str)),
    )
    times = given.many("at", time)
    return _capped(context, retimed(changed, times, used=used_today(changed, made, context.now)) if times else changed)


def _yes_or(known: bool, given: str | None) -> bool:
    return known if given is None else given == "yes"


def _language(known: str, given: str | None) -> str:
    return known if given is None else "" if given == WORKSPACES else given


def _ping(known: str | None, given: str | None) -> str | None:
    if given is None:
        return known
    return None if given == WORKSPACES else given


def _capped(context: Context, digest: Digest) -> Digest:
    """The digest with the caps that were given, each for one of its topics; without those of topics that went."""
    given = context.arguments.many("caps", tuple)
    if given is None:
        return replace(digest, caps=tuple(cap for cap in digest.caps if cap[0] in digest.topic_ids))
    _refuse_twice([topic for topic, _ in given])
    for topic, most in given:
        if topic.id not in digest.topic_ids:
            error = UsageError(
                say("“{topic}” is none of the topics of “{digest}”", topic=topic.name, digest=digest.name),
                allowed=say("a number for topics that stand in its topics"),
                example=f'topics:"{topic.name}" caps:"{topic.name}={most}"',
            )
            error.option = "caps"
            raise error
    return replace(digest, caps=tuple({topic.id: most for topic, most in given}.items()))


def _refuse_twice(topics: Sequence[Topic]) -> None:
    """UsageError for a topic with two caps, of which one would be left out."""
    for place, topic in enumerate(topics):
        if topic in topics[:place]:
            error = UsageError(
                say("“{topic}” stands twice in {option}", topic=topic.name, option="caps"),
                allowed=say("each topic once"),
                example=f"caps:{public_id('t', topic.id)}=3",
            )
            error.option = "caps"
            raise error


async def _made(context: Context, digest: Digest) -> Made:
    """What its next run may not be: the slots of these days that have had their edition."""
    # A change of zone may put the local date two days back.
    since = context.now.date() - timedelta(days=3)
    return await context.store.editions.since(digest.id, since)


async def pause(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    until = context.arguments.get("until", date)
    if until is not None:
        return await _pause_until(context, digest, until)
    if digest.is_paused:
        problem = say("'{name}' is paused already", name=digest.name)
        raise UsageError(problem, example=f"/brief-admin digest resume {_typed(digest)}")
    skipped = await _save_paused(context, replace(digest, is_paused=True, paused_until=None))
    command = Code(f"/brief-admin digest resume {_typed(digest)}")
    note = Note(phrase(say("Nothing is posted until {command}"), command=command))
    return Reply(document=notice(say("{name} is paused", name=digest.name), note, *skipped))


async def _pause_until(context: Context, digest: Digest, until: date) -> Reply:
    resting = replace(digest, is_paused=False, paused_until=until)
    due = next_of(resting, after=context.now, made=await _made(context, digest))
    resting = due_next(resting, due)
    skipped = await _save_paused(context, resting)
    title = say("{name} is paused until {date}", name=digest.name, date=short_date(until))
    return await _shown(context, title, resting, *skipped)


async def _save_paused(context: Context, digest: Digest) -> Iterable[Note]:
    """Writes a pause; what is to be said of editions that waited."""
    count = await context.store.digests.save(digest, is_pause=True)
    if not count:
        return ()
    log.warning("editions.skipped", digest=digest.id, count=count, reason="the digest was paused")
    return (Note((Text(say("An edition that waited to be posted is skipped.")),)),)


async def resume(context: Context) -> Reply:
    digest = context.arguments.need("digest", Digest)
    if not digest.is_paused and not is_resting(digest, context.now):
        problem = say("'{name}' is not paused", name=digest.name)
        raise UsageError(problem, example=f"/brief-admin digest pause {_typed(digest)}")
    running = replace(digest, is_paused=False, paused_until=None)
    running = due_next(running, next_of(running, after=context.now, made=await _made(context, digest)))
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


async def _shown(context: Context, title: str, digest: Digest, *notes: Note) -> Reply:
    """A digest as it is now, and how to look at it."""
    look = Action(say("See what it would post now"), f"brief-admin digest preview {_typed(digest)}")
    change = Action(say("Edit"), f"brief-admin digest edit digest:{public_id('d', digest.id)}", asks=True)
    return Reply(document=notice(title, Facts(await _facts(context, digest)), *notes, Actions((look, change))))


async def _facts(context: Context, digest: Digest) -> tuple[tuple[str, str | Mention], ...]:
    late = (
        say("up to {length}", length=span(timedelta(seconds=digest.catch_up_s))) if digest.catch_up_s else say("never")
    )
    trouble = digest.trouble or context.dispatcher.obstacle(digest) or context.dispatcher.shortfall(digest)
    stories = say_count("at most {n} story", "at most {n} stories", digest.max_stories)
    return (
        (say("When"), schedule_in_words(digest)),
        (say("Next"), _next(context, digest)),
        (say("Where"), Mention(digest.channel)),
        *(((say("Trouble"), retold(trouble)),) if trouble else ()),
        (say("Topics"), await _topics(context, digest)),
        (say("Style"), listed((say(STYLES[digest.style]), stories))),
        (say("Posted late"), late),
        *_choices(context, digest),
    )


async def _topics(context: Context, digest: Digest) -> str:
    """Its topics in its order, with the caps they have."""
    names = {topic.id: topic.name for topic in await context.store.topics.list(context.workspace.id)}
    most = dict(digest.caps)
    found = [
        say("{topic} (at most {n})", topic=names[id_], n=most[id_]) if id_ in most else names[id_]
        for id_ in digest.topic_ids
        if id_ in names
    ]
    return ", ".join(found) or say("everything that is followed here")


_QUIET: Final = {
    Quiet.SKIP: marked("nothing is posted"),
    Quiet.NOTE: marked("a short note"),
    Quiet.BEST: marked("the best of the week that was not told there"),
}


def _choices(context: Context, digest: Digest) -> Iterable[tuple[str, str | Mention]]:
    """What an admin chose beside the schedule; of what is as usual only the quiet days."""
    if digest.covers is Covers.WEEK:
        yield say("Covers"), say("the week")
    if digest.repeats:
        yield say("Repeats"), say("what other digests told there, too")
    yield say("Quiet days"), say(_QUIET[digest.quiet])
    if digest.language:
        yield say("Language"), language_name(digest.language)
    if digest.place is Place.THREAD:
        yield say("Place"), say("headlines in the channel, stories in a thread of them")
    role = context.workspace.ping_role if digest.ping is None else digest.ping
    if role or digest.ping is not None:
        yield say("Mentions"), Mention(role, is_role=True) if role else say("nobody")


def _next(context: Context, digest: Digest) -> str:
    paused = paused_in_words(digest, context.now)
    if digest.is_paused or digest.next_due_at is None:
        return paused
    coming = instant_in_words(digest.next_due_at, digest.zone, context.now)
    return f"{coming}, {paused}" if paused else coming
