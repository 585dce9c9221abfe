"""Where the bot is and where not, as adapters learn it; what an adapter is given to serve people."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.commands.invoke import Commands
from bot.models import ChannelRef, WorkspaceId
from bot.ports import Clock
from bot.store import Store
from bot.store.installations import Installations

log = structlog.get_logger(__name__)


class Tenants:
    """`bot.ports.Host` over the store, for the adapter of one platform."""

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
        return self._store.installations

    async def notices(self, workspace: WorkspaceId) -> ChannelRef | None:
        return (await self._store.workspaces.get(workspace)).notices or None

    async def present(self, places: Mapping[WorkspaceId, str], *, is_all: bool) -> frozenset[WorkspaceId]:
        known = await self._store.workspaces.here(self._platform)
        for id_, name in places.items():
            if known.get(id_) == name:
                continue
            if await self._store.workspaces.present(id_, name=name, now=self._clock.now()):
                log.info("workspace.returned", workspace=id_)
        for id_ in (known.keys() - places.keys()) if is_all else ():
            await self.absent(id_)
        new = [] if is_all and not known else [id_ for id_ in places if id_ not in known]
        now = self._clock.now()
        return frozenset([id_ for id_ in new if await self._store.workspaces.greet(id_, now=now)])

    async def absent(self, workspace: WorkspaceId) -> None:
        await self._store.workspaces.absent(workspace, now=self._clock.now())
        log.warning("workspace.left", workspace=workspace, reason="the bot was removed; settings are kept")

    async def reachable(self, workspace: WorkspaceId) -> None:
        if count := await self._store.deliveries.wake(workspace, self._clock.now()):
            log.info("deliveries.woken", workspace=workspace, count=count)
