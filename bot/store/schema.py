"""The tables, for SQLite and PostgreSQL alike; `migrations/` brings a database here, a test compares the two.

Instants are stored as integer microseconds since 1970 UTC (type `Instant`), so they sort, compare and index alike in
both dialects. Rows of a workspace carry `workspace_id`. Sources, articles, stories and briefs are shared by all
workspaces; who sees which is `workspace_sources` (see `briefs.py`, "visible").
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


# SQLite gives row ids to INTEGER primary keys only; PostgreSQL should not run out at 2**31.
_Id = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _ref(column: str, target: str, *, nullable: bool = False, index: bool = False, cascade: bool = True) -> Column[int]:
    rule = "CASCADE" if cascade else "SET NULL"
    return Column(column, _Id, ForeignKey(target, ondelete=rule), nullable=nullable, index=index)


def _workspace() -> Column[str]:
    return Column("workspace_id", String(80), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _flag(name: str, default: bool) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("true" if default else "false"))


def _number(name: str, default: int) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=str(default))


def _tokens(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


workspaces = Table(
    "workspaces",
    metadata,
    Column("id", String(80), primary_key=True),
    _text("name"),
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("language", String(16), nullable=False, server_default="en"),
    _text("admin_role"),
    _text("ping_role"),
    _text("notices"),
    _text("caveat_note"),
    Column("muted", JSON, nullable=False, server_default="[]"),
    _number("retention_days", 365),
    Column("left_at", Instant),
    Column("greeted_at", Instant),
    Column("created_at", Instant, nullable=False),
)

# What somebody chose so far while they set a workspace up.
setups = Table(
    "setups",
    metadata,
    _workspace(),
    Column("person", String(80), nullable=False),
    Column("choices", JSON, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person"),
)

# ── source → article ──────────────────────────────────────────────────────────────────────────────────────────────────

sources = Table(
    "sources",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False, server_default="feed"),
    _text("title"),
    _text("publisher"),
    _text("language"),
    _flag("is_shared", False),
    _text("fetch_url"),
    _text("etag"),
    _text("last_modified"),
    _text("body_hash"),
    _number("interval_s", 900),
    Column("next_poll_at", Instant),
    Column("lease_until", Instant),
    Column("last_polled_at", Instant),
    Column("last_ok_at", Instant),
    _number("failures", 0),
    Column("failing_since", Instant),
    # Since when it counts as failing for long, and since when it is polled no more for that.
    Column("warned_at", Instant),
    Column("switched_off_at", Instant),
    _text("last_error"),
    Column("created_at", Instant, nullable=False),
    Index("ix_sources_due", "next_poll_at"),
)

workspace_sources = Table(
    "workspace_sources",
    metadata,
    _workspace(),
    _ref("source_id", "sources.id", index=True),
    Column("added_at", Instant, nullable=False),
    # When its managers were last told that it fails for long.
    Column("told_at", Instant),
    UniqueConstraint("workspace_id", "source_id"),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    _ref("source_id", "sources.id", index=True),
    _ref("story_id", "stories.id", nullable=True, index=True, cascade=False),
    _text("url"),
    _text("title"),
    _text("text"),
    _text("publisher"),
    _text("owner"),
    Column("language", String(16), nullable=False, server_default="und"),
    Column("published_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    _flag("is_news", True),
    # When it was first put into a story, as a number that grows: the order in which stories are read again.
    Column("place", BigInteger, index=True),
    Index("ix_articles_seen", "seen_at"),
    Index(
        "ix_articles_ungrouped",
        "id",
        sqlite_where=text("story_id IS NULL"),
        postgresql_where=text("story_id IS NULL"),
    ),
)

# Names of undated articles that were pruned: whoever still lists one does not make it news again.
pruned_keys = Table(
    "pruned_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("pruned_at", Instant, nullable=False, index=True),
)

# Every name an article has gone by: "url:…" canonical addresses, "id:…" entry ids. Its uniqueness rules out doubles.
article_keys = Table(
    "article_keys",
    metadata,
    Column("key", Text, primary_key=True),
    _ref("article_id", "articles.id", index=True),
)

# MinHash bands of an article's text: two articles that share one may be the same text.
article_bands = Table(
    "article_bands",
    metadata,
    Column("band", BigInteger, nullable=False),
    _ref("article_id", "articles.id", index=True),
    Index("ix_article_bands_band", "band", "article_id"),
)

# ── story → brief ─────────────────────────────────────────────────────────────────────────────────────────────────────

stories = Table(
    "stories",
    metadata,
    _id(),
    _flag("is_due", True),
    Column("changed_at", Instant, nullable=False, index=True),
    # Of a story whose articles all went to another one: which.
    Column("merged_into", BigInteger),
    Index("ix_stories_due", "id", sqlite_where=text("is_due"), postgresql_where=text("is_due")),
)

briefs = Table(
    "briefs",
    metadata,
    _id(),
    Column("story_id", _Id, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, unique=True),
    _number("version", 1),
    Column("origin", String(16), nullable=False, server_default="written"),
    Column("language", String(16), nullable=False, server_default="und"),
    _text("written_by"),
    Column("body", JSON, nullable=False),
    Column("refused", JSON, nullable=False, server_default="[]"),
    _number("publishers", 1),
    _number("article_count", 0),
    Column("published_at", Instant, nullable=False, index=True),
    Column("news_at", Instant, nullable=False, index=True),
    _flag("is_news", True),
    # Its story was merged into another one: nobody is shown it, and its number leads to the brief of that one.
    _flag("is_retired", False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
)

brief_versions = Table(
    "brief_versions",
    metadata,
    _ref("brief_id", "briefs.id"),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("refused", JSON, nullable=False, server_default="[]"),
    _number("input_tokens", 0),
    _number("output_tokens", 0),
    # Why there is this version (see `VersionKind`), in whose words, and for which workspace alone (none: for all).
    Column("kind", String(16), nullable=False, server_default="news"),
    _text("note"),
    _text("who"),
    Column("workspace_id", String(80)),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("brief_id", "version"),
)

# What a workspace reads in place of a brief's own words; the operator's (of the local workspace) hold for all.
corrections = Table(
    "corrections",
    metadata,
    _id(),
    _workspace(),
    _ref("brief_id", "briefs.id"),
    Column("version", Integer, nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", JSON(none_as_null=True)),
    _text("headline"),
    _text("blurb"),
    _text("note"),
    _text("who"),
    # Owners whose articles are kept out of the brief.
    Column("without", JSON, nullable=False, server_default="[]"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "brief_id"),
    Index("ix_corrections_brief", "brief_id", "workspace_id", "at"),
)

# Readers who said that a brief is wrong; of the reader only a keyed hash, to limit abuse.
reports = Table(
    "reports",
    metadata,
    _id(),
    _workspace(),
    _ref("brief_id", "briefs.id", index=True),
    Column("brief_version", Integer, nullable=False),
    _text("reason"),
    Column("reporter", String(64), nullable=False),
    Column("state", String(16), nullable=False, server_default="open"),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("ix_reports_workspace", "workspace_id", "state", "created_at"),
    Index("ix_reports_reporter", "workspace_id", "reporter", "created_at"),
)

# Articles that their source changed or withdrew after a brief was written from them.
source_changes = Table(
    "source_changes",
    metadata,
    _id(),
    _ref("article_id", "articles.id", index=True),
    _ref("brief_id", "briefs.id", index=True),
    Column("kind", String(16), nullable=False),
    _text("was"),
    _text("now"),
    Column("at", Instant, nullable=False),
    # The version of the brief that was written after it; 0 while it is not.
    _number("brief_version", 0),
)

related = Table(
    "related",
    metadata,
    _ref("brief_id", "briefs.id"),
    Column("position", Integer, nullable=False),
    _ref("other_id", "briefs.id", nullable=True, index=True),
    _text("url"),
    _text("headline"),
    _text("blurb"),
    Column("score", Float, nullable=False, server_default="0"),
    _text("reason"),
    UniqueConstraint("brief_id", "position"),
)

# Search text (see search.py) is a virtual FTS5 table on SQLite and a table with a tsvector on PostgreSQL, so it is made
# by the migration for each dialect and not declared here.

# ── a model's work ────────────────────────────────────────────────────────────────────────────────────────────────────

# Tokens by UTC day: `reserved` for calls under way, `lost` where a call ended without telling what it used.
model_spend = Table(
    "model_spend",
    metadata,
    Column("day", Date, nullable=False),
    Column("model", String(200), nullable=False),
    _number("calls", 0),
    _tokens("reserved"),
    _tokens("lost"),
    _tokens("input_tokens"),
    _tokens("output_tokens"),
    UniqueConstraint("day", "model"),
)

# How it went with writing a brief (`language` empty) or translating it, and when to try again.
model_attempts = Table(
    "model_attempts",
    metadata,
    _ref("brief_id", "briefs.id"),
    Column("language", String(16), nullable=False, server_default=""),
    _number("failures", 0),
    _number("successes", 0),
    Column("next_try_at", Instant),
    Column("lease_until", Instant),
    _text("last_error"),
    UniqueConstraint("brief_id", "language"),
)

# Translations that readers asked for: `version` is the brief's that `body` says, 0 while there is none.
brief_translations = Table(
    "brief_translations",
    metadata,
    _ref("brief_id", "briefs.id"),
    Column("language", String(16), nullable=False),
    _number("version", 0),
    Column("body", JSON(none_as_null=True)),
    _number("input_tokens", 0),
    _number("output_tokens", 0),
    Column("asked_at", Instant, nullable=False, index=True),
    UniqueConstraint("brief_id", "language"),
)

# ── topic → edition → delivery ────────────────────────────────────────────────────────────────────────────────────────

topics = Table(
    "topics",
    metadata,
    _id(),
    _workspace(),
    Column("name", String(80), nullable=False),
    Column("name_key", String(80), nullable=False),
    Column("rule", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "name_key"),
)

digests = Table(
    "digests",
    metadata,
    _id(),
    _workspace(),
    Column("name", String(80), nullable=False),
    Column("name_key", String(80), nullable=False),
    _text("channel"),
    Column("at", String(5), nullable=False),
    _number("slot", 0),
    Column("also_at", JSON, nullable=False, server_default="[]"),
    Column("zone", String(64), nullable=False),
    Column("days", JSON, nullable=False),
    Column("topic_ids", JSON, nullable=False),
    Column("caps", JSON, nullable=False, server_default="[]"),
    Column("style", String(16), nullable=False),
    _number("max_stories", 8),
    Column("covers", String(16), nullable=False, server_default="day"),
    _flag("repeats", False),
    Column("quiet", String(16), nullable=False, server_default="note"),
    Column("language", String(16), nullable=False, server_default=""),
    Column("place", String(16), nullable=False, server_default="channel"),
    Column("ping", Text),
    _number("catch_up_s", 21600),
    _flag("is_paused", False),
    Column("paused_until", Date),
    _flag("publish", False),
    _text("trouble"),
    # The secret part of the address at which it can be read as a feed; none: it cannot.
    Column("feed_token", String(64)),
    Column("trouble_since", Instant),
    Column("next_due_at", Instant),
    Column("next_on", Date),
    _number("next_slot", 0),
    Column("lease_until", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "name_key"),
    Index("ix_digests_feed_token", "feed_token", unique=True),
    Index("ix_digests_due", "next_due_at", sqlite_where=text("NOT is_paused"), postgresql_where=text("NOT is_paused")),
)

# Stories that a channel follows: what of each was told there last, and where the thread of it hangs.
follows = Table(
    "follows",
    metadata,
    _id(),
    _workspace(),
    _ref("story_id", "stories.id", index=True),
    _text("channel"),
    Column("until", Instant),
    _text("first_ref"),
    Column("told_brief_id", _Id, nullable=False),
    Column("told_version", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("news_at", Instant, nullable=False),
    # Not looked at before then: the pause between two posts, or somebody's lease on it.
    Column("not_before", Instant, nullable=False),
    _text("trouble"),
    Column("trouble_since", Instant),
    Column("ended_at", Instant),
    _text("ended_why"),
    Column("created_at", Instant, nullable=False),
    Index(
        "ix_follows_open",
        "not_before",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# What is posted at once: a run of a digest, or a post about a story that is followed.
editions = Table(
    "editions",
    metadata,
    _id(),
    _workspace(),
    _ref("digest_id", "digests.id", nullable=True),
    Column("on", Date, nullable=False),
    _number("slot", 0),
    Column("channel", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    _text("reason"),
    _flag("is_late", False),
    _number("story_count", 0),
    Column("created_at", Instant, nullable=False),
    _ref("follow_id", "follows.id", nullable=True, index=True),
    UniqueConstraint("digest_id", "on", "slot"),
    Index("ix_editions_channel", "workspace_id", "channel", "created_at"),
)

edition_items = Table(
    "edition_items",
    metadata,
    _ref("edition_id", "editions.id"),
    Column("position", Integer, nullable=False),
    _ref("story_id", "stories.id", index=True),
    _ref("brief_id", "briefs.id", index=True),
    Column("brief_version", Integer, nullable=False),
    _text("topic"),
    _flag("is_update", False),
    _text("why"),
    UniqueConstraint("edition_id", "position"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _workspace(),
    _ref("edition_id", "editions.id"),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    _text("channel"),
    _text("title"),
    _text("body"),
    _text("caveat"),
    # The part as a document, so that it can be told anew with one story corrected and the others as they were.
    _text("page"),
    Column("state", String(16), nullable=False, server_default="pending"),
    _number("attempts", 0),
    Column("next_try_at", Instant, nullable=False),
    Column("lease_until", Instant),
    _text("lease_owner"),
    _text("message_ref"),
    _text("error"),
    Column("sent_at", Instant),
    UniqueConstraint("edition_id", "part"),
    Index(
        "ix_deliveries_open",
        "next_try_at",
        sqlite_where=text("state IN ('pending', 'sending')"),
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
)

# Answers that somebody showed to all, and which briefs stand in them.
shared_answers = Table(
    "shared_answers",
    metadata,
    _id(),
    _workspace(),
    _text("channel"),
    _text("message_ref"),
    _text("title"),
    _text("caveat"),
    _text("page"),
    Column("created_at", Instant, nullable=False),
)

shared_items = Table(
    "shared_items",
    metadata,
    _ref("share_id", "shared_answers.id"),
    Column("position", Integer, nullable=False),
    _ref("brief_id", "briefs.id", index=True),
    Column("brief_version", Integer, nullable=False),
    UniqueConstraint("share_id", "brief_id"),
)

# Edits of messages that stand in a channel: one for each copy, told anew when it is corrected again.
amendments = Table(
    "amendments",
    metadata,
    _id(),
    _workspace(),
    _ref("delivery_id", "deliveries.id", nullable=True),
    _ref("share_id", "shared_answers.id", nullable=True),
    Column("state", String(16), nullable=False, server_default="pending"),
    _number("revision", 1),
    _number("attempts", 0),
    Column("next_try_at", Instant, nullable=False),
    Column("lease_until", Instant),
    _text("lease_owner"),
    _text("error"),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    UniqueConstraint("delivery_id"),
    UniqueConstraint("share_id"),
    Index(
        "ix_amendments_open",
        "next_try_at",
        sqlite_where=text("state IN ('pending', 'sending')"),
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
)

# What managers are to be told, once for each key.
notices = Table(
    "notices",
    metadata,
    _id(),
    _workspace(),
    Column("key", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    _ref("brief_id", "briefs.id"),
    Column("facts", JSON, nullable=False),
    _number("attempts", 0),
    Column("next_try_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "key"),
    Index("ix_notices_open", "next_try_at"),
)

# ── what managers did ─────────────────────────────────────────────────────────────────────────────────────────────────

# Who changed what: `changes` are objects of `what`, `field`, `old` and `new`. Managers only, never readers.
audit = Table(
    "audit",
    metadata,
    _id(),
    _workspace(),
    Column("at", Instant, nullable=False),
    _text("person_id"),
    _text("person_name"),
    _text("command"),
    Column("changes", JSON, nullable=False),
    Index("ix_audit_workspace", "workspace_id", "at"),
)

# ── installations ─────────────────────────────────────────────────────────────────────────────────────────────────────

# Tokens of workspaces that installed the app themselves. No reference to `workspaces`: an installation of a whole
# organization is none of them, and the settings of a workspace outlive its tokens.
installations = Table(
    "installations",
    metadata,
    Column("workspace_id", String(80), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

# SHA-256 of what an installer's browser must bring back.
oauth_states = Table(
    "oauth_states",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

# ── processes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# Processes at work, `host:pid`. One that stops takes its row away, so a row whose beat is old is of one that died.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(300), primary_key=True),
    Column("roles", JSON, nullable=False),
    # By name, seconds since 1970 at which each job ended last.
    Column("jobs", JSON, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
)
