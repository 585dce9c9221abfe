"""Setting a workspace up in three steps: topics, channel and time, a look; then all of it is made in one go.

What somebody chose so far is a row, so that a step may come after a restart; buttons say only which step is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Final

from bot.commands.admin_catalogue import rows_of, wanted_of
from bot.commands.admin_sources import FOLLOWED_LIMIT
from bot.commands.context import Context, Reply
from bot.commands.describe import instant_in_words, schedule_in_words
from bot.commands.zones import guessed_zone
from bot.digests.calendar import next_edition
from bot.documents.build import notice
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Card,
    Code,
    Document,
    Facts,
    Heading,
    Mention,
    Note,
    Paragraph,
    Text,
)
from bot.errors import UsageError
from bot.models import ChannelRef, Digest, Topic, public_id
from bot.saying import say, say_count
from bot.store.setups import Plan
from bot.topics.catalogue import FILES, KnownTopic, known_topics, of_kind

_AT: Final = "08:00"
_KEPT: Final = (*FILES, "feeds", "channel", "at", "zone")
_COMMAND: Final = "brief-admin setup"


async def setup(context: Context) -> Reply:
    step = context.arguments.get("step", str) or ""
    if step == "done":
        return await _done(context)
    choices = await _kept(context)
    has_topics = bool(_topics(choices))
    if step == "topics" or not has_topics:
        return _step_topics(choices)
    if step == "look" or context.arguments.values.keys() & {"at", "zone", "channel"}:
        return await _step_look(context, choices)
    return _step_when(context, choices)


async def chosen(context: Context) -> dict[str, str]:
    """What the forms of the steps are filled with: what was chosen, and a good guess for the rest."""
    known = await context.store.setups.get(context.workspace.id, context.invocation.person.id, now=context.now)
    guess = {"at": _AT, "zone": guessed_zone(context.invocation, context.workspace.zone)}
    if not context.invocation.is_direct:
        guess["channel"] = str(context.invocation.channel)
    return {**guess, **known}


async def _kept(context: Context) -> dict[str, str]:
    """What was chosen until now and with this step, kept for the next."""
    given = {name: _text(context, name) for name in _KEPT if name in context.arguments.values}
    choices = {**await chosen(context), **given}
    if given:
        await context.store.setups.keep(context.workspace.id, context.invocation.person.id, choices, now=context.now)
    return choices


def _text(context: Context, name: str) -> str:
    """A value as its option would read it again."""
    match context.arguments.values[name]:
        case tuple() as topics:
            return ",".join(topic.id for topic in topics if isinstance(topic, KnownTopic))
        case time() as at:
            return f"{at:%H:%M}"
        case value:
            return str(value)


def _topics(choices: Mapping[str, str]) -> list[KnownTopic]:
    ids = [id_ for kind in FILES for id_ in choices.get(kind, "").split(",")]
    known = known_topics()
    return [known[id_] for id_ in dict.fromkeys(ids) if id_ in known]


# ── the three steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _step_topics(choices: Mapping[str, str]) -> Reply:
    blocks: list[Block] = [Paragraph((Text(say("Pick what to follow. Each topic brings well-known feeds with it.")),))]
    if picked := _topics(choices):
        blocks.append(Facts(((say("Picked"), ", ".join(topic.name for topic in picked)),)))
    for kind, heading in (("subjects", say("By subject")), ("places", say("By country and region"))):
        items = tuple((Code(topic.id), Text(f" {topic.name}")) for topic in of_kind(kind))
        blocks += [Heading(heading), Bullets(items)]
    blocks.append(Actions((Action(say("Pick topics"), f"{_COMMAND} step:topics", asks=True),)))
    hint = (Text(say("Type, for instance: ")), Code(f"/{_COMMAND} subjects:world,ai places:korea"))
    blocks.append(Note(hint, is_hint=True))
    return Reply(document=notice(say("Set up, step 1 of 3: topics"), *blocks))


def _step_when(context: Context, choices: Mapping[str, str]) -> Reply:
    """The topics are picked; where and when, with our guess."""
    rows: list[tuple[str, str | Mention]] = [_topics_row(choices)]
    ask = Action(say("Pick channel and time"), f"{_COMMAND} step:when", asks=True)
    actions = [ask, Action(say("Change topics"), f"{_COMMAND} step:topics", asks=True)]
    if channel := choices.get("channel"):
        digest = _digest(context, choices)
        rows += [(say("Where"), Mention(ChannelRef(channel))), (say("When"), schedule_in_words(digest))]
        actions.insert(1, Action(say("That is right"), f"{_COMMAND} step:look", replaces=True))
    is_guess = context.workspace.zone == "UTC"
    guess = Note((Text(say("The time zone is a guess from your settings; you can change it.")),))
    hint = (Text(say("Type, for instance: ")), Code(f"/{_COMMAND} at:08:00 zone:{choices['zone']}"))
    notes = [*([guess] if is_guess else []), Note(hint, is_hint=True)]
    title = say("Set up, step 2 of 3: channel and time")
    return Reply(document=notice(title, Facts(tuple(rows)), Actions(tuple(actions)), *notes))


async def _step_look(context: Context, choices: Mapping[str, str]) -> Reply:
    digest = _digest(context, choices)
    feeds = {url for topic in _plan(context, choices).topics for url, _ in topic.feeds}
    rows = (
        _topics_row(choices),
        (say("Feeds"), str(len(feeds))),
        (say("Where"), Mention(digest.channel)),
        (say("When"), schedule_in_words(digest)),
        (say("First"), _first(context, digest)),
    )
    actions = Actions(
        (
            Action(say("Done"), f"{_COMMAND} step:done", replaces=True),
            Action(say("Change topics"), f"{_COMMAND} step:topics", asks=True),
            Action(say("Change channel and time"), f"{_COMMAND} step:when", asks=True),
        )
    )
    title = say("Set up, step 3 of 3: a look at it")
    seen = await _seen(context, digest, choices)
    if not any(isinstance(block, Card) for block in seen.blocks):
        words = say("There is nothing to show yet: its feeds are read within some minutes after you press Done.")
        return Reply(document=notice(title, Facts(rows), actions, Note((Text(words),))))
    blocks = (Facts(rows), actions, Heading(say("What it would post now")), *seen.blocks)
    return Reply(document=replace(seen, title=title, blocks=(Heading(title, level=1), *blocks), ping=""))


def _topics_row(choices: Mapping[str, str]) -> tuple[str, str]:
    return say("Topics"), ", ".join(topic.name for topic in _topics(choices))


def _first(context: Context, digest: Digest) -> str:
    assert digest.next_due_at is not None
    return instant_in_words(digest.next_due_at, digest.zone, context.now)


async def _seen(context: Context, digest: Digest, choices: Mapping[str, str]) -> Document:
    """What the digest would post of what is there already; without its feeds, which nobody follows here yet."""
    followed = {source.url: source.id for source in await context.store.sources.followed(context.workspace.id)}
    topics = []
    for number, wanted in enumerate(_plan(context, choices).topics, start=1):
        # Without a feed that is followed it takes nothing; no source has the number 0.
        ids = tuple(followed[url] for url, _ in wanted.feeds if url in followed) or (0,)
        rule = replace(wanted.rule, source_ids=ids if wanted.takes_all else ())
        topics.append(
            Topic(id=number, workspace_id=digest.workspace_id, name=wanted.name, rule=rule, created_at=context.now)
        )
    return await context.dispatcher.preview(replace(digest, topic_ids=tuple(topic.id for topic in topics)), topics)


# ── making it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _done(context: Context) -> Reply:
    person = context.invocation.person.id
    known = await context.store.setups.get(context.workspace.id, person, now=context.now)
    choices = await chosen(context)
    if not known or not _topics(choices):
        raise _nothing_begun()
    plan = replace(_plan(context, choices), digest=_digest(context, choices))
    made = await context.store.setups.make(plan, now=context.now, person=person)
    if made is None or made.digest is None:
        raise _nothing_begun()
    digest = made.digest
    rows: list[tuple[str, str | Mention]] = [
        *rows_of(made),
        (say("Digest"), digest.name),
        (say("Where"), Mention(digest.channel)),
        (say("When"), schedule_in_words(digest)),
        (say("First"), _first(context, digest)),
    ]
    ref = public_id("d", digest.id)
    actions = (
        Action(say("See what it would post now"), f"brief-admin digest preview digest:{ref}"),
        Action(say("Edit the digest"), f"brief-admin digest edit digest:{ref}", asks=True),
    )
    words = say_count(
        "{n} source is read within some minutes; look again then. What goes wrong is told by /brief-admin status.",
        "{n} sources are read within some minutes; look again then. What goes wrong is told by /brief-admin status.",
        made.new_sources,
    )
    return Reply(document=notice(say("Briefbot is set up"), Facts(tuple(rows)), Actions(actions), Note((Text(words),))))


def _nothing_begun() -> UsageError:
    return UsageError(
        say("nothing is being set up here by you; perhaps it is done already"),
        allowed=say("to begin with topics"),
        example=f"/{_COMMAND} subjects:world,ai",
    )


def _plan(context: Context, choices: Mapping[str, str]) -> Plan:
    wanted = tuple(wanted_of(topic, context.workspace, choices.get("feeds")) for topic in _topics(choices))
    return Plan(workspace_id=context.workspace.id, topics=wanted, most_sources=FOLLOWED_LIMIT, zone=choices["zone"])


def _digest(context: Context, choices: Mapping[str, str]) -> Digest:
    channel = choices.get("channel", "")
    if not channel:
        error = UsageError(
            say("there is no channel yet in which the digest is to be posted"),
            allowed=say("a channel of this place"),
            example=f"/{_COMMAND} step:when",
        )
        error.option = "channel"
        raise error
    digest = Digest(
        id=0,
        workspace_id=context.workspace.id,
        name=say("Daily briefing"),
        channel=ChannelRef(channel),
        at=time.fromisoformat(choices["at"]),
        zone=choices["zone"],
        created_at=context.now,
    )
    due = next_edition(digest.at, digest.zone, digest.days, after=context.now)
    return replace(digest, next_due_at=due.at, next_on=due.on)
