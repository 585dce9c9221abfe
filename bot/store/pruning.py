"""Removes what is older than anybody wants it kept, and whole workspaces, in batches that keep no writer waiting.

What is shared is kept for the longest retention of those who follow its source; what an edition told is kept as long as
the edition. Each batch is a transaction of its own and looks anew, so it may be cut short and begun again at any point.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, Text, cast, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import SourceKind, WorkspaceId
from bot.store.database import Database
from bot.store.holdings import AGED, owned
from bot.store.notices import KEPT
from bot.store.schema import (
    articles,
    brief_translations,
    briefs,
    edition_items,
    follows,
    metadata,
    model_attempts,
    model_spend,
    notices,
    oauth_states,
    pruned_keys,
    sources,
    stories,
    workspace_sources,
    workspaces,
)
from bot.store.story_removal import remove_stories, without_newest

UNFOLLOWED: Final = timedelta(days=30)
"""For so long a source that nobody follows is kept, so that who takes it up again finds its briefs."""
UNASKED: Final = timedelta(days=90)
"""For so long a translation is kept that nobody asks for."""
AIM_S: Final = 0.015
"""How long a batch should hold the writer; its size follows from how long the one before did."""
_FIRST: Final = 10
_MOST: Final = 400

_NOWHERE: Final = "briefbot:gone:"
_NAMES: Final = ("title", "publisher", "fetch_url", "etag", "last_modified", "body_hash", "last_error")

Batch = Callable[[AsyncConnection, int], Awaitable[int]]


@dataclass(slots=True)
class Pruned:
    """What was removed, by kind, and how it went."""

    counts: dict[str, int] = field(default_factory=dict)
    longest_s: float = 0.0
    """The longest time that one batch held the writer."""

    def add(self, kind: str, count: int) -> None:
        if count:
            self.counts[kind] = self.counts.get(kind, 0) + count

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Keeping:
    """How long things are kept, by who follows their sources."""

    now: datetime
    longest: timedelta
    by_source: Mapping[int, timedelta]

    def is_old(self, changed_at: datetime, source_ids: Collection[int]) -> bool:
        kept = max((self.by_source.get(id_, UNFOLLOWED) for id_ in source_ids), default=self.longest)
        return changed_at < self.now - kept


class Pruning:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def prune(self, now: datetime, stop: asyncio.Event | None = None) -> Pruned:
        """Removes all that is due; ends early, between two batches, when `stop` is set."""
        run = _Run(self._db, stop)
        for workspace in await self._left(now):
            await run.remove_workspace(workspace)
        await run.remove_aged(now)
        await run.remove_stories(await self._keeping(now))
        await run.remove_unfollowed(now - UNFOLLOWED)
        await run.remove_work(now, await self._keeping(now))
        return run.pruned

    async def forget(self, workspace: WorkspaceId) -> Pruned:
        """Removes a workspace with all it has, and the sources that only it followed with what only they told.

        Articles stay that are part of a story which somebody else sees, or which an edition of somebody else told.
        """
        query = select(workspace_sources.c.source_id).where(workspace_sources.c.workspace_id == workspace)
        async with self._db.reading() as connection:
            followed = (await connection.execute(query)).scalars().all()
        run = _Run(self._db, None)
        await run.remove_workspace(workspace)
        await run.remove_sources(followed)
        return run.pruned

    async def _left(self, now: datetime) -> list[WorkspaceId]:
        """The workspaces that the bot left longer ago than they wanted things kept."""
        query = select(workspaces.c.id, workspaces.c.left_at, workspaces.c.retention_days)
        async with self._db.reading() as connection:
            rows = (await connection.execute(query.where(workspaces.c.left_at.is_not(None)))).all()
        return [WorkspaceId(row.id) for row in rows if row.left_at < now - timedelta(days=row.retention_days)]

    async def _keeping(self, now: datetime) -> _Keeping:
        most = func.max(workspaces.c.retention_days)
        followed = select(workspace_sources.c.source_id, most).join(workspaces).group_by(workspace_sources.c.source_id)
        async with self._db.reading() as connection:
            longest = timedelta(days=(await connection.execute(select(most))).scalar() or 0) or UNFOLLOWED
            by_source = {id_: timedelta(days=days) for id_, days in await connection.execute(followed)}
            shared = (await connection.execute(select(sources.c.id).where(sources.c.is_shared))).scalars()
            return _Keeping(now, longest, by_source | dict.fromkeys(shared, longest))


class _Run:
    """One run: its batches, and what they removed."""

    def __init__(self, database: Database, stop: asyncio.Event | None) -> None:
        self._db, self._stop = database, stop
        self.pruned = Pruned()

    async def _batches(self, kind: str, batch: Batch) -> None:
        """Runs a batch until it says 0; what it removed, or -1 when there was nothing to remove but more to look at."""
        size = _FIRST
        while not (self._stop and self._stop.is_set()):
            held, count = await self._batch(batch, size)
            self.pruned.add(kind, max(count, 0))
            if count == 0:
                return
            size = max(1, min(_MOST, size + size // 2 + 1, int(size * AIM_S / max(held, 0.001))))
            # Who waits to write goes first, also in another process.
            await asyncio.sleep(0.005)

    async def _batch(self, batch: Batch, size: int) -> tuple[float, int]:
        began = time.monotonic()
        async with self._db.writing() as connection:
            # Not the time in which it waited for others.
            began = time.monotonic()
            count = await batch(connection, size)
        held = time.monotonic() - began
        self.pruned.longest_s = max(self.pruned.longest_s, held)
        return held, count

    # ── workspaces ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def remove_workspace(self, workspace: WorkspaceId) -> None:
        """Every row that it owns: children first, so that no cascade is large; then itself."""
        for table, is_owned in reversed(list(owned().items())):
            keys = list(table.primary_key.columns)
            if table is workspaces or (not keys and "workspace_id" not in table.c):
                continue

            await self._batches(table.name, _of_owner(table, is_owned, workspace))

        async def last(connection: AsyncConnection, size: int) -> int:
            done = await connection.execute(delete(workspaces).where(workspaces.c.id == workspace))
            return int(done.rowcount)

        await self._batches("workspaces", last)
        idle = update(sources).where(_is_unfollowed(), sources.c.next_poll_at.is_not(None))
        await self._whole("", idle.values(next_poll_at=None))

    async def remove_aged(self, now: datetime) -> None:
        """History that is older than its workspace wants it kept."""
        for name, column in AGED.items():
            table = metadata.tables[name]
            for workspace, before in await self._aged(table, table.c[column], now):
                await self._batches(name, _by_id(table, (table.c.workspace_id == workspace, table.c[column] < before)))

    async def _aged(self, table: Table, told_at: ColumnElement[datetime], now: datetime) -> list[tuple[str, datetime]]:
        """Whose rows are too old, and before when; mostly nobody's are, which nobody waits for to be found."""
        found = []
        async with self._db.glancing() as connection:
            for days in (await connection.execute(select(workspaces.c.retention_days).distinct())).scalars().all():
                before = now - timedelta(days=days)
                has_old = workspaces.c.id.in_(select(table.c.workspace_id).where(told_at < before))
                query = select(workspaces.c.id).where(has_old, workspaces.c.retention_days == days)
                found += [(workspace, before) for workspace in (await connection.execute(query)).scalars()]
        return found

    # ── stories ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def remove_stories(self, keeping: _Keeping) -> None:
        """Stories that changed last before anybody's retention, with their articles and briefs."""
        place: list[Any] = [None, 0]
        shortest = min((*keeping.by_source.values(), keeping.longest, UNFOLLOWED))

        async def batch(connection: AsyncConnection, size: int) -> int:
            """Goes on through pages of which everything is kept, up to some thousands of stories."""
            for _ in range(10):
                page = await _changed_before(connection, keeping.now - shortest, place, size)
                if not page:
                    return 0
                place[:] = page[-1].changed_at, page[-1].id
                old = await _old_among(connection, page, keeping)
                if old:
                    return await self._remove(connection, old, keeping.now)
            return -1

        await self._batches("stories", batch)

    async def _remove(self, connection: AsyncConnection, story_ids: Sequence[int], now: datetime | None) -> int:
        """How many stories; what went with them is counted here."""
        gone = await remove_stories(connection, story_ids, now)
        for kind in ("articles", "briefs"):
            self.pruned.add(kind, gone[kind])
        return gone["stories"]

    async def remove_unfollowed(self, before: datetime) -> None:
        """Sources that nobody follows and that were not read since then, once none of their articles is left."""
        since = func.coalesce(sources.c.last_polled_at, sources.c.created_at)
        is_empty = ~exists().where(articles.c.source_id == sources.c.id)
        where = (_is_unfollowed(), sources.c.kind == SourceKind.FEED, since < before, is_empty)
        await self._batches("sources", _by_id(sources, where))

    async def remove_sources(self, source_ids: Sequence[int]) -> None:
        """Of these sources those that nobody follows, with the stories that nobody else sees and no edition told."""
        async with self._db.reading() as connection:
            query = select(sources.c.id).where(sources.c.id.in_(source_ids), _is_unfollowed())
            ids = (await connection.execute(query)).scalars().all()
        sees = articles.alias("others")
        is_seen = (
            exists()
            .where(sees.c.story_id == articles.c.story_id, sources.c.id == sees.c.source_id, ~_is_unfollowed())
            .correlate(articles)
        )
        after = [0]

        async def batch(connection: AsyncConnection, size: int) -> int:
            query = select(articles.c.story_id).where(articles.c.source_id.in_(ids), articles.c.story_id > after[0])
            query = query.where(~is_seen).distinct().order_by(articles.c.story_id).limit(size)
            found = list((await connection.execute(query)).scalars())
            if not found:
                return 0
            after[0] = found[-1]
            told = await _told(connection, found)
            old = await without_newest(connection, [id_ for id_ in found if id_ not in told])
            return await self._remove(connection, old, None) or -1

        await self._batches("stories", batch)
        loose = (articles.c.source_id.in_(ids), articles.c.story_id.is_(None))
        await self._batches("articles", _by_id(articles, loose))
        is_empty = ~exists().where(articles.c.source_id == sources.c.id)
        await self._batches("sources", _by_id(sources, (sources.c.id.in_(ids), _is_unfollowed(), is_empty)))
        is_told = exists().where(articles.c.source_id == sources.c.id, articles.c.url != "")
        hollow = update(sources).where(sources.c.id.in_(ids), _is_unfollowed(), ~is_told)
        await self._whole("", hollow.values(url=_NOWHERE + cast(sources.c.id, Text), **dict.fromkeys(_NAMES, "")))

    # ── what is left of work ──────────────────────────────────────────────────────────────────────────────────────────

    async def remove_work(self, now: datetime, keeping: _Keeping) -> None:
        """What a model tried for briefs that are no news any more, translations that nobody reads, old states.

        And notices that could not be told in time are looked at no more.
        """
        late = update(notices).where(notices.c.next_try_at <= now, notices.c.created_at <= now - KEPT)
        await self._whole("", late.values(next_try_at=None))
        is_past = exists().where(briefs.c.id == model_attempts.c.brief_id, briefs.c.news_at < now - UNFOLLOWED)
        await self._whole("attempts", delete(model_attempts).where(is_past))
        await self._whole(
            "translations", delete(brief_translations).where(brief_translations.c.asked_at < now - UNASKED)
        )
        await self._whole("oauth states", delete(oauth_states).where(oauth_states.c.expires_at < now))
        day = (now - keeping.longest).date()
        await self._whole("days of spend", delete(model_spend).where(model_spend.c.day < day))
        await self._whole("names", delete(pruned_keys).where(pruned_keys.c.pruned_at < now - 2 * keeping.longest))

    async def _whole(self, kind: str, statement: Any) -> None:
        """Few rows, found by an index or in a small table: one statement."""

        async def batch(connection: AsyncConnection, size: int) -> int:
            return int((await connection.execute(statement)).rowcount)

        _, count = await self._batch(batch, 0)
        if kind:
            self.pruned.add(kind, count)


