"""Rows of articles that their source changed or withdrew after a brief was written from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Article, ArticleChange, ChangeKind, SourceChange, VersionKind
from bot.store.amendments import plan_amendments
from bot.store.database import Database
from bot.store.notices import Notice, plan_notice
from bot.store.rows import value
from bot.store.schema import (
    articles,
    brief_versions,
    briefs,
    change_is_open,
    deliveries,
    edition_items,
    source_changes,
    stories,
)


class SourceChanges:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def of_briefs(self, brief_ids: Sequence[int]) -> dict[int, list[SourceChange]]:
        """What happened under each of these briefs, the newest first."""
        if not brief_ids:
            return {}
        found: dict[int, list[SourceChange]] = {}
        for row in await self._db.rows(_of_briefs(), {"briefs": list(brief_ids)}):
            found.setdefault(row.brief_id, []).append(_change(row))
        return found

    async def settle(self, *, now: datetime) -> int:
        """Once a brief is written again after a change: says so of the version, has managers of the workspaces that
        were told it told, and every copy looked at. How many changes that were."""
        is_written = ~stories.c.is_due
        query = _changes(change_is_open, is_written).add_columns(briefs.c.version)
        async with self._db.glancing() as connection:
            rows = (await connection.execute(query.order_by(source_changes.c.id))).all()
        for row in rows:
            await self._settle(_change(row), row.version, now)
        return len(rows)

    async def _settle(self, change: SourceChange, version: int, now: datetime) -> None:
        async with self._db.writing() as connection:
            done = update(source_changes).where(source_changes.c.id == change.id)
            await connection.execute(done.values(brief_version=version))
            newest = (brief_versions.c.brief_id == change.brief_id, brief_versions.c.version == version)
            told = {"kind": VersionKind.SOURCE, "note": change.publisher}
            of_it = update(brief_versions).where(*newest, brief_versions.c.created_at >= change.at)
            await connection.execute(of_it.values(told))
            for workspace in (await connection.execute(_told_in(change.brief_id))).scalars().all():
                notice = Notice(
                    workspace_id=workspace,
                    kind="source",
                    brief_id=change.brief_id,
                    key=f"source:{change.brief_id}:{now.date()}",
                    facts={"publisher": change.publisher, "was": change.was, "now": change.now},
                )
                await plan_notice(self._db, connection, notice, now=now)
            await plan_amendments(self._db, connection, change.brief_id, None, now=now)


def _changes(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(source_changes, articles.c.publisher)
        .join(articles, articles.c.id == source_changes.c.article_id)
        .join(briefs, briefs.c.id == source_changes.c.brief_id)
        .join(stories, stories.c.id == briefs.c.story_id)
        .where(*conditions)
    )


@cache
def _of_briefs() -> Select[Any]:
    is_of = source_changes.c.brief_id.in_(bindparam("briefs", expanding=True))
    return _changes(is_of).order_by(source_changes.c.id.desc())


def _told_in(brief_id: int) -> Select[Any]:
    """The workspaces in whose channels a brief's story was told."""
    story = select(briefs.c.story_id).where(briefs.c.id == brief_id).scalar_subquery()
    told = select(edition_items.c.edition_id).where(edition_items.c.story_id == story)
    return select(deliveries.c.workspace_id).where(deliveries.c.edition_id.in_(told)).distinct()


async def note_changes(
    connection: AsyncConnection, found: Sequence[tuple[Article, ArticleChange]], *, at: datetime
) -> None:
    """Notes what was changed under the briefs that were written from these articles."""
    for article, change in found:
        brief = select(briefs.c.id).where(briefs.c.story_id == article.story_id, briefs.c.is_retired.is_(False))
        brief_id = (await connection.execute(brief)).scalar_one_or_none()
        if brief_id is not None:
            row = {"article_id": article.id, "brief_id": brief_id, "kind": change.kind, "at": at}
            await connection.execute(source_changes.insert().values(was=change.was, now=change.now, **row))


def _change(row: Any) -> SourceChange:
    return value(SourceChange, row, kind=ChangeKind(row.kind))
