"""What a clock wrote that ran ahead is put right when it is right again, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.models import LOCAL_WORKSPACE, EditionState, Polled
from bot.store import Store
from bot.store.editions import EditionPlan
from bot.timekeeping import Timekeeper
from tests.contract.test_store_editions import PAYLOADS, planned, slot
from tests.contract.test_store_plans import asked
from tests.fakes import FakeClock
from tests.office_store import brief, digest, incoming, source_of, words, workspaces

DAY = timedelta(days=1)
WINDOW = timedelta(days=2)


async def test_feed_that_was_put_off_by_days_is_due_and_others_keep_their_pause(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    await workspaces(store, now)
    for number, at in enumerate((now, now + 3 * DAY)):
        source = await store.sources.add(f"https://{number}.example/feed", workspace=LOCAL_WORKSPACE, now=now)
        polled = Polled(source_id=source.id, polled_at=at, next_poll_at=at + timedelta(hours=1), interval_s=3600)
        await store.sources.settle(polled)
    assert await store.ahead.put_right(now, news_window=WINDOW) == {"feeds": 1}
    assert [one.url for one in await store.sources.claim_due(now, limit=9, lease_s=300)] == ["https://1.example/feed"]
    assert await store.ahead.put_right(now, news_window=WINDOW) == {}


async def test_lease_of_another_day_ends_and_one_of_now_does_not(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    await workspaces(store, now)
    await source_of(store, now, LOCAL_WORKSPACE)
    _, edition = await planned(store, clock)
    await store.sources.claim_due(now + DAY, limit=9, lease_s=300)
    claim = {"limit": 9, "lease_s": 90, "owner": "it", "platforms": ["console"]}
    [ahead] = await store.deliveries.claim(now + DAY, **claim)  # type: ignore[arg-type]
    assert await store.deliveries.claim(now, **claim) == []  # type: ignore[arg-type]
    assert await store.ahead.put_right(now, news_window=WINDOW) == {"leases": 2}
    [again] = await store.deliveries.claim(now, **claim)  # type: ignore[arg-type]
    assert (again.id, again.attempts) == (ahead.id, 2)
    assert len(await store.sources.claim_due(now, limit=9, lease_s=300)) == 1
    assert await store.ahead.put_right(now, news_window=WINDOW) == {}
    assert edition.state is EditionState.PLANNED


async def test_nothing_is_written_where_nothing_is_wrong(store: Store, clock: FakeClock) -> None:
    """Whoever wants to write on SQLite does not wait for the look, which may take long."""
    await workspaces(store, clock.now())
    await source_of(store, clock.now(), LOCAL_WORKSPACE)
    await planned(store, clock)
    with asked(store) as statements:
        assert await store.ahead.put_right(clock.now(), news_window=WINDOW) == {}
    assert {said.partition(" ")[0] for said, _ in statements} == {"SELECT"}


async def test_editions_that_were_skipped_ahead_of_time_are_due_again(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And those that nobody began to send; what was begun stands."""
    monkeypatch.setattr("bot.store.ahead.BATCH", 1)
    now = clock.now()
    await workspaces(store, now)
    made = [await store.digests.add(digest(now, name=f"d{number}")) for number in range(4)]
    begun, unbegun, skipped, right = made
    skip = {"is_skipped": True, "reason": "Briefbot was not running"}
    await store.editions.plan([EditionPlan(digest=begun, slot=slot(begun), payloads=PAYLOADS)], now=now + 3 * DAY)
    claim = {"limit": 9, "lease_s": 90, "owner": "it", "platforms": ["console"]}
    assert await store.deliveries.claim(now + 3 * DAY, **claim)  # type: ignore[arg-type]
    await store.editions.plan([EditionPlan(digest=unbegun, slot=slot(unbegun), payloads=PAYLOADS)], now=now + 3 * DAY)
    await store.editions.plan([EditionPlan(digest=skipped, slot=slot(skipped), **skip)], now=now + 3 * DAY)  # type: ignore[arg-type]
    await store.editions.plan([EditionPlan(digest=right, slot=slot(right), **skip)], now=now)  # type: ignore[arg-type]
    assert await store.digests.claim_due(now, limit=9, lease_s=9, platforms=["console"]) == []
    assert await store.ahead.put_right(now, news_window=WINDOW) == {"leases": 1, "editions": 2}
    due = await store.digests.claim_due(now, limit=9, lease_s=9, platforms=["console"])
    assert sorted(one.name for one in due) == ["d1", "d2"]
    assert {(one.next_due_at, one.next_on) for one in due} == {(now, now.date())}
    states = {one.digest_id: one.state for one in await store.editions.recent(LOCAL_WORKSPACE, limit=9)}
    assert states == {begun.id: EditionState.PLANNED, right.id: EditionState.SKIPPED}


async def test_article_that_was_too_old_by_a_clock_ahead_is_news(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    await workspaces(store, now)
    source = await source_of(store, now, LOCAL_WORKSPACE)
    dated = replace(incoming(1, now), is_news=False)
    undated = replace(incoming(2, now), is_news=False, published_at=now + 4 * DAY)
    old = replace(incoming(3, now), is_news=False, published_at=now - 3 * DAY)
    stored = await store.articles.add_all(
        source.id, [dated, undated, old], seen_at=now + 4 * DAY, is_same=lambda *_: False
    )
    ids = [id_ for _, id_ in stored]
    await store.stories.place([(id_, None) for id_ in ids], now=now)
    assert await store.ahead.put_right(now, news_window=WINDOW) == {"articles": 1}
    found = [await store.articles.get(id_) for id_ in ids]
    assert [one.is_news for one in found] == [True, False, False]
    assert found[0].seen_at == now


async def test_article_that_comes_while_the_clock_is_behind_is_no_older_than_those_before(
    store: Store, clock: FakeClock
) -> None:
    """Or it would be old news, told by no digest, once the clock is right again."""
    now = clock.now()
    await workspaces(store, now)
    await brief(store, now, 1, words("First"))
    late = await brief(store, now - 3 * DAY, 2, words("Second"))
    assert late.news_at == now
    far = await brief(store, now - 30 * DAY, 3, words("Third"))
    assert far.news_at == now - 22 * DAY


async def test_timekeeper_looks_at_the_start_and_when_the_clock_is_set_back(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    timekeeper = Timekeeper(store, clock, news_window=WINDOW)
    await timekeeper.look()
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    clock.advance(3 * 86_400)
    await timekeeper.look()
    polled = Polled(
        source_id=source.id, polled_at=clock.now(), next_poll_at=clock.now() + timedelta(hours=1), interval_s=3600
    )
    await store.sources.settle(polled)
    with capture_logs() as logs:
        await timekeeper.look()
        clock.advance(-3 * 86_400)
        await timekeeper.look()
        await timekeeper.look()
    assert [entry["event"] for entry in logs] == ["clock.set", "clock.put_right"]
    assert len(await store.sources.claim_due(clock.now(), limit=9, lease_s=300)) == 1
