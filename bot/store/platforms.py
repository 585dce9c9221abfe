"""Which rows belong to the workspaces of some platforms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_


def is_of(workspace_id: Any, platforms: Iterable[str]) -> ColumnElement[bool]:
    """A condition on a column of workspace ids, `platform:id`; none is of no platform."""
    return or_(false(), *(workspace_id.startswith(f"{platform}:", autoescape=True) for platform in platforms))
