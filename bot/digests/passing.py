"""Editions that are due and are not to be posted: a store that was put back does not know what was posted since."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from bot.digests.dispatch import LEASE_S, MOST_MISSED, skipped_plan, slot_of
from bot.digests.runs import missed_and_due, next_of
from bot.models import Digest
from bot.saying import marked
from bot.store import Store
from bot.store.editions import EditionPlan

log = structlog.get_logger(__name__)

BATCH: Final = 500
_REASON: Final = marked("The store was restored; it may have been posted before")


async def pass_over(store: Store, platforms: list[str], now: datetime) -> int:
    """Records every run that is due as skipped, with this reason; how many editions. Of followed stories nothing that
    was published up to now is told.
    """
    await store.follows.pass_over(now)
    count = 0
    while claimed := await store.digests.claim_due(now, limit=BATCH, lease_s=LEASE_S, platforms=platforms):
        plans: list[EditionPlan] = []
        for digest in claimed:
            try:
                plans += _passed(digest, now)
            except Exception:
                # The others are passed over all the same; its lease keeps it away meanwhile.
                log.exception("edition.failed", digest=digest.id, workspace=digest.workspace_id)
        await store.editions.plan(plans, now=now)
        count += len(plans)
    return count


def _passed(digest: Digest, now: datetime) -> list[EditionPlan]:
    runs = missed_and_due(digest, now)
    upcoming = next_of(digest, after=now, made={(run.on, run.slot) for run in runs})
    return [skipped_plan(digest, slot_of(run, upcoming), _REASON) for run in runs[-MOST_MISSED:]]
