"""Notices about sources, which are of no brief."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing refers to notices, so on SQLite the table can be made anew.
    with op.batch_alter_table("notices") as table:
        table.alter_column("brief_id", existing_type=sa.BigInteger(), nullable=True)
