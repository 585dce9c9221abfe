"""Topics: what a workspace follows, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import Conflict, NotFound
from bot.models import LOCAL_WORKSPACE, TopicRule, WorkspaceId
from bot.store import Store
from tests.fakes import FakeClock
from tests.office_store import digest

OTHER = WorkspaceId("discord:1")


async def test_topic_is_found_by_id_and_by_name_in_any_case(store: Store, clock: FakeClock) -> None:
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    rule = TopicRule(words=("tariff", "trade war"), languages=("en",), min_publishers=2)
    topic = await store.topics.add(LOCAL_WORKSPACE, "World Trade", rule, now=clock.now())

    assert await store.topics.find(LOCAL_WORKSPACE, "world  trade") == topic
    assert await store.topics.find(LOCAL_WORKSPACE, f"t{topic.id}") == topic
    assert topic.rule == rule


async def test_topic_is_found_by_its_id_when_another_is_named_so(store: Store, clock: FakeClock) -> None:
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    topic = await store.topics.add(LOCAL_WORKSPACE, "Trade", TopicRule(), now=clock.now())
    named = await store.topics.add(LOCAL_WORKSPACE, f"t{topic.id}", TopicRule(), now=clock.now())
    alone = await store.topics.add(LOCAL_WORKSPACE, "t999", TopicRule(), now=clock.now())

    assert await store.topics.get(LOCAL_WORKSPACE, topic.id) == topic
    assert await store.topics.find(LOCAL_WORKSPACE, f"t{topic.id}") == topic
    assert await store.topics.find(LOCAL_WORKSPACE, f"t{named.id}") == named
    assert await store.topics.find(LOCAL_WORKSPACE, "t999") == alone


async def test_topic_of_another_workspace_is_not_found(store: Store, clock: FakeClock) -> None:
    for workspace in (LOCAL_WORKSPACE, OTHER):
        await store.workspaces.ensure(workspace, now=clock.now())
    topic = await store.topics.add(OTHER, "Theirs", TopicRule(), now=clock.now())

    with pytest.raises(NotFound):
        await store.topics.get(LOCAL_WORKSPACE, topic.id)
    with pytest.raises(NotFound):
        await store.topics.remove(LOCAL_WORKSPACE, topic.id)
    assert await store.topics.list(OTHER) == [topic]


async def test_topic_name_is_taken_when_only_case_differs(store: Store, clock: FakeClock) -> None:
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    await store.topics.add(LOCAL_WORKSPACE, "World Trade", TopicRule(), now=clock.now())

    with pytest.raises(Conflict, match="World TRADE"):
        await store.topics.add(LOCAL_WORKSPACE, "World TRADE", TopicRule(), now=clock.now())


async def test_name_is_known_that_grows_when_its_case_is_folded(store: Store, clock: FakeClock) -> None:
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    topic = await store.topics.add(LOCAL_WORKSPACE, "ß" * 80, TopicRule(), now=clock.now())
    made = await store.digests.add(digest(clock.now(), name="İ" * 80))

    assert await store.topics.find(LOCAL_WORKSPACE, "SS" * 80) == topic
    assert (await store.digests.find(LOCAL_WORKSPACE, "İ" * 80)).id == made.id


async def test_topic_is_changed_and_keeps_a_name_of_its_own(store: Store, clock: FakeClock) -> None:
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    topic = await store.topics.add(LOCAL_WORKSPACE, "One", TopicRule(words=("a",)), now=clock.now())
    await store.topics.add(LOCAL_WORKSPACE, "Two", TopicRule(), now=clock.now())
    await store.topics.save(replace(topic, name="First", rule=TopicRule(excluded=("b",))))

    assert (await store.topics.get(LOCAL_WORKSPACE, topic.id)).rule == TopicRule(excluded=("b",))
    with pytest.raises(Conflict, match="TWO"):
        await store.topics.save(replace(topic, name="TWO"))
