"""Sources: followed by workspaces, polled once, claimed by one process at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import Conflict, NotFound
from bot.models import LOCAL_WORKSPACE, Polled, SourceKind, WorkspaceId
from bot.store import Store
from tests.fakes import FakeClock
from tests.office_store import OTHER, workspaces

FEED = "https://a.example/feed"


async def test_source_is_followed_by_each_workspace_and_added_once(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    mine = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now(), title="A")
    with pytest.raises(Conflict, match="followed here already"):
        await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now())
    assert await store.sources.followed(OTHER) == []
    theirs = await store.sources.add(FEED, workspace=OTHER, now=clock.now())
    assert theirs.id == mine.id
    assert await store.sources.followed(LOCAL_WORKSPACE) == [mine] == await store.sources.followed(None)
    assert await store.sources.get(mine.id) == await store.sources.by_url(FEED) == mine


async def test_workspaces_that_follow_the_same_are_told_apart_from_the_others(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    shared = await store.sources.add("https://s.example/feed", workspace=None, now=clock.now())
    mine = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now())
    assert await store.sources.own_of([LOCAL_WORKSPACE, OTHER]) == {LOCAL_WORKSPACE: {mine.id}, OTHER: frozenset()}
    assert await store.sources.own_of([]) == {}
    assert shared.id != mine.id


async def test_source_is_found_by_id_address_and_title_where_it_is_followed(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now(), title="Example News")
    for text in (f"src{source.id}", FEED, "example news"):
        assert (await store.sources.find(LOCAL_WORKSPACE, text)).id == source.id
        with pytest.raises(NotFound):
            await store.sources.find(OTHER, text)
    with pytest.raises(NotFound, match="Example News"):
        await store.sources.find(LOCAL_WORKSPACE, "exampel news")


async def test_source_that_nobody_follows_is_polled_no_more(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now())
    with pytest.raises(NotFound):
        await store.sources.unfollow(OTHER, source.id)
    await store.sources.unfollow(LOCAL_WORKSPACE, source.id)
    assert await store.sources.claim_due(clock.advance(10), limit=5, lease_s=60) == []
    await store.sources.add(FEED, workspace=OTHER, now=clock.now())
    assert [one.id for one in await store.sources.claim_due(clock.now(), limit=5, lease_s=60)] == [source.id]


async def test_source_that_is_removed_while_it_is_polled_is_polled_no_more(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now())
    [polled] = await store.sources.claim_due(clock.now(), limit=5, lease_s=60)
    await store.sources.unfollow(LOCAL_WORKSPACE, source.id)
    next_poll_at = clock.now() + timedelta(minutes=15)
    await store.sources.settle(
        Polled(source_id=polled.id, polled_at=clock.now(), next_poll_at=next_poll_at, interval_s=900)
    )
    assert await store.sources.claim_due(clock.advance(1200), limit=5, lease_s=60) == []
    pruned = await store.pruning.prune(clock.advance(40 * 86400))
    assert pruned.counts == {"sources": 1}


async def test_shared_source_is_seen_by_all(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await store.sources.add(FEED, workspace=None, now=clock.now())
    assert [one.id for one in await store.sources.followed(OTHER)] == [source.id]
    with pytest.raises(Conflict):
        await store.sources.add(FEED, workspace=None, now=clock.now())
    await store.sources.unfollow(None, source.id)
    assert await store.sources.followed(OTHER) == []


async def test_import_source_is_one_and_is_never_polled(store: Store, clock: FakeClock) -> None:
    source = await store.sources.for_import(clock.now())
    assert source == await store.sources.for_import(clock.advance(5))
    assert source.kind is SourceKind.IMPORT
    assert await store.sources.claim_due(clock.now(), limit=5, lease_s=60) == []


async def test_due_source_is_claimed_by_one_until_its_lease_ends(store_url: str, clock: FakeClock) -> None:
    stores = [await Store.open(store_url) for _ in range(3)]
    await workspaces(stores[0], clock.now())
    for number in range(12):
        await stores[0].sources.add(f"{FEED}{number}", workspace=LOCAL_WORKSPACE, now=clock.now())
    claims = await asyncio.gather(*(one.sources.claim_due(clock.now(), limit=4, lease_s=60) for one in stores))
    ids = [source.id for claim in claims for source in claim]
    assert len(ids) == len(set(ids)) == 12
    assert await stores[0].sources.claim_due(clock.advance(59), limit=99, lease_s=60) == []
    assert len(await stores[0].sources.claim_due(clock.advance(2), limit=99, lease_s=60)) == 12
    # Let go are those of this claim, not those of one before it.
    await stores[1].sources.let_go(ids[:3], clock.now() - timedelta(seconds=1))
    assert await stores[1].sources.claim_due(clock.now(), limit=99, lease_s=60) == []
    await stores[1].sources.let_go(ids[:3], clock.now() + timedelta(seconds=60))
    again = await stores[1].sources.claim_due(clock.now(), limit=99, lease_s=60)
    assert sorted(source.id for source in again) == sorted(ids[:3])
    for one in stores:
        await one.close()


async def test_failures_are_counted_with_their_reason_until_a_poll_goes_well(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now())
    failed_at = clock.now()
    for _ in range(2):
        poll = Polled(
            source_id=source.id,
            polled_at=clock.now(),
            next_poll_at=clock.now() + timedelta(hours=1),
            interval_s=900,
            error="404: it is not there",
        )
        await store.sources.settle(poll)
        clock.advance(60)
    failing = await store.sources.get(source.id)
    assert (failing.failures, failing.failing_since, failing.last_error) == (2, failed_at, "404: it is not there")
    well = Polled(
        source_id=source.id,
        polled_at=clock.now(),
        next_poll_at=clock.now() + timedelta(hours=1),
        interval_s=1800,
        etag='"x"',
        fetch_url="https://b.example/feed",
    )
    await store.sources.settle(well)
    now_well = await store.sources.get(source.id)
    assert (now_well.failures, now_well.failing_since, now_well.last_error) == (0, None, "")
    assert (now_well.etag, now_well.address, now_well.interval_s) == ('"x"', "https://b.example/feed", 1800)
    assert now_well.last_ok_at == clock.now()
    assert await store.sources.by_url("https://b.example/feed") == now_well


async def planned(store: Store, platform: str, now: datetime) -> list[tuple[WorkspaceId, str]]:
    """What managers there are told of now, each notice settled."""
    await store.notices.plan_failing([platform], now)
    found = await store.notices.claim(now, limit=9, lease_s=60, platforms=[platform])
    for one in found:
        await store.notices.settle(one.id, next_try_at=None)
    return [(one.workspace_id, one.facts["sources"]) for one in found]


async def test_unchanged_polls_are_settled_together_as_each_would_be_alone(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    urls = [f"https://{name}.example/feed" for name in ("one", "two", "alone")]
    added = [await store.sources.add(url, workspace=LOCAL_WORKSPACE, now=clock.now()) for url in urls]
    before = Polled(source_id=0, polled_at=clock.now(), next_poll_at=clock.now(), interval_s=900, etag='"old"')
    for source in added:
        await store.sources.settle(replace(before, source_id=source.id, last_modified="Mon", title="T"))
        await store.sources.settle(replace(before, source_id=source.id, is_long=True, error="503"))
    await store.sources.claim_due(clock.advance(60), limit=9, lease_s=300)
    poll = replace(before, polled_at=clock.now(), next_poll_at=clock.now() + timedelta(hours=1), interval_s=1125)
    polls = [
        replace(poll, source_id=source.id, etag=etag) for source, etag in zip(added, ("", '"new"', ""), strict=True)
    ]
    await store.sources.settle_unchanged(polls[:2])
    await store.sources.settle(polls[2])
    one, two, alone = [await store.sources.get(source.id) for source in added]
    assert (one.etag, two.etag) == ('"old"', '"new"')
    assert replace(one, id=alone.id, url=alone.url) == alone
    assert (one.failures, one.last_error, one.last_ok_at, one.title) == (0, "", clock.now(), "T")
    assert replace(two, id=alone.id, url=alone.url, etag='"old"') == alone
    assert len(await store.sources.claim_due(clock.advance(3600), limit=9, lease_s=300)) == 3
    await store.sources.settle_unchanged([])


async def test_source_that_fails_for_long_is_told_once_a_step_and_resumed(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await store.sources.add(FEED, workspace=LOCAL_WORKSPACE, now=clock.now())
    failed = Polled(
        source_id=source.id, polled_at=clock.now(), next_poll_at=clock.now(), interval_s=900, is_long=True, error="gone"
    )
    await store.sources.settle(failed)
    told = [await planned(store, "console", clock.now()) for _ in range(2)]
    assert told == [[(LOCAL_WORKSPACE, str(source.id))], []]
    clock.advance(86_400)
    await store.sources.settle(replace(failed, polled_at=clock.now(), next_poll_at=None))
    assert await planned(store, "discord", clock.now()) == []
    assert await planned(store, "console", clock.now()) == [(LOCAL_WORKSPACE, str(source.id))]
    assert (await store.sources.get(source.id)).switched_off_at == clock.now()
    assert await store.sources.claim_due(clock.now(), limit=9, lease_s=60) == []
    await store.sources.resume(source.id, clock.advance(60))
    [due] = await store.sources.claim_due(clock.now(), limit=9, lease_s=60)
    assert (due.switched_off_at, due.warned_at, due.failing_since) == (None, None, clock.now())
