"""The bands of articles in one tree, in their order: a third less space on SQLite, and to write them a third less time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "DELETE FROM article_bands AS one USING article_bands AS other "
            "WHERE one.band = other.band AND one.article_id = other.article_id AND one.ctid > other.ctid"
        )
        op.drop_index("ix_article_bands_band", "article_bands")
        op.create_primary_key("pk_article_bands", "article_bands", ["band", "article_id"])
        return
    op.rename_table("article_bands", "bands_before")
    op.create_table(
        "article_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_bands_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("band", "article_id", name="pk_article_bands"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT OR IGNORE INTO article_bands SELECT band, article_id FROM bands_before ORDER BY band")
    op.drop_table("bands_before")
    op.create_index("ix_article_bands_article_id", "article_bands", ["article_id"])
