"""Rows of translated briefs: asked for by readers, written later, each of one version of its brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from bot.models import Brief, BriefText
from bot.store import bodies
from bot.store.database import Database
from bot.store.schema import brief_translations
from bot.store.spend import Usage


class Translations:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, briefs: Sequence[Brief], language: str) -> dict[int, BriefText]:
        """The translations of these very versions, by the brief's number; those that are not there are left out."""
        if not briefs:
            return {}
        versions = {brief.id: brief.version for brief in briefs}
        query = select(brief_translations).where(
            brief_translations.c.brief_id.in_(list(versions)), brief_translations.c.language == language
        )
        return {
            row.brief_id: bodies.load(row.body)
            for row in await self._db.rows(query)
            if row.body is not None and row.version == versions[row.brief_id]
        }

    async def ask(self, brief_ids: Iterable[int], language: str, *, now: datetime) -> None:
        """Remembers that readers want these briefs in this language."""
        rows = [{"brief_id": id_, "language": language, "asked_at": now} for id_ in sorted(set(brief_ids))]
        if not rows:
            return
        insert = self._db.insert(brief_translations)
        again = insert.on_conflict_do_update(
            index_elements=["brief_id", "language"], set_={"asked_at": insert.excluded.asked_at}
        )
        async with self._db.writing() as connection:
            await connection.execute(again, rows)

    async def save(self, brief: Brief, language: str, text: BriefText, usage: Usage) -> None:
        """Keeps the translation of a brief's version in place of one of an earlier version."""
        table = brief_translations
        change = update(table).where(
            table.c.brief_id == brief.id, table.c.language == language, table.c.version <= brief.version
        )
        async with self._db.writing() as connection:
            await connection.execute(
                change.values(
                    version=brief.version,
                    body=bodies.dump(text),
                    input_tokens=usage.input_tokens,
                    output_tokens=usage.output_tokens,
                )
            )
