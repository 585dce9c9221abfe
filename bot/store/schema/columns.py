"""What the tables are made of: the metadata that holds them, instants, and the columns that many of them have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


# SQLite gives row ids to INTEGER primary keys only; PostgreSQL should not run out at 2**31.
RowId = BigInteger().with_variant(Integer(), "sqlite")


def as_indexed(condition: str) -> ColumnElement[bool]:
    """A condition in the very words of a partial index, which SQLite uses for no other.

    SQLAlchemy would write `is_due = 1`, or a list of parameters, and every row of the table would be read.
    """
    return literal_column(condition)


def row_id() -> Column[int]:
    return Column("id", RowId, primary_key=True, autoincrement=True)


def ref(column: str, target: str, *, nullable: bool = False, index: bool = False, cascade: bool = True) -> Column[int]:
    rule = "CASCADE" if cascade else "SET NULL"
    return Column(column, RowId, ForeignKey(target, ondelete=rule), nullable=nullable, index=index)


def workspace_ref() -> Column[str]:
    return Column("workspace_id", String(80), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False)


def name_key() -> Column[str]:
    """What makes two names the same, which may be longer than the name: ß is ss. SQLite knows no lengths."""
    return Column("name_key", Text().with_variant(String(80), "sqlite"), nullable=False)


def words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def flag(name: str, default: bool) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("true" if default else "false"))


def number(name: str, default: int) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=str(default))


def tokens(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")
