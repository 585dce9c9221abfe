"""How briefs are asked for, as far as a viewer sees them, and what their rows say; each statement is built once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, exists, null, or_, select

from bot.models import Brief, Origin, Related, Version, VersionKind
from bot.store import bodies
from bot.store.database import among
from bot.store.gather import gathered
from bot.store.layer import is_shown, laid_over, layered, told_by
from bot.store.rows import value
from bot.store.schema import brief_versions, briefs, related
from bot.store.visible import is_visible

_TOLD: Final = ("headline", "blurb")
"""What a link tells of another brief, which a correction may change."""
HISTORY: Final = (
    select(brief_versions)
    .where(
        brief_versions.c.brief_id == bindparam("brief"),
        or_(brief_versions.c.workspace_id.is_(None), brief_versions.c.workspace_id == bindparam("viewer")),
    )
    .order_by(brief_versions.c.version)
)


@cache
def statement(*, to_all: bool, is_raw: bool = False) -> Select[Any]:
    """Briefs that are not retracted, as `whole` gives them."""
    query = whole(to_all=to_all, is_raw=is_raw)
    return query if is_raw else query.where(is_shown(to_all=to_all))


@cache
def listed(*, to_all: bool, is_sqlite: bool) -> Select[Any]:
    """Briefs that are not retracted, without what they are related to, of the numbers that `many` gives: for lists."""
    query = select(briefs, null().label("links")).where(is_visible(to_all=to_all), is_shown(to_all=to_all))
    return laid_over(query.where(among(briefs.c.id, is_sqlite=is_sqlite)), to_all=to_all)


@cache
def whole(*, to_all: bool, is_raw: bool = False) -> Select[Any]:
    """Briefs with what they are related to, as far as the viewer sees either, and with what lies over them.

    Its rows are for `brief_of`. `is_raw`: with their own words alone.
    """
    is_linked = related.c.brief_id == briefs.c.id
    if not to_all:
        # A link must not tell a workspace of a brief that it does not see (law 7).
        other = briefs.alias("other")
        sees = exists().where(other.c.id == related.c.other_id, is_visible(to_all=False, brief=other))
        is_linked = and_(is_linked, or_(related.c.other_id.is_(None), sees))
    columns: dict[str, Any] = {column.key: column for column in related.c if column is not related.c.brief_id}
    if not is_raw:
        is_linked = and_(is_linked, is_shown(to_all=to_all, brief_id=related.c.other_id))
        columns |= {name: told_by(name, related.c[name], related.c.other_id, to_all=to_all) for name in _TOLD}
    query = select(briefs, gathered(columns, where=is_linked).label("links")).where(is_visible(to_all=to_all))
    return query if is_raw else laid_over(query, to_all=to_all)


@cache
def one(*, to_all: bool, is_raw: bool) -> Select[Any]:
    """The brief of the number `brief`."""
    return whole(to_all=to_all, is_raw=is_raw).where(briefs.c.id == bindparam("brief"))


@cache
def latest(*, to_all: bool, has_start: bool, has_end: bool) -> Select[Any]:
    """The newest first, published from `since` on and earlier than `before`."""
    query = statement(to_all=to_all)
    if has_start:
        query = query.where(briefs.c.published_at >= bindparam("since"))
    if has_end:
        query = query.where(briefs.c.published_at < bindparam("before"))
    query = query.order_by(briefs.c.published_at.desc(), briefs.c.id.desc())
    return query.limit(bindparam("limit")).offset(bindparam("offset"))


def brief_of(row: Any) -> Brief:
    """A row of `statement` or `whole` as a value."""
    links = sorted(row.links or (), key=itemgetter("position"))
    brief = as_written(row, tuple(map(_related, links)))
    over = layered(row._mapping)
    return replace(brief, **over) if over else brief


def as_written(row: Any, links: tuple[Related, ...]) -> Brief:
    """A row of `briefs` as a value, in its own words."""
    refused = bodies.load_refused(row.refused)
    return value(Brief, row, origin=Origin(row.origin), text=bodies.load(row.body), refusals=refused, related=links)


def version_of(row: Any) -> Version:
    """A row of `brief_versions` as a value."""
    return Version(
        number=row.version,
        kind=VersionKind(row.kind),
        note=row.note,
        at=row.created_at,
        text=bodies.load(row.body),
        is_for_all=row.workspace_id is None,
    )


def _related(link: Mapping[str, Any]) -> Related:
    told = {name: part for name, part in link.items() if name not in ("position", "other_id")}
    return Related(brief_id=link["other_id"], **told)
