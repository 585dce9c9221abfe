"""Rows of corrections: what managers laid over briefs, each a version of its brief, and the edits that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import CORRECTIONS, LOCAL_WORKSPACE, Brief, BriefText, Correction, VersionKind, WorkspaceId
from bot.store import bodies
from bot.store.amendments import plan_amendments
from bot.store.database import Database
from bot.store.layer import correction_of
from bot.store.notices import Notice, plan_notice
from bot.store.reports import close_reports
from bot.store.saving import next_version
from bot.store.schema import brief_versions, briefs, corrections


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a manager does to a brief. `text` None: its words are taken back, or its own words show again."""

    kind: VersionKind
    text: BriefText | None = None
    note: str = ""
    who: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A correction of a workspace as it lies over a brief."""

    workspace_id: WorkspaceId
    brief_id: int
    correction: Correction


class Corrections:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def lay(
        self, workspace: WorkspaceId, brief: Brief, change: Change, *, based_on: int, now: datetime
    ) -> tuple[Correction, int]:
        """Puts a change over a brief for a workspace (the local one: for all), in place of the one before.

        The version, the end of open reports, and the edits of all copies that were posted are one transaction; the
        number is that of the copies to be edited. `based_on` is the version of the brief's own words.
        """
        async with self._db.writing() as connection:
            version = await next_version(connection, brief.id)
            row = _row(workspace, brief, change, version=version, based_on=based_on, at=now)
            await self._write(connection, row)
            await connection.execute(brief_versions.insert().values(_version(row, brief)))
            only = None if workspace == LOCAL_WORKSPACE else workspace
            await close_reports(connection, brief.id, only, state=change.kind, now=now)
            copies = await plan_amendments(self._db, connection, brief.id, only, now=now)
        return correction_of(row), copies

    async def follow(self, laid: Laid, text: BriefText, *, based_on: int, now: datetime) -> None:
        """The brief that was written again without a source has news: its next version, which edits no copy."""
        async with self._db.writing() as connection:
            is_it = (corrections.c.workspace_id == laid.workspace_id, corrections.c.brief_id == laid.brief_id)
            is_same = corrections.c.version == laid.correction.version
            version = await next_version(connection, laid.brief_id)
            told = {"headline": text.headline, "blurb": text.summary, "body": bodies.dump(text)}
            change = update(corrections).where(*is_it, is_same).values(version=version, based_on=based_on, **told)
            if not (await connection.execute(change)).rowcount:
                return
            own = None if laid.workspace_id == LOCAL_WORKSPACE else laid.workspace_id
            values = {"brief_id": laid.brief_id, "version": version, "body": told["body"], "workspace_id": own}
            await connection.execute(
                brief_versions.insert().values(kind=VersionKind.REWRITTEN, created_at=now, **values)
            )

    async def overtaken(self) -> list[tuple[Laid, int]]:
        """Corrections of briefs whose own words had news since, with the version of these."""
        is_news = exists().where(
            brief_versions.c.brief_id == corrections.c.brief_id,
            brief_versions.c.version > corrections.c.based_on,
            brief_versions.c.kind.in_((VersionKind.NEWS, VersionKind.SOURCE)),
        )
        query = (
            select(corrections, briefs.c.version.label("own_version"))
            .join(briefs, briefs.c.id == corrections.c.brief_id)
            .where(corrections.c.kind.in_(CORRECTIONS), briefs.c.version > corrections.c.based_on, is_news)
            .where(briefs.c.is_retired.is_(False))
        )
        async with self._db.glancing() as connection:
            return [(_laid(row), row.own_version) for row in await connection.execute(query)]

    async def note_news(self, laid: Laid, *, own_version: int, headline: str, now: datetime) -> None:
        """Managers are told, once a day, that there is news under their correction."""
        is_it = (corrections.c.workspace_id == laid.workspace_id, corrections.c.brief_id == laid.brief_id)
        notice = Notice(
            workspace_id=laid.workspace_id,
            kind="news",
            brief_id=laid.brief_id,
            key=f"news:{laid.brief_id}:{now.date()}",
            facts={"headline": headline},
        )
        async with self._db.writing() as connection:
            await connection.execute(update(corrections).where(*is_it).values(based_on=own_version))
            await plan_notice(self._db, connection, notice, now=now)

    async def _write(self, connection: AsyncConnection, row: dict[str, Any]) -> None:
        insert = self._db.insert(corrections).values(row)
        keys = ("workspace_id", "brief_id")
        told = {name: insert.excluded[name] for name in row if name not in keys}
        await connection.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=told))

    async def over(self, workspace: WorkspaceId, brief_ids: Iterable[int]) -> dict[int, Correction]:
        """What was last done to each of these briefs for a workspace, what was taken back included."""
        query = (
            select(corrections)
            .where(corrections.c.brief_id.in_(list(brief_ids)))
            .where(corrections.c.workspace_id.in_({workspace, LOCAL_WORKSPACE}))
        )
        async with self._db.glancing() as connection:
            rows = await connection.execute(query.order_by(corrections.c.at, corrections.c.id))
            return {row.brief_id: correction_of(row._mapping) for row in rows}

    async def holders(self, workspaces: Iterable[WorkspaceId]) -> frozenset[WorkspaceId]:
        """Those of these workspaces that read some brief otherwise than the others."""
        query = select(corrections.c.workspace_id).where(corrections.c.workspace_id.in_(list(workspaces))).distinct()
        async with self._db.glancing() as connection:
            return frozenset((await connection.execute(query)).scalars())


def _laid(row: Any) -> Laid:
    return Laid(workspace_id=row.workspace_id, brief_id=row.brief_id, correction=correction_of(row._mapping))


def _row(
    workspace: WorkspaceId, brief: Brief, change: Change, *, version: int, based_on: int, at: datetime
) -> dict[str, Any]:
    text = change.text
    return {
        "workspace_id": workspace,
        "brief_id": brief.id,
        "version": version,
        "based_on": based_on,
        "kind": change.kind,
        "body": bodies.dump(text) if text else None,
        "headline": text.headline if text else "",
        "blurb": text.summary if text else "",
        "note": change.note,
        "who": change.who,
        "without": list(change.without),
        "at": at,
    }


def _version(row: dict[str, Any], brief: Brief) -> dict[str, Any]:
    """The row of `brief_versions`: of what was taken back the words stay as they were."""
    return {
        "brief_id": brief.id,
        "version": row["version"],
        "body": row["body"] or bodies.dump(brief.text),
        "kind": row["kind"],
        "note": row["note"],
        "who": row["who"],
        "workspace_id": None if row["workspace_id"] == LOCAL_WORKSPACE else row["workspace_id"],
        "created_at": row["at"],
    }
