"""A store with stories in it, extracted briefs of them, and a model on loopback to write better ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from pydantic import SecretStr

from bot.briefs.model.choice import Choice
from bot.briefs.model.writer import ModelWriter
from bot.briefs.writer import BriefWriter
from bot.models import LOCAL_WORKSPACE, Brief, Draft
from bot.store import Store
from bot.store.articles import Incoming
from tests.fakes import FakeClock
from tests.model_server import KEY, ModelServer

RATE = "The central bank of Veltria held its rate at 3.25 percent"
FERRY = "A ferry with 41 people aboard ran aground off Norrland"


def choice_of(server: ModelServer, provider: str = "openai", **changes: Any) -> Choice:
    """A model on that server, by either API."""
    base = f"{server.base}/v1" if provider == "openai" else server.base
    given: dict[str, Any] = {
        "provider": provider,
        "name": "tiny",
        "key": SecretStr(KEY),
        "base_url": base,
        "timeout_s": 30.0,
    }
    return Choice(**(given | changes))


@dataclass
class Newsroom:
    store: Store
    clock: FakeClock

    def __post_init__(self) -> None:
        self.writer = BriefWriter(self.store, self.clock)
        self._numbers = count(1)
        self._source = 0

    async def open(self) -> Newsroom:
        now = self.clock.now()
        await self.store.workspaces.ensure(LOCAL_WORKSPACE, now=now)
        url = "https://papers.example/feed"
        self._source = (await self.store.sources.add(url, workspace=LOCAL_WORKSPACE, now=now)).id
        return self

    async def report(
        self, *titles: str, story: int | None = None, text: str = "", owners: Sequence[str] = (), language: str = "en"
    ) -> Brief:
        """Articles of one story, each by another house; the story's brief as it is extracted at once."""
        now = self.clock.now()
        items = [self._incoming(title, text, language, owner) for title, owner in self._houses(titles, owners)]
        stored = await self.store.articles.add_all(self._source, items, seen_at=now, is_same=lambda one, other: False)
        place = -1 if story is None else story
        placed = await self.store.stories.place([(id_, place) for _, id_ in stored], now=now)
        await self.writer.write_due()
        return await self.brief((await self.store.stories.get(placed[stored[0][1]])).brief_id or 0)

    async def brief(self, brief_id: int) -> Brief:
        return await self.store.briefs.get(brief_id, workspace=None)

    def model(self, server: ModelServer, provider: str = "openai", **changes: Any) -> ModelWriter:
        choice = choice_of(server, provider, **changes)
        return ModelWriter(self.store, self.clock, choice, learn=self.writer.learn)

    def _houses(self, titles: Sequence[str], owners: Sequence[str]) -> list[tuple[str, str]]:
        return [(title, owners[at] if at < len(owners) else f"house{at}.example") for at, title in enumerate(titles)]

    def _incoming(self, title: str, text: str, language: str, owner: str) -> Incoming:
        number, now = next(self._numbers), self.clock.now()
        draft = Draft(
            url=f"https://{owner}/{number}",
            title=title,
            text=text or f"{title}, officials said on Thursday. The decision had been expected by {number} analysts.",
            publisher=owner.partition(".")[0].title(),
            language=language,
        )
        return Incoming(draft=draft, owner=owner, keys=(f"url:{number}",), bands=(), is_news=True, published_at=now)
