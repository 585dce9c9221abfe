"""Topics of the catalogue: what there is, and following them with their feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.commands.admin_sources import FOLLOWED_LIMIT
from bot.commands.context import Context, Reply
from bot.commands.naming import asked_name
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Code, Facts, Note, Text
from bot.documents.wording import language_name
from bot.errors import UsageError
from bot.models import Topic, TopicRule, Workspace, public_id
from bot.saying import say, say_count
from bot.store.rows import name_key
from bot.store.setups import Made, Plan, Wanted
from bot.topics.catalogue import KnownTopic, known_topics

_RULE: Final = ("words", "exclude", "sources", "not_sources", "languages", "publishers")


async def list_all(context: Context) -> Reply:
    followed = {name_key(topic.name) for topic in await context.store.topics.list(context.workspace.id)}
    rows = tuple((topic.name, _line(topic, followed)) for topic in known_topics().values())
    hint = Note((Text(say("Follow some of them: ")), Code("/brief-admin topic add from:world,korea")))
    start = Action(say("Set up"), "brief-admin setup", asks=True)
    return Reply(document=notice(say("Topics that are ready to be followed"), Facts(rows), hint, Actions((start,))))


def _line(topic: KnownTopic, followed: set[str]) -> str:
    parts = {"id": topic.id, "about": topic.about, "languages": ", ".join(map(language_name, topic.feed_languages))}
    count = len(topic.feeds)
    if followed & {name_key(name) for name in topic.names.values()}:
        return say_count(
            "{about}. {n} feed ({languages}); followed here. Id: {id}",
            "{about}. {n} feeds ({languages}); followed here. Id: {id}",
            count,
            **parts,
        )
    return say_count(
        "{about}. {n} feed ({languages}). Id: {id}", "{about}. {n} feeds ({languages}). Id: {id}", count, **parts
    )


async def add(context: Context) -> Reply:
    """Follows topics of the catalogue with their feeds, which are read when they are next polled (law 6)."""
    topics = context.arguments.many("from", KnownTopic) or ()
    name = asked_name(context)
    _refuse_others(context, topics, name)
    wanted = tuple(wanted_of(topic, context.workspace, context.arguments.get("feeds", str), name) for topic in topics)
    plan = Plan(workspace_id=context.workspace.id, topics=wanted, most_sources=FOLLOWED_LIMIT)
    made = await context.store.setups.make(plan, now=context.now)
    assert made is not None
    blocks = () if made.is_nothing else (Facts(rows_of(made)),)
    return Reply(document=notice(_title(made), *blocks, _actions(made.topics), *_notes(made)))


def wanted_of(topic: KnownTopic, workspace: Workspace, feeds: str | None, name: str = "") -> Wanted:
    """What following it takes; `feeds` is `all`, else those in the workspace's language and in English."""
    chosen = topic.feeds if feeds == "all" else topic.feeds_in((workspace.language, "en"))
    return Wanted(
        name=name or topic.name,
        names=(name,) if name else tuple(topic.names.values()),
        rule=TopicRule(words=topic.words, languages=topic.languages),
        takes_all=not topic.words,
        feeds=tuple((feed.url, feed.title) for feed in chosen),
    )


def _refuse_others(context: Context, topics: Sequence[KnownTopic], name: str) -> None:
    given = [option for option in _RULE if context.arguments.values.get(option) is not None]
    if given or (name and len(topics) > 1):
        raise UsageError(
            say("{option} cannot stand beside {other}", option=given[0] if given else "name", other="from"),
            allowed=say("the catalogue's own rule, which can be edited afterwards; a name for one topic"),
            example=f"/brief-admin topic add from:{topics[0].id}",
        )


def _title(made: Made) -> str:
    names = ", ".join(topic.name for topic in made.topics)
    if made.is_nothing:
        return say("Nothing was changed: {names} followed already", names=names)
    return say("Followed now: {names}", names=names)


def rows_of(made: Made) -> tuple[tuple[str, str], ...]:
    """What came of it, for a person."""
    rows = []
    if made.new_topics:
        rows.append((say("New topics"), ", ".join(made.new_topics)))
    if made.grown_topics:
        rows.append((say("More feeds for"), ", ".join(made.grown_topics)))
    rows.append((say("New sources"), str(made.new_sources)))
    return tuple(rows)


def _notes(made: Made) -> list[Note]:
    if not made.new_sources:
        return []
    return [Note((Text(say("They are read within some minutes; the first briefs follow then.")),))]


def _actions(topics: Sequence[Topic]) -> Actions:
    reads = [
        Action(say("Read “{name}”", name=topic.name), f"brief latest topic:{public_id('t', topic.id)}")
        for topic in topics[:3]
    ]
    return Actions((*reads, Action(say("Add a digest"), "brief-admin digest add", asks=True)))
