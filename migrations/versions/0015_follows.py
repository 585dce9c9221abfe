"""Stories that a channel follows, whose posts are editions without a digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "follows",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(length=80), nullable=False),
        sa.Column("story_id", _ID, nullable=False),
        _text("channel"),
        sa.Column("until", sa.BigInteger(), nullable=True),
        _text("first_ref"),
        sa.Column("told_brief_id", _ID, nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("told_at", "news_at", "not_before")),
        _text("trouble"),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("trouble_since", "ended_at")),
        _text("ended_why"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_follows_workspace_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_follows_story_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_follows"),
    )
    op.create_index("ix_follows_story_id", "follows", ["story_id"])
    op.create_index("ix_follows_open", "follows", ["not_before"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    if op.get_bind().dialect.name == "sqlite":
        _loosen_on_sqlite()
    else:
        op.alter_column("editions", "digest_id", nullable=True)
        op.add_column("editions", sa.Column("follow_id", _ID, nullable=True))
        op.create_foreign_key("fk_editions_follow_id", "editions", "follows", ["follow_id"], ["id"], ondelete="CASCADE")
    op.create_index("ix_editions_follow_id", "editions", ["follow_id"])


def _loosen_on_sqlite() -> None:
    """Changes the table's declaration in place, as https://sqlite.org/lang_altertable.html#otheralter allows.

    To make the table anew would drop the old one, and with foreign keys on, as they are in this transaction, all
    items and deliveries of its editions with it.
    """
    connection = op.get_bind()
    op.add_column("editions", sa.Column("follow_id", sa.Integer(), nullable=True))
    declared: str = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'editions'"))
    key = "FOREIGN KEY(digest_id) REFERENCES digests (id) ON DELETE CASCADE"
    other = "CONSTRAINT fk_editions_follow_id FOREIGN KEY(follow_id) REFERENCES follows (id) ON DELETE CASCADE"
    loose = declared.replace("digest_id INTEGER NOT NULL", "digest_id INTEGER").replace(key, f"{key}, {other}")
    if len(loose) != len(declared) - len(" NOT NULL") + len(other) + 2:
        raise RuntimeError(f"the table of editions is not declared as expected: {declared}")
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema=ON"))
    change = sa.text("UPDATE sqlite_master SET sql = :loose WHERE type = 'table' AND name = 'editions'")
    connection.execute(change, {"loose": loose})
    connection.execute(sa.text(f"PRAGMA schema_version={version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema=OFF"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)
