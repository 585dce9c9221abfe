"""What the gate changed in a version of a brief or kept out of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("briefs", "brief_versions"):
        op.add_column(table, sa.Column("refused", sa.JSON(), server_default="[]", nullable=False))
