"""Topics of the catalogue and the set-up as commands: what is made, what is refused, what is shown."""

from __future__ import annotations

import pytest

from bot.commands import admin_catalogue, admin_setup
from bot.commands.catalogue import BY_NAME
from bot.commands.invoke import Invocation, Person
from bot.commands.zones import guessed_zone
from bot.documents.nodes import Card, Kind
from bot.models import LOCAL_WORKSPACE, ChannelRef
from bot.store import Store
from bot.topics.catalogue import known_topics
from tests.fakes import FakeClock
from tests.office import Office
from tests.office_store import workspaces


@pytest.fixture
async def office(sqlite_store: Store, clock: FakeClock) -> Office:
    await workspaces(sqlite_store, clock.now())
    return Office(sqlite_store, clock)


async def test_catalogue_lists_each_topic_and_marks_what_is_followed(office: Office) -> None:
    await office.ask("/brief-admin topic add from:korea-japan")
    text = await office.ask("/brief-admin topic catalogue")
    for topic in known_topics().values():
        assert topic.name in text
        assert f"Id: {topic.id}" in text
    assert text.count("followed here") == 1


async def test_topics_are_followed_with_feeds_in_ones_language_and_english(office: Office) -> None:
    text = await office.ask("/brief-admin topic add from:World,한일 관계")
    assert "Followed now: World, Korea–Japan relations" in text
    world = await office.store.topics.find(LOCAL_WORKSPACE, "World")
    talks = await office.store.topics.find(LOCAL_WORKSPACE, "Korea–Japan relations")
    assert len(world.rule.source_ids) == sum(feed.language == "en" for feed in known_topics()["world"].feeds)
    assert talks.rule.words == known_topics()["korea-japan"].words
    assert office.feeds.read == []
    before = len(await office.store.sources.followed(LOCAL_WORKSPACE))
    again = await office.ask("/brief-admin topic add from:world,korea-japan")
    assert "Nothing was changed" in again
    more = await office.ask("/brief-admin topic add from:world feeds:all")
    assert "More feeds for" in more
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == before + 10
    assert len(await office.store.topics.list(LOCAL_WORKSPACE)) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("from:wrld", "Allowed: world"),
        ("from:world,science name:News", "Name cannot stand beside from"),
        ("from:world publishers:2", "Publishers cannot stand beside from"),
    ],
)
async def test_what_is_wrong_changes_nothing(office: Office, line: str, words: str) -> None:
    assert words in await office.ask(f"/brief-admin topic add {line}")
    assert await office.store.topics.list(LOCAL_WORKSPACE) == []
    assert await office.store.sources.followed(LOCAL_WORKSPACE) == []


async def test_one_topic_may_have_another_name(office: Office) -> None:
    await office.ask('/brief-admin topic add from:space name:"To the stars"')
    assert [topic.name for topic in await office.store.topics.list(LOCAL_WORKSPACE)] == ["To the stars"]


async def test_no_more_sources_are_followed_than_there_may_be(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_catalogue, "FOLLOWED_LIMIT", 5)
    monkeypatch.setattr(admin_setup, "FOLLOWED_LIMIT", 5)
    assert "at most 5 sources" in await office.ask("/brief-admin topic add from:world")
    await office.ask("/brief-admin setup subjects:world at:08:00")
    assert "at most 5 sources" in await office.ask("/brief-admin setup step:done")
    assert await office.store.sources.followed(LOCAL_WORKSPACE) == []
    assert await office.store.digests.list(LOCAL_WORKSPACE) == []


async def test_several_topics_are_completed_one_after_the_other(office: Office) -> None:
    option = BY_NAME["brief-admin topic add"].option("from")
    assert option is not None
    person = Person(id="u1", name="Mina", is_manager=True)
    here = Invocation(workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"))
    command = BY_NAME["brief-admin topic add"]
    assert ("World", "world") in await office.commands.complete(command, option, "", here)
    found = await office.commands.complete(command, option, "world, kor", here)
    assert found[0] == ("world, Korea", "world, korea")
    assert len(found) <= 25


async def test_look_shows_what_is_there_already_under_the_caveat(office: Office) -> None:
    feed = known_topics()["world"].feeds[0]
    source = await office.follow(feed.url, workspace=LOCAL_WORKSPACE, title=feed.title)
    await office.report(source, "Ferry service resumes")
    reply = await office.reply("/brief-admin setup subjects:world at:09:15 zone:Asia/Seoul")
    assert reply.document.kind is Kind.DIGEST
    assert reply.document.caveat is not None
    assert [block.headline for block in reply.document.blocks if isinstance(block, Card)] == ["Ferry service resumes"]
    # Nothing of it is stored before it is done.
    assert await office.store.topics.list(LOCAL_WORKSPACE) == []
    other = await office.reply("/brief-admin setup subjects:games at:09:15")
    assert not any(isinstance(block, Card) for block in other.document.blocks)


async def test_steps_are_typed_one_after_the_other(office: Office) -> None:
    assert "step 1 of 3" in await office.ask("/brief-admin setup")
    assert "step 2 of 3" in await office.ask("/brief-admin setup subjects:ai places:japan")
    assert "step 3 of 3" in await office.ask("/brief-admin setup step:look")
    assert "step 1 of 3" in await office.ask("/brief-admin setup subjects:none places:none")
    assert "being set up" in await office.ask("/brief-admin setup step:done")
    assert "step 2 of 3" in await office.ask("/brief-admin setup subjects:ai")
    assert "is set up" in await office.ask("/brief-admin setup step:done")


@pytest.mark.parametrize(
    ("locale", "own", "workspace", "zone"),
    [
        ("ko", "", "UTC", "Asia/Seoul"),
        ("ja", "", "UTC", "Asia/Tokyo"),
        ("en-GB", "", "UTC", "Europe/London"),
        ("en_US", "", "UTC", "America/New_York"),
        ("pt-BR", "", "UTC", "America/Sao_Paulo"),
        ("ko-KR", "Europe/Berlin", "UTC", "Europe/Berlin"),
        ("ko", "Mars/Base", "UTC", "Asia/Seoul"),
        ("ko", "Europe/Berlin", "Asia/Tokyo", "Asia/Tokyo"),
        ("xx", "", "UTC", "UTC"),
        ("", "", "UTC", "UTC"),
    ],
)
def test_zone_is_guessed_from_what_is_told(locale: str, own: str, workspace: str, zone: str) -> None:
    person = Person(id="1", name="", zone=own)
    here = Invocation(workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:x"), locale=locale)
    assert guessed_zone(here, workspace) == zone
