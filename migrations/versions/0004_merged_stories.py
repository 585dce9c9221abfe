"""Stories that are merged and split: where an emptied one leads, and the order in which articles were placed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stories", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_index("ix_stories_changed_at", "stories", ["changed_at"])
    op.add_column("briefs", sa.Column("is_retired", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("articles", sa.Column("place", sa.BigInteger(), nullable=True))
    op.execute("UPDATE articles SET place = id WHERE story_id IS NOT NULL")
    op.create_index("ix_articles_place", "articles", ["place"])
