"""Plans the editions that are due: reads rows, asks the pure parts, writes rows. Sends nothing.

Planning makes an edition, its messages and the digest's next run in one transaction, so a crash leaves either the
digest due as before, or messages that wait to be sent.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.digests.calendar import Due, instant_of, next_edition
from bot.digests.compose import Issue, compose
from bot.digests.select import Candidate, Selection, select
from bot.documents import wording
from bot.documents.nodes import Document
from bot.errors import ConfigError, Conflict
from bot.models import Brief, ChannelRef, Digest, Edition, Style, Topic, Workspace, WorkspaceId
from bot.ports import Adapter, Clock
from bot.store import Store
from bot.store.briefs import BriefFacts
from bot.store.editions import EditionPlan, SentStory, Slot
from bot.topics.match import match

log = structlog.get_logger(__name__)

LEASE_S: Final = 120.0
BATCH: Final = 500
"""Digests planned in one transaction: a second's work, well within their lease."""
LATE: Final = timedelta(minutes=10)
"""An edition that is posted later than this says so."""
NEWS_WINDOW: Final = timedelta(hours=36)
"""How far back an edition looks: a day, and what the last edition may have been too early for."""
WEEKLY_WINDOW: Final = timedelta(days=8)
SENT_WINDOW: Final = timedelta(days=30)
"""How long a channel's stories are remembered as told."""
MOST_CANDIDATES: Final = 600
TODAY_STORIES: Final = 10
MOST_MISSED: Final = 40
"""Missed dates that are recorded one by one; a bot that was off for longer records the newest of them."""


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What a workspace could be told now, with what topic rules ask of it."""

    briefs: Sequence[Brief]
    facts: Mapping[int, BriefFacts]


class Dispatcher:
    """Decides and composes editions for the platforms that this process knows."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._store, self._adapters, self._clock = store, adapters, clock

    async def dispatch_due(self, *, limit: int = BATCH) -> int:
        """Plans or skips the editions of up to `limit` digests that are due; returns how many digests it was.

        A digest that cannot be planned is logged, keeps its lease, and is tried again when that ends.
        """
        now = self._clock.now()
        claimed = await self._store.digests.claim_due(now, limit=limit, lease_s=LEASE_S)
        if not claimed:
            return 0
        desk = _Desk(self._store, now)
        await desk.read_sent(claimed)
        plans: list[EditionPlan] = []
        for digest in claimed:
            try:
                plans += await self._plans(digest, desk)
            except Exception:
                log.exception("edition.failed", digest=digest.id, workspace=digest.workspace_id)
        await self._record(plans)
        return len(claimed)

    async def preview(self, digest: Digest) -> Document:
        """Today's edition as it would be now; nothing is recorded."""
        desk = _Desk(self._store, self._clock.now())
        await desk.read_sent([digest])
        workspace = await desk.workspace(digest.workspace_id)
        selection = await desk.select(digest)
        return compose(_issue(digest, _today(digest.zone, desk.now)), selection.picks, workspace, now=desk.now)

    async def today(self, workspace: Workspace, topic: Topic | None) -> Document:
        """What a digest would tell this workspace now, whatever was told before."""
        desk = _Desk(self._store, self._clock.now())
        subjects = await desk.subjects(workspace.id, NEWS_WINDOW)
        candidates = _candidates(subjects, [topic] if topic else [])
        selection = select(candidates, sent={}, limit=TODAY_STORIES, now=desk.now)
        name = f"Today: {topic.name}" if topic else "Today's news"
        issue = Issue(name=name, on=_today(workspace.zone, desk.now), quiet="Nothing new in the last day and a half.")
        return compose(issue, selection.picks, workspace, now=desk.now)

    async def send_now(self, digest: Digest) -> Edition:
        """Plans today's edition at once, in place of today's scheduled one; Conflict when today has its edition."""
        desk = _Desk(self._store, self._clock.now())
        on = _today(digest.zone, desk.now)
        after = max(desk.now, instant_of(on, digest.at, digest.zone) or desk.now)
        slot = _slot(on, desk.now, next_edition(digest.at, digest.zone, digest.days, after=after))
        await desk.read_sent([digest])
        known = await self._store.editions.get_on(digest.id, on)
        if known is None:
            made = await self._store.editions.plan([await self._plan(digest, slot, desk)], now=desk.now)
            if digest.id in made:
                return made[digest.id]
        raise Conflict(
            f"today's edition of {digest.name!r} is {known.state if known else 'planned'} already",
            allowed="one edition a day",
            example=f"/brief-admin digest preview digest:d{digest.id}",
        )

    async def _plans(self, digest: Digest, desk: _Desk) -> list[EditionPlan]:
        """The run that is due, after those that were missed before it."""
        now = desk.now
        upcoming = next_edition(digest.at, digest.zone, digest.days, after=now)
        *missed, last = _missed_and_due(digest, now)
        slots = [_slot(run.on, run.at, upcoming) for run in missed]
        plans = [_skipped(digest, slot, "the bot was not running") for slot in slots]
        slot = _slot(last.on, last.at, upcoming)
        late = now - last.at
        if late > timedelta(seconds=digest.catch_up_s):
            most = wording.span(timedelta(seconds=digest.catch_up_s))
            return [*plans, _skipped(digest, slot, f"{wording.span(late)} late; up to {most} is posted")]
        return [*plans, await self._plan(digest, slot, desk, late_by=late if late > LATE else None)]

    async def _plan(self, digest: Digest, slot: Slot, desk: _Desk, *, late_by: timedelta | None = None) -> EditionPlan:
        workspace = await desk.workspace(digest.workspace_id)
        selection = await desk.select(digest)
        document = compose(_issue(digest, slot.on, late_by), selection.picks, workspace, now=desk.now)
        return EditionPlan(
            digest=digest,
            slot=slot,
            picks=selection.picks,
            payloads=self._adapter(workspace).render(document),
            is_late=late_by is not None,
            reason=f"late by {wording.span(late_by)}" if late_by else "",
        )

    async def _record(self, plans: Sequence[EditionPlan]) -> None:
        made = await self._store.editions.plan(plans, now=self._clock.now())
        for plan in plans:
            if plan.is_skipped:
                log.warning("edition.skipped", digest=plan.digest.id, on=plan.slot.on.isoformat(), reason=plan.reason)
        if made:
            log.info("editions.planned", count=len(made))

    def _adapter(self, workspace: Workspace) -> Adapter:
        adapter = self._adapters.get(workspace.platform)
        if adapter is None:
            raise ConfigError(f"{workspace.platform} does not run here; set its tokens or run it in another process")
        return adapter


