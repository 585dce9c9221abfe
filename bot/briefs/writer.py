"""Writes the briefs that are due and links them: reads rows, asks the pure parts, writes rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from bot.briefs.elsewhere import ElsewhereBrief
from bot.briefs.extractive import write_brief
from bot.briefs.grounding.hold import hold_to_sources
from bot.models import Brief, Related, Story
from bot.ports import Clock
from bot.store import Store
from bot.stories.owners import independent_publishers
from bot.stories.related import CAPACITY, LIMIT, RelatedIndex

log = structlog.get_logger(__name__)

RELATED_WINDOW: Final = timedelta(days=30)
_PAGE: Final = 200
_BREATH: Final = 20
"""Briefs written before other tasks get their turn."""


class BriefWriter:
    """Turns stories that are due into stored briefs with related links, both ways."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._index = RelatedIndex()
        self._last_id = 0

    async def write_due(self, *, limit: int = 500) -> int:
        """Writes up to `limit` briefs; returns how many stories it was."""
        stories = await self._store.stories.due(limit=limit)
        if stories:
            await self._catch_up()
        for number, story in enumerate(stories, start=1):
            await self._write(story)
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        if stories:
            log.info("briefs.written", count=len(stories))
        return len(stories)

    async def add_elsewhere(self, items: Sequence[ElsewhereBrief]) -> list[Brief]:
        """Stores briefs written elsewhere; Conflict for one that is there already, with those before it stored."""
        await self._catch_up()
        added = []
        for item in items:
            now = self._clock.now()
            found = self._index.find(item.text, story_id=0, now=now)
            links = (*item.related, *found[: max(0, LIMIT - len(item.related))])
            brief = await self._store.briefs.add_imported(
                item.text, related=links, published_at=item.published_at, now=now
            )
            self._index.add(brief)
            await self._link_back(brief, found)
            added.append(brief)
        return added

    def learn(self, brief: Brief) -> None:
        """Takes in the new words of a brief, which others may be linked to."""
        self._index.add(brief)

    async def _write(self, story: Story) -> None:
        text, refusals = hold_to_sources(write_brief(story), story)
        now = self._clock.now()
        links = self._index.find(text, story_id=story.id, now=now)
        publishers = len(independent_publishers(story.articles))
        brief = await self._store.briefs.save(
            story, text, publishers=publishers, related=links, refusals=refusals, now=now
        )
        self._index.add(brief)
        self._last_id = max(self._last_id, brief.id)
        await self._link_back(brief, links)

    async def _link_back(self, brief: Brief, links: Sequence[Related]) -> None:
        """The other side of each link, where it is among the other brief's best or there is room."""
        for link in links:
            merged = self._index.linked_back(brief, link)
            if merged is not None and link.brief_id is not None:
                await self._store.briefs.set_related(link.brief_id, merged)

    async def _catch_up(self) -> None:
        """Takes in the briefs written since the last run, here before a restart or in another process.

        Page by page: thousands of whole briefs at once are the most memory that this process would ever take.
        """
        since = self._clock.now() - RELATED_WINDOW
        after = await self._store.briefs.before_newest(CAPACITY, since=since)
        self._last_id = max(self._last_id, after)
        while page := await self._store.briefs.recent(since, after_id=self._last_id, limit=_PAGE):
            for brief in page:
                self._index.add(brief)
            self._last_id = page[-1].id
