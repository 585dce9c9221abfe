"""The tables, for SQLite and PostgreSQL alike; `migrations/` brings a database here, a test compares the two.

Instants are stored as integer microseconds since 1970 UTC (type `Instant`), so they sort, compare and index alike in
both dialects. Rows of a workspace carry `workspace_id`. Sources, articles, stories and briefs are shared by all
workspaces; who sees which is `workspace_sources` (see `briefs.py` beside this folder, "visible").
"""

from __future__ import annotations

from bot.store.schema.briefs import (
    brief_translations,
    brief_versions,
    briefs,
    change_is_open,
    corrections,
    model_attempts,
    model_spend,
    related,
    reports,
    source_changes,
)
from bot.store.schema.columns import EPOCH, Instant, metadata
from bot.store.schema.digests import (
    amendment_is_open,
    amendments,
    deliveries,
    delivery_is_open,
    digest_is_on,
    digests,
    edition_items,
    editions,
    follows,
    notices,
    shared_answers,
    shared_items,
)
from bot.store.schema.news import (
    article_bands,
    article_keys,
    articles,
    pruned_keys,
    sources,
    stories,
    story_is_due,
    workspace_sources,
)
from bot.store.schema.processes import heartbeats, leases
from bot.store.schema.workspaces import audit, installations, oauth_states, setups, topics, workspaces

__all__ = [
    "EPOCH",
    "Instant",
    "amendment_is_open",
    "amendments",
    "article_bands",
    "article_keys",
    "articles",
    "audit",
    "brief_translations",
    "brief_versions",
    "briefs",
    "change_is_open",
    "corrections",
    "deliveries",
    "delivery_is_open",
    "digest_is_on",
    "digests",
    "edition_items",
    "editions",
    "follows",
    "heartbeats",
    "installations",
    "leases",
    "metadata",
    "model_attempts",
    "model_spend",
    "notices",
    "oauth_states",
    "pruned_keys",
    "related",
    "reports",
    "setups",
    "shared_answers",
    "shared_items",
    "source_changes",
    "sources",
    "stories",
    "story_is_due",
    "topics",
    "workspace_sources",
    "workspaces",
]
