"""Topics: what a workspace follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.commands import admin_catalogue, selecting
from bot.commands.context import Context, Reply
from bot.commands.describe import rule_in_words, typed_name
from bot.commands.naming import asked_name
from bot.documents.build import notice
from bot.documents.clip import clip
from bot.documents.nodes import Action, Actions, Code, Facts, Note, Paragraph
from bot.documents.phrases import phrase
from bot.documents.wording import listed
from bot.errors import UsageError
from bot.models import Source, Topic, TopicRule, public_id
from bot.saying import say, say_count
from bot.topics.catalogue import KnownTopic
from bot.topics.match import divided

_RECENT_DAYS = 7


async def add(context: Context) -> Reply:
    if context.arguments.many("from", KnownTopic):
        return await admin_catalogue.add(context)
    if context.arguments.get("feeds", str):
        raise UsageError(
            say("{option} is nothing without {other}", option="feeds", other="from"),
            allowed=say("feeds of a topic of the catalogue"),
            example="/brief-admin topic add from:technology feeds:all",
        )
    name = asked_name(context)
    rule = asked_rule(context, TopicRule())
    refuse_everything(context, rule, name)
    topic = await context.store.topics.add(context.workspace.id, name, rule, now=context.now)
    return await _shown(context, say("{name} is followed", name=topic.name), topic)


async def edit(context: Context) -> Reply:
    topic = context.arguments.need("topic", Topic)
    if len(context.arguments.values) == 1:
        raise UsageError(
            say("nothing to change in '{name}'", name=topic.name),
            allowed="name, words, exclude, sources, not_sources, languages, publishers",
            example="/brief-admin topic edit t1 exclude:football",
        )
    name = asked_name(context, topic.name)
    changed = replace(topic, name=name, rule=asked_rule(context, topic.rule))
    if changed.rule == TopicRule():
        raise UsageError(
            say("then '{name}' would take everything", name=name),
            allowed=say("at least words, sources, languages or publishers"),
            example=f'/brief-admin topic edit {public_id("t", topic.id)} words:"Korea Japan, 한일"',
        )
    await context.store.topics.save(changed)
    return await _shown(context, say("{name} is changed", name=changed.name), changed)


async def remove(context: Context) -> Reply:
    topic = context.arguments.need("topic", Topic)
    digests = await context.store.digests.list(context.workspace.id)
    users = [digest for digest in digests if topic.id in digest.topic_ids]
    if users:
        # Without its only topic a digest would post everything.
        raise UsageError(
            _used(topic, [digest.name for digest in users]),
            allowed=say("a topic that no digest names"),
            example=f"/brief-admin digest edit {typed_name(users[0].name, public_id('d', users[0].id))} topics:none",
        )
    await context.store.topics.remove(context.workspace.id, topic.id)
    return Reply(document=notice(say("{name} is followed no more", name=topic.name)))


def _used(topic: Topic, digests: Sequence[str]) -> str:
    return say_count(
        "'{topic}' stands in {n} digest: {digests}",
        "'{topic}' stands in {n} digests: {digests}",
        len(digests),
        topic=topic.name,
        digests=listed(digests),
    )


async def list_all(context: Context) -> Reply:
    topics = await context.store.topics.list(context.workspace.id)
    if not topics:
        command = Code('/brief-admin topic add "Korea Japan" words:"Korea Japan, 한일"')
        hint = phrase(say("No topics yet. Add one: {command}"), command=command)
        return Reply(document=notice(say("Topics"), Paragraph(hint), Actions((_new_one(),))))
    names = await _source_names(context)
    rows = tuple((f"{topic.name} ({public_id('t', topic.id)})", rule_in_words(topic.rule, names)) for topic in topics)
    return Reply(document=notice(say("Topics"), Facts(rows), Actions((_new_one(), *_edits(topics)))))


def _new_one() -> Action:
    return Action(say("Add a topic"), "brief-admin topic add", asks=True)


def _edits(topics: Sequence[Topic]) -> list[Action]:
    """A button for each of the first topics."""
    return [
        Action(
            say("Edit {name}", name=topic.name), f"brief-admin topic edit topic:{public_id('t', topic.id)}", asks=True
        )
        for topic in topics[:9]
    ]


def refuse_everything(context: Context, rule: TopicRule, name: str) -> None:
    """UsageError for a rule without a part that restricts it."""
    if rule == TopicRule():
        raise UsageError(
            say("topic '{name}' would take everything", name=name),
            allowed=say("words, sources, languages or publishers that it is about"),
            example=f'/{context.command.name} {typed_name(name, "News")} words:"Korea Japan, 한일"'.replace(
                "preview ", "preview name:"
            ),
        )


def asked_rule(context: Context, old: TopicRule) -> TopicRule:
    """The old rule with the parts that were given."""
    given = context.arguments
    sources, left_out = given.many("sources", Source), given.many("not_sources", Source)
    words, excluded, languages = given.many("words", str), given.many("exclude", str), given.many("languages", str)
    rule = TopicRule(
        words=old.words if words is None else words,
        excluded=old.excluded if excluded is None else excluded,
        source_ids=old.source_ids if sources is None else _ids(sources),
        excluded_source_ids=old.excluded_source_ids if left_out is None else _ids(left_out),
        languages=old.languages if languages is None else tuple(dict.fromkeys(languages)),
        min_publishers=given.get("publishers", int) or old.min_publishers,
    )
    check_words("words", rule.words)
    check_words("exclude", rule.excluded)
    if words is not None or excluded is not None:
        _refuse_both(rule)
    return rule


def _refuse_both(rule: TopicRule) -> None:
    """UsageError for a word that is looked for and excluded, by which nothing could ever be found."""
    left_out = {word.casefold() for word in rule.excluded}
    for word in rule.words:
        if word.casefold() in left_out:
            raise UsageError(
                say("“{word}” is in words and in exclude, so it finds nothing", word=clip(word, 60)),
                allowed=say("each word in one of them"),
                example=f'words:"{clip(word, 60)}" exclude:none',
            )


def _ids(sources: Sequence[Source]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(source.id for source in sources))


def check_words(option: str, words: Sequence[str]) -> None:
    """UsageError for an entry of which nothing, or not every joined part, can be looked for."""
    for word in words:
        parts = divided(word) or (word,)
        if not all(any(char.isalnum() for char in part) for part in parts):
            raise UsageError(
                say("{option} '{word}' has no letter or number to look for", option=option, word=word),
                allowed=say("words and phrases, divided by commas; + between those that must all be there"),
                example=f'{option}:"Korea Japan, 한일, Seoul + Tokyo"',
            )


async def _source_names(context: Context) -> dict[int, str]:
    sources = await context.store.sources.followed(context.workspace.id)
    return {source.id: source.name for source in sources}


async def _shown(context: Context, title: str, topic: Topic) -> Reply:
    """A topic as it is now, and how much of the last days it takes."""
    since = context.now - timedelta(days=_RECENT_DAYS)
    matching, of = await selecting.count_since(context.store, context.workspace, topic.rule, since)
    ref = public_id("t", topic.id)
    rows = (
        (say("Takes"), rule_in_words(topic.rule, await _source_names(context))),
        (say("Now"), _share(matching, of)),
        (say("Id"), ref),
    )
    read = Action(say("Read"), f"brief latest topic:{typed_name(topic.name, ref)}")
    preview = Action(say("Preview"), f"brief-admin topic preview topic:{ref}")
    note = Note(phrase(say("Change it with {command}"), command=Code(f"/brief-admin topic edit {ref}")), is_hint=True)
    change = Action(say("Edit"), f"brief-admin topic edit topic:{ref}", asks=True)
    return Reply(document=notice(title, Facts(rows), Actions((read, preview, change)), note))


def _share(matching: int, of: int) -> str:
    return say_count(
        "{matching} of {n} brief of the last {days} days",
        "{matching} of {n} briefs of the last {days} days",
        of,
        matching=matching,
        days=_RECENT_DAYS,
    )
