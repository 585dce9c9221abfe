"""The values that travel the way of the data; each is frozen, keyword-only and zone-aware.

    source → article → story → brief → topic → edition → delivery

Instants (`*_at`) are aware and in UTC, local dates (`*_on`) are plain dates in the zone beside them.
Ids are positive integers inside; people and scripts see them with a letter in front (`b12`), made by `public_id`.
"""

from __future__ import annotations

from bot.models.briefs import (
    CORRECTIONS,
    Brief,
    BriefText,
    Citation,
    Correction,
    Found,
    Origin,
    Refusal,
    Related,
    Section,
    Sentence,
    SourceChange,
    Story,
    Version,
    VersionKind,
)
from bot.models.digests import (
    ALL_DAYS,
    ON_TIME,
    Covers,
    Delivery,
    DeliveryState,
    Digest,
    Edition,
    EditionState,
    Follow,
    Pick,
    Place,
    Quiet,
    Style,
    TimeOfDay,
    last_chance,
    message_key,
)
from bot.models.sources import Article, ArticleChange, ChangeKind, Draft, Polled, Source, SourceKind, Stored
from bot.models.values import LOCAL_WORKSPACE, ChannelRef, IdKind, Value, WorkspaceId, parse_public_id, public_id, utc
from bot.models.workspaces import Audited, Change, Topic, TopicRule, Workspace

__all__ = [
    "ALL_DAYS",
    "CORRECTIONS",
    "LOCAL_WORKSPACE",
    "ON_TIME",
    "Article",
    "ArticleChange",
    "Audited",
    "Brief",
    "BriefText",
    "Change",
    "ChangeKind",
    "ChannelRef",
    "Citation",
    "Correction",
    "Covers",
    "Delivery",
    "DeliveryState",
    "Digest",
    "Draft",
    "Edition",
    "EditionState",
    "Follow",
    "Found",
    "IdKind",
    "Origin",
    "Pick",
    "Place",
    "Polled",
    "Quiet",
    "Refusal",
    "Related",
    "Section",
    "Sentence",
    "Source",
    "SourceChange",
    "SourceKind",
    "Stored",
    "Story",
    "Style",
    "TimeOfDay",
    "Topic",
    "TopicRule",
    "Value",
    "Version",
    "VersionKind",
    "Workspace",
    "WorkspaceId",
    "last_chance",
    "message_key",
    "parse_public_id",
    "public_id",
    "utc",
]
