"""A store, a dispatcher and a deliverer around a clock that a test moves, and a platform with moods."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from bot.delivery.deliver import Deliverer
from bot.digests.calendar import next_edition
from bot.digests.dispatch import Dispatcher
from bot.documents.nodes import Document
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest
from bot.ports import LookupUnavailable, Outgoing, Payload, SendResult
from bot.store import Store
from tests.fakes import FakeClock
from tests.office_store import workspaces
from tests.recorder import RecordingAdapter

TODAY = datetime.fromisoformat("2026-01-15T09:00+00:00")
DAY = timedelta(days=1)
HANGS = ChannelRef("console:hangs")
"""A channel in which nothing is ever posted until the adapter's `gate` opens."""


class Moody(RecordingAdapter):
    """Answers with what a test put in line, then as the recorder does."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.line: list[SendResult | Exception] = []
        self.looks: list[Exception] = []
        self.is_blind = False
        self.before_render: Callable[[Document], None] = lambda document: None
        self.gate = asyncio.Event()
        self.hanging = asyncio.Event()

    def render(self, document: Document) -> tuple[Payload, ...]:
        self.before_render(document)
        return super().render(document)

    async def send(self, message: Outgoing) -> SendResult:
        if message.channel == HANGS:
            self.hanging.set()
            await self.gate.wait()
        if self.line:
            answer = self.line.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return await super().send(message)

    async def find(self, message: Outgoing) -> str | None:
        if self.is_blind:
            raise LookupUnavailable("no right to read the channel")
        if self.looks:
            raise self.looks.pop(0)
        return await super().find(message)


@dataclass
class Desk:
    """The parts that a test asks, and the words in which it asks most."""

    store: Store
    clock: FakeClock
    adapter: Moody
    dispatcher: Dispatcher
    deliverer: Deliverer

    async def digest(self, *, at: time = time(9, 0), **parts: object) -> Digest:
        due = next_edition(at, "UTC", range(7), after=self.clock.now())
        made = Digest(
            id=0,
            workspace_id=LOCAL_WORKSPACE,
            name="Morning",
            channel=ChannelRef("console:news"),
            at=at,
            zone="UTC",
            next_due_at=due.at,
            next_on=due.on,
            created_at=self.clock.now(),
        )
        return await self.store.digests.add(replace(made, **parts))  # type: ignore[arg-type]

    async def run(self, to: datetime) -> None:
        """Plans and sends what is due at an instant."""
        await self.plan(to)
        await self.deliverer.drain()

    async def plan(self, to: datetime) -> None:
        self.clock.advance((to - self.clock.now()).total_seconds())
        await self.dispatcher.drain()

    def texts(self) -> list[str]:
        """The first part of each edition that reached a channel."""
        return [message["text"] for message in self.adapter.messages() if message["text"].startswith("1/2")]


async def open_desk(store: Store, clock: FakeClock, folder: Path) -> Desk:
    await workspaces(store, clock.now())
    adapter = Moody(folder / "channel.jsonl")
    adapters = {"console": adapter}
    dispatcher = Dispatcher(store, adapters, clock)
    return Desk(store, clock, adapter, dispatcher, Deliverer(store, adapters, clock, owner="me"))
