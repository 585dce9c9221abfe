"""The first schema: every table, and the search index of each dialect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite gives row ids to INTEGER primary keys only.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _news()
    _workspaces()
    _schedule()
    _search()


def _news() -> None:
    op.create_table(
        "sources",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="feed", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("publisher", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("fetch_url", sa.Text(), server_default="", nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("interval_s", sa.Integer(), server_default="900", nullable=False),
        sa.Column("next_poll_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("last_polled_at", sa.BigInteger(), nullable=True),
        sa.Column("last_ok_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("url", name="uq_sources_url"),
    )
    op.create_index("ix_sources_due", "sources", ["next_poll_at"])
    op.create_table(
        "stories",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("is_due", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index(
        "ix_stories_due", "stories", ["id"], sqlite_where=sa.text("is_due"), postgresql_where=sa.text("is_due")
    )
    op.create_table(
        "articles",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("story_id", _ID, nullable=True),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("publisher", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=16), server_default="und", nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("is_news", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_articles_source_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_articles_story_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index("ix_articles_seen", "articles", ["seen_at"])
    op.create_index("ix_articles_source_id", "articles", ["source_id"])
    op.create_index("ix_articles_story_id", "articles", ["story_id"])
    op.create_index(
        "ix_articles_ungrouped",
        "articles",
        ["id"],
        sqlite_where=sa.text("story_id IS NULL"),
        postgresql_where=sa.text("story_id IS NULL"),
    )
    op.create_table(
        "article_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_keys_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_article_keys"),
    )
    op.create_index("ix_article_keys_article_id", "article_keys", ["article_id"])
    op.create_table(
        "article_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("article_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_bands_article_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_article_bands_article_id", "article_bands", ["article_id"])
    op.create_index("ix_article_bands_band", "article_bands", ["band", "article_id"])
    op.create_table(
        "briefs",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("story_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("origin", sa.String(length=16), server_default="written", nullable=False),
        sa.Column("language", sa.String(length=16), server_default="und", nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("publishers", sa.Integer(), server_default="1", nullable=False),
        sa.Column("article_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("news_at", sa.BigInteger(), nullable=False),
        sa.Column("is_news", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_briefs_story_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_briefs"),
        sa.UniqueConstraint("story_id", name="uq_briefs_story_id"),
    )
    op.create_index("ix_briefs_news_at", "briefs", ["news_at"])
    op.create_index("ix_briefs_published_at", "briefs", ["published_at"])
    op.create_index("ix_briefs_updated_at", "briefs", ["updated_at"])
    op.create_table(
        "brief_versions",
        sa.Column("brief_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_brief_versions_brief_id", ondelete="CASCADE"),
        sa.UniqueConstraint("brief_id", "version", name="uq_brief_versions_brief_id_version"),
    )
    op.create_table(
        "related",
        sa.Column("brief_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("other_id", _ID, nullable=True),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("headline", sa.Text(), server_default="", nullable=False),
        sa.Column("blurb", sa.Text(), server_default="", nullable=False),
        sa.Column("score", sa.Float(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_related_brief_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["briefs.id"], name="fk_related_other_id", ondelete="CASCADE"),
        sa.UniqueConstraint("brief_id", "position", name="uq_related_brief_id_position"),
    )
    op.create_index("ix_related_other_id", "related", ["other_id"])


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("zone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("language", sa.String(length=16), server_default="en", nullable=False),
        sa.Column("admin_role", sa.Text(), server_default="", nullable=False),
        sa.Column("ping_role", sa.Text(), server_default="", nullable=False),
        sa.Column("caveat_note", sa.Text(), server_default="", nullable=False),
        sa.Column("retention_days", sa.Integer(), server_default="365", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
    )
    op.create_table(
        "workspace_sources",
        sa.Column("workspace_id", sa.String(length=80), nullable=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_workspace_sources_source_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_workspace_sources_workspace_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("workspace_id", "source_id", name="uq_workspace_sources_workspace_id_source_id"),
    )
    op.create_index("ix_workspace_sources_source_id", "workspace_sources", ["source_id"])
    op.create_table(
        "topics",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_topics_workspace_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("workspace_id", "name_key", name="uq_topics_workspace_id_name_key"),
    )


def _schedule() -> None:
    op.create_table(
        "digests",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("topic_ids", sa.JSON(), nullable=False),
        sa.Column("style", sa.String(length=16), nullable=False),
        sa.Column("max_stories", sa.Integer(), server_default="8", nullable=False),
        sa.Column("catch_up_s", sa.Integer(), server_default="21600", nullable=False),
        sa.Column("is_paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_due_at", sa.BigInteger(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_digests_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("workspace_id", "name_key", name="uq_digests_workspace_id_name_key"),
    )
    op.create_index(
        "ix_digests_due",
        "digests",
        ["next_due_at"],
        sqlite_where=sa.text("NOT is_paused"),
        postgresql_where=sa.text("NOT is_paused"),
    )
    op.create_table(
        "editions",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=80), nullable=False),
        sa.Column("digest_id", _ID, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("is_late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("story_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.id"], name="fk_editions_digest_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_editions_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.UniqueConstraint("digest_id", "on", name="uq_editions_digest_id_on"),
    )
    op.create_index("ix_editions_channel", "editions", ["workspace_id", "channel", "created_at"])
    op.create_table(
        "edition_items",
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("story_id", _ID, nullable=False),
        sa.Column("brief_id", _ID, nullable=False),
        sa.Column("brief_version", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), server_default="", nullable=False),
        sa.Column("is_update", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["briefs.id"], name="fk_edition_items_brief_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name="fk_edition_items_edition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_edition_items_story_id", ondelete="CASCADE"),
        sa.UniqueConstraint("edition_id", "position", name="uq_edition_items_edition_id_position"),
    )
    op.create_index("ix_edition_items_story_id", "edition_items", ["story_id"])
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=80), nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("caveat", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.Text(), server_default="", nullable=False),
        sa.Column("message_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_deliveries_edition_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_deliveries_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("edition_id", "part", name="uq_deliveries_edition_id_part"),
    )
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["next_try_at"],
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )


def _search() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # The text is stored folded, with CJK runs as bigrams (bot/text/words.py); the row id is the brief's.
        op.execute(
            "CREATE VIRTUAL TABLE brief_search USING fts5"
            "(headline, deck, body, titles, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        op.execute("CREATE VIRTUAL TABLE brief_terms USING fts5vocab('brief_search', 'row')")
        return
    op.create_table(
        "brief_search",
        sa.Column("brief_id", _ID, sa.ForeignKey("briefs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False, index=True),
        sa.Column("headline", sa.Text(), nullable=False),
    )
    op.execute("ALTER TABLE brief_search ADD COLUMN tsv tsvector NOT NULL")
    op.execute("CREATE INDEX ix_brief_search_tsv ON brief_search USING gin (tsv)")
