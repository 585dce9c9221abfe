"""Rows of another table in one column, as JSON, so that a statement reads a thing with its parts in one trip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ColumnElement, ScalarSelect, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Array(FunctionElement[Any]):
    """An array of what it is given in each row."""

    name = "gathered"
    type = JSON()
    inherit_cache = True


class _Object(FunctionElement[Any]):
    """An object of the names and values that it is given in turn."""

    name = "gathered_object"
    type = JSON()
    inherit_cache = True


@compiles(_Array, "sqlite")
def _sqlite_array(element: _Array, compiler: Any, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(_Array, "postgresql")
def _postgresql_array(element: _Array, compiler: Any, **options: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **options)})"


@compiles(_Object, "sqlite")
def _sqlite_object(element: _Object, compiler: Any, **options: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **options)})"


@compiles(_Object, "postgresql")
def _postgresql_object(element: _Object, compiler: Any, **options: Any) -> str:
    return f"json_build_object({compiler.process(element.clauses, **options)})"


def gathered(columns: Mapping[str, ColumnElement[Any]], where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """For each row around it a list of objects with these columns, in no order; None or empty when there is none."""
    pairs = [part for name, column in columns.items() for part in (literal_column(f"'{name}'"), column)]
    return select(_Array(_Object(*pairs))).where(where).scalar_subquery()
