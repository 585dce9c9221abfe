"""`stories`, `brief` and `search`: what is in the store, for people and for scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from bot.app import App
from bot.briefs.wire import brief_json, version_json
from bot.caveat import caveat_for
from bot.cli.correcting import show_version
from bot.cli.running import draw, opened, say, say_json
from bot.commands.catalogue import BY_NAME
from bot.commands.parse import taken_apart
from bot.commands.selecting import of_topic
from bot.commands.values import since as read_since
from bot.config import Settings
from bot.documents.build import Past, brief_document
from bot.errors import NotFound, UsageError
from bot.models import LOCAL_WORKSPACE, Brief, Story, Topic, parse_public_id, public_id
from bot.text.words import runs

_TOPIC_REACH: Final = 300
"""Results that are looked through for those of a topic."""


async def stories(settings: Settings, *, as_json: bool) -> None:
    """Each story on a line, with the addresses of its articles and its brief."""
    async with opened(settings) as app:
        async for story in _each_story(app):
            urls = [article.url for article in story.articles]
            ref = public_id("b", story.brief_id) if story.brief_id else None
            if as_json:
                say_json({"story": public_id("s", story.id), "articles": urls, "brief": ref})
            else:
                title = story.articles[0].title if story.articles else "(written elsewhere)"
                say(f"{public_id('s', story.id):>7}  {ref or '-':>7}  {len(urls):3} articles  {title}")


async def briefs(settings: Settings, id_: str | None, *, every: bool, version: int = 0, as_json: bool) -> None:
    """One brief by its id, as it is or as it was at a version, or every one, oldest first."""
    if (id_ is None) != every:
        raise UsageError("which brief is meant is not clear", allowed="an id, or --all", example="briefbot brief b12")
    if every and version:
        raise UsageError(
            "--version is of one brief", allowed="an id, or --all", example="briefbot brief b12 --version 1"
        )
    async with opened(settings) as app:
        if id_ is None:
            async for brief in _each_brief(app):
                await _show(app, brief, as_json=as_json)
            return
        number = parse_public_id("b", id_)
        if number is None:
            raise UsageError(f"{id_!r} is no brief's id", allowed="b and a number", example="briefbot brief b12")
        brief = await _known(app, number)
        if version:
            await show_version(app, brief, version, as_json=as_json)
        else:
            await _show(app, brief, as_json=as_json)


async def _known(app: App, number: int) -> Brief:
    """NotFound with words for a terminal; its example is the newest brief."""
    try:
        return await app.store.briefs.get(number, workspace=None)
    except NotFound as error:
        example = "".join([f"briefbot brief b{one.id}" for one in await app.store.briefs.latest(None, limit=1)])
        allowed = "an id as briefbot stories shows it" if example else "none, since no brief is written yet"
        raise NotFound(error.problem, allowed=allowed, example=example) from None


async def search(settings: Settings, query: str, *, limit: int, as_json: bool) -> int:
    """Briefs that match, best first; 1 when there is none."""
    async with opened(settings) as app:
        words, since, topic = await _asked(app, query)
        if not runs(words):
            raise UsageError(
                f"query {words!r} has no word to look for",
                allowed="words, numbers",
                example="briefbot search 'Greenland tariffs'",
            )
        reach = limit if topic is None else max(limit, _TOPIC_REACH)
        found = await app.store.search.find(words, workspace=None, limit=reach, since=since)
        if topic is not None:
            kept = {brief.id for brief in await of_topic(app.store, topic.rule, [one.brief for one in found])}
            found = [one for one in found if one.brief.id in kept][:limit]
        for result in found:
            brief = result.brief
            if as_json:
                line = {"brief": brief.ref, "headline": brief.text.headline, "score": round(result.score, 4)}
                say_json({**line, "articles": list(result.article_urls)})
            else:
                say(f"{brief.ref:>7}  {brief.text.headline}")
        if not found and not as_json:
            nearest = await app.store.search.suggest(words)
            say("nothing found" + (f"; did you mean {', '.join(nearest)}?" if nearest else ""))
    return 0 if found else 1


async def _asked(app: App, query: str) -> tuple[str, datetime | None, Topic | None]:
    """The words, and the `since:` and `topic:` that were typed among them; a topic is one of this machine's own."""
    typed = taken_apart(BY_NAME["brief search"], {"query": query})
    workspace = await app.store.workspaces.get(LOCAL_WORKSPACE)
    since = topic = None
    if text := typed.get("since"):
        option = BY_NAME["brief search"].option("since")
        assert option is not None
        since = read_since(option, text, now=app.clock.now(), zone=workspace.zone)
    if text := typed.get("topic"):
        topic = await app.store.topics.find(LOCAL_WORKSPACE, text)
    return typed.get("query", ""), since, topic


async def _show(app: App, brief: Brief, *, as_json: bool) -> None:
    """With its versions."""
    versions = await app.store.briefs.history(brief.id, workspace=LOCAL_WORKSPACE)
    if as_json:
        history = {"history": [version_json(one) for one in versions]}
        say_json(brief_json(brief, caveat_for(brief.text.language)) | history)
        return
    workspace = await app.store.workspaces.get(LOCAL_WORKSPACE)
    changes = (await app.store.source_changes.of_briefs([brief.id])).get(brief.id, ())
    past = Past(versions=versions, changes=changes)
    draw(brief_document(brief, workspace, now=app.clock.now(), past=past))


async def _each_story(app: App) -> AsyncIterator[Story]:
    after = 0
    while page := await app.store.stories.each(after_id=after):
        for story in page:
            yield story
        after = page[-1].id


async def _each_brief(app: App) -> AsyncIterator[Brief]:
    after = 0
    while page := await app.store.briefs.each(after_id=after):
        for brief in page:
            yield brief
        after = page[-1].id
