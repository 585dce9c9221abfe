"""Plans the editions that are due: reads rows, asks the pure parts, writes rows. Sends nothing.

Planning makes an edition, its messages and the digest's next run in one transaction, so a crash leaves either the
digest due as before, or messages that wait to be sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from bot.briefs.model.view import ModelView
from bot.digests.calendar import Due, next_run
from bot.digests.compose import Issue, around, compose, threaded
from bot.digests.desk import Desk, candidates_of
from bot.digests.following import Following
from bot.digests.runs import OVERLAP, missed_and_due, next_beside, next_of, run_by_hand, window
from bot.digests.select import Selection, select
from bot.documents import wording
from bot.documents.nodes import Document, Note, Text
from bot.errors import ConfigError, Conflict, StoreError
from bot.models import (
    ON_TIME,
    Covers,
    Digest,
    Edition,
    Pick,
    Place,
    Quiet,
    Style,
    Topic,
    Workspace,
    last_chance,
)
from bot.models.zones import is_zone, zone_of
from bot.ports import Adapter, Clock
from bot.saying import marked, say, say_count, speaking
from bot.store import Store
from bot.store.digests import is_same
from bot.store.editions import EditionPlan, Slot
from bot.topics.mute import without_muted_links

log = structlog.get_logger(__name__)

LEASE_S: Final = 120.0
BATCH: Final = 250
"""Digests planned in one transaction: part of a second's work, well within their lease."""
AT_A_STRETCH_S: Final = 0.001
"""How long it composes before it lets others have the processor."""
UNBEGUN: Final = timedelta(minutes=15)
"""An edition that waits longer than this without a try to send it is planned anew, so that it says that it is late."""
NEWS_WINDOW: Final = timedelta(days=1) + OVERLAP
TODAY_STORIES: Final = 10
MOST_MISSED: Final = 40
"""Missed dates that are recorded one by one; of a bot that was off for longer only the newest."""