def _of_owner(table: Table, is_owned: ColumnElement[bool], workspace: WorkspaceId) -> Batch:
    async def batch(connection: AsyncConnection, size: int) -> int:
        gone = delete(table).where(is_owned)
        if keys := list(table.primary_key.columns):
            query = select(keys[0]).where(is_owned).limit(size)
            gone = gone.where(keys[0].in_((await connection.execute(query, {"owner": workspace})).scalars().all()))
        return int((await connection.execute(gone, {"owner": workspace})).rowcount)

    return batch


def _by_id(table: Table, where: Sequence[Any]) -> Batch:
    async def batch(connection: AsyncConnection, size: int) -> int:
        ids = (await connection.execute(select(table.c.id).where(*where).limit(size))).scalars().all()
        if ids:
            await connection.execute(delete(table).where(table.c.id.in_(ids)))
        return len(ids)

    return batch


def _is_unfollowed() -> Any:
    return ~or_(sources.c.is_shared, exists().where(workspace_sources.c.source_id == sources.c.id))


async def _changed_before(connection: AsyncConnection, at: datetime, place: Sequence[Any], size: int) -> Sequence[Any]:
    """The next stories after a place, by when they changed last; held, so that nothing comes to them meanwhile."""
    query = select(stories.c.id, stories.c.changed_at, stories.c.merged_into).where(stories.c.changed_at < at)
    if place[0] is not None:
        is_later = (stories.c.changed_at == place[0]) & (stories.c.id > place[1])
        query = query.where(stories.c.changed_at >= place[0], or_(stories.c.changed_at > place[0], is_later))
    query = query.order_by(stories.c.changed_at, stories.c.id).limit(size)
    return (await connection.execute(query.with_for_update(skip_locked=True))).all()