class _Desk:
    """What one round of planning has read, so that digests that ask for the same are given the same."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self.now = store, now
        self._workspaces: dict[WorkspaceId, Workspace] = {}
        self._topics: dict[WorkspaceId, dict[int, Topic]] = {}
        self._subjects: dict[tuple[WorkspaceId, timedelta], _Subjects] = {}
        self._sent: dict[tuple[WorkspaceId, ChannelRef], Mapping[int, SentStory]] = {}
        self._selections: dict[Hashable, Selection] = {}

    async def read_sent(self, digests: Sequence[Digest]) -> None:
        """What the digests' channels were told before."""
        channels: dict[WorkspaceId, list[ChannelRef]] = {}
        for digest in digests:
            channels.setdefault(digest.workspace_id, []).append(digest.channel)
        for workspace, refs in channels.items():
            found = await self._store.editions.sent(workspace, refs, since=self.now - SENT_WINDOW)
            self._sent |= {(workspace, channel): stories for channel, stories in found.items()}

    async def workspace(self, id_: WorkspaceId) -> Workspace:
        if id_ not in self._workspaces:
            self._workspaces[id_] = await self._store.workspaces.get(id_)
        return self._workspaces[id_]

    async def select(self, digest: Digest) -> Selection:
        """The stories of an edition."""
        window = WEEKLY_WINDOW if len(digest.days) == 1 else NEWS_WINDOW
        sent = self._sent[digest.workspace_id, digest.channel]
        key = (digest.workspace_id, window, digest.topic_ids, digest.max_stories, frozenset(sent.items()))
        if key not in self._selections:
            subjects = await self.subjects(digest.workspace_id, window)
            candidates = _candidates(subjects, await self._topics_of(digest))
            self._selections[key] = select(candidates, sent=sent, limit=digest.max_stories, now=self.now)
        return self._selections[key]

    async def subjects(self, workspace: WorkspaceId, window: timedelta) -> _Subjects:
        """Briefs that the workspace sees and that became news within the window."""
        if (workspace, window) not in self._subjects:
            briefs = await self._store.briefs.latest(
                workspace, limit=MOST_CANDIDATES, since=self.now - window, news_only=True
            )
            facts = await self._store.briefs.with_sources([brief.id for brief in briefs])
            self._subjects[workspace, window] = _Subjects(briefs, facts)
        return self._subjects[workspace, window]

    async def _topics_of(self, digest: Digest) -> list[Topic]:
        if not digest.topic_ids:
            return []
        if digest.workspace_id not in self._topics:
            found = await self._store.topics.list(digest.workspace_id)
            self._topics[digest.workspace_id] = {topic.id: topic for topic in found}
        known = self._topics[digest.workspace_id]
        return [known[id_] for id_ in digest.topic_ids if id_ in known]


def _candidates(subjects: _Subjects, topics: Sequence[Topic]) -> list[Candidate]:
    """Each brief once, under the first of the topics that it matches; all of them when there are no topics."""
    if not topics:
        return [Candidate(brief=brief) for brief in subjects.briefs]
    found = []
    for brief in subjects.briefs:
        for rank, topic in enumerate(topics):
            if reason := match(topic.rule, brief, subjects.facts[brief.id]):
                found.append(Candidate(brief=brief, topic=topic.name, topic_rank=rank, matches=reason))
                break
    return found


def _missed_and_due(digest: Digest, now: datetime) -> list[Due]:
    """Every run up to now that has not been handled, the newest last; at least one."""
    assert digest.next_on is not None
    assert digest.next_due_at is not None
    runs = [Due(on=digest.next_on, at=digest.next_due_at)]
    while (following := next_edition(digest.at, digest.zone, digest.days, after=runs[-1].at)).at <= now:
        runs.append(following)
    return runs[-MOST_MISSED:]


def _skipped(digest: Digest, slot: Slot, reason: str) -> EditionPlan:
    return EditionPlan(digest=digest, slot=slot, reason=reason, is_skipped=True)


def _slot(on: date, due_at: datetime, upcoming: Due) -> Slot:
    return Slot(on=on, due_at=due_at, next_on=upcoming.on, next_due_at=upcoming.at)


def _issue(digest: Digest, on: date, late_by: timedelta | None = None) -> Issue:
    return Issue(name=digest.name, on=on, style=Style(digest.style), late_by=late_by)


def _today(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
