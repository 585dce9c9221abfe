"""Sends the messages that wait: claims a row, sends, settles the row after the effect.

A row that was claimed before and not settled may have been sent: its message is looked for in the channel first.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Final

import structlog

from bot.delivery.retry import next_try
from bot.models import Delivery
from bot.ports import (
    Adapter,
    CaveatMissing,
    Clock,
    Gone,
    LookupUnavailable,
    Payload,
    Rejected,
    Retry,
    SendResult,
    Sent,
)
from bot.store import Store

log = structlog.get_logger(__name__)

SEND_S: Final = 30.0
"""How long a send may take; what takes longer is unknown."""
LEASE_S: Final = 3 * SEND_S
"""Longer than a look and a send together, so that nobody else begins while we are at it."""
AT_ONCE: Final = 16


class Deliverer:
    """Sends for the platforms of this process; any number of processes may do so side by side."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock, *, owner: str) -> None:
        self._store, self._adapters, self._clock, self._owner = store, adapters, clock, owner
        self._slots = asyncio.Semaphore(AT_ONCE)
        # Only spreads tries in time; nothing secret hangs on it.
        self._jitter = random.Random(owner)  # noqa: S311

    async def drain(self) -> None:
        """Sends until nothing is due."""
        while await self.deliver_due():
            pass

    async def deliver_due(self, *, limit: int = 100) -> int:
        """Sends up to `limit` messages that are due, side by side; returns how many it claimed."""
        claimed = await self._store.deliveries.claim(
            self._clock.now(), limit=limit, lease_s=LEASE_S, owner=self._owner, platforms=list(self._adapters)
        )
        # Each is shielded: when we are told to stop, what is being sent is finished and settled.
        await asyncio.gather(*(asyncio.shield(self._deliver(delivery)) for delivery in claimed))
        return len(claimed)

    async def _deliver(self, delivery: Delivery) -> None:
        async with self._slots:
            adapter = self._adapters[delivery.workspace_id.partition(":")[0]]
            try:
                result = await self._find(adapter, delivery) or await self._send(adapter, delivery)
            except LookupUnavailable as error:
                # Sending blind could post it twice; waiting cannot.
                result = Retry(reason=f"cannot look whether it was sent ({error})")
            except CaveatMissing as error:
                log.critical("delivery.without_caveat", delivery=delivery.id, edition=delivery.edition_id)
                result = Rejected(reason=str(error))
            await self._settle(delivery, result)

    async def _find(self, adapter: Adapter, delivery: Delivery) -> Sent | None:
        if delivery.attempts <= 1:
            return None
        ref = await adapter.find(delivery.channel, key=delivery.key)
        if ref is None:
            return None
        log.info("delivery.found", delivery=delivery.id, edition=delivery.edition_id)
        return Sent(ref=ref)

    async def _send(self, adapter: Adapter, delivery: Delivery) -> SendResult:
        payload = Payload(body=json.loads(delivery.body), caveat=delivery.caveat)
        try:
            async with asyncio.timeout(SEND_S):
                return await adapter.send(delivery.channel, payload, key=delivery.key)
        except (LookupUnavailable, CaveatMissing):
            raise
        except TimeoutError:
            return Retry(reason=f"no answer within {SEND_S:.0f} s", is_unknown=True)
        except Exception as error:
            # A defect of the adapter; the message may stand in the channel.
            log.exception("delivery.adapter_failed", delivery=delivery.id)
            return Retry(reason=f"the adapter failed ({type(error).__name__})", is_unknown=True)

    async def _settle(self, delivery: Delivery, result: SendResult) -> None:
        match result:
            case Sent():
                await self._store.deliveries.settle_sent(
                    delivery.id, owner=self._owner, message_ref=result.ref, now=self._clock.now()
                )
                log.info("delivery.sent", delivery=delivery.id, edition=delivery.edition_id, part=delivery.part)
            case Retry():
                await self._again(delivery, result)
            case Gone() | Rejected():
                await self._give_up(delivery, result.reason)

    async def _again(self, delivery: Delivery, result: Retry) -> None:
        at = next_try(delivery.attempts, self._clock.now(), after_s=result.after_s, jitter=self._jitter.random())
        if at is None:
            await self._give_up(delivery, f"{result.reason}, {delivery.attempts} times")
            return
        await self._store.deliveries.settle_retry(delivery.id, owner=self._owner, error=result.reason, next_try_at=at)
        log.info("delivery.retry", delivery=delivery.id, reason=result.reason, at=at.isoformat())

    async def _give_up(self, delivery: Delivery, reason: str) -> None:
        await self._store.deliveries.settle_failed(delivery.id, owner=self._owner, error=reason, now=self._clock.now())
        log.warning("delivery.failed", delivery=delivery.id, edition=delivery.edition_id, reason=reason)
