"""What stands in an edition, and why. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rapidfuzz import fuzz

from bot.documents import wording
from bot.models import Brief, Origin, Pick
from bot.store.editions import SentStory
from bot.words import terms

FRESH: Final = timedelta(hours=18)
"""After how long a story counts 1/e of a new one."""
ALIKE: Final = 75.0
"""Headlines that look more alike than this (0 to 100) tell the same; the better one is enough."""
PER_PUBLISHER: Final = 3
"""Stories of one edition that rest on the same publisher alone."""
UPDATE_AFTER: Final = timedelta(hours=3)
"""An article published this long before a story was told may have reached us only after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A brief that could stand in an edition."""

    brief: Brief
    topic: str = ""
    """The first of the digest's topics that it matches; empty without topics."""
    topic_rank: int = 0
    """Where that topic stands in the digest."""
    matches: str = ""
    """Why it matches, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    picks: tuple[Pick, ...]
    left_out: tuple[tuple[str, str], ...]
    """Public id of each brief that was not chosen, and why."""


def select(candidates: Iterable[Candidate], *, sent: Mapping[int, SentStory], limit: int, now: datetime) -> Selection:
    """The best of the candidates, under their topics in the digest's order; each with a reason.

    `sent` is what this channel was told of each story before: it is not told again unless there is news of it since.
    """
    left_out: list[tuple[str, str]] = []
    chosen: list[tuple[Candidate, bool]] = []
    for candidate in sorted(candidates, key=lambda one: (-score(one.brief, now), one.brief.id)):
        is_update = candidate.brief.story_id in sent
        reason = _refusal(candidate.brief, sent.get(candidate.brief.story_id), [one.brief for one, _ in chosen])
        if not reason and len(chosen) >= limit:
            reason = f"{limit} better ones fill the edition"
        if reason:
            left_out.append((candidate.brief.ref, reason))
        else:
            chosen.append((candidate, is_update))
    # Stable: within a topic the best stays first.
    chosen.sort(key=lambda pair: pair[0].topic_rank)
    picks = tuple(
        Pick(brief=one.brief, topic=one.topic, is_update=is_update, why=_why(one, is_update=is_update, now=now))
        for one, is_update in chosen
    )
    return Selection(picks=picks, left_out=tuple(left_out))


def score(brief: Brief, now: datetime) -> float:
    """How much a brief deserves its place: many independent publishers, new, and told at some length."""
    age = max(now - brief.published_at, timedelta())
    weight = 1.0 + math.log(max(1, brief.publishers)) * 1.5 + math.log(1 + brief.article_count) * 0.3
    if brief.origin is Origin.IMPORTED:
        # Somebody chose to add it.
        weight += 1.5
    elif brief.is_single_source:
        weight *= 0.7
    return weight * math.exp(-age / FRESH)


def _refusal(brief: Brief, before: SentStory | None, chosen: Sequence[Brief]) -> str:
    """Why a brief does not stand in the edition; empty when it may."""
    if before is not None and not has_news(brief, before):
        return "was told here before, and there is no news of it since"
    if any(_is_alike(brief, other) for other in chosen):
        return "tells the same as a better one"
    if brief.is_single_source:
        publisher = _publisher(brief)
        if Counter(_publisher(other) for other in chosen if other.is_single_source)[publisher] >= PER_PUBLISHER:
            return f"{PER_PUBLISHER} stories rest on {publisher} alone already"
    return ""


def has_news(brief: Brief, before: SentStory) -> bool:
    """Whether an article came to a story after it was told: other words for the same are no news."""
    return (
        brief.version > before.brief_version
        and brief.published_at > before.at - UPDATE_AFTER
        and (brief.updated_at > before.at)
    )


def _is_alike(brief: Brief, other: Brief) -> bool:
    ours, theirs = (" ".join(terms(one.text.headline)) for one in (brief, other))
    return fuzz.token_set_ratio(ours, theirs) >= ALIKE and brief.text.language == other.text.language


def _publisher(brief: Brief) -> str:
    return brief.text.sources[0].publisher if brief.text.sources else ""


def _why(candidate: Candidate, *, is_update: bool, now: datetime) -> str:
    brief = candidate.brief
    parts = [wording.counted(brief.publishers, "publisher"), wording.age(brief.published_at, now)]
    if candidate.matches:
        parts.append(candidate.matches)
    if is_update:
        parts.append("news since it was last told")
    return ", ".join(parts)
