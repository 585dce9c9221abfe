"""Sends the messages that wait: claims a row, sends, settles the row after the effect.

A row that was claimed before and not settled may have been sent: its message is looked for in the channel first.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.delivery.outcome import CALL_S, outcome_of
from bot.delivery.retry import LONGEST_S, next_try, too_late
from bot.delivery.settling import Settling
from bot.documents import wording
from bot.documents.build import trouble_document
from bot.documents.followed import follow_trouble_document
from bot.documents.nodes import Document
from bot.errors import StoreError
from bot.models import ON_TIME, Delivery, WorkspaceId
from bot.ports import (
    Adapter,
    Clock,
    Gone,
    LookupUnavailable,
    Outgoing,
    Payload,
    Rejected,
    Retry,
    SendResult,
    Sent,
)
from bot.saying import marked, speaking
from bot.store import Store

log = structlog.get_logger(__name__)

LEASE_S: Final = 3 * CALL_S
"""Longer than a look and a send together, so that nobody else begins while we are at it."""
AT_ONCE: Final = 64
"""Messages under way on one platform: enough that its pacer never waits for us."""
ROUND_S: Final = 0.2
"""How long to wait for those that are under way before more are claimed beside them."""
_UNSEEN: Final = marked("cannot look whether it was sent ({reason})")
IDLE_S: Final = 2.0
"""The same when there was nothing more to claim."""
STRETCH_S: Final = 240.0
"""After this what is due is left to the next look, so that a fan-out of an hour is seen to be at work (`pulse.py`)."""


class Deliverer:
    """Sends for the platforms of this process; any number of processes may do so side by side."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock, *, owner: str) -> None:
        self._store, self._adapters, self._clock, self._owner = store, adapters, clock, owner
        self._settling = Settling(store, clock, owner=owner)
        self._rests: dict[WorkspaceId, float] = {}
        """Until when (the loop's time) no message may go to a workspace; its messages are not claimed before."""
        # Only spreads tries in time; nothing secret hangs on it.
        self._jitter = random.Random(owner)  # noqa: S311

    async def drain(self, stop: asyncio.Event | None = None, platforms: Collection[str] | None = None) -> None:
        """Sends until nothing is due or `STRETCH_S` have passed, for all `platforms` or these; once `stop` is set only
        what is under way.

        Platforms wait for each other in nothing, and a slow channel holds up only itself.
        """
        async with asyncio.TaskGroup() as lanes:
            for platform in self._adapters if platforms is None else platforms:
                lanes.create_task(self._drain(platform, stop or asyncio.Event()))

    async def _drain(self, platform: str, stop: asyncio.Event) -> None:
        under_way: dict[int, asyncio.Task[None]] = {}
        time, is_over = asyncio.get_running_loop().time, False
        ends_at = time() + STRETCH_S
        try:
            while True:
                begun = 0 if is_over or stop.is_set() else await self._begin(platform, under_way)
                is_over = time() > ends_at
                if not under_way:
                    return
                await asyncio.wait(under_way.values(), timeout=ROUND_S if begun else IDLE_S)
                for id_ in [id_ for id_, task in under_way.items() if task.done()]:
                    del under_way[id_]
        finally:
            # When we are cancelled, what is being sent is finished and settled; after `stop` its time is over too.
            for task in under_way.values() if stop.is_set() else ():
                task.cancel()
            await asyncio.gather(*under_way.values(), return_exceptions=True)
            await self._settling.end()

    async def _begin(self, platform: str, under_way: dict[int, asyncio.Task[None]]) -> int:
        """Claims messages for the places that are free and begins to send them; how many."""
        free = AT_ONCE - len(under_way)
        if not free:
            return 0
        claimed = await self._store.deliveries.claim(
            self._clock.now(),
            limit=free,
            lease_s=LEASE_S,
            owner=self._owner,
            platforms=[platform],
            resting=self._resting(),
        )
        # A clock that leapt may have ended the lease of a message that is being sent right here.
        new = [delivery for delivery in claimed if delivery.id not in under_way]
        for delivery in new:
            under_way[delivery.id] = asyncio.create_task(self._deliver(self._adapters[platform], delivery))
        return len(new)

    def _resting(self) -> list[WorkspaceId]:
        now = asyncio.get_running_loop().time()
        self._rests = {workspace: until for workspace, until in self._rests.items() if until > now}
        return list(self._rests)

    async def _deliver(self, adapter: Adapter, delivery: Delivery) -> None:
        """Sends and settles one message; never raises."""
        try:
            with self._settling.under_way():
                known = await self._look(adapter, delivery) if delivery.is_unsure else None
                if known is not None:
                    await self._settle(delivery, known)
                elif reason := too_late(delivery, self._clock.now()):
                    await self._give_up(delivery, reason)
                elif placed := await self._placed(delivery):
                    await self._settle(placed, await _sent(adapter, placed))
        # Not settled: when its lease ends it is looked for, and sent only if it is not there.
        except StoreError as error:
            log.warning("delivery.unsettled", delivery=delivery.id, reason=error.message)
        except Exception:
            log.exception("delivery.unsettled", delivery=delivery.id, edition=delivery.edition_id)

    async def _look(self, adapter: Adapter, delivery: Delivery) -> SendResult | None:
        """Whether an earlier try reached the channel: Sent, None when it did not, Retry when that cannot be told."""
        try:
            async with asyncio.timeout(CALL_S):
                ref = await adapter.find(_outgoing(delivery))
        except (LookupUnavailable, TimeoutError) as error:
            # Sending blind could post it twice; waiting cannot.
            return Retry(reason=_UNSEEN.format(reason=str(error) or marked("no answer")), is_unknown=True)
        except Exception as error:
            log.exception("delivery.adapter_failed", delivery=delivery.id, call="find")
            return Retry(reason=_UNSEEN.format(reason=type(error).__name__), is_unknown=True)
        if ref is None:
            return None
        log.info("delivery.found", delivery=delivery.id, edition=delivery.edition_id)
        return Sent(ref=ref)

    async def _placed(self, delivery: Delivery) -> Delivery | None:
        """The message in the channel that its digest has now, if nothing of its edition was sent elsewhere; None when
        somebody else has it.
        """
        home = delivery.home
        if home is None or home == delivery.channel or delivery.part > 1:
            return delivery
        if not await self._store.deliveries.move(delivery.id, home, owner=self._owner):
            return None
        log.info("delivery.moved", delivery=delivery.id, edition=delivery.edition_id, channel=home)
        return replace(delivery, channel=home)

    async def _settle(self, delivery: Delivery, result: SendResult) -> None:
        match result:
            case Sent():
                await self._sent(delivery, result.ref)
            case Retry(is_queued=True, after_s=float(after_s)):
                await self._put_back(delivery, result.reason, after_s)
            case Retry():
                await self._again(delivery, result)
            case Gone():
                await self._blocked(delivery, result.reason)
            case Rejected():
                await self._give_up(delivery, result.reason)

    async def _sent(self, delivery: Delivery, ref: str) -> None:
        now = self._clock.now()
        await self._settling.sent(delivery.id, ref)
        if delivery.is_troubled:
            await self._end_trouble(delivery)
        waited = now - max(delivery.due_at, delivery.planned_at)
        log.info(
            "delivery.sent",
            delivery=delivery.id,
            edition=delivery.edition_id,
            part=delivery.part,
            seconds=waited.total_seconds(),
        )
        if waited > ON_TIME:
            log.warning("delivery.late", delivery=delivery.id, by=wording.span(now - delivery.due_at))

    async def _put_back(self, delivery: Delivery, reason: str, after_s: float) -> None:
        """A fan-out to a workspace is longer than its turn: the rest of it stays unclaimed until there is room."""
        until = asyncio.get_running_loop().time() + after_s
        if delivery.workspace_id not in self._rests:
            log.info("delivery.queued", workspace=delivery.workspace_id, seconds=round(after_s))
        self._rests[delivery.workspace_id] = max(until, self._rests.get(delivery.workspace_id, 0.0))
        await self._settling.put_back(delivery, reason, self._clock.now() + timedelta(seconds=after_s))
        await self._skip_paused(delivery)

    async def _again(self, delivery: Delivery, result: Retry) -> None:
        at = next_try(delivery, self._clock.now(), after_s=result.after_s, jitter=self._jitter.random())
        if at is None:
            await self._give_up(
                delivery, marked("{reason}; tries: {n}").format(reason=result.reason, n=delivery.attempts)
            )
            return
        await self._put_off(delivery, result.reason, at, is_unsure=result.is_unknown)
        log.info("delivery.retry", delivery=delivery.id, reason=result.reason, at=at.isoformat())

    async def _blocked(self, delivery: Delivery, reason: str) -> None:
        """Kept for as long as it may be late, in case an admin mends it; they are told once."""
        now = self._clock.now()
        is_new = await self._set_trouble(delivery, reason)
        at = next_try(delivery, now, after_s=LONGEST_S, jitter=self._jitter.random())
        if at is None:
            await self._give_up(delivery, reason)
        else:
            await self._put_off(delivery, reason, at)
            log.warning("delivery.blocked", delivery=delivery.id, digest=delivery.digest_id, reason=reason)
        if is_new:
            await self._tell(delivery, reason)

    async def _put_off(self, delivery: Delivery, reason: str, at: datetime, *, is_unsure: bool = False) -> None:
        """Has it tried again then."""
        await self._store.deliveries.settle_retry(
            delivery.id, owner=self._owner, error=reason, next_try_at=at, is_unsure=is_unsure
        )
        await self._skip_paused(delivery)

    async def _skip_paused(self, delivery: Delivery) -> None:
        """What was put off is not tried again when its digest was paused while it was on its way."""
        if delivery.is_paused or delivery.digest_id is None:
            return
        if await self._store.digests.skip_paused(delivery.digest_id):
            log.warning("edition.skipped", digest=delivery.digest_id, reason="the digest was paused")

    async def _set_trouble(self, delivery: Delivery, reason: str) -> bool:
        """Notes why its channel cannot be posted to; whether that is new."""
        trouble = delivery.channel, reason, self._clock.now()
        if delivery.digest_id is not None:
            return await self._store.digests.set_trouble(delivery.digest_id, *trouble)
        return delivery.follow_id is not None and await self._store.follows.set_trouble(delivery.follow_id, *trouble)

    async def _end_trouble(self, delivery: Delivery) -> None:
        if delivery.digest_id is not None:
            await self._store.digests.end_trouble(delivery.digest_id)
        elif delivery.follow_id is not None:
            await self._store.follows.end_trouble(delivery.follow_id)

    async def _tell(self, delivery: Delivery, reason: str) -> None:
        try:
            workspace = await self._store.workspaces.get(delivery.workspace_id)
            with speaking(workspace.language):
                document = await self._trouble_document(delivery, reason)
            async with asyncio.timeout(CALL_S):
                is_told = await self._adapters[workspace.platform].tell(
                    workspace.id, document, workspace.notices or None
                )
        # The reason stands in `status` all the same.
        except StoreError as error:
            log.warning("trouble.untold", digest=delivery.digest_id, reason=error.message)
            return
        except Exception:
            log.exception("trouble.untold", digest=delivery.digest_id)
            return
        log.info("trouble.told" if is_told else "trouble.untold", digest=delivery.digest_id, reason=reason)

    async def _trouble_document(self, delivery: Delivery, reason: str) -> Document:
        if delivery.digest_id is None:
            return follow_trouble_document(delivery.title, delivery.channel, reason)
        digest = await self._store.digests.get(delivery.workspace_id, delivery.digest_id)
        return trouble_document(digest, reason)

    async def _give_up(self, delivery: Delivery, reason: str) -> None:
        await self._store.deliveries.settle_failed(delivery.id, owner=self._owner, error=reason, now=self._clock.now())
        log.warning("delivery.failed", delivery=delivery.id, edition=delivery.edition_id, reason=reason)


async def _sent(adapter: Adapter, delivery: Delivery) -> SendResult:
    call = adapter.send(_outgoing(delivery))
    return await outcome_of(call, delivery=delivery.id, edition=delivery.edition_id)


def _outgoing(delivery: Delivery) -> Outgoing:
    return Outgoing(
        channel=delivery.channel,
        payload=Payload(body=json.loads(delivery.body), caveat=delivery.caveat, title=delivery.title),
        key=delivery.key,
        since=delivery.planned_at,
        first_ref=delivery.first_ref,
        publish=delivery.publish,
        in_thread=delivery.in_thread,
    )
