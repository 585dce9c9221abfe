"""What everybody may ask, over a real store."""

from __future__ import annotations

import pytest

from bot.caveat import CAVEATS
from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Role
from bot.commands.context import Invocation, Person, Reply
from bot.documents.nodes import Action, Actions, Kind
from bot.documents.text import plain_text
from bot.models import LOCAL_WORKSPACE, BriefText, ChannelRef, Related, Sentence
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import OTHER, Office


@pytest.fixture
async def office(sqlite_store: Store, clock: FakeClock) -> Office:
    """Three briefs here, one next door."""
    office = Office(sqlite_store, clock)
    here = await office.follow("https://harbour.example/feed", title="Harbour Courier")
    there = await office.follow("https://other.example/feed", workspace=OTHER, title="Other News")
    await office.report(here, "Ferry crews strike in Sandwick", hours_ago=3)
    await office.report(here, "Otters return to the Lorne river", hours_ago=2)
    await office.report(here, "Greenland tariffs agreed", hours_ago=1)
    await office.report(there, "Secret of the other workspace")
    return office


async def test_latest_shows_newest_first_with_caveat(office: Office) -> None:
    text = await office.ask("/brief latest", is_manager=False)
    assert text.index("Greenland tariffs") < text.index("Otters return") < text.index("Ferry crews")
    assert "Secret" not in text
    assert CAVEATS["en"] in text


async def test_latest_pages_when_there_is_more(office: Office) -> None:
    first = await office.ask("/brief latest count:2")
    assert "Ferry" not in first
    assert "/brief latest count:2 page:2" in first
    second = await office.ask("/brief latest count:2 page:2")
    assert "Ferry" in second
    assert "page:3" not in second
    assert "There is no more." in await office.ask("/brief latest count:2 page:3")


async def test_latest_and_search_keep_to_a_topic(office: Office) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter,Lorne')
    for line in ('/brief latest topic:"river LIFE"', "/brief latest topic:t1", "/brief search returns topic:t1"):
        text = await office.ask(line, is_manager=False)
        assert "Otters return" in text
        assert "Greenland" not in text
    assert "Nothing about River life" not in await office.ask("/brief latest topic:t1")
    text = await office.ask('/brief search Greenland topic:"River life"')
    assert "Nothing here is about “Greenland” in River life." in text


async def test_unknown_topic_offers_the_nearest(office: Office) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    text = await office.ask("/brief latest topic:Rivers", is_manager=False)
    assert "No topic 'Rivers' here" in text
    assert "River life" in text
    assert "Example: topic:t1" in text


@pytest.mark.parametrize(
    ("line", "example"),
    [
        ("brief today nope", "topic:t1"),
        ("brief-admin digest add Evening at:8:00 topics:nope", "topics:t1"),
        ("brief-admin digest edit nope stories:3", "/brief-admin digest list"),
        ("brief-admin topic remove nope", "/brief topics"),
        ("brief-admin topic add Bad sources:src999", "sources:src1"),
        ("brief-admin source remove src999", "/brief-admin source list"),
        ("brief-admin operator share src999", "source:src1"),
    ],
)
async def test_example_for_an_unknown_name_is_there_and_takes_nothing_away(
    office: Office, line: str, example: str
) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    assert (await office.ask(f"/{line}")).endswith(f"Example: {example}")


@pytest.mark.parametrize("count", ["0", "21", "many"])
async def test_wrong_count_says_what_is_allowed(office: Office, count: str) -> None:
    text = await office.ask(f"/brief latest count:{count}")
    assert f"'{count}' is not right for count." in text
    assert "Allowed: a whole number from 1 to 20." in text
    assert "Example: count:5" in text


async def test_read_shows_brief_whole(office: Office) -> None:
    text = await office.ask("/brief read b3", is_manager=False)
    assert text.startswith("Greenland tariffs agreed")
    assert "https://harbour.example/3" in text
    assert CAVEATS["en"] in text


@pytest.mark.parametrize("verb", ["read", "related"])
@pytest.mark.parametrize("brief", ["b4", "b999"])
async def test_brief_of_another_workspace_looks_like_none(office: Office, verb: str, brief: str) -> None:
    text = await office.ask(f"/brief {verb} {brief}", is_manager=False)
    assert f"No brief {brief} here" in text
    assert "Secret" not in text
    assert "Example: brief:b3" in text, "the newest of those that are seen here"
    assert "Example: /brief latest" in await office.ask(f"/brief-admin retract {brief}")


async def test_brief_by_words_is_told_how_to_find_ids(office: Office) -> None:
    text = await office.ask("/brief read the otters")
    assert "'the otters' is no id of a brief." in text
    assert "/brief search" in text
    assert "Example: /brief read b12" in text


async def test_missing_value_is_named(office: Office) -> None:
    text = await office.ask("/brief read")
    assert "Brief is missing from /brief read." in text
    assert "Example: /brief read b12" in text


async def test_related_shows_only_what_the_workspace_sees(office: Office) -> None:
    links = [
        Related(brief_id=2, headline="Otters return to the Lorne river", blurb="…", reason="also about rivers"),
        Related(brief_id=4, headline="Secret of the other workspace", blurb="…"),
        Related(headline="Only words", blurb="A link without an address."),
    ]
    await office.store.briefs.set_related({1: links})
    for line in ("/brief related b1", "/brief read b1", "/brief latest", "/brief search ferry", "/brief today"):
        text = await office.ask(line, is_manager=False)
        assert "Secret" not in text, line
    text = await office.ask("/brief related b1")
    assert "Otters return" in text
    assert "also about rivers" in text
    assert "Only words" in text
    assert CAVEATS["en"] in text


