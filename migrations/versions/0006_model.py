"""What a model's work needs: who wrote a brief, what it cost, how attempts went, and translations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("briefs", sa.Column("written_by", sa.Text(), server_default="", nullable=False))
    writer = "json_extract(body, '$.written_by')" if op.get_bind().dialect.name == "sqlite" else "body->>'written_by'"
    op.execute(f"UPDATE briefs SET written_by = coalesce({writer}, '')")  # noqa: S608 - one of the two lines above
    for name in ("input_tokens", "output_tokens"):
        op.add_column("brief_versions", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "model_spend",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.UniqueConstraint("day", "model", name="uq_model_spend_day_model"),
    )
    op.create_table(
        "model_attempts",
        _brief("model_attempts"),
        sa.Column("language", sa.String(length=16), server_default="", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("successes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.UniqueConstraint("brief_id", "language", name="uq_model_attempts_brief_id_language"),
    )
    op.create_table(
        "brief_translations",
        _brief("brief_translations"),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("brief_id", "language", name="uq_brief_translations_brief_id_language"),
    )
    op.create_index("ix_brief_translations_asked_at", "brief_translations", ["asked_at"])


def _brief(table: str) -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    target = sa.ForeignKey("briefs.id", name=f"fk_{table}_brief_id", ondelete="CASCADE")
    return sa.Column("brief_id", number, target, nullable=False)
