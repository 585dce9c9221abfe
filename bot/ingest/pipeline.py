"""From a source to stored articles: fetch, read, recognise, store, and settle when to come back."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.briefs.changes import Wording, change_of
from bot.config import Settings
from bot.errors import BriefbotError, FeedError, FetchError, StoreError
from bot.ingest.fetch import Fetched, Fetcher
from bot.ingest.filling import PageFiller, is_thin
from bot.ingest.parsed import ParsedFeed
from bot.ingest.parser import Parser
from bot.ingest.timing import Verdict, after_failure, after_success, verdict
from bot.models import Article, ArticleChange, Draft, Polled, Source, Stored
from bot.ports import Clock
from bot.saying import marked
from bot.store import Store
from bot.store.articles import Incoming, IsSame
from bot.stories.duplicates import article_keys, bands, is_same
from bot.stories.impostors import shown_publisher
from bot.stories.owners import owner_of
from bot.text.urls import canonical

log = structlog.get_logger(__name__)

UNDATED_FLOOD: Final = 20
"""More undated entries than this, all new in one poll, are an archive that came back rather than today's news."""
LEASE_S: Final = 300.0
BEGIN_S: Final = 60.0
"""So long after its claim a feed may still be asked: one poll with its pages ends well within the rest of the lease."""
AT_ONCE: Final = 20
"""Feeds that are being asked at the same time, so at most as many are asked again when the process is killed."""
_TELLING: Final = 500
"""Characters from which a text tells by itself that two articles are one."""
_OLDEST_DATE: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""An earlier date is a defect of the feed, most often a zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeReport:
    """What became of some drafts."""

    new: int = 0
    updated: int = 0
    duplicate: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PollReport:
    """What one poll came to; `error` is empty when it went well."""

    source: Source
    new: int = 0
    updated: int = 0
    duplicate: int = 0
    error: str = ""
    is_unchanged: bool = False
    unsettled: Polled | None = None
    """What is still to be written of a source that had nothing new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """A draft with what it goes by, and the article it is when one of its names is known."""

    draft: Draft
    owner: str
    keys: tuple[str, ...]
    article_id: int | None


class Ingest:
    """Polls sources. What a feed does wrong is a reason on its source, never an exception."""

    def __init__(self, store: Store, fetcher: Fetcher, parser: Parser, settings: Settings, clock: Clock) -> None:
        self._store, self._fetcher, self._parser = store, fetcher, parser
        self._settings, self._clock = settings, clock
        self._window = timedelta(hours=settings.news_window_h)
        self._pages = PageFiller(fetcher, parser, max_page_bytes=settings.max_page_bytes)

    async def poll_due(self, *, limit: int = 50, concurrency: int = AT_ONCE) -> list[PollReport]:
        """Polls the sources that are due, `concurrency` at a time; whatever one does, the others go on.

        Those whose turn comes too late are left to the next look, of this process or another.
        """
        claimed_at = self._clock.now()
        sources = await self._store.sources.claim_due(claimed_at, limit=limit, lease_s=LEASE_S)
        gate = asyncio.Semaphore(concurrency)

        async def one(source: Source) -> PollReport | None:
            async with gate:
                is_late = self._clock.now() - claimed_at >= timedelta(seconds=BEGIN_S)
                return None if is_late else await self._poll_safely(source)

        # None goes on by itself when the store fails another; those that could not be settled keep their lease.
        found = await asyncio.gather(*map(one, sources), return_exceptions=True)
        reports = [report for report in found if isinstance(report, PollReport)]
        # Nineteen of twenty polls find nothing new: one wait for the disk for all of them.
        await self._store.sources.settle_unchanged([report.unsettled for report in reports if report.unsettled])
        for failure in (outcome for outcome in found if isinstance(outcome, BaseException)):
            raise failure
        if left := [source.id for source, report in zip(sources, found, strict=True) if report is None]:
            await self._store.sources.let_go(left, claimed_at + timedelta(seconds=LEASE_S))
            log.info("sources.left", count=len(left), reason="others took long; they are polled next")
        return [replace(report, unsettled=None) for report in reports]

    async def _poll_safely(self, source: Source) -> PollReport:
        try:
            return await self._poll(source)
        except StoreError:
            raise
        except Exception:  # a defect of ours, met by one feed: loud in the log, and the other feeds go on
            log.exception("source.crashed", source=source.id)
            return await self._failed(
                source, FetchError(marked("It met a defect of Briefbot; the log has the details."))
            )

    async def poll(self, source: Source) -> PollReport:
        """Reads one source and stores what is new; StoreError is the only thing it raises."""
        report = await self._poll(source)
        await self._store.sources.settle_unchanged([report.unsettled] if report.unsettled else [])
        return replace(report, unsettled=None)

    async def _poll(self, source: Source) -> PollReport:
        began = time.monotonic()
        try:
            fetched = await self._fetcher.fetch(source.address, etag=source.etag, last_modified=source.last_modified)
            body_hash = hashlib.sha256(fetched.body).hexdigest()
            if fetched.is_unchanged or (source.body_hash == body_hash and not source.failures):
                return self._unchanged(source, fetched)
            log.debug("source.fetched", source=source.id, seconds=time.monotonic() - began)
            feed = await self._parser.feed(fetched)
        except (FetchError, FeedError) as error:
            return await self._failed(source, error)

        def polled(taken: TakeReport) -> Polled:
            return replace(
                self._polled(source, fetched, ttl_s=feed.ttl_s or fetched.max_age_s, had_new=bool(taken.new)),
                body_hash=body_hash,
                title="" if source.title else feed.title,
                publisher="" if source.publisher else feed.publisher,
                language=feed.language,
            )

        drafts = [_named(draft, source, feed) for draft in feed.drafts]
        report = await self._take(source, drafts, is_first=source.last_ok_at is None, polled=polled)
        log.info("source.polled", source=source.id, new=report.new, updated=report.updated)
        return PollReport(source=source, new=report.new, updated=report.updated, duplicate=report.duplicate)

    async def try_feed(self, url: str) -> ParsedFeed:
        """The feed at this address, without storing anything.

        FetchError or FeedError when there is none; the latter's `.feeds` are those a web page links to.
        """
        return await self._parser.feed(await self._fetcher.fetch(url))

    def refusal(self, url: str) -> str:
        """Why an address is never read, as far as it shows without asking anybody; empty when it may be."""
        return self._fetcher.refusal(url)

    async def take(self, source: Source, drafts: Sequence[Draft], *, is_first: bool) -> TakeReport:
        """Stores drafts as articles of this source, each article once. `is_first`: undated ones are no news."""
        return await self._take(source, drafts, is_first=is_first)

    async def _take(
        self,
        source: Source,
        drafts: Sequence[Draft],
        *,
        is_first: bool,
        polled: Callable[[TakeReport], Polled] | None = None,
    ) -> TakeReport:
        """`polled`: what to settle of a source that was asked itself, in one with what it gave."""
        read_pages = polled is not None
        now = self._clock.now()
        items = await self._recognised(source, drafts)
        is_flood = read_pages and sum(_is_undated_and_new(item) for item in items) > UNDATED_FLOOD
        if read_pages and self._settings.read_pages:
            items = await self._filled(items, now, undated_is_news=not (is_first or is_flood))
        kept = _each_article_once(items)
        incoming = [
            self._incoming(_truly_named(item, source), now, undated_is_news=not (is_first or is_flood)) for item in kept
        ]
        async with self._store.database.together():
            outcomes = await self._store.articles.add_all(
                source.id, incoming, seen_at=now, is_same=_unless_beside(drafts), change_of=noted_change
            )
            counts = Counter(stored for stored, _ in outcomes)
            duplicate = counts[Stored.DUPLICATE] + len(items) - len(kept)
            report = TakeReport(new=counts[Stored.NEW], updated=counts[Stored.UPDATED], duplicate=duplicate)
            if polled is not None:
                await self._store.sources.settle(polled(report))
        return report

    async def _recognised(self, source: Source, drafts: Sequence[Draft]) -> list[_Known]:
        named = []
        for draft in drafts:
            owner = owner_of(draft.publisher, draft.url or source.url)
            named.append((draft, owner, article_keys(draft, owner, source.id)))
        known = await self._store.articles.known([key for _, _, keys in named for key in keys])
        return [
            _Known(draft=draft, owner=owner, keys=keys, article_id=next((known[k] for k in keys if k in known), None))
            for draft, owner, keys in named
        ]

    async def _filled(self, items: list[_Known], now: datetime, *, undated_is_news: bool) -> list[_Known]:
        """Thin drafts with the text of their page: read for new ones that are news, and kept for those we have."""
        wanted = [
            place
            for place, item in enumerate(items)
            if item.article_id is None and is_thin(item.draft) and self._is_news(item.draft, now, undated_is_news)
        ]
        drafts = await self._pages.fill([items[place].draft for place in wanted])
        filled = [await self._with_kept_text(item) for item in items]
        for place, draft in zip(wanted, drafts, strict=True):
            filled[place] = replace(filled[place], draft=draft)
        return filled

    async def _with_kept_text(self, item: _Known) -> _Known:
        """A known thin draft with the text we have, if that is longer: the feed did not change it, we read the page."""
        if item.article_id is None or not is_thin(item.draft):
            return item
        article = await self._store.articles.get(item.article_id)
        if len(article.text) <= len(item.draft.text):
            return item
        return replace(item, draft=replace(item.draft, text=article.text))

    def _incoming(self, item: _Known, now: datetime, *, undated_is_news: bool) -> Incoming:
        draft = item.draft
        return Incoming(
            draft=draft,
            owner=item.owner,
            keys=item.keys,
            # A known article is recognised by its names, so its bands, the costly part, are not needed.
            bands=() if item.article_id is not None else bands(item.owner, draft.title, draft.text),
            is_news=self._is_news(draft, now, undated_is_news),
            published_at=min(_date(draft) or now, now),
        )

    def _is_news(self, draft: Draft, now: datetime, undated_is_news: bool) -> bool:
        """Whether a draft seen now for the first time is news; what is older than the window never is."""
        date = _date(draft)
        return date >= now - self._window if date else undated_is_news

    def _unchanged(self, source: Source, fetched: Fetched) -> PollReport:
        log.debug("source.unchanged", source=source.id)
        polled = self._polled(source, fetched, ttl_s=fetched.max_age_s, had_new=False)
        return PollReport(source=source, is_unchanged=True, unsettled=polled)

    def _polled(self, source: Source, fetched: Fetched, *, ttl_s: float | None, had_new: bool) -> Polled:
        now = self._clock.now()
        interval_s, next_poll_at = after_success(
            source,
            now=now,
            base_interval_s=self._settings.poll_interval_s,
            ttl_s=ttl_s,
            had_new=had_new,
            jitter=_jitter(),
        )
        return Polled(
            source_id=source.id,
            polled_at=now,
            next_poll_at=next_poll_at,
            interval_s=interval_s,
            fetch_url=fetched.permanent_url if fetched.permanent_url != source.url else "",
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        )

    async def _failed(self, source: Source, error: BriefbotError) -> PollReport:
        now = self._clock.now()
        interval_s, next_poll_at = after_failure(
            source,
            now=now,
            base_interval_s=self._settings.poll_interval_s,
            retry_after_s=getattr(error, "retry_after_s", None),
            is_gone=getattr(error, "is_gone", False),
            jitter=_jitter(),
        )
        patience = timedelta(days=self._settings.source_patience_days)
        found = verdict(source, now=now, is_gone=getattr(error, "is_gone", False), patience=patience)
        is_off = found is Verdict.SWITCH_OFF
        await self._store.sources.settle(
            Polled(
                source_id=source.id,
                polled_at=now,
                next_poll_at=None if is_off else next_poll_at,
                interval_s=interval_s,
                is_long=found is Verdict.WARN,
                error=error.message,
            )
        )
        if is_off:
            log.warning("source.switched_off", source=source.id, failing_since=str(source.failing_since))
        log.warning("source.failed", source=source.id, reason=error.message, failures=source.failures + 1)
        return PollReport(source=source, error=error.message)


def _each_article_once(items: Sequence[_Known]) -> list[_Known]:
    """The items without later ones of an article already among them, which would change it back and forth at each poll.

    The first takes over their names.
    """
    first: dict[int, int] = {}
    kept: list[_Known] = []
    for item in items:
        place = first.setdefault(item.article_id, len(kept)) if item.article_id is not None else len(kept)
        if place == len(kept):
            kept.append(item)
        else:
            keys = tuple(dict.fromkeys(kept[place].keys + item.keys))
            kept[place] = replace(kept[place], keys=keys)
    return kept


def _unless_beside(drafts: Sequence[Draft]) -> IsSame:
    """`is_same`, but for an article whose address stands beside the other's in one feed.

    An address that changed replaces the old one; a publisher that lists both means two articles (tables of results).
    Of captions and other short texts, which repeat but for a name, the titles must be equal too.
    """
    beside = {canonical(draft.url) for draft in drafts if draft.url}

    def is_same_elsewhere(incoming: Incoming, article: Article) -> bool:
        is_telling = len(article.text) >= _TELLING or incoming.draft.title == article.title
        return is_telling and canonical(article.url) not in beside and is_same(incoming, article)

    return is_same_elsewhere


def noted_change(article: Article, draft: Draft) -> ArticleChange | None:
    """What readers of an article should know of its new words."""
    language = article.language
    return change_of(
        Wording(title=article.title, text=article.text, language=language),
        Wording(title=draft.title, text=draft.text, language=language),
    )


def _jitter() -> float:
    return random.uniform(-1.0, 1.0)  # noqa: S311 - spreads polls over time, keeps no secret


def _named(draft: Draft, source: Source, feed: ParsedFeed) -> Draft:
    """A draft under the publisher's name that the source has, unless its entry names another."""
    if source.publisher and draft.publisher == feed.publisher:
        return replace(draft, publisher=source.publisher)
    return draft


def _truly_named(item: _Known, source: Source) -> _Known:
    """An item whose publisher nobody takes for another."""
    draft = item.draft
    shown = shown_publisher(draft.publisher, draft.url or source.url)
    return item if shown == draft.publisher else replace(item, draft=replace(draft, publisher=shown))


def _date(draft: Draft) -> datetime | None:
    date = draft.published_at
    return date if date and date >= _OLDEST_DATE else None


def _is_undated_and_new(item: _Known) -> bool:
    return item.article_id is None and _date(item.draft) is None
