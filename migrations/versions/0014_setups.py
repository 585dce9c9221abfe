"""What somebody chose so far while they set a workspace up, and which workspaces were greeted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("greeted_at", sa.BigInteger(), nullable=True))
    # Those in which the bot is already are greeted no more.
    op.execute("UPDATE workspaces SET greeted_at = created_at WHERE left_at IS NULL")
    workspace = sa.ForeignKey("workspaces.id", name="fk_setups_workspace_id", ondelete="CASCADE")
    op.create_table(
        "setups",
        sa.Column("workspace_id", sa.String(length=80), workspace, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("workspace_id", "person", name="uq_setups_workspace_id_person"),
    )
