"""Rows of sources: the feeds, who follows them, and when each is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict, NotFound, UsageError
from bot.models import Polled, Source, SourceKind, WorkspaceId, parse_public_id, public_id
from bot.saying import say
from bot.store.claiming import claim
from bot.store.database import Database
from bot.store.rows import not_found, value
from bot.store.schema import Instant, sources, workspace_sources

IMPORT_URL: Final = "briefbot:import"
_KEPT_WHEN_EMPTY: Final = ("fetch_url", "etag", "last_modified", "body_hash", "title", "publisher", "language")


class Sources:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(
        self,
        url: str,
        *,
        workspace: WorkspaceId | None,
        now: datetime,
        title: str = "",
        publisher: str = "",
    ) -> Source:
        """The source of this address, followed by the workspace, or shared with all when it is None; due at once.

        Conflict when it was so already.
        """
        row = {"url": url, "title": title, "publisher": publisher, "next_poll_at": now, "created_at": now}
        async with self._db.writing() as connection:
            await connection.execute(self._db.insert(sources).values(row).on_conflict_do_nothing())
            source = value(Source, (await connection.execute(select(sources).where(sources.c.url == url))).one())
            if workspace is None:
                await self._share(connection, source)
            else:
                await self._follow(connection, source, workspace, now)
            # A source that nobody followed for a while has no next poll.
            wake = update(sources).where(sources.c.id == source.id, sources.c.next_poll_at.is_(None))
            await connection.execute(wake.values(next_poll_at=now, switched_off_at=None, warned_at=None))
        return await self.get(source.id)

    async def follow_all(self, feeds: Feeds, *, now: datetime) -> tuple[dict[str, int], frozenset[int]]:
        """As `follow_feeds`, all of them or none."""
        async with self._db.writing() as connection:
            return await follow_feeds(self._db, connection, feeds, now)

    async def _share(self, connection: AsyncConnection, source: Source) -> None:
        if source.is_shared:
            raise Conflict(f"{source.shown_url} is a source already ({public_id('src', source.id)})")
        await connection.execute(update(sources).where(sources.c.id == source.id).values(is_shared=True))

    async def _follow(self, connection: AsyncConnection, source: Source, workspace: WorkspaceId, now: datetime) -> None:
        follow = self._db.insert(workspace_sources).values(workspace_id=workspace, source_id=source.id, added_at=now)
        if not (await connection.execute(follow.on_conflict_do_nothing())).rowcount:
            ref = public_id("src", source.id)
            raise Conflict(say("{url} is followed here already ({ref})", url=source.shown_url, ref=ref))

    async def for_import(self, now: datetime) -> Source:
        """The one source that articles of import files belong to; shared, never polled."""
        row = {"url": IMPORT_URL, "kind": SourceKind.IMPORT, "title": "Imported", "is_shared": True, "created_at": now}
        async with self._db.writing() as connection:
            await connection.execute(self._db.insert(sources).values(row).on_conflict_do_nothing())
            return _source((await connection.execute(select(sources).where(sources.c.url == IMPORT_URL))).one())

    async def get(self, source_id: int) -> Source:
        """Any source by its number, whoever follows it: for the ingest, not for people."""
        async with self._db.reading() as connection:
            row = (await connection.execute(select(sources).where(sources.c.id == source_id))).one_or_none()
        if row is None:
            raise NotFound(f"no source {public_id('src', source_id)}")
        return _source(row)

    async def by_url(self, url: str) -> Source | None:
        """The source with this address, or which a permanent redirect leads there."""
        query = select(sources).where(or_(sources.c.url == url, sources.c.fetch_url == url)).order_by(sources.c.id)
        async with self._db.glancing() as connection:
            row = (await connection.execute(query)).first()
        return _source(row) if row else None

    async def followed(self, workspace: WorkspaceId | None) -> list[Source]:
        """The feeds whose stories a workspace sees, its own and the shared; None: all feeds that are read. By title."""
        query = select(sources).where(sources.c.kind == SourceKind.FEED)
        query = query.where(is_read() if workspace is None else or_(sources.c.is_shared, _follows(workspace)))
        async with self._db.glancing() as connection:
            found = [_source(row) for row in await connection.execute(query)]
        return sorted(found, key=lambda source: (source.name.casefold(), source.id))

    async def own_of(self, workspaces: Iterable[WorkspaceId]) -> dict[WorkspaceId, frozenset[int]]:
        """The ids of the feeds that each workspace follows itself: two with the same ones see the same briefs."""
        found: dict[WorkspaceId, set[int]] = {workspace: set() for workspace in workspaces}
        query = select(workspace_sources.c.workspace_id, workspace_sources.c.source_id)
        async with self._db.reading() as connection:
            rows = await connection.execute(query.where(workspace_sources.c.workspace_id.in_(found)))
            for workspace, source in rows:
                found[workspace].add(source)
        return {workspace: frozenset(ids) for workspace, ids in found.items()}

    async def find(self, workspace: WorkspaceId, text: str) -> Source:
        """A feed that the workspace sees, by id (`src3`, `3`), address or title; NotFound offers the nearest titles."""
        found = await self.followed(workspace)
        number = parse_public_id("src", text)
        wanted = text.strip().casefold()
        for source in found:
            if source.id == number or text.strip() in (source.url, source.fetch_url):
                return source
        titled = [source for source in found if source.title.casefold() == wanted]
        if len(titled) == 1:
            return titled[0]
        raise not_found("source", text, {public_id("src", source.id): source.name for source in found})

    async def unfollow(self, workspace: WorkspaceId | None, source_id: int) -> None:
        """The workspace follows it no more (None: shared no more); its articles stay. NotFound when it did not."""
        async with self._db.writing() as connection:
            if workspace is None:
                change: Any = update(sources).where(sources.c.id == source_id, sources.c.is_shared)
                change = change.values(is_shared=False)
            else:
                change = delete(workspace_sources).where(
                    workspace_sources.c.source_id == source_id, workspace_sources.c.workspace_id == workspace
                )
            if not (await connection.execute(change)).rowcount:
                raise NotFound(say("{ref} is not followed here", ref=public_id("src", source_id)))
            idle = update(sources).where(sources.c.id == source_id, ~is_read())
            await connection.execute(idle.values(next_poll_at=None))

    async def resume(self, source_id: int, now: datetime) -> None:
        """It is polled at once; how long it has failed is counted from now."""
        failing = case((sources.c.failures > 0, literal(now, Instant)), else_=None)
        values = {"next_poll_at": now, "switched_off_at": None, "warned_at": None, "failing_since": failing}
        async with self._db.writing() as connection:
            await connection.execute(update(sources).where(sources.c.id == source_id).values(**values))

    async def claim_due(self, now: datetime, *, limit: int, lease_s: float) -> list[Source]:
        """Feeds that are due, the longest due first; nobody else gets them until they are settled or the lease ends.

        One that nobody reads is never due: its last reader may have gone while it was polled.
        """
        due = (
            select(sources.c.id)
            .where(
                sources.c.next_poll_at <= now,
                sources.c.kind == SourceKind.FEED,
                is_read(),
                or_(sources.c.lease_until.is_(None), sources.c.lease_until <= now),
            )
            .order_by(sources.c.next_poll_at)
            .limit(limit)
        )
        async with self._db.writing() as connection:
            if not (ids := await claim(connection, sources, due, lease_until=now + timedelta(seconds=lease_s))):
                return []
            rows = await connection.execute(select(sources).where(sources.c.id.in_(ids)))
            found = {row.id: _source(row) for row in rows}
        return [found[id_] for id_ in ids]

    async def let_go(self, ids: Sequence[int], lease_until: datetime) -> None:
        """Those claimed until then are anybody's, due as they were; one that somebody else has claimed since is not."""
        still_ours = (sources.c.id.in_(ids), sources.c.lease_until == lease_until)
        async with self._db.writing() as connection:
            await connection.execute(update(sources).where(*still_ours).values(lease_until=None))

    async def settle(self, polled: Polled) -> None:
        """Writes what a poll taught us, and lets the lease go."""
        values: dict[str, Any] = {name: getattr(polled, name) for name in _KEPT_WHEN_EMPTY if getattr(polled, name)}
        values |= {"next_poll_at": polled.next_poll_at, "interval_s": polled.interval_s}
        values |= {"last_polled_at": polled.polled_at, "last_error": polled.error, "lease_until": None}
        if polled.error:
            since = func.coalesce(sources.c.failing_since, literal(polled.polled_at, Instant))
            values |= {"failures": sources.c.failures + 1, "failing_since": since}
            if polled.is_long:
                values["warned_at"] = polled.polled_at
            if polled.next_poll_at is None:
                values["switched_off_at"] = polled.polled_at
        else:
            values |= {"failures": 0, "failing_since": None, "warned_at": None, "last_ok_at": polled.polled_at}
        async with self._db.writing() as connection:
            await connection.execute(update(sources).where(sources.c.id == polled.source_id).values(**values))

    async def settle_unchanged(self, polls: Sequence[Polled]) -> None:
        """`settle` for sources that had nothing new, all in one transaction."""
        if not polls:
            return
        kept = {
            name: func.coalesce(func.nullif(bindparam(f"new_{name}"), ""), sources.c[name])
            for name in ("fetch_url", "etag", "last_modified")
        }
        well: dict[str, Any] = {"last_error": "", "lease_until": None, "failures": 0}
        well |= {"failing_since": None, "warned_at": None}
        at: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("next_poll_at", "interval_s")}
        at |= dict.fromkeys(("last_polled_at", "last_ok_at"), bindparam("new_polled_at", type_=Instant))
        change = update(sources).where(sources.c.id == bindparam("source")).values(**kept, **well, **at)
        names = (*kept, "next_poll_at", "interval_s", "polled_at")
        async with self._db.writing() as connection:
            # In one order everywhere, so that two processes never wait for each other in a circle.
            rows = [
                {"source": polled.source_id} | {f"new_{name}": getattr(polled, name) for name in names}
                for polled in sorted(polls, key=lambda polled: polled.source_id)
            ]
            await connection.execute(change, rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feeds:
    """Feeds that a workspace is to follow, by address with their titles; `most` that it may follow in all."""

    workspace: WorkspaceId
    titles: Mapping[str, str]
    most: int


async def follow_feeds(
    database: Database, connection: AsyncConnection, feeds: Feeds, now: datetime
) -> tuple[dict[str, int], frozenset[int]]:
    """Sees to it that all are followed, and due; their ids by address, and those that are new to the workspace.

    UsageError, before anything is followed, when that would be too many.
    """
    ids = await _known(connection, feeds.titles)
    rows = [
        {"url": url, "title": title, "next_poll_at": now, "created_at": now}
        for url, title in feeds.titles.items()
        if url not in ids
    ]
    if rows:
        await connection.execute(database.insert(sources).on_conflict_do_nothing(), rows)
        ids = await _known(connection, feeds.titles)
    seen = select(sources.c.id).where(or_(sources.c.is_shared, _follows(feeds.workspace)))
    followed = set((await connection.execute(seen)).scalars())
    new = sorted(set(ids.values()) - followed)
    if new and len(followed) + len(new) > feeds.most:
        raise UsageError(
            say("{count} sources are followed here, and this would add {new}", count=len(followed), new=len(new)),
            allowed=say("at most {most} sources", most=feeds.most),
        )
    if new:
        follow = [{"workspace_id": feeds.workspace, "source_id": id_, "added_at": now} for id_ in new]
        await connection.execute(database.insert(workspace_sources).on_conflict_do_nothing(), follow)
        # A source that nobody followed for a while has no next poll.
        wake = update(sources).where(sources.c.id.in_(new), sources.c.next_poll_at.is_(None))
        await connection.execute(wake.values(next_poll_at=now))
    return ids, frozenset(new)


async def _known(connection: AsyncConnection, urls: Iterable[str]) -> dict[str, int]:
    """The ids of sources with these addresses, or which a permanent redirect leads there."""
    wanted = list(urls)
    query = select(sources.c.id, sources.c.url, sources.c.fetch_url).order_by(sources.c.id.desc())
    rows = list(await connection.execute(query.where(or_(sources.c.url.in_(wanted), sources.c.fetch_url.in_(wanted)))))
    led = {row.fetch_url: row.id for row in rows if row.fetch_url}
    return {url: id_ for url, id_ in (led | {row.url: row.id for row in rows}).items() if url in set(wanted)}


def _follows(workspace: WorkspaceId) -> ColumnElement[bool]:
    own = workspace_sources
    return exists().where(own.c.source_id == sources.c.id, own.c.workspace_id == workspace)


def is_read() -> ColumnElement[bool]:
    """Whether somebody reads a source: a workspace that follows it, or all."""
    return or_(sources.c.is_shared, exists().where(workspace_sources.c.source_id == sources.c.id))


def _source(row: Any) -> Source:
    return value(Source, row, kind=SourceKind(row.kind))
