"""Briefs of a topic out of those that a workspace sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.models import Brief, Topic, TopicRule, WorkspaceId
from bot.store import Store
from bot.topics.match import match

_PAGE: Final = 200
_REACH: Final = 2000
"""The newest briefs that are looked through for a topic, so that a rare one cannot hold up an answer."""


async def of_topic(store: Store, rule: TopicRule, briefs: Sequence[Brief]) -> list[Brief]:
    """Those that match, in the same order."""
    facts = await store.briefs.with_sources([brief.id for brief in briefs])
    return [brief for brief in briefs if match(rule, brief, facts[brief.id])]


async def newest(store: Store, workspace: WorkspaceId, topic: Topic | None, *, limit: int, offset: int) -> list[Brief]:
    """The newest briefs, of one topic or of all."""
    if topic is None:
        return await store.briefs.latest(workspace, limit=limit, offset=offset)
    found: list[Brief] = []
    for start in range(0, _REACH, _PAGE):
        page = await store.briefs.latest(workspace, limit=_PAGE, offset=start)
        found += await of_topic(store, topic.rule, page)
        if len(page) < _PAGE or len(found) >= offset + limit:
            break
    return found[offset : offset + limit]


async def count_since(store: Store, workspace: WorkspaceId, rule: TopicRule, since: datetime) -> tuple[int, int]:
    """How many recent briefs match a rule, and how many there are."""
    recent = await store.briefs.latest(workspace, limit=_REACH, since=since)
    return len(await of_topic(store, rule, recent)), len(recent)
