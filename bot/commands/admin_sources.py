"""Sources: the feeds that a workspace follows."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.commands.context import Context, Reply
from bot.commands.describe import shown_url, source_name
from bot.commands.opml import write_feeds
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Code, Facts, Note, Paragraph, Text
from bot.documents.wording import age, counted
from bot.errors import AddressRefused, Conflict, FeedError, FetchError, NotFound, UsageError
from bot.ingest.parsed import ParsedFeed
from bot.models import Source, public_id

TRY_S: Final = 8.0
"""How long `source add` may read the feed, well within what platforms wait for an answer."""
FOLLOWED_LIMIT: Final = 1000
_PER_PAGE: Final = 25
_NEW: Final = Action("Add a source", "brief-admin source add", asks=True)


async def add(context: Context) -> Reply:
    """Follows a feed that was read just now; what is no feed is refused, what does not answer is told apart.

    This is the one command that may look outside: a person who adds a feed wants to know that it is one. Nothing is
    stored before, and `check:no` does not look.
    """
    url = context.arguments.need("url", str)
    known = await _new_here(context, url)
    is_checked = known is None and context.feeds is not None and context.arguments.get("check", str) != "no"
    feed = await _tried(context, url) if is_checked else None
    source = await context.store.sources.add(
        known.url if known else url,
        workspace=context.workspace.id,
        now=context.now,
        title=feed.title if feed else "",
        publisher=feed.publisher if feed else "",
    )
    rows = [("Address", shown_url(source.url)), ("Id", public_id("src", source.id))]
    if feed:
        rows.append(("Now", f"{counted(len(feed.drafts), 'entry')} in it"))
    note = "Its first briefs will be here in a minute or two." if feed or known else "It was not tried; see status."
    return Reply(document=notice(f"{source_name(source)} is followed", Facts(tuple(rows)), Note((Text(note),))))


async def _new_here(context: Context, url: str) -> Source | None:
    """The source of this address when others follow it already; Conflict when this workspace does."""
    followed = await context.store.sources.followed(context.workspace.id)
    for source in followed:
        if url in (source.url, source.fetch_url):
            by = "shared by the operator" if source.is_shared else "followed here already"
            raise Conflict(
                f"'{shown_url(url)}' is {by}: {source_name(source)} ({public_id('src', source.id)})",
                allowed="a feed that is not followed yet",
                example="/brief-admin source list",
            )
    if len(followed) >= FOLLOWED_LIMIT:
        raise UsageError(f"{FOLLOWED_LIMIT} sources are followed here", allowed=f"at most {FOLLOWED_LIMIT}")
    return await context.store.sources.by_url(url)


async def _tried(context: Context, url: str) -> ParsedFeed:
    assert context.feeds is not None
    try:
        async with asyncio.timeout(TRY_S):
            return await context.feeds.try_feed(url)
    except TimeoutError:
        raise _unread(url, f"it did not answer within {TRY_S:.0f} seconds") from None
    except FeedError as error:
        raise NoFeed(url, error) from None
    except AddressRefused as error:
        raise UsageError(
            f"'{shown_url(url)}' was refused: {error.reason}",
            allowed="an address that everybody can reach",
            example="/brief-admin source add https://example.org/feed.xml",
        ) from None
    except FetchError as error:
        raise _unread(url, error.reason) from None


class NoFeed(UsageError):
    """There is something at the address, but it is no feed; `feeds` are those it links to."""

    def __init__(self, url: str, error: FeedError) -> None:
        self.feeds = error.feeds
        offered = ", ".join(map(shown_url, self.feeds[:5]))
        super().__init__(
            f"'{shown_url(url)}' is no feed: {error.reason}",
            allowed=f"a feed; this page links to {offered}" if offered else "the address of an RSS, Atom or JSON feed",
            example=f"/brief-admin source add {self.feeds[0] if self.feeds else 'https://example.org/feed.xml'}",
        )


def _unread(url: str, reason: str) -> UsageError:
    return UsageError(
        f"'{shown_url(url)}' could not be read, so nothing was added: {reason}",
        allowed="a feed that answers now, or check:no to follow it all the same",
        example=f"/brief-admin source add {url} check:no",
    )


async def remove(context: Context) -> Reply:
    source = context.arguments.need("source", Source)
    try:
        await context.store.sources.unfollow(context.workspace.id, source.id)
    except NotFound:
        raise UsageError(
            f"{source_name(source)} is shared by the operator with every workspace",
            allowed="a source that was added here",
            example="/brief-admin source list",
        ) from None
    note = (
        "It is shared by the operator, so its stories stay." if source.is_shared else "Its briefs stay in the archive."
    )
    return Reply(document=notice(f"{source_name(source)} is followed no more", Note((Text(note),))))


async def list_all(context: Context) -> Reply:
    sources = await context.store.sources.followed(context.workspace.id)
    page = context.arguments.get("page", int) or 1
    shown = sources[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    if not shown:
        text = "There is no more." if sources else "No sources yet. Add one: "
        return Reply(
            document=notice(
                "Sources",
                Paragraph((Text(text), Code("/brief-admin source add https://example.org/feed.xml"))),
                Actions((_NEW,)),
            )
        )
    rows = tuple((public_id("src", source.id), _line(context, source)) for source in shown)
    blocks: list[Block] = [Facts(rows), Note((Text(counted(len(sources), "source")),))]
    command = "brief-admin source list"
    back = [Action("Back", f"{command} page:{page - 1}", replaces=True)] if page > 1 else []
    more = [Action("More", f"{command} page:{page + 1}", replaces=True)] if page * _PER_PAGE < len(sources) else []
    blocks.append(Actions((*back, *more, _NEW)))
    return Reply(document=notice("Sources", *blocks))


def _line(context: Context, source: Source) -> str:
    parts = [source_name(source), shown_url(source.url)] if source.title else [shown_url(source.url)]
    if source.is_shared:
        parts.append("shared by the operator")
    if source.last_error:
        parts.append(f"failing: {source.last_error}")
    elif source.last_ok_at:
        parts.append(f"read {age(source.last_ok_at, context.now)}")
    else:
        parts.append("not read yet")
    return " · ".join(parts)


async def export_all(context: Context) -> Reply:
    sources = await context.store.sources.followed(context.workspace.id)
    text = write_feeds("Briefbot sources", [(source.title, shown_url(source.url)) for source in sources])
    document = notice("Sources", Paragraph((Text(f"{counted(len(sources), 'source')}, as an OPML file."),)))
    return Reply(document=document, files=(("briefbot-sources.opml", text),))
