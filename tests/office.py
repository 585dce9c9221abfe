"""A workspace with news in it and people who ask: real commands over a real store, for the scenarios."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from adapters.console import ConsoleAdapter
from bot.commands.invoke import Commands, Invocation, Person, Reply
from bot.digests.dispatch import Dispatcher
from bot.documents.text import plain_text
from bot.ingest.parsed import ParsedFeed
from bot.models import LOCAL_WORKSPACE, BriefText, ChannelRef, Citation, Draft, Sentence, WorkspaceId
from bot.ports import Clock
from bot.store import Store
from bot.store.articles import Incoming
from tests.saving import save

OTHER = WorkspaceId("console:other")


@dataclass
class FakeFeeds:
    """Feeds by address: what reading one gives or raises; `read` are those that were."""

    answers: Mapping[str, ParsedFeed | Exception] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def refusal(self, url: str) -> str:
        return "it is private" if "//10." in url else ""

    async def try_feed(self, url: str) -> ParsedFeed:
        self.read.append(url)
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Office:
    """The people of a workspace and what they are told."""

    def __init__(self, store: Store, clock: Clock, feeds: FakeFeeds | None = None) -> None:
        self.store, self.clock = store, clock
        self.feeds = feeds or FakeFeeds()
        dispatcher = Dispatcher(store, {"console": ConsoleAdapter(io.StringIO())}, clock)
        self.commands = Commands(store, self.feeds, dispatcher, clock)
        self._numbers = count(1)

    async def reply(self, line: str, *, is_manager: bool = True, workspace: WorkspaceId = LOCAL_WORKSPACE) -> Reply:
        person = Person(id="u1", name="Mina", is_manager=is_manager)
        here = Invocation(workspace_id=workspace, person=person, channel=ChannelRef("console:general"))
        return await self.commands.run(line, here)

    async def ask(self, line: str, *, is_manager: bool = True, workspace: WorkspaceId = LOCAL_WORKSPACE) -> str:
        """What the person reads."""
        return plain_text((await self.reply(line, is_manager=is_manager, workspace=workspace)).document)

    async def follow(self, url: str, *, workspace: WorkspaceId = LOCAL_WORKSPACE, title: str = "") -> int:
        now = self.clock.now()
        await self.store.workspaces.ensure(workspace, now=now)
        return (await self.store.sources.add(url, workspace=workspace, now=now, title=title)).id

    async def report(self, source_id: int, headline: str, *, body: str = "", hours_ago: float = 1.0) -> str:
        """One article from this source becomes a story and a brief, whose id this gives."""
        at = self.clock.now() - timedelta(hours=hours_ago)
        text = body or f"{headline} on Monday, officials said."
        incoming = self._incoming(headline, text, at)
        [(_, article_id)] = await self.store.articles.add_all(
            source_id, [incoming], seen_at=self.clock.now(), is_same=lambda *_: False
        )
        placed = await self.store.stories.place([(article_id, None)], now=self.clock.now())
        story = await self.store.stories.get(placed[article_id])
        written = BriefText(
            headline=headline,
            deck=text,
            lede=(Sentence(text=text, sources=(1,)),),
            sources=(Citation(n=1, publisher="Harbour Courier", title=headline, url=incoming.draft.url),),
            language="en",
            written_by="extractive",
        )
        brief = await save(self.store, story, written, publishers=1, now=self.clock.now())
        return brief.ref

    def _incoming(self, headline: str, text: str, at: datetime) -> Incoming:
        url = f"https://harbour.example/{next(self._numbers)}"
        draft = Draft(url=url, title=headline, text=text, publisher="Harbour Courier", language="en", published_at=at)
        return Incoming(draft=draft, owner="harbour", keys=(f"url:{url}",), bands=(), is_news=True, published_at=at)
