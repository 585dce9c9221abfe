"""Stories that channels follow, in the store: due when there is news, posted once, merged, kept from pruning."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.errors import Conflict
from bot.models import LOCAL_WORKSPACE, Brief, ChannelRef, Delivery, EditionState, Follow, Pick
from bot.ports import Payload
from bot.store import Store
from bot.store.follows import PAUSE, QUIET, FollowPost
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, incoming, source_of, words, workspaces
from tests.saving import save

NEWS = ChannelRef("console:news")
PAYLOAD = Payload(body={"text": "Told. Beware."}, caveat="Beware.", title="Told")


async def follow(store: Store, clock: FakeClock, told: Brief, channel: ChannelRef = NEWS) -> Follow:
    return await store.follows.start(channel, told, [PAYLOAD], LOCAL_WORKSPACE, until=None, now=clock.now())


async def send(store: Store, clock: FakeClock, *, platforms: Sequence[str] = ("console",)) -> list[Delivery]:
    """Claims and settles what is due, each under a reference of its own."""
    sent = await store.deliveries.claim(clock.now(), limit=9, lease_s=60, owner="me", platforms=platforms)
    refs = {one.id: f"console:news/{one.id}" for one in sent}
    await store.deliveries.settle_sent(refs, owner="me", now=clock.now())
    return sent


async def due(store: Store, clock: FakeClock) -> list[Follow]:
    return await store.follows.claim_due(clock.now(), limit=9, lease_s=60, platforms=["console"])


async def add_article(store: Store, clock: FakeClock, told: Brief, number: int, headline: str) -> Brief:
    """A story with one more article, and its brief as it is then."""
    now = clock.now()
    source = await source_of(store, now, LOCAL_WORKSPACE)
    items = [incoming(number, now)]
    [(_, article)] = await store.articles.add_all(source.id, items, seen_at=now, is_same=lambda one, other: False)
    await store.stories.place([(article, told.story_id)], now=now)
    story = await store.stories.get(told.story_id)
    return await save(store, story, words(headline), publishers=2, now=now)


async def test_follow_is_due_when_there_is_news_and_posted_below_its_first_post_by_one(
    store: Store, clock: FakeClock
) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Ferry aground"))
    made = await follow(store, clock, told)
    with pytest.raises(Conflict, match="followed in that channel"):
        await follow(store, clock, told)
    await follow(store, clock, told, ChannelRef("console:other"))
    assert [one.channel for one in await store.follows.list(LOCAL_WORKSPACE)] == [NEWS, "console:other"]
    assert await store.follows.list(OTHER) == []
    assert [one.posted_at for one in await store.follows.list(LOCAL_WORKSPACE)] == [None, None]
    first, _ = await send(store, clock)
    assert (await store.follows.get(made.id) or made).posted_at == clock.now()
    assert (first.follow_id, first.digest_id, first.first_ref, first.in_thread) == (made.id, None, "", True)
    assert first.last_chance == clock.now() + timedelta(days=1)
    clock.advance(60)
    later = await add_article(store, clock, told, 2, "Ferry towed free")
    # What comes within the pause waits for its end.
    assert await due(store, clock) == []
    clock.advance(PAUSE.total_seconds())
    assert await store.follows.claim_due(clock.now(), limit=9, lease_s=60, platforms=["slack"]) == []
    claims = await asyncio.gather(*(due(store, clock) for _ in range(2)))
    [again, _] = claims[0] + claims[1]
    assert (again.id, again.brief_id, again.first_ref) == (made.id, told.id, f"console:news/{first.id}")
    reports = await store.stories.reports(told.story_id)
    assert [(one.n, one.title, one.publisher) for one in reports] == [(1, "Title 1", "A"), (2, "Title 2", "A")]
    versions = [(told.id, told.version), (told.id, later.version), (told.id, 99)]
    texts = await store.editions.told(versions)
    assert texts == {versions[0]: told.text, versions[1]: later.text}
    assert await store.editions.told([]) == {}
    pick = Pick(brief=later, is_update=True, news=(0,), why="")
    post = FollowPost(follow=again, payloads=[PAYLOAD], pick=pick)
    # A second process that was late with the same finds it done.
    assert [await store.follows.post(post, now=clock.now()) for _ in range(2)] == [True, False]
    [update] = await send(store, clock)
    assert update.first_ref == f"console:news/{first.id}"
    clock.advance(2 * PAUSE.total_seconds())
    assert [one.channel for one in await due(store, clock)] == ["console:other"]


async def test_post_on_its_way_holds_up_the_next_and_a_failure_is_seen(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Ferry aground"))
    made = await follow(store, clock, told)
    clock.advance(2 * PAUSE.total_seconds())
    await add_article(store, clock, told, 2, "Ferry towed free")
    assert await due(store, clock) == []
    [first] = await store.deliveries.claim(clock.now(), limit=9, lease_s=60, owner="me", platforms=["console"])
    assert await store.follows.set_trouble(made.id, made.channel, "no such channel", clock.now())
    assert not await store.follows.set_trouble(made.id, made.channel, "no such channel", clock.now())
    [seen] = await store.follows.list(LOCAL_WORKSPACE)
    assert (seen.trouble, seen.trouble_since) == ("no such channel", clock.now())
    await store.deliveries.settle_failed(first.id, owner="me", error="no such channel", now=clock.now())
    [given_up] = await due(store, clock)
    assert given_up.first_ref == ""
    await store.follows.end_trouble(made.id)
    assert (await store.follows.get(made.id) or made).trouble == ""


async def test_unfollowed_story_is_not_posted_and_none_is_followed_for_ever(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Ferry aground"))
    await follow(store, clock, told)
    ended = await store.follows.end(LOCAL_WORKSPACE, told.story_id, NEWS, why="unfollowed", now=clock.now())
    assert ended == [NEWS]
    assert await send(store, clock) == []
    # That a manager did not want it is no failure.
    assert (await store.overview.numbers()).deliveries == {}
    assert await store.follows.end(LOCAL_WORKSPACE, told.story_id, None, why="unfollowed", now=clock.now()) == []
    again = await follow(store, clock, told)
    await send(store, clock)
    clock.advance(QUIET.total_seconds() - 60)
    assert await due(store, clock) == []
    clock.advance(120)
    [quiet] = await due(store, clock)
    await store.follows.put_off(again.id, clock.now())
    [quiet] = await due(store, clock)
    post = FollowPost(follow=quiet, payloads=[PAYLOAD], ended_why="quiet")
    assert await store.follows.post(post, now=clock.now())
    [last] = await send(store, clock)
    assert last.first_ref
    assert await store.follows.list(LOCAL_WORKSPACE) == []
    # Digests neither count its posts as told nor show them among their runs.
    assert await store.editions.recent(LOCAL_WORKSPACE, limit=9) == []
    sent = await store.editions.sent([(LOCAL_WORKSPACE, NEWS)], since=clock.now() - timedelta(days=30))
    assert sent == {(LOCAL_WORKSPACE, NEWS): {}}


async def test_follow_goes_with_a_story_that_is_merged(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    gone = await brief(store, clock.now(), 1, words("Ferry aground"))
    kept = await brief(store, clock.now(), 2, words("Ship stranded"))
    await follow(store, clock, gone)
    await send(store, clock)
    clock.advance(2 * PAUSE.total_seconds())
    members = [(one.id, kept.story_id) for one in (await store.stories.get(gone.story_id)).articles]
    await store.stories.place(members, merged={gone.story_id: kept.story_id}, now=clock.now())
    await add_article(store, clock, kept, 3, "Ferry towed free")
    [moved] = await due(store, clock)
    assert (moved.story_id, moved.brief_id, moved.told_brief_id) == (kept.story_id, kept.id, gone.id)


async def test_followed_story_is_not_pruned_and_an_ended_follow_is_in_its_time(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Ferry aground"))
    await brief(store, clock.now(), 2, words("Newest"))
    await follow(store, clock, told)
    await send(store, clock)
    later = clock.advance(timedelta(days=800).total_seconds())
    await store.pruning.prune(later)
    assert told.id in [one.id for one in await store.briefs.each()]
    [kept] = await store.follows.list(LOCAL_WORKSPACE)
    await store.follows.end(LOCAL_WORKSPACE, told.story_id, None, why="unfollowed", now=later)
    await store.pruning.prune(later + timedelta(days=800))
    assert await store.follows.get(kept.id) is None


async def test_posts_are_editions_without_a_digest(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Ferry aground"))
    await follow(store, clock, told)
    [first] = await send(store, clock)
    edition, parts = await store.editions.posted(first.edition_id)
    assert (edition.digest_id, edition.state, parts) == (None, EditionState.DELIVERED, 1)
    [item] = await store.editions.items(first.edition_id)
    assert (item.brief_id, item.brief_version) == (told.id, told.version)
    await store.pruning.forget(LOCAL_WORKSPACE)
    assert (await store.holdings.counts(LOCAL_WORKSPACE))["follows"] == 0


async def test_follow_of_a_store_that_was_put_back_stays_so_until_there_is_something_to_tell(
    store: Store, clock: FakeClock
) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Ferry aground"))
    await follow(store, clock, told)
    await follow(store, clock, told, ChannelRef("console:other"))
    await store.follows.end(LOCAL_WORKSPACE, told.story_id, ChannelRef("console:other"), why="enough", now=clock.now())
    await send(store, clock)
    put_back_at = clock.advance(2 * PAUSE.total_seconds())
    assert [await store.follows.pass_over(put_back_at) for _ in range(2)] == [1, 1]
    assert await due(store, clock) == []
    clock.advance(60)
    later = await add_article(store, clock, told, 2, "Ferry towed free")
    [found] = await due(store, clock)
    assert (found.is_put_back, found.told, found.told_at) == (True, (told.id, told.version), put_back_at)
    assert await store.follows.post(FollowPost(follow=found, pick=Pick(brief=later, why="")), now=clock.now())
    clock.advance(2 * PAUSE.total_seconds())
    assert await due(store, clock) == []
    newest = await add_article(store, clock, told, 3, "Ferry sunk after all")
    [found] = await due(store, clock)
    assert (found.is_put_back, found.told, found.told_at) == (True, (told.id, later.version), put_back_at)
    post = FollowPost(follow=found, payloads=[PAYLOAD], pick=Pick(brief=newest, why=""))
    assert await store.follows.post(post, now=clock.now())
    [followed] = await store.follows.list(LOCAL_WORKSPACE)
    assert (followed.is_put_back, followed.told) == (False, (told.id, newest.version))
