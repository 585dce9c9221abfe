"""Plans the editions that are due: reads rows, asks the pure parts, writes rows. Sends nothing.

Planning makes an edition, its messages and the digest's next run in one transaction, so a crash leaves either the
digest due as before, or messages that wait to be sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.briefs.model.view import ModelView
from bot.digests.calendar import Due, days_covered, instant_of, next_edition
from bot.digests.compose import Issue, compose
from bot.digests.desk import Desk, candidates_of
from bot.digests.following import Following
from bot.digests.select import select
from bot.documents import wording
from bot.documents.nodes import Document
from bot.errors import ConfigError, Conflict, StoreError
from bot.models import (
    ON_TIME,
    Digest,
    Edition,
    Pick,
    Style,
    Topic,
    Workspace,
    last_chance,
)
from bot.ports import Adapter, Clock
from bot.saying import say, speaking
from bot.store import Store
from bot.store.editions import EditionPlan, Slot
from bot.topics.mute import without_muted_links

log = structlog.get_logger(__name__)

LEASE_S: Final = 120.0
BATCH: Final = 500
"""Digests planned in one transaction: a second's work, well within their lease."""
UNBEGUN: Final = timedelta(minutes=15)
"""An edition that waits longer than this without a try to send it is planned anew, so that it says that it is late."""
OVERLAP: Final = timedelta(hours=12)
"""How much further back an edition looks than to the one before it, which may have been too early for something."""
NEWS_WINDOW: Final = timedelta(days=1) + OVERLAP
LONGEST_WINDOW: Final = timedelta(days=8)
TODAY_STORIES: Final = 10
MOST_MISSED: Final = 40
"""Missed dates that are recorded one by one; of a bot that was off for longer only the newest."""


