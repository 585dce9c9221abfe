"""What follows when briefs that somebody corrected, or whose sources changed, are written again."""

from __future__ import annotations

import structlog

from bot.briefs.revised import rewritten, without_owners
from bot.models import VersionKind
from bot.ports import Clock
from bot.store import Store
from bot.store.corrections import Laid

log = structlog.get_logger(__name__)


class Aftermath:
    """Looks at rows, so that nothing is forgotten in a crash; both looks find nothing as a rule, and cost as little."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def settle(self) -> None:
        """Briefs written without a source follow their news; managers hear of news under other corrections."""
        for laid, own_version in await self._store.corrections.overtaken():
            if laid.correction.kind is VersionKind.REWRITTEN and await self._followed(laid, own_version):
                continue
            brief = await self._store.briefs.get(laid.brief_id, workspace=None, is_raw=True)
            now = self._clock.now()
            await self._store.corrections.note_news(
                laid, own_version=own_version, headline=brief.text.headline, now=now
            )
        if count := await self._store.source_changes.settle(now=self._clock.now()):
            log.info("sources.changed", count=count)

    async def _followed(self, laid: Laid, own_version: int) -> bool:
        """Writes it again from the sources that are left; False when none is."""
        brief = await self._store.briefs.get(laid.brief_id, workspace=None, is_raw=True)
        rest = without_owners(await self._store.stories.get(brief.story_id), laid.correction.without)
        if not rest.articles:
            return False
        text, _ = rewritten(rest)
        await self._store.corrections.follow(laid, text, based_on=own_version, now=self._clock.now())
        return True
