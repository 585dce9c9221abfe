"""Puts new articles into stories: reads rows, asks the index, writes rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from bot.models import Article
from bot.ports import Clock
from bot.store import Store
from bot.store.stories import Overtaken
from bot.stories.group import Move, StoryIndex

log = structlog.get_logger(__name__)

CAPACITY: Final = 20_000
"""Articles that new ones are compared with: three days of a thousand feeds."""
_OVERLAP: Final = timedelta(minutes=5)
"""How far clocks of processes that share a store may differ."""
_PAGE: Final = 500
"""Articles read at a time; all of the window at once would be most of what the process ever takes of memory."""
_BREATH: Final = 50
"""Articles placed before other tasks get their turn: a large import must not stop the answers to commands."""


@dataclass(slots=True)
class Batch:
    """What one run comes to: where each article that came or moved is in the end."""

    story_of: dict[int, int] = field(default_factory=dict)
    moved: int = 0
    _into: dict[int, int] = field(default_factory=dict)
    """The last story to which articles of a story went."""

    def take(self, article_id: int, story_id: int, moves: Sequence[Move]) -> None:
        self.story_of[article_id] = story_id
        self.moved += len(moves)
        for move in moves:
            self.story_of[move.article_id] = move.to_story
            if move.is_merger:
                self._into[move.from_story] = move.to_story

    def merged(self) -> dict[int, int]:
        """Where each stored story leads that was emptied."""
        return {story: self._end(story) for story in self._into if story > 0}

    def _end(self, story: int) -> int:
        while story in self._into:
            story = self._into[story]
        return story


class Grouper:
    """Groups articles that have no story yet.

    The index is read from the store when it is first needed and brought up to date before each run, so a restart or a
    second process changes nothing.
    """

    def __init__(self, store: Store, clock: Clock, window: timedelta) -> None:
        self._store, self._clock, self._window = store, clock, window
        self._index = StoryIndex(window=window, capacity=CAPACITY)
        self._last_place = 0
        self._caught_up_at = clock.now()

    async def group_new(self, *, limit: int = 2000) -> int:
        """Groups up to `limit` articles, the first stored first; returns how many it was.

        Where another process grouped some of them meanwhile nothing is done; the next call takes those that are left.
        """
        articles = await self._store.articles.ungrouped(limit=limit)
        if not articles:
            return 0
        # Feeds list the newest first; a story is told better from its beginning.
        articles.sort(key=lambda article: (article.published_at, article.id))
        await self._catch_up()
        try:
            batch = await self._decide(articles)
            placed = await self._store.stories.place(
                list(batch.story_of.items()),
                merged=batch.merged(),
                now=self._clock.now(),
                new=[article.id for article in articles],
            )
        except BaseException as error:
            # The index holds what the store does not; the next run reads it anew.
            self._index = StoryIndex(window=self._window, capacity=CAPACITY)
            self._last_place = 0
            if not isinstance(error, Overtaken):
                raise
            log.info("stories.overtaken", articles=len(articles))
            return len(articles)
        self._settle(batch, placed)
        log.info("stories.grouped", articles=len(articles), stories=len(set(placed.values())), moved=batch.moved)
        return len(articles)

    async def _catch_up(self) -> None:
        """Takes in what was grouped or moved since the last run, here before a restart or in another process."""
        now = self._clock.now()
        if self._last_place:
            # A clock that was set back dates what others do before our last look.
            since = min(self._caught_up_at, now) - _OVERLAP
            changed = await self._store.articles.stories_of_changed(since)
            for article_id, story_id in changed.items():
                self._index.move(article_id, story_id)
        self._last_place = max(self._last_place, await self._store.articles.before_newest(CAPACITY))
        while page := await self._store.articles.grouped(after=self._last_place, limit=_PAGE):
            for number, article in enumerate(page, start=1):
                if article.story_id is not None and article.id not in self._index:
                    self._index.add(article, article.story_id)
                if number % _BREATH == 0:
                    await asyncio.sleep(0)
            self._last_place = page[-1].place or self._last_place + 1
        self._caught_up_at = now

    async def _decide(self, articles: Sequence[Article]) -> Batch:
        """The story of each article; new stories go by negative numbers until they are stored."""
        batch = Batch()
        for number, article in enumerate(articles, start=1):
            batch.take(article.id, *self._index.take(article, new_story=-article.id))
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        return batch

    def _settle(self, batch: Batch, placed: dict[int, int]) -> None:
        """Gives the index the numbers that the store gave."""
        for article, story in batch.story_of.items():
            if story < 0:
                self._index.rename(story, placed[article])
            elif story != placed[article]:
                self._index.move(article, placed[article])
