"""Plans the editions that are due: reads rows, asks the pure parts, writes rows. Sends nothing.

Planning makes an edition, its messages and the digest's next run in one transaction, so a crash leaves either the
digest due as before, or messages that wait to be sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from bot.store.editions import SentStory, Slot
from bot.topics.match import match

log = structlog.get_logger(__name__)

LEASE_S: Final = 120.0
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

    async def dispatch_due(self, *, limit: int = 200) -> int:
        """Plans or skips the editions of up to `limit` digests that are due; returns how many digests it was.

        A digest that cannot be planned is logged, keeps its lease, and is tried again when that ends.
        """
        digests = await self._store.digests.claim_due(self._clock.now(), limit=limit, lease_s=LEASE_S)
        seen: dict[tuple[WorkspaceId, timedelta], _Subjects] = {}
        for digest in digests:
            try:
                await self._run(digest, seen)
            except Exception:
                log.exception("edition.failed", digest=digest.id, workspace=digest.workspace_id)
        return len(digests)

    async def preview(self, digest: Digest) -> Document:
        """Today's edition as it would be now; nothing is recorded."""
        workspace = await self._store.workspaces.get(digest.workspace_id)
        now = self._clock.now()
        selection = await self._select(digest, workspace, {})
        return compose(_issue(digest, _today(digest.zone, now)), selection.picks, workspace, now=now)

    async def today(self, workspace: Workspace, topic: Topic | None) -> Document:
        """What a digest would tell this workspace now, whatever was told before."""
        now = self._clock.now()
        subjects = await self._subjects(workspace.id, NEWS_WINDOW)
        candidates = _candidates(subjects, [topic] if topic else [])
        selection = select(candidates, sent={}, limit=TODAY_STORIES, now=now)
        name = f"Today: {topic.name}" if topic else "Today's news"
        issue = Issue(name=name, on=_today(workspace.zone, now), quiet="Nothing new in the last day and a half.")
        return compose(issue, selection.picks, workspace, now=now)

    async def send_now(self, digest: Digest) -> Edition:
        """Plans today's edition at once, in place of today's scheduled one; Conflict when today has its edition."""
        now = self._clock.now()
        on = _today(digest.zone, now)
        known = await self._store.editions.get_on(digest.id, on)
        if known is None:
            after = max(now, instant_of(on, digest.at, digest.zone) or now)
            slot = _slot(on, now, next_edition(digest.at, digest.zone, digest.days, after=after))
            known = await self._plan(digest, slot, {}, late_by=None)
            if known is not None:
                return known
        raise Conflict(
            f"today's edition of {digest.name!r} is {known.state if known else 'planned'} already",
            allowed="one edition a day",
            example=f"/brief-admin digest preview digest:d{digest.id}",
        )

    async def _run(self, digest: Digest, seen: dict[tuple[WorkspaceId, timedelta], _Subjects]) -> None:
        """The run that is due, and those that were missed before it."""
        now = self._clock.now()
        runs = _missed_and_due(digest, now)
        upcoming = next_edition(digest.at, digest.zone, digest.days, after=now)
        for run in runs[:-1]:
            await self._skip(digest, _slot(run.on, run.at, upcoming), "the bot was not running")
        last = runs[-1]
        slot = _slot(last.on, last.at, upcoming)
        late = now - last.at
        if late > timedelta(seconds=digest.catch_up_s):
            reason = f"{wording.span(late)} late; up to {wording.span(timedelta(seconds=digest.catch_up_s))} is posted"
            await self._skip(digest, slot, reason)
            return
        await self._plan(digest, slot, seen, late_by=late if late > timedelta(minutes=10) else None)

    async def _skip(self, digest: Digest, slot: Slot, reason: str) -> None:
        if await self._store.editions.skip(digest, slot, reason=reason, now=self._clock.now()):
            log.warning("edition.skipped", digest=digest.id, on=slot.on.isoformat(), reason=reason)

    async def _plan(
        self,
        digest: Digest,
        slot: Slot,
        seen: dict[tuple[WorkspaceId, timedelta], _Subjects],
        *,
        late_by: timedelta | None,
    ) -> Edition | None:
        workspace = await self._store.workspaces.get(digest.workspace_id)
        selection = await self._select(digest, workspace, seen)
        now = self._clock.now()
        document = compose(_issue(digest, slot.on, late_by), selection.picks, workspace, now=now)
        edition = await self._store.editions.plan(
            digest,
            slot,
            picks=selection.picks,
            payloads=self._adapter(workspace).render(document),
            is_late=late_by is not None,
            reason=f"late by {wording.span(late_by)}" if late_by else "",
            now=now,
        )
        log.info("edition.planned", digest=digest.id, on=slot.on.isoformat(), stories=len(selection.picks))
        return edition

    def _adapter(self, workspace: Workspace) -> Adapter:
        adapter = self._adapters.get(workspace.platform)
        if adapter is None:
            raise ConfigError(f"{workspace.platform} does not run here; set its tokens or run it in another process")
        return adapter

    async def _select(
        self, digest: Digest, workspace: Workspace, seen: dict[tuple[WorkspaceId, timedelta], _Subjects]
    ) -> Selection:
        window = WEEKLY_WINDOW if len(digest.days) == 1 else NEWS_WINDOW
        if (workspace.id, window) not in seen:
            seen[workspace.id, window] = await self._subjects(workspace.id, window)
        topics = await self._topics(digest)
        candidates = _candidates(seen[workspace.id, window], topics)
        sent = await self._sent(workspace.id, digest.channel)
        return select(candidates, sent=sent, limit=digest.max_stories, now=self._clock.now())

    async def _subjects(self, workspace: WorkspaceId, window: timedelta) -> _Subjects:
        since = self._clock.now() - window
        briefs = await self._store.briefs.latest(workspace, limit=MOST_CANDIDATES, since=since, news_only=True)
        return _Subjects(briefs, await self._store.briefs.with_sources([brief.id for brief in briefs]))

    async def _topics(self, digest: Digest) -> list[Topic]:
        if not digest.topic_ids:
            return []
        known = {topic.id: topic for topic in await self._store.topics.list(digest.workspace_id)}
        return [known[id_] for id_ in digest.topic_ids if id_ in known]

    async def _sent(self, workspace: WorkspaceId, channel: ChannelRef) -> dict[int, SentStory]:
        return await self._store.editions.sent(workspace, channel, since=self._clock.now() - SENT_WINDOW)


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


def _slot(on: date, due_at: datetime, upcoming: Due) -> Slot:
    return Slot(on=on, due_at=due_at, next_on=upcoming.on, next_due_at=upcoming.at)


def _issue(digest: Digest, on: date, late_by: timedelta | None = None) -> Issue:
    return Issue(name=digest.name, on=on, style=Style(digest.style), late_by=late_by)


def _today(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
