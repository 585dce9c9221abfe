"""The bands of articles in one tree, those of one house side by side: a feed writes a few pages and not a thousand."""

from __future__ import annotations

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    places = op.create_table("places_of_houses", sa.Column("owner", sa.Text()), sa.Column("place", sa.BigInteger()))
    owners = op.get_bind().execute(sa.text("SELECT DISTINCT owner FROM articles")).scalars()
    # As bot.stories.duplicates has it: what tells the house above, what tells the text below.
    op.bulk_insert(
        places, [{"owner": owner, "place": (zlib.crc32(owner.encode()) - (1 << 31)) << 32} for owner in owners]
    )
    op.create_index("ix_places_of_houses", "places_of_houses", ["owner"])
    op.execute(
        "INSERT INTO article_bands (band, article_id) "
        "SELECT DISTINCT house.place + ((band >> 32) & 4294967295) AS new_band, article_id FROM bands_before "
        "JOIN articles ON articles.id = article_id JOIN places_of_houses AS house ON house.owner = articles.owner "
        "ORDER BY new_band, article_id"
    )
    op.drop_table("places_of_houses")
    op.drop_table("bands_before")
    op.create_index("ix_article_bands_article_id", "article_bands", ["article_id"])
