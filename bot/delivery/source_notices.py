"""Tells the managers of a workspace that sources fail for long, before and when they are switched off."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

import structlog

from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Code, Document, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.models import Source, WorkspaceId, public_id
from bot.ports import Adapter, Clock
from bot.saying import say, say_count, speaking
from bot.store import Store

log = structlog.get_logger(__name__)

CALL_S: Final = 60.0
_SHOWN: Final = 5
"""So many sources of one notice have buttons of their own; more would be a wall."""


class SourceNotices:
    """One notice for all sources of a workspace that came to the same pass."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._store, self._adapters, self._clock = store, adapters, clock

    async def tell_due(self) -> None:
        """Tells each workspace of the platforms that run here what it has not been told."""
        untold = await self._store.sources.claim_untold(list(self._adapters), self._clock.now())
        for workspace, failing in groupby(untold, key=lambda one: one.workspace_id):
            await self._tell(workspace, [one.source for one in failing])

    async def _tell(self, id_: WorkspaceId, sources: Sequence[Source]) -> None:
        workspace = await self._store.workspaces.get(id_)
        with speaking(workspace.language):
            document = failing_document(sources)
        try:
            async with asyncio.timeout(CALL_S):
                is_told = await self._adapters[workspace.platform].tell(id_, document, workspace.notices or None)
        except Exception:
            # It stands in `status` all the same.
            log.exception("notice.untold", workspace=id_, sources=len(sources))
            return
        log.info("notice.told" if is_told else "notice.untold", workspace=id_, sources=len(sources))


def failing_document(sources: Sequence[Source]) -> Document:
    """Which sources fail, since when and why, and what a manager can do."""
    blocks: list[Block] = []
    for source in sources[:_SHOWN]:
        ref = public_id("src", source.id)
        keep = Action(say("Keep"), f"brief-admin source resume source:{ref}")
        remove = Action(say("Remove"), f"brief-admin source remove source:{ref}", is_danger=True)
        blocks += [Paragraph((Text(_said(source)),)), Actions((keep, remove))]
    rest = len(sources) - _SHOWN
    if rest > 0:
        more = say("{n} more are failing: {command}", n=rest, command="{command}")
        blocks.append(Note(phrase(more, command=Code("/brief-admin source list"))))
    blocks.append(Note((Text(say("What was written from a source stays when it is switched off or removed.")),)))
    title = say_count("{n} source cannot be read", "{n} sources cannot be read", len(sources))
    return notice(title, *blocks)


def _said(source: Source) -> str:
    since = f"{source.failing_since:%Y-%m-%d}" if source.failing_since else ""
    values = {
        "name": source.title or source.url.rpartition("@")[2],
        "since": since,
        "reason": retold(source.last_error),
    }
    if source.switched_off_at:
        return say("“{name}” is switched off, since it has failed since {since}: {reason}", **values)
    return say("“{name}” has failed since {since} and will soon be switched off: {reason}", **values)
