"""Writes the briefs that are due and links them: reads rows, asks the pure parts, writes rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from bot.briefs.elsewhere import ElsewhereBrief
from bot.briefs.extractive import write_brief
from bot.briefs.hold import hold_to_sources
from bot.models import Brief, Related, Story
from bot.ports import Clock
from bot.store import Store
from bot.store.saving import Written
from bot.stories.owners import independent_publishers
from bot.stories.related import CAPACITY, LIMIT, RelatedIndex

log = structlog.get_logger(__name__)

RELATED_WINDOW: Final = timedelta(days=30)
_PAGE: Final = 200
_AT_ONCE: Final = 20
"""Briefs stored in one transaction: one wait for the disk, and less than a tenth of a second until others may write."""


def _written(story: Story) -> Written:
    text, refusals = hold_to_sources(write_brief(story), story)
    return Written(story=story, text=text, refusals=refusals, publishers=len(independent_publishers(story.articles)))


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
        for start in range(0, len(stories), _AT_ONCE):
            written = []
            for story in stories[start : start + _AT_ONCE]:
                written.append(_written(story))
                await asyncio.sleep(0)
            await self._write(written)
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
            await self._store.briefs.set_related(self._linked_back(brief, found))
            added.append(brief)
        return added

    def learn(self, brief: Brief) -> None:
        """Takes in the new words of a brief, which others may be linked to."""
        self._index.add(brief)

    async def _write(self, written: Sequence[Written]) -> None:
        """Stores some briefs with their links, all of them or none."""
        changed: dict[int, Sequence[Related]] = {}
        now = self._clock.now()

        def relate(brief: Brief) -> Sequence[Related]:
            found = self._index.find(brief.text, story_id=brief.story_id, now=now)
            linked = replace(brief, related=found)
            self._index.add(linked)
            changed.update(self._linked_back(linked, found))
            return found

        try:
            async with self._store.database.together():
                saved = await self._store.briefs.save(written, relate, now=now)
                await self._store.briefs.set_related(changed)
        except BaseException:
            # What is in memory is not what is in the store any more; it is read anew with the next run.
            self._index, self._last_id = RelatedIndex(), 0
            raise
        self._last_id = max(self._last_id, *(brief.id for brief in saved))

    def _linked_back(self, brief: Brief, links: Sequence[Related]) -> dict[int, Sequence[Related]]:
        """The other side of each link, where it is among the other brief's best or there is room; by brief."""
        return {
            link.brief_id: merged
            for link in links
            if link.brief_id is not None and (merged := self._index.linked_back(brief, link)) is not None
        }

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
