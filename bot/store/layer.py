"""What lies over the shared briefs: the corrections of a workspace, and those of the operator, which hold for all.

Of a workspace's own correction and the operator's the one made last holds. To be executed with the parameters of
`visible.viewer`, as the statements that these conditions are part of.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, select

from bot.models import CORRECTIONS, LOCAL_WORKSPACE, Correction, VersionKind
from bot.store import bodies
from bot.store.schema import briefs, corrections

layer: Final = corrections.alias("layer")
_COLUMNS: Final = ("kind", "version", "based_on", "body", "note", "at", "without", "workspace_id")


def laid_over(query: Select[Any], *, to_all: bool) -> Select[Any]:
    """The query over `briefs`, with the columns from which `layered` reads what lies over each."""
    on_top = layer.c.id == _newest("id", briefs.c.id, to_all=to_all)
    columns = (layer.c[name].label(f"layer_{name}") for name in _COLUMNS)
    return query.add_columns(*columns).outerjoin_from(briefs, layer, on_top)


def is_shown(*, to_all: bool, brief_id: Any = briefs.c.id) -> ColumnElement[bool]:
    """Whether a brief is not retracted for the viewer."""
    return func.coalesce(_newest("kind", brief_id, to_all=to_all), "") != VersionKind.RETRACTED


def told_by(name: str, own: Any, brief_id: Any, *, to_all: bool) -> ColumnElement[str]:
    """A brief's `headline` or `blurb` as the viewer reads it, where `own` is what was stored of it elsewhere."""
    return func.coalesce(func.nullif(_newest(name, brief_id, to_all=to_all), ""), own)


def _newest(column: str, brief_id: Any, *, to_all: bool) -> ScalarSelect[Any]:
    """A column of the correction on top of a brief."""
    one = corrections.alias()
    own = [LOCAL_WORKSPACE] if to_all else [LOCAL_WORKSPACE, bindparam("viewer")]
    query = select(one.c[column]).where(
        one.c.brief_id == brief_id, one.c.workspace_id.in_(own), one.c.kind.in_(CORRECTIONS)
    )
    return query.order_by(one.c.at.desc(), one.c.id.desc()).limit(1).correlate_except(one).scalar_subquery()


def correction_of(row: Any, prefix: str = "") -> Correction:
    """A row of `corrections`, its columns under names that begin so."""
    return Correction(
        kind=VersionKind(row[f"{prefix}kind"]),
        version=row[f"{prefix}version"],
        based_on=row[f"{prefix}based_on"],
        note=row[f"{prefix}note"],
        at=row[f"{prefix}at"],
        is_for_all=row[f"{prefix}workspace_id"] == LOCAL_WORKSPACE,
        without=tuple(row[f"{prefix}without"]),
    )


def layered(row: Any) -> dict[str, Any]:
    """The parts of a brief that the correction in this row of `laid_over` changes; none without one."""
    if row.get("layer_kind") is None:
        return {}
    found = correction_of(row, "layer_")
    parts: dict[str, Any] = {"correction": found, "version": found.version, "updated_at": found.at}
    if row["layer_body"] is not None:
        parts["text"] = bodies.load(row["layer_body"])
    return parts
