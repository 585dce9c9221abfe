"""The one place where the parts of the bot are put together; nothing here is global, and tests give their own parts."""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

import structlog

from bot.briefs.aftermath import Aftermath
from bot.briefs.model.choice import model_of
from bot.briefs.model.view import ModelView
from bot.briefs.model.writer import ModelWriter
from bot.briefs.writer import BriefWriter
from bot.commands.invoke import Commands
from bot.config import Settings
from bot.delivery.amend import Amender
from bot.delivery.deliver import Deliverer
from bot.delivery.notify import Notifier
from bot.digests.dispatch import Dispatcher
from bot.errors import BriefbotError, ConfigError, SchemaMismatch, StoreError
from bot.host import Host, ServingAdapter
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser
from bot.ingest.pipeline import Ingest
from bot.listening import Endpoint
from bot.models import LOCAL_WORKSPACE
from bot.ports import Clock, SystemClock
from bot.process import place, process_name
from bot.pulse import EVERY_S
from bot.schedule import Job, Schedule, first
from bot.signs import Signs
from bot.stopping import CLOSE_S, FINISH_S
from bot.store import Store
from bot.store.heartbeats import Heartbeat
from bot.stories.place import Grouper
from bot.timekeeping import Timekeeper
from bot.turns import LEASE_S, Turn

log = structlog.get_logger(__name__)

CORE_ROLES: Final = ("ingest", "schedule")
PLATFORMS: Final = ("console", "discord", "slack")
STORIES: Final = "stories"
"""Grouping articles and writing briefs: from memory of what is there, so by one process that reads it once."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds between two looks at what is due; a look that finds nothing costs one indexed query."""

    poll_s: float = 20.0
    dispatch_s: float = 10.0
    deliver_s: float = 2.0
    model_s: float = 15.0
    notify_s: float = 10.0
    sources_s: float = 600.0
    prune_s: float = 3600.0
    pulse_s: float = EVERY_S
    lease_s: float = LEASE_S


_PACE: Final = Pace()


