"""What platforms need: whether we are still there, what keeps a digest from its channel, titles and publishing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("left_at", sa.BigInteger(), nullable=True))
    op.add_column("digests", sa.Column("publish", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("digests", sa.Column("trouble", sa.Text(), server_default="", nullable=False))
    op.add_column("digests", sa.Column("trouble_since", sa.BigInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("title", sa.Text(), server_default="", nullable=False))
