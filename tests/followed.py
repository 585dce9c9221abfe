"""A story that goes on, and the bot that dies between sending a post about it and writing that down."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.commands.invoke import Commands, Invocation, Person
from bot.delivery.deliver import LEASE_S, Deliverer, _outgoing
from bot.digests.dispatch import Dispatcher
from bot.documents.text import plain_text
from bot.models import Brief, BriefText, ChannelRef, Citation, Draft, Sentence, WorkspaceId, parse_public_id
from bot.ports import Adapter
from bot.store import Store
from bot.store.articles import Incoming
from bot.store.follows import PAUSE
from tests.fakes import FakeClock
from tests.saving import save


class Place(Protocol):
    """What harbour and wharf have in common."""

    store: Store
    commands: Commands
    dispatcher: Dispatcher
    deliverer: Deliverer

    @property
    def workspace(self) -> WorkspaceId: ...

    def ref(self) -> ChannelRef: ...


class Plot:
    """One workspace's story, told in steps."""

    def __init__(self, place: Place, adapter: Adapter, clock: FakeClock) -> None:
        self.place, self.adapter, self.clock = place, adapter, clock
        self._count = 0

    async def ask(self, line: str, *, is_manager: bool = True) -> str:
        person = Person(id="u1", name="Mina", is_manager=is_manager)
        here = Invocation(workspace_id=self.place.workspace, person=person, channel=self.place.ref())
        return plain_text((await self.place.commands.run(line, here)).document)

    async def brief(self, ref: str) -> Brief:
        return await self.place.store.briefs.get(parse_public_id("b", ref) or 0, workspace=self.place.workspace)

    async def goes_on(
        self, source: int, ref: str, sentence: str, *, is_news: bool = True, published_at: datetime | None = None
    ) -> None:
        """One more article (or only other words), and the brief written anew with one more sentence."""
        self.clock.advance(60)
        self._count += 1
        store, now, brief = self.place.store, self.clock.now(), await self.brief(ref)
        url = f"https://later.example/{self._count}"
        if is_news:
            draft = Draft(url=url, title=sentence, text=sentence, publisher="Later Post", language="en")
            item = Incoming(draft=draft, owner="later", keys=(f"url:{url}",), bands=(), is_news=True, published_at=now)
            [(_, article)] = await store.articles.add_all(source, [item], seen_at=now, is_same=lambda *_: False)
            await store.stories.place([(article, brief.story_id)], now=now)
        sources = (
            *brief.text.sources,
            Citation(n=len(brief.text.sources) + 1, publisher="Later Post", url=url, published_at=published_at or now),
        )
        text = BriefText(
            headline=brief.text.headline,
            deck=brief.text.deck,
            lede=(*brief.text.lede, Sentence(text=sentence, sources=(len(sources),))),
            sources=sources,
            language="en",
            written_by="extractive",
        )
        story = await store.stories.get(brief.story_id)
        await save(store, story, text, publishers=2, now=now)

    async def pass_time(self, seconds: float = PAUSE.total_seconds()) -> None:
        self.clock.advance(seconds)
        await self.place.dispatcher.following.drain()
        await self.place.deliverer.drain()

    async def die_after_sending(self) -> None:
        """Plans and sends what is due and writes nothing down; then another life begins."""
        self.clock.advance(PAUSE.total_seconds())
        await self.place.dispatcher.following.drain()
        platform = self.adapter.platform
        claimed = await self.place.store.deliveries.claim(
            self.clock.now(), limit=9, lease_s=LEASE_S, owner="dead", platforms=[platform]
        )
        for one in claimed:
            await self.adapter.send(_outgoing(one))
        self.clock.advance(LEASE_S + 1)
        await self.place.deliverer.drain()
