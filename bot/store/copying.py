"""Copies a whole store from a SQLite file into an empty PostgreSQL database, and counts that nothing is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Table, func, literal_column, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError, UsageError
from bot.store import bodies
from bot.store.address import problem_with
from bot.store.database import Database
from bot.store.heartbeats import at_work
from bot.store.indexing import Findable, index_new
from bot.store.migrate import require_current, upgrade
from bot.store.schema import articles, briefs, metadata

_PAGE: Final = 500

Progress = Callable[[str, int], None]
"""Told the name of a table and how many more of its rows have been copied."""


async def copy_store(source_url: str, target_url: str, progress: Progress) -> dict[str, int]:
    """All rows of one store in another, in one transaction; the number of rows of each table.

    The source is locked against writing meanwhile, so that nothing is added behind our back. Raises UsageError for a
    source or target of the wrong kind, and StoreError when the target is not empty or a count differs; then the target
    is as it was.
    """
    if problem := problem_with(target_url):
        raise UsageError(f"--to: {problem}")
    source, target = Database(source_url), Database(target_url, is_patient=True)
    try:
        if not source.is_sqlite or target.is_sqlite:
            raise UsageError(
                f"this copies from SQLite to PostgreSQL, not from {source.dialect} to {target.dialect}",
                allowed="a SQLite file in BRIEFBOT_DATABASE_URL, PostgreSQL in --to",
                example="briefbot copy-store --to postgresql+asyncpg://briefbot@localhost/briefbot",
            )
        await require_current(source)
        await upgrade(target)
        async with source.writing() as old, target.writing() as new:
            if working := await old.run_sync(at_work):
                raise StoreError(
                    f"The bot is at work on the database to copy: {', '.join(working)}. Stop it first, or what it "
                    "writes meanwhile would be missing in the copy."
                )
            return await _copy(old, new, progress)
    finally:
        await source.close()
        await target.close()


async def _copy(old: AsyncConnection, new: AsyncConnection, progress: Progress) -> dict[str, int]:
    await _require_empty(new)
    counts = {}
    for table in metadata.sorted_tables:
        async for rows in _pages(old, table):
            await new.execute(table.insert(), rows)
            progress(table.name, len(rows))
        await _set_sequence(new, table)
        counts[table.name] = await _same_count(old, new, table)
    async for rows in _pages(old, briefs):
        await _index(old, new, rows)
        progress("search", len(rows))
    return counts


async def _require_empty(new: AsyncConnection) -> None:
    for table in metadata.sorted_tables:
        if (await new.execute(select(table).limit(1))).first() is not None:
            raise StoreError(
                f"The database to copy to is not empty: {table.name} has rows. Make a new one; a bot that was started "
                "on it once has written to it already."
            )


async def _pages(old: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of a table in SQLite's own order, some at a time."""
    place = _place(table)
    names = [f"place_{number}" for number in range(len(place))]
    named = [column.label(name) for column, name in zip(place, names, strict=True)]
    query = select(*named, *table.c).order_by(*place).limit(_PAGE)
    page = query
    while rows := [dict(row) for row in (await old.execute(page)).mappings()]:
        last = [[row.pop(name) for name in names] for row in rows][-1]
        yield rows
        page = query.where(tuple_(*place) > tuple_(*last))


def _place(table: Table) -> list[ColumnElement[Any]]:
    """What SQLite keeps the rows of a table in order by."""
    if table.dialect_options["sqlite"]["with_rowid"]:
        return [literal_column("rowid", Integer)]
    return list(table.primary_key)


async def _set_sequence(new: AsyncConnection, table: Table) -> None:
    """The next row gets a number after those that were copied."""
    column = table.c.get("id")
    if column is None or not column.autoincrement or column.type.python_type is not int:
        return
    most = (await new.execute(select(func.max(column)))).scalar()
    if most:
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        await new.execute(text(f"SELECT setval({sequence}, :most)"), {"most": most})


async def _same_count(old: AsyncConnection, new: AsyncConnection, table: Table) -> int:
    query = select(func.count()).select_from(table)
    there = int((await old.execute(query)).scalar_one())
    here = int((await new.execute(query)).scalar_one())
    if there != here:
        raise StoreError(f"{table.name} has {there} rows and {here} arrived; nothing was copied.")
    return here


async def _index(old: AsyncConnection, new: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """The search index of the other dialect cannot be copied, so it is made anew."""
    titles = await _titles(old, [row["story_id"] for row in rows])
    shown = (row for row in rows if not row["is_retired"])
    await index_new(
        new,
        [
            Findable(row["id"], bodies.load(row["body"]), titles.get(row["story_id"], ()), row["published_at"])
            for row in shown
        ],
    )


async def _titles(old: AsyncConnection, stories: list[int]) -> Mapping[int, list[str]]:
    query = select(articles.c.story_id, articles.c.title).where(articles.c.story_id.in_(stories))
    found: dict[int, list[str]] = {}
    for row in await old.execute(query.order_by(articles.c.published_at, articles.c.id)):
        found.setdefault(row.story_id, []).append(row.title)
    return found
