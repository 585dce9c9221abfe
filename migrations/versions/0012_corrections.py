"""Corrections over briefs, reports of readers, articles that changed, and the edits of what was posted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("state IN ('pending', 'sending')")


def upgrade() -> None:
    op.add_column("brief_versions", sa.Column("kind", sa.String(length=16), server_default="news", nullable=False))
    for name in ("note", "who"):
        op.add_column("brief_versions", _text(name))
    op.add_column("brief_versions", sa.Column("workspace_id", sa.String(length=80), nullable=True))
    op.add_column("deliveries", _text("page"))
    _corrections()
    _reports()
    _source_changes()
    _shared()
    _amendments()
    _notices()


def _corrections() -> None:
    op.create_table(
        "corrections",
        *_head("corrections"),
        _ref("corrections", "brief_id", "briefs"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        *map(_text, ("headline", "blurb", "note", "who")),
        sa.Column("without", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("workspace_id", "brief_id", name="uq_corrections_workspace_id_brief_id"),
    )
    op.create_index("ix_corrections_brief", "corrections", ["brief_id", "workspace_id", "at"])


def _reports() -> None:
    op.create_table(
        "reports",
        *_head("reports"),
        _ref("reports", "brief_id", "briefs"),
        sa.Column("brief_version", sa.Integer(), nullable=False),
        _text("reason"),
        sa.Column("reporter", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_reports_brief_id", "reports", ["brief_id"])
    op.create_index("ix_reports_workspace", "reports", ["workspace_id", "state", "created_at"])
    op.create_index("ix_reports_reporter", "reports", ["workspace_id", "reporter", "created_at"])


def _source_changes() -> None:
    op.create_table(
        "source_changes",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_changes"),
        _ref("source_changes", "article_id", "articles"),
        _ref("source_changes", "brief_id", "briefs"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        *map(_text, ("was", "now")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("brief_version", sa.Integer(), server_default="0", nullable=False),
    )
    for name in ("article_id", "brief_id"):
        op.create_index(f"ix_source_changes_{name}", "source_changes", [name])


def _shared() -> None:
    op.create_table(
        "shared_answers",
        *_head("shared_answers"),
        *map(_text, ("channel", "message_ref", "title", "caveat", "page")),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "shared_items",
        _ref("shared_items", "share_id", "shared_answers"),
        sa.Column("position", sa.Integer(), nullable=False),
        _ref("shared_items", "brief_id", "briefs"),
        sa.Column("brief_version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("share_id", "brief_id", name="uq_shared_items_share_id_brief_id"),
    )
    op.create_index("ix_shared_items_brief_id", "shared_items", ["brief_id"])


def _amendments() -> None:
    op.create_table(
        "amendments",
        *_head("amendments"),
        _ref("amendments", "delivery_id", "deliveries", nullable=True),
        _ref("amendments", "share_id", "shared_answers", nullable=True),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        *map(_text, ("lease_owner", "error")),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("delivery_id", name="uq_amendments_delivery_id"),
        sa.UniqueConstraint("share_id", name="uq_amendments_share_id"),
    )
    op.create_index("ix_amendments_open", "amendments", ["next_try_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def _notices() -> None:
    op.create_table(
        "notices",
        *_head("notices"),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _ref("notices", "brief_id", "briefs"),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("workspace_id", "key", name="uq_notices_workspace_id_key"),
    )
    op.create_index("ix_notices_open", "notices", ["next_try_at"])


def _head(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The columns that each row of a workspace begins with."""
    target = sa.ForeignKey("workspaces.id", name=f"fk_{table}_workspace_id", ondelete="CASCADE")
    return (
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.Column("workspace_id", sa.String(length=80), target, nullable=False),
    )


def _ref(table: str, name: str, other: str, *, nullable: bool = False) -> sa.Column[int]:
    target = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{name}", ondelete="CASCADE")
    return sa.Column(name, _ID, target, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)
