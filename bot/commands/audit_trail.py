"""Notes what managers change: what is set before a command and after it, compared, so that no handler has to tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final
from weakref import WeakValueDictionary

import structlog

from bot.commands.context import Context, Reply
from bot.documents.clip import clip
from bot.models import Audited, Change, WorkspaceId
from bot.store import Store
from bot.store.holdings import Configuration

log = structlog.get_logger(__name__)

VALUE_LIMIT: Final = 1000


class AuditTrail:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._turns: WeakValueDictionary[WorkspaceId, asyncio.Lock] = WeakValueDictionary()

    async def noting(self, answer: Callable[[Context], Awaitable[Reply]], context: Context) -> Reply:
        """What a command answers; what it changed is noted, also when it failed half-way."""
        workspace = context.workspace.id
        turn = self._turns.setdefault(workspace, asyncio.Lock())
        # One by one, lest a manager is said to have done what another did meanwhile.
        async with turn:
            before = await self._store.holdings.configuration(workspace)
            reply = None
            try:
                reply = await answer(context)
            finally:
                await self._note(context, before, () if reply is None else reply.changes)
        return reply

    async def _note(self, context: Context, before: Configuration, told: tuple[Change, ...]) -> None:
        try:
            after = await self._store.holdings.configuration(context.workspace.id)
            changes = (*changed(before, after), *told)
            if changes:
                person = context.invocation.person
                entry = Audited(
                    at=context.now,
                    person_id=person.id,
                    person_name=person.name,
                    command=context.command.name,
                    changes=changes,
                )
                await self._store.trail.add(context.workspace.id, entry)
        except Exception:
            # What was done is done, and its answer is owed.
            log.exception("audit.failed", workspace=context.workspace.id, command=context.command.name)


def changed(before: Configuration, after: Configuration) -> tuple[Change, ...]:
    """What differs between two instants, field by field; what came or went is one change."""
    return tuple(
        change for key in sorted({*before, *after}) for change in _of_one(key, before.get(key), after.get(key))
    )


def _of_one(key: str, old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> Iterator[Change]:
    name = (new or old or {}).get("name", "")
    what = f"{key} “{name}”" if name else key
    if old is None or new is None:
        yield Change(what=what, old=_whole(old), new=_whole(new))
        return
    for field in sorted({*old, *new}):
        values = old.get(field, ""), new.get(field, "")
        if values[0] != values[1]:
            yield Change(what=what, field=field, old=clip(values[0], VALUE_LIMIT), new=clip(values[1], VALUE_LIMIT))


def _whole(fields: Mapping[str, str] | None) -> str:
    told = "; ".join(f"{name}: {value}" for name, value in (fields or {}).items() if value and name != "name")
    return clip(told, VALUE_LIMIT)
