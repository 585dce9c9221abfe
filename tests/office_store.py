"""Rows to begin with, for tests of the store."""

from __future__ import annotations

from datetime import datetime, time

from bot.models import (
    LOCAL_WORKSPACE,
    Brief,
    BriefText,
    ChannelRef,
    Citation,
    Digest,
    Draft,
    Sentence,
    Source,
    WorkspaceId,
)
from bot.store import Store
from bot.store.articles import Incoming
from tests.saving import save

OTHER = WorkspaceId("discord:1")


async def workspaces(store: Store, now: datetime) -> None:
    for id_ in (LOCAL_WORKSPACE, OTHER):
        await store.workspaces.ensure(id_, now=now)


def incoming(number: int, now: datetime, *, text: str = "", title: str = "", bands: tuple[int, ...] = ()) -> Incoming:
    draft = Draft(
        url=f"https://a.example/{number}",
        title=title or f"Title {number}",
        text=text or f"Text {number}.",
        publisher="A",
        language="en",
    )
    return Incoming(draft=draft, owner="a", keys=(f"url:{number}",), bands=bands, is_news=True, published_at=now)


def words(headline: str, body: str = "Body.") -> BriefText:
    return BriefText(
        headline=headline,
        deck=f"Deck of {headline}.",
        lede=(Sentence(text=body, sources=(1,)),),
        sources=(Citation(n=1, publisher="A", url="https://a.example/1"),),
        language="en",
        written_by="extractive",
    )


async def brief(
    store: Store, now: datetime, number: int, text: BriefText, *, workspace: WorkspaceId | None = LOCAL_WORKSPACE
) -> Brief:
    """A stored brief of one article, whose source that workspace follows (None: shared)."""
    source = await source_of(store, now, workspace)
    [(_, article)] = await store.articles.add_all(
        source.id, [incoming(number, now)], seen_at=now, is_same=lambda one, other: False
    )
    placed = await store.stories.place([(article, None)], now=now)
    story = await store.stories.get(placed[article])
    return await save(store, story, text, publishers=1, now=now)


async def source_of(store: Store, now: datetime, workspace: WorkspaceId | None) -> Source:
    url = f"https://{workspace or 'shared'}.example/feed".replace(":", "-", 1).replace("https-", "https:", 1)
    return await store.sources.by_url(url) or await store.sources.add(url, workspace=workspace, now=now)


def digest(now: datetime, *, name: str = "Morning", workspace: WorkspaceId = LOCAL_WORKSPACE) -> Digest:
    return Digest(
        id=0,
        workspace_id=workspace,
        name=name,
        channel=ChannelRef("console:news"),
        at=time(8, 30),
        zone="Asia/Seoul",
        days=(0, 2),
        topic_ids=(3, 1),
        next_due_at=now,
        next_on=now.date(),
        created_at=now,
    )
