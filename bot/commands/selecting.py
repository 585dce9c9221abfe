"""Briefs of a topic out of those that a workspace sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.models import Brief, Topic, TopicRule, Workspace
from bot.store import Store
from bot.topics.match import match
from bot.topics.mute import unmuted, without_muted_links

_PAGE: Final = 200
_SPARE: Final = 30
"""Briefs read beyond those asked for where some may be muted."""
_REACH: Final = 2000
"""The newest briefs that are looked through for a topic, so that a rare one cannot hold up an answer."""


async def of_topic(store: Store, rule: TopicRule, briefs: Sequence[Brief]) -> list[Brief]:
    """Those that match, in the same order."""
    facts = await store.briefs.with_sources([brief.id for brief in briefs])
    return [brief for brief in briefs if match(rule, brief, facts[brief.id])]


async def newest(store: Store, workspace: Workspace, topic: Topic | None, *, limit: int, offset: int) -> list[Brief]:
    """The newest briefs that are not muted, of one topic or of all; `limit` of them as long as there are so many."""
    if topic is None and not workspace.muted:
        return await store.briefs.latest(workspace.id, limit=limit, offset=offset)
    wanted = offset + limit
    size = _PAGE if topic else min(_PAGE, wanted + _SPARE)
    found: list[Brief] = []
    for start in range(0, max(_REACH, 2 * wanted), size):
        page = await store.briefs.latest(workspace.id, limit=size, offset=start)
        shown = unmuted(workspace, page)
        found += await of_topic(store, topic.rule, shown) if topic else shown
        if len(page) < size or len(found) >= wanted:
            break
    return await without_muted_links(store, workspace, found[offset:wanted])


async def count_since(store: Store, workspace: Workspace, rule: TopicRule, since: datetime) -> tuple[int, int]:
    """How many recent briefs match a rule, and how many there are; without muted ones."""
    recent = unmuted(workspace, await store.briefs.latest(workspace.id, limit=_REACH, since=since))
    return len(await of_topic(store, rule, recent)), len(recent)
