"""Setting up: what was chosen is kept, and all of it is made at once, once, beside what is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.errors import UsageError
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest, TopicRule, WorkspaceId
from bot.store import Store
from bot.store.setups import KEPT, Plan, Wanted
from bot.store.sources import Feeds
from tests.fakes import FakeClock

OTHER = WorkspaceId("discord:1")
WORLD = Wanted(
    name="World",
    names=("World", "세계"),
    rule=TopicRule(),
    takes_all=True,
    feeds=(("https://a.example/rss", "A"), ("https://b.example/rss", "B")),
)
TALKS = Wanted(
    name="Talks",
    names=("Talks",),
    rule=TopicRule(words=("summit",), languages=("en",)),
    takes_all=False,
    feeds=(("https://b.example/rss", "B"), ("https://c.example/rss", "C")),
)


def plan(*topics: Wanted, most: int = 100) -> Plan:
    return Plan(workspace_id=LOCAL_WORKSPACE, topics=topics, most_sources=most)


async def open_workspaces(store: Store, clock: FakeClock) -> None:
    for workspace in (LOCAL_WORKSPACE, OTHER):
        await store.workspaces.ensure(workspace, now=clock.now())


async def test_choices_are_of_one_person_in_one_workspace_and_end(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    await store.setups.keep(LOCAL_WORKSPACE, "7", {"topics": "world"}, now=clock.now())
    await store.setups.keep(LOCAL_WORKSPACE, "7", {"topics": "world,ai"}, now=clock.now())

    assert await store.setups.get(LOCAL_WORKSPACE, "7", now=clock.now()) == {"topics": "world,ai"}
    assert await store.setups.get(LOCAL_WORKSPACE, "8", now=clock.now()) == {}
    assert await store.setups.get(OTHER, "7", now=clock.now()) == {}
    assert await store.setups.get(LOCAL_WORKSPACE, "7", now=clock.now() + KEPT) == {}
    assert await store.setups.make(plan(WORLD), now=clock.now(), person="7")
    assert await store.setups.make(plan(WORLD), now=clock.now(), person="7") is None


async def test_feeds_are_followed_and_become_the_rule_where_words_are_none(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    before = await store.sources.add("https://b.example/rss", workspace=OTHER, now=clock.now(), title="Theirs")
    await store.sources.unfollow(OTHER, before.id)
    made = await store.setups.make(plan(WORLD, TALKS), now=clock.now())

    assert made is not None
    followed = {source.url: source for source in await store.sources.followed(LOCAL_WORKSPACE)}
    assert sorted(followed) == ["https://a.example/rss", "https://b.example/rss", "https://c.example/rss"]
    assert all(source.next_poll_at == clock.now() for source in followed.values())
    world, talks = made.topics
    assert await store.topics.get(LOCAL_WORKSPACE, world.id) == world
    assert world.rule.source_ids == (followed["https://a.example/rss"].id, before.id)
    assert talks.rule == TALKS.rule
    assert (made.new_topics, made.new_sources) == (("World", "Talks"), 3)
    assert await store.sources.followed(OTHER) == []


async def test_again_changes_nothing_and_more_feeds_are_added_to_what_is_there(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    first = await store.setups.make(plan(WORLD), now=clock.now())
    again = await store.setups.make(plan(replace(WORLD, name="세계")), now=clock.now())
    more = replace(WORLD, feeds=(*WORLD.feeds, ("https://d.example/rss", "D")))
    grown = await store.setups.make(plan(more), now=clock.now())

    assert first is not None
    assert again is not None
    assert grown is not None
    assert again.is_nothing
    assert again.topics[0].id == first.topics[0].id
    assert (grown.new_topics, grown.grown_topics, grown.new_sources) == ((), ("World",), 1)
    [topic] = await store.topics.list(LOCAL_WORKSPACE)
    assert topic.rule.source_ids[:2] == first.topics[0].rule.source_ids
    assert len(topic.rule.source_ids) == 3


async def test_too_many_sources_make_nothing_at_all(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    await store.setups.keep(LOCAL_WORKSPACE, "7", {"topics": "world"}, now=clock.now())
    with pytest.raises(UsageError, match="at most 2"):
        await store.setups.make(plan(WORLD, TALKS, most=2), now=clock.now(), person="7")

    assert await store.sources.followed(LOCAL_WORKSPACE) == []
    assert await store.topics.list(LOCAL_WORKSPACE) == []
    assert await store.setups.get(LOCAL_WORKSPACE, "7", now=clock.now()) == {"topics": "world"}


async def test_digest_is_made_with_its_topics_and_one_of_that_time_grows(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    digest = Digest(
        id=0,
        workspace_id=LOCAL_WORKSPACE,
        name="Daily",
        channel=ChannelRef("console:news"),
        at=time(8, 0),
        zone="Asia/Seoul",
        next_due_at=clock.now() + timedelta(hours=1),
        created_at=clock.now(),
    )
    first = await store.setups.make(replace(plan(WORLD), digest=digest), now=clock.now())
    second = await store.setups.make(replace(plan(TALKS), digest=digest), now=clock.now())
    third = await store.setups.make(replace(plan(TALKS), digest=replace(digest, at=time(9, 0))), now=clock.now())

    assert first is not None
    assert second is not None
    assert third is not None
    assert [found.name for found in await store.digests.list(LOCAL_WORKSPACE)] == ["Daily", "Daily 2"]
    both = (first.topics[0].id, second.topics[0].id)
    assert (await store.digests.find(LOCAL_WORKSPACE, "Daily")).topic_ids == both
    assert second.digest is not None
    assert second.digest.topic_ids == both
    assert (await store.digests.find(LOCAL_WORKSPACE, "Daily 2")).topic_ids == (second.topics[0].id,)


async def test_many_feeds_are_followed_at_once_or_none(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    titles = {f"https://{number}.example/": f"T{number}" for number in range(600)}
    feeds = Feeds(workspace=LOCAL_WORKSPACE, titles=titles, most=600)
    ids, new = await store.sources.follow_all(feeds, now=clock.now())
    again = await store.sources.follow_all(feeds, now=clock.now())
    with pytest.raises(UsageError, match="at most 600"):
        await store.sources.follow_all(replace(feeds, titles={"https://x.example/": ""}), now=clock.now())

    assert set(ids) == set(titles)
    assert new == set(ids.values())
    assert again == (ids, frozenset())
    assert len(await store.sources.followed(LOCAL_WORKSPACE)) == 600


async def test_people_are_greeted_once_until_the_bot_leaves(store: Store, clock: FakeClock) -> None:
    await open_workspaces(store, clock)
    assert [await store.workspaces.greet(OTHER, now=clock.now()) for _ in range(2)] == [True, False]
    assert not await store.workspaces.greet(WorkspaceId("discord:9"), now=clock.now())
    await store.workspaces.absent(OTHER, now=clock.now())
    await store.workspaces.present(OTHER, name="Back", now=clock.now())
    assert [await store.workspaces.greet(OTHER, now=clock.now()) for _ in range(2)] == [True, False]
