"""Which briefs a workspace sees (law 7).

Those with an article from a source that it follows or that the operator shares, and those that the operator added
whole.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ColumnElement, exists, or_, true

from bot.models import Origin, WorkspaceId
from bot.store.schema import articles, briefs, sources, workspace_sources


@lru_cache(maxsize=4096)
def is_visible(workspace: WorkspaceId | None) -> ColumnElement[bool]:
    """A condition on rows of `briefs`; None is the operator, who sees all."""
    if workspace is None:
        return true()
    own = exists().where(
        articles.c.story_id == briefs.c.story_id,
        workspace_sources.c.source_id == articles.c.source_id,
        workspace_sources.c.workspace_id == workspace,
    )
    shared = exists().where(
        articles.c.story_id == briefs.c.story_id, sources.c.id == articles.c.source_id, sources.c.is_shared
    )
    return or_(briefs.c.origin == Origin.IMPORTED, own, shared)
