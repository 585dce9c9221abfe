"""Whether a feed can be read now, without storing anything of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from bot.errors import FeedError, FetchError
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser

log = structlog.get_logger(__name__)

AT_ONCE: Final = 20


class TrialState(StrEnum):
    OK = "ok"
    MOVED = "moved"
    """It can be read, at another address from now on."""
    FAILING = "failing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A feed to be tried, and what it is called."""

    url: str
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What trying a feed came to."""

    candidate: Candidate
    state: TrialState
    entries: int = 0
    newest_at: datetime | None = None
    moved_to: str = ""
    reason: str = ""
    """Why it fails, in plain words."""


async def try_all(fetcher: Fetcher, parser: Parser, feeds: Sequence[Candidate]) -> AsyncIterator[Trial]:
    """Tries all, several at once (of one host fewer, see `Hosts`); gives each as it is done."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(candidate: Candidate) -> Trial:
        async with gate:
            return await try_one(fetcher, parser, candidate)

    tasks: Iterable[asyncio.Task[Trial]] = [asyncio.create_task(one(candidate)) for candidate in feeds]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()


async def try_one(fetcher: Fetcher, parser: Parser, candidate: Candidate) -> Trial:
    """Reads one feed; whatever is wrong with it is the answer."""
    try:
        fetched = await fetcher.fetch(candidate.url)
        feed = await parser.feed(fetched)
    except (FetchError, FeedError) as error:
        return Trial(candidate=candidate, state=TrialState.FAILING, reason=error.reason)
    except Exception:  # a defect of ours, met by one feed: the others are tried all the same
        log.exception("trial.crashed", url=candidate.url)
        reason = "it met a defect of Briefbot; the log has the details"
        return Trial(candidate=candidate, state=TrialState.FAILING, reason=reason)
    moved_to = fetched.permanent_url if fetched.permanent_url != candidate.url else ""
    return Trial(
        candidate=candidate,
        state=TrialState.MOVED if moved_to else TrialState.OK,
        entries=len(feed.drafts),
        newest_at=max((draft.published_at for draft in feed.drafts if draft.published_at), default=None),
        moved_to=moved_to,
    )