async def _old_among(connection: AsyncConnection, page: Sequence[Any], keeping: _Keeping) -> list[int]:
    ids = [row.id for row in page]
    members = select(articles.c.story_id, articles.c.source_id).where(articles.c.story_id.in_(ids)).distinct()
    followed: dict[int, set[int]] = {}
    for story, source in await connection.execute(members):
        followed.setdefault(story, set()).add(source)
    leads = [row.merged_into for row in page if row.merged_into is not None]
    known = select(stories.c.id).where(stories.c.id.in_(leads))
    there = set((await connection.execute(known)).scalars()) if leads else set()
    told = await _told(connection, ids)
    return [
        row.id
        for row in page
        # The number of a brief that leads to another is good as long as that one is there.
        if row.id not in told
        and row.merged_into not in there
        and (row.merged_into is not None or keeping.is_old(row.changed_at, followed.get(row.id, ())))
    ]


async def _told(connection: AsyncConnection, story_ids: Sequence[int]) -> set[int]:
    """Those of some stories that an edition which is kept told, or that a channel follows."""
    items = edition_items
    by_story = select(items.c.story_id).where(items.c.story_id.in_(story_ids))
    by_brief = select(briefs.c.story_id).where(briefs.c.story_id.in_(story_ids), items.c.brief_id == briefs.c.id)
    followed = select(follows.c.story_id).where(follows.c.story_id.in_(story_ids), follows.c.ended_at.is_(None))
    told = set((await connection.execute(by_story)).scalars())
    told |= set((await connection.execute(followed)).scalars())
    return told | set((await connection.execute(by_brief)).scalars())
