"""Edits the messages that stand in channels when a brief in them was corrected: claims a row, edits, settles the row.

An edit is idempotent, so a row whose lease ended is simply edited again: nothing is posted, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from bot.briefs.revised import was_told
from bot.delivery.amended import Copy, Mark, Told, amended
from bot.delivery.outcome import CALL_S, outcome_of
from bot.delivery.recomposed import recomposed
from bot.delivery.retry import FIRST_S, LONGEST_S
from bot.documents.corrected import change_words, source_words
from bot.documents.nodes import Document
from bot.documents.stored import from_json
from bot.errors import NotFound, StoreError
from bot.models import TAKEN_BACK, Brief, Correction, SourceChange, VersionKind, Workspace, public_id
from bot.ports import Adapter, Clock, Gone, Outgoing, Payload, Rejected, Retry, SendResult, Sent
from bot.saying import speaking
from bot.store import Store
from bot.store.amendments import DONE, FAILED, GONE, Amendment, ToldItem

log = structlog.get_logger(__name__)

LEASE_S: Final = 2 * CALL_S
AT_ONCE: Final = 32
ROUND_S: Final = 0.2
LASTING: Final = timedelta(days=7)
"""For so long a copy that cannot be edited is tried again."""


class Amender:
    """Edits for the platforms of this process; any number of processes may do so side by side."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock, *, owner: str) -> None:
        self._store, self._adapters, self._clock, self._owner = store, adapters, clock, owner
        # Only spreads tries in time; nothing secret hangs on it.
        self._jitter = random.Random(owner)  # noqa: S311

    async def drain(self, stop: asyncio.Event | None = None, platforms: Collection[str] | None = None) -> None:
        """Edits until nothing is due, for all `platforms` or these; once `stop` is set only what is under way."""
        await self._store.amendments.plan_missing(self._clock.now())
        async with asyncio.TaskGroup() as lanes:
            for platform in self._adapters if platforms is None else platforms:
                lanes.create_task(self._drain(platform, stop or asyncio.Event()))

    async def _drain(self, platform: str, stop: asyncio.Event) -> None:
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                begun = 0 if stop.is_set() else await self._begin(platform, under_way)
                if not under_way:
                    return
                wait = asyncio.ALL_COMPLETED if not begun else asyncio.FIRST_COMPLETED
                _, under_way = await asyncio.wait(under_way, timeout=ROUND_S if begun else None, return_when=wait)
        finally:
            # When we are cancelled, what is being edited is finished; after `stop` there is no more time for it.
            for task in under_way if stop.is_set() else ():
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _begin(self, platform: str, under_way: set[asyncio.Task[None]]) -> int:
        free = AT_ONCE - len(under_way)
        if not free:
            return 0
        claimed = await self._store.amendments.claim(
            self._clock.now(), limit=free, lease_s=LEASE_S, owner=self._owner, platforms=[platform]
        )
        for one in claimed:
            under_way.add(asyncio.create_task(self._amend(self._adapters[platform], one)))
        return len(claimed)

    async def _amend(self, adapter: Adapter, one: Amendment) -> None:
        """Edits and settles one message; never raises."""
        try:
            payload = await self._payload(adapter, one)
            await self._settle(one, await _edited(adapter, one, payload) if payload else Sent(ref=one.message_ref))
        except _DoesNotFit as error:
            await self._store.amendments.settle(one, FAILED, owner=self._owner, error=str(error), now=self._clock.now())
            log.error("amendment.failed", amendment=one.id, delivery=one.delivery_id, reason=str(error))
        # Not settled: when its lease ends it is edited again.
        except StoreError as error:
            log.warning("amendment.unsettled", amendment=one.id, reason=error.message)
        except Exception:
            log.exception("amendment.unsettled", amendment=one.id, delivery=one.delivery_id)

    async def _payload(self, adapter: Adapter, one: Amendment) -> Payload | None:
        """What the message is to say now; None when it has nothing to say otherwise."""
        workspace = await self._store.workspaces.get(one.workspace_id)
        items = await self._store.amendments.told(one)
        with speaking(workspace.language):
            marks = await self._marks(one, workspace, items)
            *before, page = await self._pages(adapter, one, workspace)
            told = [Told(brief=public_id("b", item.told_id), headline=item.headline) for item in items]
            copy = Copy(page=page, before=before, told=told)
            document = amended(copy, marks, workspace, is_one=lambda document: len(adapter.render(document)) == 1)
            if document is None:
                raise _DoesNotFit("the corrected words do not fit into the message beside its other stories")
            if document == copy.page and one.attempts == 1 and one.revision == 1:
                return None
            return adapter.render(document)[0]

    async def _pages(self, adapter: Adapter, one: Amendment, workspace: Workspace) -> list[Document]:
        """What the message said, after those before it."""
        try:
            return [from_json(page) for page in (*await self._store.amendments.pages_before(one), one.page)]
        except ValueError:
            # Posted by a version that did not keep it, or knew other nodes.
            pages = await recomposed(self._store, adapter, one, workspace)
        if not pages:
            raise _DoesNotFit("what it said was not kept, and its edition cannot be composed again as it was")
        return pages[: one.part]

    async def _marks(self, one: Amendment, workspace: Workspace, items: Sequence[ToldItem]) -> dict[str, Mark]:
        """What became of the stories of a message since it told them, by the id that it told."""
        ids = [item.brief_id for item in items]
        over = await self._store.corrections.over(workspace.id, ids)
        changes = await self._store.source_changes.of_briefs(ids)
        zone = one.zone or workspace.zone
        marks = {}
        for item in items:
            correction = over.get(item.brief_id)
            if correction is not None and _is_newer(correction, item, one):
                kind, note, at = correction.kind, correction.note, correction.at
            elif change := await self._changed(one, item, changes.get(item.brief_id, ())):
                kind, note, at = VersionKind.SOURCE, source_words(change), change.at
            else:
                continue
            words = change_words(kind, note, at, zone, told_at=one.told_at)
            brief = await self._brief(item.brief_id, workspace)
            marks[public_id("b", item.told_id)] = Mark(kind=kind, words=words, brief=brief)
        return marks

    async def _changed(self, one: Amendment, item: ToldItem, changes: Sequence[SourceChange]) -> SourceChange | None:
        """What a source did since then to words that this message told; None when they stand as they were."""
        since = [change for change in changes if change.at >= one.told_at and change.brief_version > item.version]
        if not since:
            return None
        versions = {number: text for number, _, text in await self._store.briefs.versions(item.told_id)}
        told = versions.get(item.version)
        brief = await self._store.briefs.get(item.brief_id, workspace=None, is_raw=True)
        return next((change for change in since if told and was_told(change.was, told, brief.text)), None)

    async def _brief(self, brief_id: int, workspace: Workspace) -> Brief:
        """As the workspace reads it; as the operator does where it follows its sources no more."""
        try:
            return await self._store.briefs.get(brief_id, workspace=workspace.id)
        except NotFound:
            return await self._store.briefs.get(brief_id, workspace=None)

    async def _settle(self, one: Amendment, result: SendResult) -> None:
        now = self._clock.now()
        match result:
            case Sent():
                await self._store.amendments.settle(one, DONE, owner=self._owner, now=now)
                log.info("amendment.done", amendment=one.id, delivery=one.delivery_id, share=one.share_id)
            case Retry() if now - one.created_at < LASTING:
                pause = min(LONGEST_S, FIRST_S * 2.0 ** min(one.attempts - 1, 20)) * (0.75 + self._jitter.random() / 2)
                at = now + timedelta(seconds=max(pause, result.after_s or 0.0))
                await self._store.amendments.retry(one, owner=self._owner, error=result.reason, at=at)
                log.info("amendment.retry", amendment=one.id, reason=result.reason, at=at.isoformat())
            case Gone():
                await self._store.amendments.settle(one, GONE, owner=self._owner, error=result.reason, now=now)
                log.warning("amendment.gone", amendment=one.id, delivery=one.delivery_id, reason=result.reason)
            case Retry() | Rejected():
                await self._store.amendments.settle(one, FAILED, owner=self._owner, error=result.reason, now=now)
                log.error("amendment.failed", amendment=one.id, delivery=one.delivery_id, reason=result.reason)


def _is_newer(correction: Correction, item: ToldItem, one: Amendment) -> bool:
    """Whether a message told a brief before it was changed so."""
    if correction.kind in TAKEN_BACK:
        return correction.at > one.told_at
    return correction.version > item.version


class _DoesNotFit(Exception):
    """There is no way to tell the message anew."""


async def _edited(adapter: Adapter, one: Amendment, payload: Payload) -> SendResult:
    message = Outgoing(channel=one.channel, payload=payload, key=one.key, since=one.told_at)
    return await outcome_of(adapter.edit(one.message_ref, message), amendment=one.id)