_ZONE_GONE: Final = marked("the time zone {zone} is not known any more; choose another with /brief-admin digest edit")


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

    def obstacle(self, digest: Digest) -> str:
        """Why the digest could not be posted now, where that is known; empty otherwise."""
        if not is_zone(digest.zone):
            return _ZONE_GONE.format(zone=digest.zone)
        adapter = self._adapters.get(digest.platform)
        in_thread = digest.place is Place.THREAD
        return adapter.obstacle(digest.channel, in_thread=in_thread) if adapter is not None else ""

    def shortfall(self, digest: Digest) -> str:
        """What goes wrong in the digest's channel although it can be posted to, where that is known."""
        adapter = self._adapters.get(digest.platform)
        return adapter.shortfall(digest.channel) if adapter is not None else ""

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
        at_it_since = time.perf_counter()
        for digest in claimed:
            # Composing hundreds takes a while of the processor; answers to people must not wait for it.
            if time.perf_counter() > at_it_since + AT_A_STRETCH_S:
                await asyncio.sleep(0)
                at_it_since = time.perf_counter()
            try:
                plans[digest.id] = await self._plans(digest, desk)
            except StoreError:
                raise
            except Exception:
                log.exception("edition.failed", digest=digest.id, workspace=digest.workspace_id)
        await self._record(plans)
        return len(claimed)

    async def preview(self, digest: Digest, topics: Sequence[Topic] = ()) -> Document:
        """Today's edition as it would be now, in one piece; nothing is recorded, and nobody is pinged.

        `topics`: in place of those that are stored.
        """
        desk, issue, picks, workspace = await self._today_of(digest, topics)
        with speaking(workspace.language):
            document = around(issue, picks, desk.stories(issue.style, picks, workspace), workspace)
            note = Note((Text(_how_posted(digest, workspace, is_quiet=not picks)),))
            return replace(document, blocks=(*document.blocks, note), ping="")

    async def preview_messages(self, digest: Digest) -> tuple[Document, ...]:
        """The documents of today's edition as they would be posted now; nothing is recorded."""
        desk, issue, picks, workspace = await self._today_of(digest)
        with speaking(workspace.language):
            return _composed(digest, issue, picks, workspace, desk)

    async def _today_of(
        self, digest: Digest, topics: Sequence[Topic] = ()
    ) -> tuple[Desk, Issue, Sequence[Pick], Workspace]:
        desk = Desk(self._store, self._clock.now())
        await desk.open([digest])
        if topics:
            desk.lay_out(digest.workspace_id, topics)
        due = next_run(digest.times, digest.zone, digest.days, after=desk.now)
        run = Due(on=_today(digest.zone, desk.now), at=desk.now, slot=due.slot)
        workspace = await desk.workspace_of(digest)
        # As its channel would read it, whoever looks.
        with speaking(workspace.language):
            selection, quiet = await self._selected(digest, desk, window(run, run, digest))
            picks = await self._told(selection, workspace, desk)
        return desk, _issue(digest, run.on, quiet=quiet), picks, workspace

    async def today(self, workspace: Workspace, topic: Topic | None) -> Document:
        """What a digest would tell this workspace now, whatever was told before."""
        desk = Desk(self._store, self._clock.now())
        subjects = await desk.subjects(workspace.id, NEWS_WINDOW)
        candidates = candidates_of(subjects, [topic] if topic else [], workspace)
        selection = select(candidates, sent={}, limit=TODAY_STORIES, now=desk.now, window=NEWS_WINDOW)
        name = say("Today: {topic}", topic=topic.name) if topic else say("Today's news")
        quiet = "" if selection.picks else say("Nothing new in the last day and a half.")
        issue = Issue(name=name, on=_today(workspace.zone, desk.now), quiet=quiet)
        picks = await self._in_language(selection.picks, workspace, desk.now)
        return compose(issue, picks, workspace, now=desk.now)

    async def send_now(self, digest: Digest) -> Edition:
        """Plans today's edition at once, in place of the next scheduled one; Conflict when today has had all of its."""
        if made := await self._by_hand(digest):
            return made
        now = await self._store.digests.get(digest.workspace_id, digest.id)
        if not is_same(now, digest):
            return await self.send_now(now)
        raise Conflict(
            say("today's edition of '{name}' is made already", name=digest.name),
            allowed=say_count("one edition a day", "{n} editions a day", len(digest.times)),
            example=f"/brief-admin digest preview digest:d{digest.id}",
        )

    async def _by_hand(self, digest: Digest) -> Edition | None:
        """The edition that was made; None when today has had all of its, or the digest was changed meanwhile."""
        desk = Desk(self._store, self._clock.now())
        today = _today(digest.zone, desk.now)
        known = await self._store.editions.since(digest.id, today - timedelta(days=1))
        run = run_by_hand(digest, made=known, now=desk.now)
        if run is None:
            return None
        upcoming = next_beside(run, digest, made=known, now=desk.now)
        await desk.open([digest])
        plan = await self._plan(digest, slot_of(run, upcoming), desk, back=window(run, run, digest))
        if plan.is_quiet:
            raise Conflict(
                say("there is nothing new for “{name}”, and it posts nothing on a quiet day", name=digest.name),
                allowed=say("news since the last edition, or another choice for quiet days"),
                example=f"/brief-admin digest edit digest:d{digest.id} quiet:best",
            )
        return (await self._store.editions.plan([plan], now=desk.now)).get(digest.id)

    async def _plans(self, digest: Digest, desk: Desk) -> list[EditionPlan]:
        """The run that is due, after those that were missed before it; in the words of its workspace."""
        workspace = await desk.workspace(digest.workspace_id)
        with speaking(workspace.language):
            return await self._runs(digest, desk)

    async def _runs(self, digest: Digest, desk: Desk) -> list[EditionPlan]:
        now = desk.now
        runs = missed_and_due(digest, now)
        upcoming = next_of(digest, after=now, made={(run.on, run.slot) for run in runs})
        if len(runs) > MOST_MISSED:
            log.warning("editions.unrecorded", digest=digest.id, count=len(runs) - MOST_MISSED, since=str(runs[0].on))
        slots = [slot_of(run, upcoming) for run in runs[-MOST_MISSED:]]
        if not is_zone(digest.zone):
            why = self.obstacle(digest)
            await self._store.digests.set_trouble(digest.id, digest.channel, why, now)
            return [skipped_plan(digest, slot, why) for slot in slots]
        *missed, last = slots
        plans = [
            skipped_plan(digest, slot, marked("Briefbot was not running, or not in this place")) for slot in missed
        ]
        late = now - last.due_at
        if now > last_chance(last.due_at, digest.catch_up_s):
            most = timedelta(seconds=digest.catch_up_s)
            why = _reason(marked("{length} late; up to {most} is posted"), length=late, most=most)
            return [*plans, skipped_plan(digest, last, why)]
        late_by = late if late > ON_TIME else None
        back = window(runs[0], runs[-1], digest)
        return [*plans, await self._plan(digest, last, desk, back=back, late_by=late_by)]

    async def _plan(
        self, digest: Digest, slot: Slot, desk: Desk, *, back: timedelta, late_by: timedelta | None = None
    ) -> EditionPlan:
        workspace = await desk.workspace_of(digest)
        # What is posted is in the digest's own language, what its managers are told of it in the workspace's.
        with speaking(workspace.language):
            selection, quiet = await self._selected(digest, desk, back)
            if not selection.picks and digest.quiet is Quiet.SKIP:
                why = marked("nothing new")
                return EditionPlan(digest=digest, slot=slot, reason=why, is_skipped=True, is_quiet=True)
            picks = await self._told(selection, workspace, desk)
            desk.note_told(digest, selection.picks)
            documents = _composed(digest, _issue(digest, slot.on, late_by, quiet), picks, workspace, desk)
            render = self._adapter(workspace).render
            payloads = [payload for document in documents for payload in render(document)]
        return EditionPlan(
            digest=digest,
            slot=slot,
            picks=selection.picks,
            payloads=payloads,
            is_late=late_by is not None,
            reason=_reason(marked("late by {length}"), length=late_by) if late_by else "",
        )

    async def _selected(self, digest: Digest, desk: Desk, back: timedelta) -> tuple[Selection, str]:
        """The stories of an edition, and what to say of a time without news; where the digest wishes so then the best
        of the week."""
        # Where nobody translates, what its readers can read comes first.
        language = "" if self._model.can_translate else digest.language
        selection = await desk.select(digest, back, language=language)
        if selection.picks:
            return selection, ""
        best = await desk.best_of_week(digest, language=language) if digest.quiet is Quiet.BEST else selection
        if best.picks:
            return best, say("Nothing new since the last edition. The best of the week that was not told here yet:")
        return selection, say("Nothing new in the last week.") if digest.covers is Covers.WEEK else ""

    async def _told(self, selection: Selection, workspace: Workspace, desk: Desk) -> Sequence[Pick]:
        return await desk.told(selection, workspace, lambda picks: self._in_language(picks, workspace, desk.now))

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
                except StoreError:
                    raise
                except Exception:
                    log.exception("edition.failed", digest=digest)

    async def _write(self, plans: Sequence[EditionPlan]) -> None:
        made = await self._store.editions.plan(plans, now=self._clock.now())
        for plan in plans:
            # Not of one that was changed while it was planned: it is planned anew.
            if plan.is_skipped and plan.digest.id in made:
                tell = log.info if plan.is_quiet else log.warning
                tell("edition.skipped", digest=plan.digest.id, on=plan.slot.on.isoformat(), reason=plan.reason)
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


