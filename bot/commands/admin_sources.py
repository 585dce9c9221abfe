"""Sources: the feeds that a workspace follows."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.commands.context import Context, Reply
from bot.commands.opml import write_feeds
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Code, Facts, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.documents.wording import age
from bot.errors import AddressRefused, Conflict, FeedError, FetchError, NotFound, UsageError
from bot.ingest.parsed import ParsedFeed
from bot.models import Change, Source, public_id
from bot.saying import say, say_count
from bot.text.urls import without_login

TRY_S: Final = 8.0
"""How long `source add` may read the feed, well within what platforms wait for an answer."""
FOLLOWED_LIMIT: Final = 1000
_PER_PAGE: Final = 25


def _new_one() -> Action:
    return Action(say("Add a source"), "brief-admin source add", asks=True)


async def add(context: Context) -> Reply:
    """Follows a feed that was read just now; what is no feed is refused, what does not answer is told apart.

    This is the one command that may look outside: a person who adds a feed wants to know that it is one. Nothing is
    stored before, and `check:no` does not look.
    """
    url = context.arguments.need("url", str)
    known = await _new_here(context, url)
    is_checked = known is None and context.feeds is not None and context.arguments.get("check", str) != "no"
    if known and known.switched_off_at:
        return await _resumed(context, known)
    feed = await _tried(context, url) if is_checked else None
    source = await context.store.sources.add(
        known.url if known else url,
        workspace=context.workspace.id,
        now=context.now,
        title=feed.title if feed else "",
        publisher=feed.publisher if feed else "",
    )
    rows = [(say("Address"), source.shown_url), (say("Id"), public_id("src", source.id))]
    if feed:
        rows.append((say("Now"), say_count("{n} entry in it", "{n} entries in it", len(feed.drafts))))
    if feed or known:
        note = say("Its first briefs will be here in a minute or two.")
    else:
        note = say("It was not tried; see status.")
    title = say("{name} is followed", name=source.name)
    return Reply(document=notice(title, Facts(tuple(rows)), Note((Text(note),))))


async def _new_here(context: Context, url: str) -> Source | None:
    """The source of this address when others follow it already; Conflict when this workspace does."""
    followed = await context.store.sources.followed(context.workspace.id)
    for source in followed:
        if url in (source.url, source.fetch_url):
            if source.switched_off_at:
                return source
            facts = {"url": without_login(url), "name": source.name, "ref": public_id("src", source.id)}
            if source.is_shared:
                problem = say("'{url}' is shared by the operator: {name} ({ref})", **facts)
            else:
                problem = say("'{url}' is followed here already: {name} ({ref})", **facts)
            raise Conflict(
                problem,
                allowed=say("a feed that is not followed yet"),
                example="/brief-admin source list",
            )
    if len(followed) >= FOLLOWED_LIMIT:
        problem = say("{n} sources are followed here", n=FOLLOWED_LIMIT)
        raise UsageError(problem, allowed=say("at most {n}", n=FOLLOWED_LIMIT))
    return await context.store.sources.by_url(url)


async def _tried(context: Context, url: str) -> ParsedFeed:
    assert context.feeds is not None
    try:
        async with asyncio.timeout(TRY_S):
            return await context.feeds.try_feed(url)
    except TimeoutError:
        raise _unread(url, say("it did not answer within {limit} seconds", limit=f"{TRY_S:.0f}")) from None
    except FeedError as error:
        raise NoFeed(url, error) from None
    except AddressRefused as error:
        raise UsageError(
            say("'{url}' was refused: {reason}", url=without_login(url), reason=retold(error.reason)),
            allowed=say("an address that everybody can reach"),
            example="/brief-admin source add https://example.org/feed.xml",
        ) from None
    except FetchError as error:
        raise _unread(url, retold(error.reason)) from None


class NoFeed(UsageError):
    """There is something at the address, but it is no feed; `feeds` are those it links to."""

    def __init__(self, url: str, error: FeedError) -> None:
        self.feeds = error.feeds
        offered = ", ".join(map(without_login, self.feeds[:5]))
        if offered:
            allowed = say("a feed; this page links to {feeds}", feeds=offered)
        else:
            allowed = say("the address of an RSS, Atom or JSON feed")
        super().__init__(
            say("'{url}' is no feed: {reason}", url=without_login(url), reason=retold(error.reason)),
            allowed=allowed,
            example=f"/brief-admin source add {self.feeds[0] if self.feeds else 'https://example.org/feed.xml'}",
        )


def _unread(url: str, reason: str) -> UsageError:
    return UsageError(
        say("'{url}' could not be read, so nothing was added: {reason}", url=without_login(url), reason=reason),
        allowed=say("a feed that answers now, or check:no to follow it all the same"),
        example=f"/brief-admin source add {url} check:no",
    )


async def remove(context: Context) -> Reply:
    source = context.arguments.need("source", Source)
    try:
        await context.store.sources.unfollow(context.workspace.id, source.id)
    except NotFound:
        instead = f"operator unshare {public_id('src', source.id)}" if context.is_operator else "source list"
        raise UsageError(
            say("{name} is shared by the operator with every workspace", name=source.name),
            allowed=say("a source that was added here"),
            example=f"/brief-admin {instead}",
        ) from None
    if source.is_shared:
        note = say("It is shared by the operator, so its stories stay.")
    else:
        note = say("Its briefs stay in the archive.")
    title = say("{name} is followed no more", name=source.name)
    return Reply(document=notice(title, Note((Text(note),))))


async def resume(context: Context) -> Reply:
    """Reads a source again, and counts from now how long it fails; for one that works it changes nothing."""
    return await _resumed(context, context.arguments.need("source", Source))


async def _resumed(context: Context, source: Source) -> Reply:
    await context.store.sources.resume(source.id, context.now)
    title = say("“{name}” is read again", name=source.name)
    change = Change(what=f"source “{source.name}” ({public_id('src', source.id)})", field="read again", new="yes")
    return Reply(document=notice(title, Note((Text(say("It is tried within a minute.")),))), changes=(change,))


async def list_all(context: Context) -> Reply:
    sources = await context.store.sources.followed(context.workspace.id)
    page = context.arguments.get("page", int) or 1
    shown = sources[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    if not shown:
        command = Code("/brief-admin source add https://example.org/feed.xml")
        none = phrase(say("No sources yet. Add one: {command}"), command=command)
        text = (Text(say("There is no more.")),) if sources else none
        return Reply(document=notice(say("Sources"), Paragraph(text), Actions((_new_one(),))))
    rows = tuple((public_id("src", source.id), _line(context, source)) for source in shown)
    blocks: list[Block] = [Facts(rows), Note((Text(say_count("{n} source", "{n} sources", len(sources))),))]
    listing = "brief-admin source list"
    back = [Action(say("Back"), f"{listing} page:{page - 1}", replaces=True)] if page > 1 else []
    more = [Action(say("More"), f"{listing} page:{page + 1}", replaces=True)] if page * _PER_PAGE < len(sources) else []
    blocks.append(Actions((*back, *more, _new_one())))
    return Reply(document=notice(say("Sources"), *blocks))


def _line(context: Context, source: Source) -> str:
    parts = [source.name, source.shown_url] if source.title else [source.shown_url]
    if source.is_shared:
        parts.append(say("shared by the operator"))
    if source.switched_off_at:
        parts.append(say("switched off: {reason}", reason=retold(source.last_error)))
    elif source.last_error:
        parts.append(say("failing: {reason}", reason=retold(source.last_error)))
    elif source.last_ok_at:
        parts.append(say("read {when}", when=age(source.last_ok_at, context.now)))
    else:
        parts.append(say("not read yet"))
    return " · ".join(parts)


async def export_all(context: Context) -> Reply:
    sources = await context.store.sources.followed(context.workspace.id)
    text = write_feeds(say("Briefbot sources"), [(source.title, source.shown_url) for source in sources])
    words = say_count("{n} source, as an OPML file.", "{n} sources, as an OPML file.", len(sources))
    document = notice(say("Sources"), Paragraph((Text(words),)))
    return Reply(document=document, files=(("briefbot-sources.opml", text),))
