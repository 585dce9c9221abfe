"""Puts new articles into stories: reads rows, asks the index, writes rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from bot.models import Article
from bot.ports import Clock
from bot.store import Store
from bot.stories.group import StoryIndex

log = structlog.get_logger(__name__)

CAPACITY: Final = 20_000
"""Articles that new ones are compared with: three days of a thousand feeds."""
_BREATH: Final = 50
"""Articles placed before other tasks get their turn: a large import must not stop the answers to commands."""


class Grouper:
    """Groups articles that have no story yet.

    The index is read from the store when it is first needed and brought up to date before each run, so a restart or a
    second process changes nothing.
    """

    def __init__(self, store: Store, clock: Clock, window: timedelta) -> None:
        self._store, self._clock, self._window = store, clock, window
        self._index = StoryIndex(window=window, capacity=CAPACITY)
        self._last_id = 0

    async def group_new(self, *, limit: int = 2000) -> int:
        """Groups up to `limit` articles, the first stored first; returns how many it was."""
        articles = await self._store.articles.ungrouped(limit=limit)
        if not articles:
            return 0
        # Feeds list the newest first; a story is told better from its beginning.
        articles.sort(key=lambda article: (article.published_at, article.id))
        await self._catch_up()
        try:
            placements = await self._decide(articles)
            placed = await self._store.stories.place(placements, now=self._clock.now())
        except BaseException:
            # The index holds what the store does not; the next run reads it anew.
            self._index = StoryIndex(window=self._window, capacity=CAPACITY)
            self._last_id = 0
            raise
        self._settle(placements, placed)
        log.info("stories.grouped", articles=len(articles), stories=len(set(placed.values())))
        return len(articles)

    async def _catch_up(self) -> None:
        """Takes in what was grouped since the last run, here before a restart or in another process."""
        for article in await self._store.articles.newest_grouped(after_id=self._last_id, limit=CAPACITY):
            if article.story_id is not None:
                self._index.add(article, article.story_id)
            self._last_id = article.id

    async def _decide(self, articles: Sequence[Article]) -> list[tuple[int, int | None]]:
        """A placement for each article; new stories go by negative numbers until they are stored."""
        placements: list[tuple[int, int | None]] = []
        for number, article in enumerate(articles, start=1):
            story = self._index.place(article).story_id
            story = -article.id if story is None else story
            self._index.add(article, story)
            placements.append((article.id, story))
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        return placements

    def _settle(self, placements: Sequence[tuple[int, int | None]], placed: dict[int, int]) -> None:
        new = {story: placed[article] for article, story in placements if story is not None and story < 0}
        for known_as, story_id in new.items():
            self._index.rename(known_as, story_id)
        self._last_id = max(self._last_id, *placed)
