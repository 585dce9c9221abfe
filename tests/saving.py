"""Saves the brief of one story, as the writer saves those of several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.models import Brief, BriefText, Refusal, Related, Story
from bot.store import Store
from bot.store.saving import Written


async def save(
    store: Store,
    story: Story,
    text: BriefText,
    *,
    publishers: int,
    now: datetime,
    related: Sequence[Related] = (),
    refusals: tuple[Refusal, ...] = (),
) -> Brief:
    """The brief of a story as it is stored then."""
    written = Written(story=story, text=text, publishers=publishers, refusals=refusals)
    [brief] = await store.briefs.save([written], lambda _: related, now=now)
    return brief
