"""Drafts whose feed gives less than a paragraph, filled from their pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from bot.errors import BriefbotError
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser
from bot.models import Draft

log = structlog.get_logger(__name__)

PARAGRAPH: Final = 200
"""Characters below which a text is less than a paragraph."""
PAGES_OF_ONE_POLL: Final = 10
_AT_ONCE: Final = 4


def is_thin(draft: Draft) -> bool:
    """Whether a draft's text is less than a paragraph."""
    return len(draft.text) < PARAGRAPH


class PageFiller:
    """Reads the pages of thin drafts, politely: a few for each poll, and only where robots.txt allows it."""

    def __init__(self, fetcher: Fetcher, parser: Parser, *, max_page_bytes: int) -> None:
        self._fetcher, self._parser, self._max_page_bytes = fetcher, parser, max_page_bytes

    async def fill(self, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts in order, the first ten thin ones with their page's text where it can be had and says more."""
        thin = [place for place, draft in enumerate(drafts) if is_thin(draft) and draft.url][:PAGES_OF_ONE_POLL]
        gate = asyncio.Semaphore(_AT_ONCE)
        filled = list(drafts)

        async def one(place: int) -> None:
            async with gate:
                filled[place] = await self._filled(drafts[place])

        await asyncio.gather(*map(one, thin))
        return filled

    async def _filled(self, draft: Draft) -> Draft:
        try:
            if not await self._fetcher.allowed_by_robots(draft.url):
                return draft
            answer = await self._fetcher.fetch(draft.url, max_bytes=self._max_page_bytes, accept="text/html")
            page = await self._parser.page(answer.body, answer.url, charset=answer.charset)
        except BriefbotError as error:
            log.debug("page.skipped", reason=error.message)
            return draft
        if page is None or len(page.text) <= len(draft.text):
            return draft
        return replace(draft, text=page.text, published_at=draft.published_at or page.published_at)
