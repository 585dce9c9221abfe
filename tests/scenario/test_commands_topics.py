"""Topics as managers set them: what changes, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import pytest

from bot.models import LOCAL_WORKSPACE, TopicRule
from tests.managing import exported, managed_office  # noqa: F401 - a fixture
from tests.office import OTHER, Office


async def test_topic_is_added_and_tells_what_it_takes(office: Office) -> None:
    text = await office.ask(
        '/brief-admin topic add "River life" words:"otter, 수달" exclude:zoo sources:"First News" languages:en'
    )
    assert "River life is followed" in text
    assert "any of “otter”, “수달”; not “zoo”; from First News; in English" in text
    assert "1 of 1 brief of the last 7 days" in text
    [topic] = await office.store.topics.list(LOCAL_WORKSPACE)
    assert topic.rule == TopicRule(words=("otter", "수달"), excluded=("zoo",), source_ids=(1,), languages=("en",))


async def test_topic_edit_changes_only_what_is_named(office: Office) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter publishers:2')
    text = await office.ask('/brief-admin topic edit "river life" name:Rivers words:otter,salmon')
    assert "Rivers is changed" in text
    topic = await office.store.topics.find(LOCAL_WORKSPACE, "rivers")
    assert topic.rule == TopicRule(words=("otter", "salmon"), min_publishers=2)
    assert "2 publishers" in await office.ask("/brief-admin topic list")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('topic add "River life" words:salmon', "There is a topic named 'River life' already."),
        ("topic add Everything", "Topic 'Everything' would take everything."),
        ("topic edit t1", "Nothing to change in 'River life'."),
        ("topic edit t1 words:none", "Then 'River life' would take everything."),
        ("topic edit t1 words:...", "Words '...' has no letter or number to look for."),
        ("topic edit t1 languages:klingon", "'klingon' is no language that we know for languages."),
        ("topic edit t1 sources:Nowhere", "No source 'Nowhere' here."),
        ("topic edit t1 publishers:0", "'0' is not right for publishers."),
        ("topic add " + "x" * 81 + " words:a", "Name has 81 characters"),
        ("topic add Long words:" + "x" * 1001, "Words has 1001 characters"),
        ("topic remove t9", "No topic 't9' here."),
        ("topic add t7 words:salmon", "'t7' cannot be a name"),
        ("topic add name:2030 words:salmon", "'2030' cannot be a name"),
        ("topic add none words:salmon", "'none' cannot be a name"),
        ("topic add name:All words:salmon", "'All' cannot be a name"),
        ('topic add "salmon, trout" words:salmon', "'salmon, trout' cannot be a name"),
        ('topic add "a=b" words:salmon', "'a=b' cannot be a name"),
        ('topic add "\u3164" words:salmon', "cannot be a name"),
        ('topic add "River\u200b life" words:salmon', "There is a topic named 'River life' already."),
        ("topic add from:technology name:t7", "'t7' cannot be a name"),
        ("topic add Fish words:salmon feeds:all", "Feeds is nothing without from."),
        ("topic add from:technology not_sources:src1", "not_sources cannot stand beside from."),
        ("topic edit t1 exclude:Otter", "“otter” is in words and in exclude"),
        ("topic add AI words:AI,robots exclude:zoo,ai", "“AI” is in words and in exclude"),
        ("topic edit t1 name:d7", "'d7' cannot be a name"),
        ("topic preview name:t7 words:salmon", "'t7' cannot be a name"),
    ],
)
async def test_topic_stays_when_a_value_is_wrong(office: Office, line: str, problem: str) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    before = await exported(office)
    text = await office.ask(f"/brief-admin {line}")
    assert problem in text
    assert "Allowed: " in text
    assert await exported(office) == before


@pytest.mark.parametrize("name", ["t9", "salmon, trout", "none", "River\u200b life"])
async def test_topic_keeps_a_name_that_is_refused_today(office: Office, name: str) -> None:
    rule = TopicRule(words=("otter",))
    topic = await office.store.topics.add(LOCAL_WORKSPACE, name, rule, now=office.clock.now())
    assert "is changed" in await office.ask(f'/brief-admin topic edit t{topic.id} name:"{name}" words:salmon')
    changed = await office.store.topics.find(LOCAL_WORKSPACE, name)
    assert (changed.id, changed.name, changed.rule.words) == (topic.id, name, ("salmon",))
    await office.ask(f'/brief-admin topic remove "{name}"')
    assert not await office.store.topics.list(LOCAL_WORKSPACE)


async def test_topic_in_use_is_not_removed(office: Office) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    await office.ask('/brief-admin digest add Morning at:08:00 topics:"River life"')
    text = await office.ask('/brief-admin topic remove "River life"')
    assert "'River life' stands in 1 digest: Morning." in text
    assert await office.store.topics.list(LOCAL_WORKSPACE)
    await office.ask("/brief-admin digest edit Morning topics:none")
    assert "followed no more" in await office.ask('/brief-admin topic remove "River life"')
    assert not await office.store.topics.list(LOCAL_WORKSPACE)


@pytest.mark.parametrize(
    "line", ["topic remove {topic}", "topic edit {topic} words:x", "digest remove {digest}", "digest preview {digest}"]
)
async def test_rows_of_another_workspace_are_not_found(office: Office, line: str) -> None:
    await office.ask("/brief-admin topic add Theirs words:otter", workspace=OTHER)
    await office.ask("/brief-admin digest add Theirs at:08:00", workspace=OTHER)
    for topic, name in (("t1", "d1"), ("Theirs", "Theirs")):
        text = await office.ask(f"/brief-admin {line.format(topic=topic, digest=name)}")
        assert " here." in text
        assert text.startswith("No ")
    assert await office.store.topics.list(OTHER)
    assert await office.store.digests.list(OTHER)
