"""What a digest may be told beside its schedule, and several editions a day: one for each slot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("slot", sa.Integer(), server_default="0", nullable=False),
        sa.Column("also_at", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("caps", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("covers", sa.String(length=16), server_default="day", nullable=False),
        sa.Column("repeats", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quiet", sa.String(length=16), server_default="note", nullable=False),
        sa.Column("language", sa.String(length=16), server_default="", nullable=False),
        sa.Column("place", sa.String(length=16), server_default="channel", nullable=False),
        sa.Column("ping", sa.Text(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("next_slot", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("digests", column)
    op.add_column("editions", sa.Column("slot", sa.Integer(), server_default="0", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_editions()
    else:
        op.drop_constraint("uq_editions_digest_id_on", "editions", type_="unique")
        op.create_unique_constraint("uq_editions_digest_id_on_slot", "editions", ["digest_id", "on", "slot"])


def _rebuild_editions() -> None:
    """SQLite changes no constraint; dropping the old table takes what refers to it along, so that is kept aside."""
    of_editions = ("amendments", "edition_items", "deliveries")
    for table in of_editions:
        op.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 - one of those above
        op.execute(f"DELETE FROM {table}")  # noqa: S608
    with op.batch_alter_table("editions", recreate="always") as editions:
        editions.drop_constraint("uq_editions_digest_id_on", type_="unique")
        editions.create_unique_constraint("uq_editions_digest_id_on_slot", ["digest_id", "on", "slot"])
    for table in reversed(of_editions):
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608
        op.execute(f"DROP TABLE kept_{table}")
