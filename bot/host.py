"""What an adapter that serves people is given: answers, and an ear for where the bot is and where not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from bot.commands.invoke import Commands
from bot.models import WorkspaceId
from bot.ports import Adapter, Clock
from bot.store import Store
from bot.store.installations import Installations

log = structlog.get_logger(__name__)


class Host:
    """What the bot offers to the adapter of one platform."""

    def __init__(self, platform: str, commands: Commands, store: Store, clock: Clock) -> None:
        self._platform, self._commands, self._store, self._clock = platform, commands, store, clock

    @property
    def commands(self) -> Commands:
        return self._commands

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def installations(self) -> Installations:
        """Where an adapter keeps the tokens of the workspaces that installed it."""
        return self._store.installations

    async def present(self, places: Mapping[WorkspaceId, str | None], *, is_all: bool) -> frozenset[WorkspaceId]:
        """The bot is in these workspaces (names by id). `is_all`: and in no other of this platform.

        One whose name is None cannot be seen now: it stays as it is known until it is told of with its name.

        Gives back those that it came to, whose people are to be greeted: each once for each time that it comes, and
        none when a bot that knew of no workspace finds itself in some.
        """
        known = await self._store.workspaces.here(self._platform)
        for id_, name in places.items():
            if name is None or known.get(id_) == name:
                continue
            if await self._store.workspaces.present(id_, name=name, now=self._clock.now()):
                log.info("workspace.returned", workspace=id_)
        for id_ in (known.keys() - places.keys()) if is_all else ():
            await self.absent(id_)
        if is_all and not known:
            return frozenset()
        new = [id_ for id_, name in places.items() if name is not None and id_ not in known]
        now = self._clock.now()
        return frozenset([id_ for id_ in new if await self._store.workspaces.greet(id_, now=now)])

    async def absent(self, workspace: WorkspaceId) -> None:
        """The bot was removed from it."""
        await self._store.workspaces.absent(workspace, now=self._clock.now())
        log.warning("workspace.left", workspace=workspace, reason="the bot was removed; settings are kept")

    async def reachable(self, workspace: WorkspaceId) -> None:
        """Something changed there, so that what could not be posted may be tried again now."""
        if count := await self._store.deliveries.wake(workspace, self._clock.now()):
            log.info("deliveries.woken", workspace=workspace, count=count)


class ServingAdapter(Adapter, Protocol):
    """A chat platform that people speak to, too.

    `serve` takes commands until `stop` is set, or sets it when its person leaves. It raises ConfigError when the
    platform refuses our settings, and whatever else ends it ends the process.
    """

    async def serve(self, host: Host, stop: asyncio.Event) -> None: ...
