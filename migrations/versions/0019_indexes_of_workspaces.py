"""Indexes for what is asked of a workspace, each hour or at each scrape; names that are longer when they are folded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_editions_created", "editions", ["created_at", "workspace_id"], None),
    ("ix_follows_workspace", "follows", ["workspace_id", "ended_at"], None),
    ("ix_shared_answers_workspace", "shared_answers", ["workspace_id", "created_at"], None),
    ("ix_amendments_workspace", "amendments", ["workspace_id"], None),
    ("ix_brief_versions_workspace", "brief_versions", ["workspace_id"], "workspace_id IS NOT NULL"),
    ("ix_notices_brief_id", "notices", ["brief_id"], "brief_id IS NOT NULL"),
    ("ix_source_changes_open", "source_changes", ["id"], "brief_version = 0"),
)


def upgrade() -> None:
    for name, table, columns, where in _INDEXES:
        some = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
    # SQLite knows no lengths, and could change the column only by making the tables anew with all that hangs on them.
    if op.get_bind().dialect.name != "sqlite":
        for table in ("digests", "topics"):
            op.alter_column(table, "name_key", type_=sa.Text(), existing_type=sa.String(80), existing_nullable=False)