@dataclass(frozen=True, kw_only=True)
class App:
    """The bot's parts, each doing one arrow of the way of the data."""

    settings: Settings
    clock: Clock
    store: Store
    adapters: Mapping[str, ServingAdapter]
    turns: Mapping[str, Turn]
    """By platform, whether it is this process that speaks there; and whether it is this one that groups and writes."""
    fetcher: Fetcher
    parser: Parser
    ingest: Ingest
    grouper: Grouper
    writer: BriefWriter
    aftermath: Aftermath
    model: ModelWriter | None
    """None without a model: briefs stay as they were extracted."""
    dispatcher: Dispatcher
    deliverer: Deliverer
    amender: Amender
    notifier: Notifier
    timekeeper: Timekeeper
    commands: Commands

    async def write_briefs(self) -> int:
        """Groups what is new and writes what is due, to the end; the number of briefs written."""
        written = 0
        while await self.grouper.group_new():
            pass
        while count := await self.writer.write_due():
            written += count
        await self.aftermath.settle()
        return written

    async def read_news(self) -> None:
        """Polls the sources that are due, and carries what is new on to its briefs where that is our turn."""
        await self.ingest.poll_due()
        await self.turns[STORIES].while_ours(lambda _: self.write_briefs())

    async def prune(self, stop: asyncio.Event | None = None) -> None:
        """Removes what is older than it is to be kept."""
        began = time.monotonic()
        pruned = await self.store.pruning.prune(self.clock.now(), stop)
        if pruned.total:
            log.info(
                "store.pruned",
                **{kind.replace(" ", "_"): count for kind, count in pruned.counts.items()},
                duration_ms=round((time.monotonic() - began) * 1000),
                longest_ms=round(pruned.longest_s * 1000),
            )

    async def run(
        self,
        stop: asyncio.Event,
        only: frozenset[str] = frozenset(),
        pace: Pace = _PACE,
        endpoint: Endpoint | None = None,
    ) -> None:
        """Runs until `stop` is set, then finishes what is being sent, for FINISH_S at most.

        `only`: of CORE_ROLES and platforms; empty: all. Raises what stopped the schedule, if it stops by itself.
        """
        wanted = only or frozenset((*CORE_ROLES, *self.adapters))
        schedule, signs = self._schedule(wanted, stop, pace)
        # What was loaded to start stays; looking through it again and again held up answers for 0.2 s at a time.
        gc.collect()
        gc.freeze()
        # SQLite's threads hand over to the event loop, which waits for them up to this long; the default is 5 ms.
        sys.setswitchinterval(0.0005)
        log.info("app.started", roles=sorted(wanted), store=self.store.dialect)
        try:
            async with asyncio.TaskGroup() as group:
                parts = [
                    group.create_task(self._serve(platform, signs, stop, pace), name=platform)
                    for platform in wanted & set(self.adapters)
                ]
                if "ingest" in wanted:
                    holding = self.turns[STORIES].hold(stop, asyncio.Event.wait, lease_s=pace.lease_s)
                    parts.append(group.create_task(holding, name="stories"))
                parts.append(group.create_task(schedule.run(stop), name="schedule"))
                parts.append(group.create_task(self._watch_schema(stop, pace), name="schema"))
                if endpoint:
                    parts.append(group.create_task(endpoint.run(signs, stop), name="endpoint"))
                group.create_task(_cut_late(parts, schedule, stop))
        except ExceptionGroup as failed:
            # One part ended the others; its reason is what a person needs.
            reason = failed.exceptions[0]
            if isinstance(reason, SchemaMismatch):
                # Not dead but stopped on purpose.
                await self._say_goodbye()
            raise reason from None
        await self._say_goodbye()
        log.info("app.stopped")

    async def _say_goodbye(self) -> None:
        """Takes our heartbeat away, so that nobody misses us; a store that is gone is no reason not to stop well."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.store.heartbeats.end(process_name())
        except (BriefbotError, TimeoutError) as error:
            log.warning("heartbeat.left", reason=str(error) or "the store does not answer")

    def _schedule(self, wanted: frozenset[str], stop: asyncio.Event, pace: Pace) -> tuple[Schedule, Signs]:
        """The jobs of this process, and the signs of life that its heartbeat tells."""
        started_at = self.clock.now()

        async def beat() -> None:
            last, now = await signs.look(), self.clock.now()
            await self.store.heartbeats.beat(
                Heartbeat(
                    process=process_name(),
                    roles=tuple(sorted(wanted)),
                    jobs=last,
                    place=place(),
                    started_at=started_at,
                    beat_at=now,
                )
            )

        schedule = Schedule([*self._jobs(wanted, stop, pace), Job(name="pulse", every_s=pace.pulse_s, run=beat)])
        signs = Signs(schedule, self.adapters, self.clock)
        return schedule, signs

    def _jobs(self, wanted: frozenset[str], stop: asyncio.Event, pace: Pace) -> list[Job]:
        jobs: list[Job] = []
        if wanted & set(CORE_ROLES):
            jobs.append(Job(name="clock", every_s=pace.dispatch_s, run=self.timekeeper.look))
        if "ingest" in wanted:
            jobs.append(Job(name="poll", every_s=pace.poll_s, run=self.read_news))
            if model := self.model:
                jobs.append(Job(name="model", every_s=pace.model_s, run=lambda: model.drain(stop)))
        if "schedule" in wanted:
            jobs.append(Job(name="prune", every_s=pace.prune_s, run=lambda: self.prune(stop)))
            jobs.append(Job(name="follow", every_s=pace.dispatch_s, run=lambda: self.dispatcher.following.drain(stop)))
            jobs.append(Job(name="dispatch", every_s=pace.dispatch_s, run=lambda: self.dispatcher.drain(stop)))
        for platform in sorted(wanted & set(self.adapters)):
            jobs += self._speaking(platform, pace)
        return jobs

    def _speaking(self, platform: str, pace: Pace) -> list[Job]:
        """What is done on a platform while it is our turn there; platforms wait for each other in nothing."""
        ours, here = self.turns[platform].while_ours, (platform,)

        def job(name: str, every_s: float, work: Callable[[asyncio.Event], Awaitable[None]]) -> Job:
            return Job(name=f"{name} {platform}", every_s=every_s, run=lambda: ours(work))

        return [
            job("sources", pace.sources_s, lambda _: self.notifier.look_at_sources(here)),
            job("deliver", pace.deliver_s, lambda over: self.deliverer.drain(over, here)),
            job("amend", pace.deliver_s, lambda over: self.amender.drain(over, here)),
            job("notify", pace.notify_s, lambda _: self.notifier.drain(here)),
        ]

    async def _serve(self, platform: str, signs: Signs, stop: asyncio.Event, pace: Pace) -> None:
        host, adapter = Host(platform, self.commands, self.store, self.clock), self.adapters[platform]

        async def speak(over: asyncio.Event) -> None:
            async with signs.serving(platform):
                await adapter.serve(host, over)
            if not stop.is_set():
                # Another one speaks now, or may: what we are sending ends here, and is looked for before it is sent.
                await adapter.close()

        await self.turns[platform].hold(stop, speak, lease_s=pace.lease_s)

    async def _watch_schema(self, stop: asyncio.Event, pace: Pace) -> None:
        """SchemaMismatch, which ends the process, when another version changed the database under us."""
        while not stop.is_set():
            try:
                await self.store.require_unchanged()
            except SchemaMismatch:
                raise
            except StoreError as error:
                log.warning("store.unreachable", reason=error.message)
            await first(stop, timeout_s=pace.pulse_s)

    async def close(self) -> None:
        """Lets go of everything, in the order in which parts lean on each other; idempotent.

        What one part has against it is logged, and the others are closed all the same.
        """
        for name, adapter in self.adapters.items():
            await _let_go(adapter.close(), "adapter.cut", within_s=CLOSE_S, platform=name)
        for name, turn in self.turns.items():
            await _let_go(turn.release(), "turn.unreleased", within_s=CLOSE_S, name=name)
        if self.model:
            await _let_go(self.model.close(), "model.unclosed")
        await _let_go(self.fetcher.close(), "fetcher.unclosed")
        self.parser.close()
        await _let_go(self.store.close(), "store.unclosed")


async def _let_go(closing: Awaitable[None], otherwise: str, *, within_s: float | None = None, **what: str) -> None:
    try:
        async with asyncio.timeout(within_s):
            await closing
    except TimeoutError:
        log.warning(otherwise, reason="it did not close in time", **what)
    except Exception:
        log.exception(otherwise, **what)


async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    adapters: Mapping[str, ServingAdapter] | None = None,
    store: Store | None = None,
) -> App:
    """The whole bot, ready to run or to be asked; the caller closes it.

    Raises ConfigError and StoreError. `adapters` are by platform name; by default those of `settings.platforms()`.
    """
    clock = clock or SystemClock()
    choice = model_of(settings)
    store = store or await Store.open(settings.database_url)
    if adapters is None:
        adapters = load_adapters(settings)
    await store.workspaces.ensure(LOCAL_WORKSPACE, name="This machine", now=clock.now())
    fetcher = Fetcher(settings, clock)
    parser = Parser()
    ingest = Ingest(store, fetcher, parser, settings, clock)
    view = ModelView(store, choice)
    dispatcher = Dispatcher(store, adapters, clock, view)
    writer = BriefWriter(store, clock)
    # Two containers may have one name, and what one has claimed the other must not settle.
    owner = f"{process_name()} {uuid4().hex}"
    return App(
        settings=settings,
        clock=clock,
        store=store,
        adapters=adapters,
        turns={name: Turn(store, clock, lease) for name, lease in _leases(adapters).items()},
        fetcher=fetcher,
        parser=parser,
        ingest=ingest,
        grouper=Grouper(store, clock, timedelta(hours=settings.story_window_h)),
        writer=writer,
        aftermath=Aftermath(store, clock),
        model=ModelWriter(store, clock, choice, learn=writer.learn) if choice else None,
        dispatcher=dispatcher,
        deliverer=Deliverer(store, adapters, clock, owner=owner),
        amender=Amender(store, adapters, clock, owner=owner),
        notifier=Notifier(store, adapters, clock),
        timekeeper=Timekeeper(store, clock, news_window=timedelta(hours=settings.news_window_h)),
        commands=Commands(store, ingest, dispatcher, clock, view, frozenset(settings.operators)),
    )


def _leases(adapters: Mapping[str, ServingAdapter]) -> dict[str, str]:
    """The names of the leases on what one process does at a time; empty for what any number may do."""
    accounts = {platform: adapter.account() for platform, adapter in adapters.items()}
    speaking = {platform: f"{platform}:{account}" if account else "" for platform, account in accounts.items()}
    return {STORIES: STORIES} | speaking


def load_adapters(settings: Settings) -> dict[str, ServingAdapter]:
    """The adapters of the platforms whose tokens are set; the console when there is none that this version has."""
    found = {}
    for name in settings.platforms():
        if has_adapter(name):
            found[name] = load_adapter(name, settings)
        else:
            log.warning("platform.unavailable", platform=name, reason="its token is set, this version has no adapter")
    return found or {"console": load_adapter("console", settings)}


def has_adapter(name: str) -> bool:
    """Whether this version brings an adapter for the platform."""
    return importlib.util.find_spec(f"adapters.{name}") is not None


def load_adapter(name: str, settings: Settings) -> ServingAdapter:
    """The adapter of one platform, by name, since the core imports none (law 8); ConfigError when there is none."""
    if name not in PLATFORMS or not has_adapter(name):
        known = ", ".join(platform for platform in PLATFORMS if has_adapter(platform))
        raise ConfigError(f"there is no adapter for {name!r} in this version. Allowed: {known}. Example: console")
    adapter: ServingAdapter = importlib.import_module(f"adapters.{name}").create(settings)
    return adapter


async def _cut_late(parts: Sequence[asyncio.Task[None]], schedule: Schedule, stop: asyncio.Event) -> None:
    """Once `stop` is set, ends the parts that do not end by themselves in time."""
    await stop.wait()
    _, late = await asyncio.wait(parts, timeout=FINISH_S)
    if late:
        log.warning("app.cut", parts=sorted(part.get_name() for part in late), jobs=sorted(schedule.at_work))
    for part in late:
        part.cancel()