def _reason(words: str, **lengths: timedelta) -> str:
    """As it is logged and stored, in English; `retold` says it to a person."""
    with speaking("en"):
        return words.format(**{name: wording.span(length) for name, length in lengths.items()})


def skipped_plan(digest: Digest, slot: Slot, reason: str) -> EditionPlan:
    return EditionPlan(digest=digest, slot=slot, reason=reason, is_skipped=True)


def slot_of(run: Due, upcoming: Due) -> Slot:
    return Slot(
        on=run.on,
        slot=run.slot,
        due_at=run.at,
        next_on=upcoming.on,
        next_slot=upcoming.slot,
        next_due_at=upcoming.at,
    )


def _issue(digest: Digest, on: date, late_by: timedelta | None = None, quiet: str = "") -> Issue:
    is_week = digest.covers is Covers.WEEK
    return Issue(name=digest.name, on=on, style=Style(digest.style), late_by=late_by, is_week=is_week, quiet=quiet)


def _composed(
    digest: Digest, issue: Issue, picks: Sequence[Pick], workspace: Workspace, desk: Desk
) -> tuple[Document, ...]:
    told = desk.stories(issue.style, picks, workspace)
    if digest.place is Place.THREAD:
        return threaded(issue, picks, told, workspace)
    return (around(issue, picks, told, workspace),)


def _how_posted(digest: Digest, workspace: Workspace, *, is_quiet: bool) -> str:
    """What a preview cannot show of an edition."""
    if is_quiet and digest.quiet is Quiet.SKIP:
        return say("Nothing would be posted: there is nothing new.")
    pings = say("It mentions its role.") if workspace.ping_role and not is_quiet else say("It mentions nobody.")
    if digest.place is Place.THREAD and not is_quiet:
        return " ".join((say("In the channel: the headlines. In a thread of them: the stories."), pings))
    return pings


def _today(zone: str, now: datetime) -> date:
    return now.astimezone(zone_of(zone)).date()
