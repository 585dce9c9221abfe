"""Topics of the catalogue on their way into a workspace: what somebody chose so far, and all of it made at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Digest, Topic, TopicRule, WorkspaceId
from bot.store.database import Database
from bot.store.digests import insert_digest
from bot.store.rows import name_key
from bot.store.schema import digests, setups, topics, workspaces
from bot.store.sources import Feeds, follow_feeds
from bot.store.topics import insert_topic

KEPT: Final = timedelta(days=30)
"""After so long without a step it is begun anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A topic that is to be followed, with the feeds that it needs."""

    name: str
    names: tuple[str, ...]
    """All that it may be called; a topic of one of these names is it."""
    rule: TopicRule
    """Without sources."""
    takes_all: bool
    """Everything of its feeds is its matter, so they become the sources of its rule."""
    feeds: tuple[tuple[str, str], ...]
    """Addresses and titles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be made in one go; `digest` without topics, which are those of the plan."""

    workspace_id: WorkspaceId
    topics: tuple[Wanted, ...]
    most_sources: int
    """That may be followed there."""
    digest: Digest | None = None
    zone: str = ""
    """Of the workspace from now on, when it has none of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What came of a plan; all topics of it as they are now."""

    topics: tuple[Topic, ...]
    new_topics: tuple[str, ...]
    grown_topics: tuple[str, ...]
    """That were there and take more feeds now."""
    new_sources: int
    digest: Digest | None = None

    @property
    def is_nothing(self) -> bool:
        return not (self.new_topics or self.grown_topics or self.new_sources or self.digest)


class Setups:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, workspace: WorkspaceId, person: str, *, now: datetime) -> dict[str, str]:
        """What this person chose so far; nothing when they have not begun, or long ago."""
        query = select(setups.c.choices).where(*_of(workspace, person), setups.c.updated_at > now - KEPT)
        async with self._db.glancing() as connection:
            return dict((await connection.execute(query)).scalar() or {})

    async def keep(self, workspace: WorkspaceId, person: str, choices: Mapping[str, str], *, now: datetime) -> None:
        """Remembers what a person chose, in place of what they chose before."""
        row = {"choices": dict(choices), "updated_at": now}
        insert = self._db.insert(setups).values(workspace_id=workspace, person=person, **row)
        async with self._db.writing() as connection:
            await connection.execute(delete(setups).where(setups.c.updated_at <= now - KEPT))
            await connection.execute(insert.on_conflict_do_update(index_elements=["workspace_id", "person"], set_=row))

    async def make(self, plan: Plan, *, now: datetime, person: str = "") -> Made | None:
        """Makes all of a plan, or nothing; what is there stays as it is, and gets at most more feeds and topics.

        With a `person` it ends what they chose: None when they have nothing under way, so that it is made once.
        UsageError when more feeds would be followed than may be.
        """
        async with self._db.writing() as connection:
            if person:
                ended = await connection.execute(delete(setups).where(*_of(plan.workspace_id, person)))
                if not ended.rowcount:
                    return None
            feeds = {url: title for topic in plan.topics for url, title in topic.feeds}
            ids, new = await follow_feeds(
                self._db, connection, Feeds(workspace=plan.workspace_id, titles=feeds, most=plan.most_sources), now
            )
            made = await self._topics(connection, plan, ids, now)
            digest = await _digest(connection, plan, made.topics) if plan.digest else None
            if plan.zone:
                unset = update(workspaces).where(workspaces.c.id == plan.workspace_id, workspaces.c.zone == "UTC")
                await connection.execute(unset.values(zone=plan.zone))
        return replace(made, new_sources=len(new), digest=digest)

    async def _topics(self, connection: AsyncConnection, plan: Plan, ids: Mapping[str, int], now: datetime) -> Made:
        query = select(topics).where(topics.c.workspace_id == plan.workspace_id)
        known = {row.name_key: row for row in await connection.execute(query)}
        found: list[Topic] = []
        new: list[str] = []
        grown: list[str] = []
        for wanted in plan.topics:
            source_ids = tuple(dict.fromkeys(ids[url] for url, _ in wanted.feeds)) if wanted.takes_all else ()
            row = next((known[key] for name in wanted.names if (key := name_key(name)) in known), None)
            topic = Topic(
                id=0,
                workspace_id=plan.workspace_id,
                name=wanted.name,
                rule=replace(wanted.rule, source_ids=source_ids),
                created_at=now,
            )
            if row is None:
                found.append(await insert_topic(connection, topic))
                new.append(topic.name)
                continue
            found.append(replace(topic, id=row.id, name=row.name))
            if await _grown(connection, row, source_ids):
                grown.append(row.name)
        return Made(topics=tuple(found), new_topics=tuple(new), grown_topics=tuple(grown), new_sources=0)


def _of(workspace: WorkspaceId, person: str) -> tuple[Any, ...]:
    return setups.c.workspace_id == workspace, setups.c.person == person


async def _grown(connection: AsyncConnection, row: Any, source_ids: Sequence[int]) -> bool:
    """Adds feeds to a topic that has feeds as its rule already; one that somebody gave another rule keeps it."""
    old = row.rule.get("source_ids") or []
    missing = [id_ for id_ in source_ids if id_ not in old]
    if not old or not missing:
        return False
    rule = {**row.rule, "source_ids": [*old, *missing]}
    await connection.execute(update(topics).where(topics.c.id == row.id).values(rule=rule))
    return True


async def _digest(connection: AsyncConnection, plan: Plan, of: Sequence[Topic]) -> Digest:
    """The digest of these topics; one that is posted there at that time already gets them as well."""
    assert plan.digest is not None
    wanted = replace(plan.digest, topic_ids=tuple(topic.id for topic in of))
    rows = list(await connection.execute(select(digests).where(digests.c.workspace_id == plan.workspace_id)))
    for row in rows:
        if (row.channel, row.at, row.zone) == (wanted.channel, f"{wanted.at:%H:%M}", wanted.zone):
            # One without topics tells everything already.
            ids = list(dict.fromkeys([*row.topic_ids, *wanted.topic_ids])) if row.topic_ids else []
            await connection.execute(update(digests).where(digests.c.id == row.id).values(topic_ids=ids))
            kept = replace(wanted, id=row.id, name=row.name, topic_ids=tuple(ids), days=tuple(row.days))
            return replace(kept, next_due_at=row.next_due_at, next_on=row.next_on, is_paused=row.is_paused)
    taken = {row.name_key for row in rows}
    names = (wanted.name if number == 1 else f"{wanted.name} {number}" for number in range(1, len(rows) + 2))
    name = next(name for name in names if name_key(name) not in taken)
    return await insert_digest(connection, replace(wanted, name=name))
