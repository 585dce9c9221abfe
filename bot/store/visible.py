"""Which briefs a workspace sees (law 7).

Those with an article from a source that it follows or that the operator shares, and those that the operator added
whole. The workspace is a parameter, so that statements are built once and not for each question.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, exists, or_

from bot.models import Origin, WorkspaceId
from bot.store.schema import articles, briefs, sources, workspace_sources


def is_visible(*, to_all: bool, brief: FromClause = briefs) -> ColumnElement[bool]:
    """A condition on rows of `briefs`, to be executed with the parameters of `viewer`; `to_all`: to the operator.

    Nobody sees a retired brief; for a workspace that follows from its story, which has no articles any more.
    """
    if to_all:
        return brief.c.is_retired.is_(False)
    own = exists().where(
        articles.c.story_id == brief.c.story_id,
        workspace_sources.c.source_id == articles.c.source_id,
        workspace_sources.c.workspace_id == bindparam("viewer"),
    )
    shared = exists().where(
        articles.c.story_id == brief.c.story_id, sources.c.id == articles.c.source_id, sources.c.is_shared
    )
    return or_(brief.c.origin == Origin.IMPORTED, own, shared)


def viewer(workspace: WorkspaceId | None) -> dict[str, Any]:
    """The parameters of `is_visible`; None is the operator, who sees all."""
    return {} if workspace is None else {"viewer": workspace}
