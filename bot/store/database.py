"""The connection to the database: one engine, short transactions, and the differences between the two dialects.

SQLite: WAL, so readers never wait for a writer; `synchronous=FULL`, so what was committed survives a power cut; writers
begin with BEGIN IMMEDIATE, since a deferred one reads first and may find its snapshot stale when it writes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import ARRAY, ColumnElement, FromClause, Table, Text, any_, bindparam, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import greenlet_spawn

from bot.errors import StoreError
from bot.store.engine import open_engine
from bot.store.refusals import PlainErrors

_GIVING_BACK: Final = 200
"""Looks, five milliseconds apart, whether all connections have been given back."""


class Database:
    """An engine and the two ways to use it: `reading()` and `writing()`; each block is one transaction."""

    def __init__(self, url: str, *, is_patient: bool = False) -> None:
        """`is_patient` for what may take long on PostgreSQL: to bring it up to date, or to fill it."""
        self.url = make_url(url)
        self.engine = open_engine(self.url, is_patient=is_patient)
        self._file_id = _file_id(self.url) if self.is_sqlite else None
        self._without_begin = self.engine.execution_options(bb_begins=False)
        self._writer = asyncio.Lock()
        self._whole: ContextVar[AsyncConnection | None] = ContextVar("whole", default=None)

    @property
    def dialect(self) -> str:
        return self.url.get_backend_name()

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view; nothing written in it is kept."""
        with PlainErrors(self.url):
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncConnection]:
        """For one statement, or for several that need not agree: each sees what is committed when it runs.

        On SQLite half as long as `reading`, since no transaction is begun and ended around a statement that is one.
        """
        with PlainErrors(self.url):
            if not self.is_sqlite:
                async with self._without_begin.connect() as connection:
                    yield connection
                return
            # SQLAlchemy gives a connection back in a task of its own, lest a cancellation cut that short. Here there is
            # no transaction to end, so giving it back waits for nothing and cannot be cut short.
            connection = await self._without_begin.connect().start()
            try:
                yield connection
            finally:
                await connection.close()

    async def rows(self, query: Any, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """The rows of one statement: `glancing` where there is nothing to do but to read them.

        On SQLite SQLAlchemy's way there and back is made once, not for opening, executing and closing each.
        """
        if not self.is_sqlite:
            async with self.glancing() as connection:
                return (await connection.execute(query, parameters)).all()
        with PlainErrors(self.url):
            return await greenlet_spawn(self._rows, query, parameters)

    def _rows(self, query: Any, parameters: Mapping[str, Any] | None) -> Sequence[Any]:
        with self._without_begin.sync_engine.connect() as connection:
            return connection.execute(query, parameters).all()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed when the block ends well and rolled back when it raises.

        Within `together` it is a part of that one.
        """
        if (whole := self._whole.get()) is not None:
            yield whole
            return
        with PlainErrors(self.url):
            if not self.is_sqlite:
                async with self.engine.begin() as connection:
                    yield connection
                return
            # One writer at a time within the process waits here rather than in SQLite's busy loop, which is unfair.
            async with self._writer, self.engine.connect() as connection:
                await connection.execution_options(bb_writes=True)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """One transaction for everything that this task writes within the block: one wait for the disk, not many.

        What is only read within it does not see what was written.
        """
        async with self.writing() as connection:
            token = self._whole.set(connection)
            try:
                yield
            finally:
                self._whole.reset(token)

    async def answer(self) -> None:
        """StoreError unless the database can be read now, and is still the one that others would open."""
        if self.is_sqlite and _file_id(self.url) != self._file_id:
            # What was opened before it was removed still answers, and all that is written to it is lost.
            raise StoreError(f"The file {self.url.database} was removed or replaced while it was in use.")
        async with self.glancing() as connection:
            await connection.execute(select(1))

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT, for this dialect."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def many(self, values: Sequence[int] | Sequence[str]) -> dict[str, Any]:
        """The parameter of a statement with `among`."""
        return many(values, is_sqlite=self.is_sqlite)

    async def insert_numbered(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> Sequence[int]:
        """Inserts rows within `writing` and gives the numbers of their `id`, in order.

        SQLite would want a statement for each row to tell its number. Its next number is the newest one's and 1, and
        nobody else writes meanwhile, so that the rows are numbered here and go in together.
        """
        if not self.is_sqlite:
            insert = table.insert().returning(table.c.id, sort_by_parameter_order=True)
            return list((await connection.execute(insert, rows)).scalars())
        newest = (await connection.execute(select(func.max(table.c.id)))).scalar() or 0
        numbers = range(newest + 1, newest + 1 + len(rows))
        await connection.execute(table.insert(), [{"id": id_, **row} for id_, row in zip(numbers, rows, strict=True)])
        return numbers

    async def insert_many(
        self, connection: AsyncConnection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Inserts rows of plain numbers and texts, of which there are many for each thing that is stored."""
        if not rows:
            return
        if not self.is_sqlite:
            await connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
            return
        # The driver takes tuples as they are; by way of dictionaries a row costs as much again as to store it.
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        await connection.exec_driver_sql(statement, list(rows))

    async def close(self) -> None:
        """Closes all connections, after up to a second for those that are being given back.

        A task that was cancelled gives its connection back in a task of its own; one that was left open would be ended
        by the garbage collector, with a transaction half rolled back.
        """
        pool = cast(QueuePool, self.engine.pool)
        for _ in range(_GIVING_BACK):
            if not pool.checkedout():
                break
            await asyncio.sleep(0.005)
        await self.engine.dispose()


def _file_id(url: URL) -> tuple[int, int] | None:
    """What tells the file at this place from another that is put there later; None when there is none."""
    try:
        found = Path(str(url.database)).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def among(column: ColumnElement[Any], *, is_sqlite: bool) -> ColumnElement[bool]:
    """Whether a column has one of the values that `many` gives, as one parameter however many there are.

    PostgreSQL plans a statement anew for each other number of parameters.
    """
    if is_sqlite:
        given = func.json_each(bindparam("among")).table_valued("value")
        return column.in_(select(given.c.value))
    return column == any_(bindparam("among", type_=ARRAY(column.type)))


def many(values: Sequence[int] | Sequence[str], *, is_sqlite: bool) -> dict[str, Any]:
    """The parameter of a statement with `among`."""
    return {"among": json.dumps(values) if is_sqlite else list(values)}


def given_pairs(*, is_sqlite: bool) -> tuple[FromClause, ColumnElement[str], ColumnElement[str]]:
    """Rows of two texts that `many_pairs` gives, to be joined with, and either column of them."""
    if is_sqlite:
        rows: FromClause = func.json_each(bindparam("pairs")).table_valued("value", name="given")
        return rows, func.json_extract(rows.c.value, "$[0]"), func.json_extract(rows.c.value, "$[1]")
    texts = (bindparam(name, type_=ARRAY(Text)) for name in ("firsts", "seconds"))
    rows = func.unnest(*texts).table_valued("first", "second", name="given").render_derived()
    return rows, rows.c.first, rows.c.second


def many_pairs(pairs: Collection[tuple[str, str]], *, is_sqlite: bool) -> dict[str, Any]:
    """The parameters of a statement with `given_pairs`."""
    if is_sqlite:
        return {"pairs": json.dumps([*pairs])}
    return {"firsts": [first for first, _ in pairs], "seconds": [second for _, second in pairs]}