async def test_search_finds_words_and_keeps_to_its_time(office: Office) -> None:
    assert "Ferry crews" in await office.ask("/brief search ferries since:24h", is_manager=False)
    assert "Nothing here is about “ferries”." in await office.ask("/brief search ferries since:2h")
    assert "Secret" not in await office.ask("/brief search secret workspace")


async def test_empty_search_offers_words_that_are_here_and_topics(office: Office) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    text = await office.ask("/brief search Grenland")
    assert "/brief search greenland" in text
    assert '/brief latest topic:"River life"' in text
    assert "secret" not in (await office.ask("/brief search secrets")).replace("“secrets”", "").replace("secrets", "")


async def test_empty_search_blames_the_time_and_never_offers_what_was_excluded(office: Office) -> None:
    text = await office.ask("/brief search otters since:1h")
    assert "Found without since: /brief search otters" in text
    assert "/brief search otter" not in await office.ask("/brief search bridge -oters")


async def test_search_without_a_word_is_a_mistake(office: Office) -> None:
    text = await office.ask("/brief search !!!")
    assert "Query '!!!' has no word to look for." in text
    assert "Example: /brief search Greenland tariffs" in text


async def test_wrong_since_says_what_is_allowed(office: Office) -> None:
    text = await office.ask("/brief search ferry since:soon")
    assert "'soon' is no time in the past for since." in text
    assert "24h, 7d" in text


async def test_today_is_the_digest_as_it_stands(office: Office) -> None:
    text = await office.ask("/brief today", is_manager=False)
    assert "Greenland tariffs agreed" in text
    assert "Secret" not in text
    assert CAVEATS["en"] in text
    await office.ask('/brief-admin topic add "River life" words:otter')
    assert "Nothing new" not in text
    assert "Greenland" not in await office.ask("/brief today topic:t1", is_manager=False)


async def test_topics_tell_what_is_followed(office: Office) -> None:
    assert "everything that the sources report is shown" in await office.ask("/brief topics", is_manager=False)
    await office.ask('/brief-admin topic add "River life" words:otter,"Lorne river" languages:en')
    await office.ask("/brief-admin digest add Morning at:08:00 days:weekdays")
    text = await office.ask("/brief topics", is_manager=False)
    assert "River life: any of “otter”, “Lorne river”; in English" in text
    assert "Morning: 08:00 UTC, Mon–Fri" in text


async def test_latest_says_what_to_do_when_nothing_is_followed(sqlite_store: Store, clock: FakeClock) -> None:
    text = await Office(sqlite_store, clock).ask("/brief latest")
    assert "/brief-admin source add" in text


async def test_help_lists_every_command_a_person_may_give(office: Office) -> None:
    member = await office.ask("/brief help", is_manager=False)
    manager = await office.ask("/brief help")
    admin = await office.ask("/brief-admin help")
    for command in COMMANDS:
        is_for_members = command.role is Role.MEMBER
        assert (f"/{command.name} " in member + " ") == is_for_members or command.path == ("help",)
        assert f"/{command.name}" in manager
        assert is_for_members or f"/{command.name}" in admin


async def test_help_about_one_command_shows_its_options(office: Office) -> None:
    text = await office.ask("/brief help digest add")
    assert "catch_up" in text
    assert 'Example: /brief-admin digest add "Morning briefing"' in text
    text = await office.ask("/brief help dgst")
    assert "There is no command 'dgst'." in text


async def test_wrong_command_offers_what_was_typed_corrected(office: Office) -> None:
    reply = await office.reply("/brief latst count:2")
    assert reply.document.kind is Kind.ERROR
    text = await office.ask("/brief latst count:2")
    assert "There is no command '/brief latst count:2'." in text
    assert "/brief latest count:2" in text


async def test_answers_are_private(office: Office) -> None:
    for line in ("/brief latest", "/brief today", "/brief nonsense", "/brief-admin status"):
        assert (await office.reply(line)).is_private


async def test_imported_brief_is_seen_everywhere(office: Office) -> None:
    words = BriefText(
        headline="Written elsewhere",
        deck="…",
        lede=(Sentence(text="Harbour words.", sources=()),),
        language="en",
        written_by="imported",
    )
    await office.store.briefs.add_imported(words, related=(), published_at=None, now=office.clock.now())
    for workspace in (OTHER, "console:third"):
        assert "Written elsewhere" in await office.ask("/brief latest", workspace=OTHER), workspace


async def test_search_reads_what_is_named_among_its_words(office: Office) -> None:
    assert "Ferry crews" in await office.ask("/brief search ferries since:24h")
    # A platform with a field for each option gives what was typed into that of the words.
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE, person=Person(id="u1", name="Mina"), channel=ChannelRef("console:general")
    )
    reply = await office.commands.call(BY_NAME["brief search"], {"query": "ferries since:2h"}, here)
    assert "Nothing here is about “ferries”." in plain_text(reply.document)


async def test_misspelt_option_is_offered_right_at_a_press(office: Office) -> None:
    reply = await office.reply("/brief search ferries sinse:7d")
    assert "did you mean 'since'?" in plain_text(reply.document)
    assert Action("With since:", "brief search ferries since:7d") in _actions(reply)


async def test_empty_search_offers_words_and_topics_as_buttons(office: Office) -> None:
    reply = await office.reply("/brief search Grenland")
    assert Action("greenland", "brief search greenland") in _actions(reply)
    assert any(action.command.startswith("brief latest") for action in _actions(reply))


def _actions(reply: Reply) -> list[Action]:
    return [action for block in reply.document.blocks if isinstance(block, Actions) for action in block.items]
