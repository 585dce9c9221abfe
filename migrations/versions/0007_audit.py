"""What managers changed, and what pruning needs: names of pruned articles, an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    workspace = sa.ForeignKey("workspaces.id", name="fk_audit_workspace_id", ondelete="CASCADE")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=80), workspace, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("person_id", "person_name")),
        sa.Column("command", sa.Text(), server_default="", nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_workspace", "audit", ["workspace_id", "at"])
    op.create_table(
        "pruned_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pruned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_pruned_keys"),
    )
    op.create_index("ix_pruned_keys_pruned_at", "pruned_keys", ["pruned_at"])
    op.create_index("ix_edition_items_brief_id", "edition_items", ["brief_id"])
