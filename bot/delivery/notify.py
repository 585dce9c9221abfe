"""Tells managers what they should look at (see bot/documents/notices.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

import structlog

from bot.delivery.outcome import CALL_S
from bot.documents.nodes import Document
from bot.documents.notices import brief_notice, failing_document
from bot.errors import StoreError
from bot.ports import Adapter, Clock
from bot.saying import speaking
from bot.store import Store
from bot.store.notices import DueNotice

log = structlog.get_logger(__name__)

LEASE_S: Final = 2 * CALL_S
AT_ONCE: Final = 20
AGAIN: Final = timedelta(minutes=30)
"""Where nobody could be told, it is tried again after this."""


class Notifier:
    """Tells what is due on the platforms of this process."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._store, self._adapters, self._clock = store, adapters, clock

    async def look_at_sources(self, platforms: Collection[str] | None = None) -> None:
        """Plans a notice for each workspace of all platforms, or these, that follows sources which fail for long."""
        await self._store.notices.plan_failing(list(platforms or self._adapters), self._clock.now())

    async def drain(self, among: Collection[str] | None = None) -> None:
        """Tells all that is due, for all platforms or these."""
        platforms = list(among or self._adapters)
        while due := await self._store.notices.claim(
            self._clock.now(), limit=AT_ONCE, lease_s=LEASE_S, platforms=platforms
        ):
            await asyncio.gather(*map(self._tell, due))

    async def _tell(self, due: DueNotice) -> None:
        """Tells one; never raises. One that was told but not settled is told again rather than never."""
        try:
            workspace = await self._store.workspaces.get(due.workspace_id)
            with speaking(workspace.language):
                document = await self._document(due)
            if document is None:
                await self._store.notices.settle(due.id, next_try_at=None)
                return
            async with asyncio.timeout(CALL_S):
                is_told = await self._adapters[workspace.platform].tell(
                    workspace.id, document, workspace.notices or None
                )
            again = None if is_told else self._clock.now() + AGAIN
            await self._store.notices.settle(due.id, next_try_at=again)
            log.info("notice.told" if is_told else "notice.untold", notice=due.id, kind=due.kind)
        except StoreError as error:
            log.warning("notice.unsettled", notice=due.id, reason=error.message)
        except Exception:
            log.exception("notice.untold", notice=due.id, kind=due.kind)

    async def _document(self, due: DueNotice) -> Document | None:
        """What is to be told; None where it is no longer so."""
        if due.brief_id is not None:
            return brief_notice(due.kind, due.brief_id, due.facts)
        ids = frozenset(map(int, due.facts["sources"].split()))
        followed = await self._store.sources.followed(due.workspace_id)
        failing = [one for one in followed if one.id in ids and (one.warned_at or one.switched_off_at)]
        return failing_document(failing) if failing else None