class Dispatcher:
    """Decides and composes editions for the platforms that this process knows."""

    def __init__(
        self, store: Store, adapters: Mapping[str, Adapter], clock: Clock, model: ModelView | None = None
    ) -> None:
        self._store, self._adapters, self._clock = store, adapters, clock
        self._model = model or ModelView(store, None)
        self.following = Following(store, adapters, clock, self._model)
        self._unserved: dict[str, int] = {}

    async def drain(self, stop: asyncio.Event | None = None) -> None:
        """Plans everything that is due, or until `stop` is set."""
        now = self._clock.now()
        if count := await self._store.editions.take_back(now - UNBEGUN):
            log.warning("editions.taken_back", count=count, reason="nobody began to send them")
        await self._tell_unserved(now)
        while not (stop and stop.is_set()) and await self.dispatch_due():
            pass

    async def dispatch_due(self, *, limit: int = BATCH) -> int:
        """Plans or skips the editions of up to `limit` digests that are due; returns how many digests it was.

        A digest that cannot be planned is logged, keeps its lease, and is tried again when that ends.
        """
        now = self._clock.now()
        claimed = await self._store.digests.claim_due(now, limit=limit, lease_s=LEASE_S, platforms=list(self._adapters))
        if not claimed:
            return 0
        desk = Desk(self._store, now)
        await desk.open(claimed)
        plans: dict[int, list[EditionPlan]] = {}
        for digest in claimed:
            # Composing hundreds takes a second of the processor; answers to people must not wait for it.
            await asyncio.sleep(0)
            try:
                plans[digest.id] = await self._plans(digest, desk)
            except Exception:
                log.exception("edition.failed", digest=digest.id, workspace=digest.workspace_id)
        await self._record(plans)
        return len(claimed)

    async def preview(self, digest: Digest) -> Document:
        """Today's edition as it would be now; nothing is recorded."""
        desk = Desk(self._store, self._clock.now())
        await desk.open([digest])
        on = _today(digest.zone, desk.now)
        workspace = await desk.workspace(digest.workspace_id)
        # As its channel would read it, whoever looks.
        with speaking(workspace.language):
            selection = await desk.select(digest, _window([on], digest))
            picks = await self._in_language(selection.picks, workspace, desk.now)
            return compose(_issue(digest, on), picks, workspace, now=desk.now)

    async def today(self, workspace: Workspace, topic: Topic | None) -> Document:
        """What a digest would tell this workspace now, whatever was told before."""
        desk = Desk(self._store, self._clock.now())
        subjects = await desk.subjects(workspace.id, NEWS_WINDOW)
        candidates = candidates_of(subjects, [topic] if topic else [], workspace)
        selection = select(candidates, sent={}, limit=TODAY_STORIES, now=desk.now, window=NEWS_WINDOW)
        name = say("Today: {topic}", topic=topic.name) if topic else say("Today's news")
        quiet = say("Nothing new in the last day and a half.")
        issue = Issue(name=name, on=_today(workspace.zone, desk.now), quiet=quiet)
        picks = await self._in_language(selection.picks, workspace, desk.now)
        return compose(issue, picks, workspace, now=desk.now)

    async def send_now(self, digest: Digest) -> Edition:
        """Plans today's edition at once, in place of today's scheduled one; Conflict when today has its edition."""
        desk = Desk(self._store, self._clock.now())
        on = _today(digest.zone, desk.now)
        after = max(desk.now, instant_of(on, digest.at, digest.zone) or desk.now)
        slot = _slot(on, desk.now, next_edition(digest.at, digest.zone, digest.days, after=after))
        await desk.open([digest])
        known = await self._store.editions.get_on(digest.id, on)
        if known is None:
            workspace = await desk.workspace(digest.workspace_id)
            with speaking(workspace.language):
                plan = await self._plan(digest, slot, desk, window=_window([on], digest))
            made = await self._store.editions.plan([plan], now=desk.now)
            if digest.id in made:
                return made[digest.id]
        raise Conflict(
            say("today's edition of '{name}' is made already", name=digest.name),
            allowed=say("one edition a day"),
            example=f"/brief-admin digest preview digest:d{digest.id}",
        )

    async def _plans(self, digest: Digest, desk: Desk) -> list[EditionPlan]:
        """The run that is due, after those that were missed before it; in the words of its workspace."""
        workspace = await desk.workspace(digest.workspace_id)
        with speaking(workspace.language):
            return await self._runs(digest, desk)

    async def _runs(self, digest: Digest, desk: Desk) -> list[EditionPlan]:
        now = desk.now
        upcoming = next_edition(digest.at, digest.zone, digest.days, after=now)
        runs = _missed_and_due(digest, now)
        if len(runs) > MOST_MISSED:
            log.warning("editions.unrecorded", digest=digest.id, count=len(runs) - MOST_MISSED, since=str(runs[0].on))
        *missed, last = [_slot(run.on, run.at, upcoming) for run in runs[-MOST_MISSED:]]
        plans = [_skipped(digest, slot, say("Briefbot was not running, or not in this place")) for slot in missed]
        late = now - last.due_at
        if now > last_chance(last.due_at, digest.catch_up_s):
            most = wording.span(timedelta(seconds=digest.catch_up_s))
            why = say("{length} late; up to {most} is posted", length=wording.span(late), most=most)
            return [*plans, _skipped(digest, last, why)]
        window = _window([run.on for run in runs], digest)
        late_by = late if late > ON_TIME else None
        return [*plans, await self._plan(digest, last, desk, window=window, late_by=late_by)]

    async def _plan(
        self, digest: Digest, slot: Slot, desk: Desk, *, window: timedelta, late_by: timedelta | None = None
    ) -> EditionPlan:
        workspace = await desk.workspace(digest.workspace_id)
        selection = await desk.select(digest, window)
        desk.note_told(digest, selection.picks)
        picks = await self._in_language(selection.picks, workspace, desk.now)
        document = compose(_issue(digest, slot.on, late_by), picks, workspace, now=desk.now)
        return EditionPlan(
            digest=digest,
            slot=slot,
            picks=selection.picks,
            payloads=self._adapter(workspace).render(document),
            is_late=late_by is not None,
            reason=say("late by {length}", length=wording.span(late_by)) if late_by else "",
        )

    async def _in_language(self, picks: Sequence[Pick], workspace: Workspace, now: datetime) -> list[Pick]:
        """The picks with their briefs in the workspace's language, as far as they have been translated."""
        briefs = await self._model.in_language([pick.brief for pick in picks], workspace.language, now)
        briefs = await without_muted_links(self._store, workspace, briefs)
        return [replace(pick, brief=brief) for pick, brief in zip(picks, briefs, strict=True)]

    async def _record(self, plans: Mapping[int, Sequence[EditionPlan]]) -> None:
        """Writes the plans in one transaction; one at a time when some digest among them makes that fail."""
        try:
            await self._write([plan for of_digest in plans.values() for plan in of_digest])
        except StoreError:
            raise
        except Exception:
            for digest, of_digest in plans.items():
                try:
                    await self._write(of_digest)
                except Exception:
                    log.exception("edition.failed", digest=digest)

    async def _write(self, plans: Sequence[EditionPlan]) -> None:
        made = await self._store.editions.plan(plans, now=self._clock.now())
        for plan in plans:
            if plan.is_skipped:
                log.warning("edition.skipped", digest=plan.digest.id, on=plan.slot.on.isoformat(), reason=plan.reason)
        if made:
            log.info("editions.planned", count=len(made))

    async def _tell_unserved(self, now: datetime) -> None:
        """Says when digests wait for a platform that no process seems to run; again when their number changes."""
        found = await self._store.digests.unserved(now - UNBEGUN, platforms=list(self._adapters))
        if found != self._unserved:
            for platform, count in found.items():
                log.warning("digests.unserved", platform=platform, count=count, reason="no process runs this platform")
            self._unserved = found

    def _adapter(self, workspace: Workspace) -> Adapter:
        adapter = self._adapters.get(workspace.platform)
        if adapter is None:
            raise ConfigError(f"{workspace.platform} does not run here; set its tokens or run it in another process")
        return adapter


def _missed_and_due(digest: Digest, now: datetime) -> list[Due]:
    """Every run up to now that has not been handled, the newest last; at least one, and one for a date."""
    assert digest.next_on is not None
    assert digest.next_due_at is not None
    run = Due(on=digest.next_on, at=digest.next_due_at)
    runs = {}
    while run.at <= now:
        # A digest whose time was changed while it was due may come to its date again: the later time holds.
        runs[run.on] = run
        run = next_edition(digest.at, digest.zone, digest.days, after=run.at)
    return list(runs.values())


def _window(dates: Sequence[date], digest: Digest) -> timedelta:
    """How far back the edition of the last of these dates looks, when none of the others had one."""
    covered = (dates[-1] - dates[0]).days + days_covered(dates[0], digest.days)
    return min(timedelta(days=covered) + OVERLAP, LONGEST_WINDOW)


def _skipped(digest: Digest, slot: Slot, reason: str) -> EditionPlan:
    return EditionPlan(digest=digest, slot=slot, reason=reason, is_skipped=True)


def _slot(on: date, due_at: datetime, upcoming: Due) -> Slot:
    return Slot(on=on, due_at=due_at, next_on=upcoming.on, next_due_at=upcoming.at)


def _issue(digest: Digest, on: date, late_by: timedelta | None = None) -> Issue:
    return Issue(name=digest.name, on=on, style=Style(digest.style), late_by=late_by)


def _today(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
