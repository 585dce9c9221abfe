"""The secret part of the address at which a digest can be read as a feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digests", sa.Column("feed_token", sa.String(length=64), nullable=True))
    op.create_index("ix_digests_feed_token", "digests", ["feed_token"], unique=True)
