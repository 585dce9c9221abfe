"""What everybody may ask; answered from the store alone (law 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.commands import selecting
from bot.commands.admin_stories import follow_here
from bot.commands.context import Context, Reply
from bot.commands.describe import paused_in_words, rule_in_words, schedule_in_words, typed_name
from bot.digests.timeline import Course, timeline_blocks, timeline_of
from bot.documents.build import Past, brief_document, list_document, notice, related_document
from bot.documents.nodes import Action, Block, Code, Facts, Heading, Inline, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.errors import UsageError
from bot.models import Brief, Topic, Version, public_id
from bot.saying import marked, say, say_count
from bot.text.words import is_cjk, runs
from bot.topics.mute import unmuted, without_muted_links

DEFAULT_COUNT: Final = 5
SEARCH_COUNT: Final = 10
_OFFERED: Final = 5
"""Buttons below a search that found nothing."""
_NEAREST: Final = marked("Nearest words: {command}")
_EARLIER: Final = marked("Found without since: {command}")
_FOLLOWED: Final = marked("Followed here: {command}")
_NEW: Final = marked("All that is new: {command}")
_SEARCH_REACH: Final = 300
"""Search results that are looked through for those of a topic."""


async def latest(context: Context) -> Reply:
    topic = context.arguments.get("topic", Topic)
    count = context.arguments.get("count", int) or DEFAULT_COUNT
    page = context.arguments.get("page", int) or 1
    found = await selecting.newest(context.store, context.workspace, topic, limit=count + 1, offset=(page - 1) * count)
    document = list_document(
        say("Latest: {topic}", topic=topic.name) if topic else say("Latest"),
        found[:count],
        context.workspace,
        now=context.now,
        actions=_pages(page, found, count, f"brief latest{_topic_option(topic)} count:{count}"),
        empty="" if found else await _why_empty(context, topic, page),
    )
    return Reply(document=document)


async def read(context: Context) -> Reply:
    asked = context.arguments.need("brief", Brief)
    [brief] = await context.model.in_language([asked], context.workspace.language, context.now)
    [brief] = await without_muted_links(context.store, context.workspace, [brief])
    versions = await context.store.briefs.history(brief.id, workspace=context.workspace.id)
    changes = await context.store.source_changes.of_briefs([brief.id])
    timeline = await _timeline(context, asked, brief, versions)
    past = Past(versions=versions, changes=changes.get(brief.id, ()), timeline=timeline)
    actions = (follow_here(brief),) if context.is_manager else ()
    document = brief_document(brief, context.workspace, now=context.now, past=past, actions=actions)
    return Reply(document=document)


async def _timeline(context: Context, asked: Brief, brief: Brief, versions: Sequence[Version]) -> list[Block]:
    """How a story became known; its sentences that were translated in the words of the translation."""
    course = Course(reports=await context.store.stories.reports(asked.story_id), versions=versions)
    shown = {one.text: other.text for one, other in zip(asked.text.sentences, brief.text.sentences, strict=False)}
    return timeline_blocks(timeline_of(course), shown, zone=context.workspace.zone)


async def related(context: Context) -> Reply:
    brief = context.arguments.need("brief", Brief)
    [brief] = await without_muted_links(context.store, context.workspace, [brief])
    return Reply(document=related_document(brief, context.workspace, now=context.now))


async def today(context: Context) -> Reply:
    topic = context.arguments.get("topic", Topic)
    return Reply(document=await context.dispatcher.today(context.workspace, topic))


async def search(context: Context) -> Reply:
    query = context.arguments.need("query", str)
    if not runs(query):
        raise UsageError(
            say("query '{query}' has no word to look for", query=query),
            allowed=say("words, numbers"),
            example="/brief search Greenland tariffs",
        )
    topic = context.arguments.get("topic", Topic)
    page = context.arguments.get("page", int) or 1
    found = await _found(context, query, topic, (page - 1) * SEARCH_COUNT)
    found = await without_muted_links(context.store, context.workspace, found)
    again = f"brief search {query}{_topic_option(topic)}{_since_option(context)}"
    instead = [] if found else await _instead(context, query)
    document = list_document(
        say("Search: {query}", query=query),
        found[:SEARCH_COUNT],
        context.workspace,
        now=context.now,
        note=() if found else _tried(instead),
        actions=_pages(page, found, SEARCH_COUNT, again) or tuple(action for _, action in instead[:_OFFERED]),
        empty=_nothing_about(query, topic),
    )
    return Reply(document=document)


def _nothing_about(query: str, topic: Topic | None) -> str:
    if topic:
        return say("Nothing here is about “{query}” in {topic}.", query=query, topic=topic.name)
    return say("Nothing here is about “{query}”.", query=query)


async def _found(context: Context, query: str, topic: Topic | None, offset: int) -> list[Brief]:
    """One page of results and one more, if there is one more."""
    since = context.arguments.get("since", datetime)
    limit, start = (SEARCH_COUNT + 1, offset) if topic is None else (_SEARCH_REACH, 0)
    results = await context.store.search.find(
        query, workspace=context.workspace.id, limit=limit, offset=start, since=since
    )
    briefs = [result.brief for result in results]
    if topic is None:
        return briefs
    briefs = unmuted(context.workspace, briefs)
    return (await selecting.of_topic(context.store, topic.rule, briefs))[offset : offset + SEARCH_COUNT + 1]


async def _instead(context: Context, query: str) -> list[tuple[str, Action]]:
    """What to try after a search that found nothing: of any time, else like words that are here, then topics."""
    offers = []
    if "since" in context.arguments.values and await context.store.search.find(
        query, workspace=context.workspace.id, limit=1
    ):
        return [(_EARLIER, Action(say("Without since"), f"brief search {query}"))]
    for word in await context.store.search.suggest(query):
        is_telling = len(word) > 3 or is_cjk(word)
        if is_telling and await context.store.search.find(word, workspace=context.workspace.id, limit=1):
            offers.append((_NEAREST, Action(word, f"brief search {word}")))
    topics = await context.store.topics.list(context.workspace.id)
    for topic in topics[:5]:
        offers.append((_FOLLOWED, Action(topic.name[:80], f"brief latest{_topic_option(topic)}")))
    return offers if topics else [*offers, (_NEW, Action(say("Latest"), "brief latest"))]


def _tried(offers: Sequence[tuple[str, Action]]) -> list[Inline]:
    """The offers as a person would type them, each kind after its name."""
    spans: list[Inline] = []
    for kind in dict.fromkeys(kind for kind, _ in offers):
        commands = [f"/{action.command}" for of, action in offers if of == kind]
        first = phrase(say(kind), command=Code(commands[0]))
        rest = [span for command in commands[1:] for span in (Text(" · "), Code(command))]
        spans += [*([Text(". ")] if spans else []), *first, *rest]
    return spans


async def topics(context: Context) -> Reply:
    followed = await context.store.topics.list(context.workspace.id)
    sources = await context.store.sources.followed(context.workspace.id)
    digests = await context.store.digests.list(context.workspace.id)
    names = {source.id: source.name for source in sources}
    rows = tuple((topic.name, rule_in_words(topic.rule, names)) for topic in followed)
    none = Paragraph((Text(say("No topics yet: everything that the sources report is shown.")),))
    blocks: list[Block] = [Facts(rows) if rows else none]
    if digests:
        blocks += [
            Heading(say("Digests")),
            Facts(tuple((d.name, paused_in_words(d, context.now) or schedule_in_words(d)) for d in digests)),
        ]
    count = say_count("{n} source followed.", "{n} sources followed.", len(sources))
    blocks.append(Note((Text(f"{count} "), *_hint(followed))))
    return Reply(document=notice(say("What is followed here"), *blocks))


def _hint(followed: list[Topic]) -> tuple[Inline, ...]:
    if followed:
        return phrase(say("Read one with {command}"), command=Code(f"/brief latest{_topic_option(followed[0])}"))
    command = Code('/brief-admin topic add "Korea Japan" words:"Korea Japan, 한일"')
    return phrase(say("A manager can add topics: {command}"), command=command)


def _topic_option(topic: Topic | None) -> str:
    return f" topic:{typed_name(topic.name, public_id('t', topic.id))}" if topic else ""


def _since_option(context: Context) -> str:
    return f" since:{context.typed['since']}" if context.typed.get("since") else ""


def _pages(page: int, found: Sequence[Brief], count: int, command: str) -> tuple[Action, ...]:
    """The pages before and after this one, where there are any; `found` holds one more than is shown if there is."""
    actions = []
    if page > 1:
        actions.append(Action(say("Back"), f"{command} page:{page - 1}", replaces=True))
    if len(found) > count:
        actions.append(Action(say("More"), f"{command} page:{page + 1}", replaces=True))
    return tuple(actions)


async def _why_empty(context: Context, topic: Topic | None, page: int) -> str:
    if page > 1:
        return say("There is no more.")
    if topic:
        return say("Nothing about {topic} yet.", topic=topic.name)
    if not await context.store.sources.followed(context.workspace.id):
        command = "/brief-admin source add https://example.org/feed.xml"
        return say("No source is followed here yet. A manager can add one: {command}", command=command)
    return say("No briefs yet; the sources are being read.")
