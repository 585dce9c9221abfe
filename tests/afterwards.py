"""What must hold after a soak: nothing twice, nothing missing, nothing broken, a reason for whatever was left out."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select, text

from bot.caveat import CAVEATS
from bot.documents.stored import from_json
from bot.models import LOCAL_WORKSPACE, Delivery, DeliveryState, Digest, Edition, EditionState
from bot.store import Store, bodies, schema
from tests.calendar_oracle import expected_runs
from tests.edition_rows import parts_of
from tests.newswire import START, Report, reports
from tests.recorder import RecordingAdapter


@dataclass(frozen=True, kw_only=True)
class Expected:
    end: datetime
    """When the last life began; what was due before must have come to its end."""
    last: datetime
    shown: list[tuple[datetime, datetime]]
    """The true time and what the clock of the bot showed then, one after the other."""

    def explains(self, edition: Edition, catch_up: timedelta) -> bool:
        """Whether the clock leapt over the time in which this edition could be posted, or over the edition itself."""
        due = edition.due_at
        return any(
            one <= due + catch_up and other > due and other - one > timedelta(minutes=15)
            for (_, one), (_, other) in pairwise(self.shown)
        )

    def was_ahead_at(self, due: datetime) -> bool:
        """Whether the clock of the bot came to this instant before it was there."""
        return any(shown >= due > true + timedelta(minutes=15) for true, shown in self.shown)

    def was_behind_at(self, passed: datetime) -> bool:
        """Whether the clock of the bot had this instant before it when it was really past."""
        return any(shown <= passed < true for true, shown in self.shown)


async def check(url: str, recorder: RecordingAdapter, expected: Expected) -> dict[str, int]:
    """Raises for whatever is wrong; what there is of everything."""
    store = await Store.open(url)
    try:
        await _sound(store)
        reached = _messages(recorder)
        editions = await _editions(store, reached, expected)
        articles = await _articles(store, expected)
        told = await _told(store, articles, editions, expected)
    finally:
        await store.close()
    states = Counter(f"editions {edition.state}" for edition in editions)
    return {"messages": len(reached), "articles": len(articles), **told, **states}


async def _sound(store: Store) -> None:
    """The database holds together, and everything in it can be read."""
    async with store.database.reading() as connection:
        if store.database.is_sqlite:
            assert (await connection.execute(text("PRAGMA integrity_check"))).scalars().all() == ["ok"]
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
        for table in (schema.briefs, schema.brief_versions):
            for row in await connection.execute(select(table.c.body)):
                assert bodies.load(row.body).headline
        for row in await connection.execute(select(schema.deliveries)):
            assert CAVEATS["en"] in json.loads(row.body)["text"]
            assert not row.page or from_json(row.page).blocks
    assert all(brief.text.lede for brief in await store.briefs.each(limit=1_000_000))


def _messages(recorder: RecordingAdapter) -> list[str]:
    """The keys of what stands in the channels, each once and with its caveat."""
    messages = recorder.messages()
    twice = [key for key, count in Counter(message["key"] for message in messages).items() if count > 1]
    assert not twice, "messages were posted twice"
    assert all(CAVEATS["en"] in message["text"] for message in messages)
    return [message["key"] for message in messages]


async def _editions(store: Store, reached: list[str], expected: Expected) -> list[Edition]:
    found = []
    asked: set[str] = set()
    place = {key: number for number, key in enumerate(reached)}
    for digest in await store.digests.list(LOCAL_WORKSPACE):
        for edition in await store.editions.recent(LOCAL_WORKSPACE, limit=1_000_000):
            if edition.digest_id != digest.id:
                continue
            parts = await parts_of(store, edition.id)
            asked |= {part.key for part in parts}
            found.append(edition)
            _edition(edition, parts, place, expected, timedelta(seconds=digest.catch_up_s))
        made = {(edition.on, edition.slot): edition for edition in found if edition.digest_id == digest.id}
        for due in _dues(digest, expected):
            assert (due.on, due.slot) in made, (digest.name, due)
    assert set(reached) <= asked, "a message that nobody asked for"
    return found


def _dues(digest: Digest, expected: Expected) -> list[Any]:
    around = timedelta(days=2)
    dues = expected_runs(digest.zone, digest.times, (START - around).date(), (expected.last + around).date())
    return [due for due in dues if START < due.at <= expected.last - timedelta(hours=1)]


def _edition(
    edition: Edition, parts: list[Delivery], place: dict[str, int], expected: Expected, catch_up: timedelta
) -> None:
    stands = [place[part.key] for part in parts if part.key in place]
    assert stands == sorted(stands), ("parts out of order", edition)
    sent = [part.key for part in parts if part.state is DeliveryState.SENT]
    assert all(key in place for key in sent), ("never arrived", edition)
    match edition.state:
        case EditionState.DELIVERED:
            assert len(sent) == len(stands) == 2, edition
        case EditionState.SKIPPED | EditionState.FAILED:
            assert edition.reason, edition
            assert expected.explains(edition, catch_up), edition
        case _:
            assert edition.due_at > expected.last - timedelta(hours=1), edition


async def _articles(store: Store, expected: Expected) -> dict[Report, Any]:
    """Each report as the row that it is stored as."""
    async with store.database.reading() as connection:
        rows = defaultdict(list)
        for row in await connection.execute(select(schema.articles)):
            rows[row.url].append(row)
        written = set((await connection.execute(select(schema.briefs.c.story_id))).scalars())
    found = {}
    for report in reports(expected.end):
        assert len(rows[report.url]) == 1, (report, len(rows[report.url]))
        [row] = rows[report.url]
        assert row.title == report.title
        assert row.story_id in written, ("no brief tells it", report)
        old_at = report.published_at + timedelta(hours=48)
        # By a clock that was behind it was news still; its row is dated after the one before it all the same.
        assert row.is_news == (row.seen_at <= old_at) or (row.is_news and expected.was_behind_at(old_at)), (report, row)
        found[report] = row
    assert set(rows) <= {report.url for report in reports(expected.last)}, "an article that nobody published"
    return found


async def _told(store: Store, articles: dict[Report, Any], found: list[Edition], expected: Expected) -> dict[str, int]:
    """Every report that is news was told in each digest of its subject, and in no other.

    Or the edition that would have told it was skipped, could not be sent, or was posted before by a clock that ran
    ahead; or it came first of all while the clock was behind, and is dated so.
    """
    items, editions = schema.edition_items, schema.editions
    query = (
        select(items.c.story_id, items.c.is_update, editions.c.digest_id)
        .join(editions, editions.c.id == items.c.edition_id)
        .where(editions.c.state == EditionState.DELIVERED)
    )
    lost = [one for one in found if one.state is not EditionState.DELIVERED or expected.was_ahead_at(one.due_at)]
    digests = {digest.id: digest.name for digest in await store.digests.list(LOCAL_WORKSPACE)}
    async with store.database.reading() as connection:
        rows = (await connection.execute(query)).all()
        told_of = select(schema.briefs.c.story_id, schema.briefs.c.created_at)
        written_at = {row.story_id: row.created_at for row in await connection.execute(told_of)}
    told = Counter((row.story_id, digests[row.digest_id]) for row in rows if not row.is_update)
    assert not [key for key, count in told.items() if count > 1], "a story was told twice in one channel"
    missing, excused, right = [], 0, 0
    for report, row in articles.items():
        for digest_id, name in digests.items():
            is_right = name.startswith(report.subject)
            is_told = (row.story_id, name) in told
            assert is_right or not is_told, ("told in the wrong digest", report, name)
            right += is_right and row.is_news and is_told
            if is_right and row.is_news and not is_told:
                # By more than that the clock leapt between the article and its brief.
                is_stale = written_at[row.story_id] - row.seen_at > timedelta(hours=6)
                if is_stale or row.seen_at < report.published_at or _is_lost(report, digest_id, lost):
                    excused += 1
                else:
                    missing.append((report.url, name, row.seen_at))
    assert not missing, missing
    # A clock that was days ahead has posted the editions of these days before there was anything to tell.
    assert len(articles) < 100 or 4 * right > excused, (right, excused)
    return {"told": right, "untold for a reason": excused}


def _is_lost(report: Report, digest_id: int, lost: list[Edition]) -> bool:
    """Whether an edition of the digest was lost that would have told it."""
    first, last = report.published_at - timedelta(hours=1), report.published_at + timedelta(days=2)
    return any(edition.digest_id == digest_id and first < edition.due_at < last for edition in lost)
