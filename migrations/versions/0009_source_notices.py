"""Sources that fail for long: when a notice was due, when they were switched off, who was told, and where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("warned_at", sa.BigInteger(), nullable=True))
    op.add_column("sources", sa.Column("switched_off_at", sa.BigInteger(), nullable=True))
    op.add_column("workspace_sources", sa.Column("told_at", sa.BigInteger(), nullable=True))
    op.add_column("workspaces", sa.Column("notices", sa.Text(), server_default="", nullable=False))
