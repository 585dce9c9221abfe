"""Briefs that are wrong, in Discord: corrected and retracted where they are read, and in every copy that was posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bot.briefs.aftermath import Aftermath
from bot.briefs.writer import BriefWriter
from bot.caveat import CAVEATS
from bot.commands.invoke import Invocation, Person
from bot.ingest.pipeline import noted_change
from bot.models import Draft, Stored, Style
from bot.store import Store
from bot.store.articles import Incoming
from bot.store.schema import deliveries
from tests.fakes import FakeClock
from tests.harbour import Harbour, harbour
from tests.loopback import FakeDiscord
from tests.loopback.rules import walk
from tests.scenario.test_discord_digests import digest, pass_time, texts


@pytest.fixture
async def port(sqlite_store: Store) -> AsyncIterator[Harbour]:
    """The bot, with some briefs to post, and a clock that a test moves."""
    clock = FakeClock(datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0))
    async with FakeDiscord() as fake, harbour(fake, sqlite_store, clock) as made:
        source = await made.office.follow("https://harbour.example/feed", workspace=made.workspace, title="Harbour")
        for headline in ("Ferry service resumes", "Lighthouse restored", "Otters return to the bay"):
            await made.office.report(source, headline)
        yield made


async def test_retracted_brief_leaves_all_lists_and_each_copy_says_so(port: Harbour) -> None:
    ola, mina = port.fake.manager(port.guild), port.fake.person(port.guild)
    news, whole = port.channel, port.fake.add_channel(port.guild, "whole")
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", whole.to_json())
    await port.settled()
    await digest(port, news)
    await digest(port, whole, name="Whole", style=Style.FULL)
    await pass_time(port)
    [before], [before_whole] = texts(news), texts(whole)
    opened = await port.fake.slash(mina, news, "brief read", {"brief": "b2"})
    shared_id = next(one for one in opened.ids if one.startswith("v1:share"))
    await port.fake.press(mina, news, opened.messages[0], shared_id)

    asked = await port.fake.slash(ola, news, "brief-admin retract", {"brief": "b2"})
    done = await port.fake.submit(ola, news, asked, {"reason": "It was another lighthouse"})
    assert "posted messages are being edited" in done.texts
    listed = await port.fake.slash(ola, news, "brief-admin reports")
    assert "3 posted messages wait to be edited." in listed.texts
    await port.amender.drain()
    assert "wait to be edited" not in (await port.fake.slash(ola, news, "brief-admin reports")).texts

    assert len(news.messages) == 2
    [after, shared], [after_whole] = texts(news), texts(whole)
    for text in (after, after_whole, shared):
        assert "Lighthouse" not in text.replace("It was another lighthouse", "")
        assert "Retracted 10:01: It was another lighthouse" in text
        assert text.endswith(CAVEATS["en"])
    for text, old in ((after, before), (after_whole, before_whole)):
        for headline in ("Ferry service resumes", "Otters return to the bay"):
            assert text.count(headline) == old.count(headline)
    for path, values in (
        ("latest", {}),
        ("today", {}),
        ("search", {"query": "lighthouse"}),
        ("related", {"brief": "b1"}),
    ):
        answer = await port.fake.slash(mina, news, f"brief {path}", values)
        assert "Lighthouse restored" not in answer.texts, path
    read = await port.fake.slash(mina, news, "brief read", {"brief": "b2"})
    assert "This brief was retracted" in read.texts
    assert "It was another lighthouse" in read.texts
    assert "Harbour Courier" in read.texts
    assert "officials said" not in read.texts


async def test_copies_of_an_earlier_version_are_composed_again_as_they_were_told(port: Harbour) -> None:
    await digest(port)
    await pass_time(port)
    [before] = texts(port.channel)
    async with port.store.database.writing() as connection:
        await connection.execute(update(deliveries).values(page=""))
    await port.commands.run("/brief-admin retract b2 Another lighthouse", manager(port))
    await port.amender.drain()
    [after] = texts(port.channel)
    assert "Retracted 10:01: Another lighthouse" in after
    for headline in ("Ferry service resumes", "Otters return to the bay"):
        assert after.count(headline) == before.count(headline) > 0
    assert "Lighthouse restored" not in after


async def test_source_that_changes_a_number_changes_the_copies_and_is_told_once(port: Harbour) -> None:
    source = 1
    body = "The ferry hit the pier on Monday and 21 people were hurt, the harbour office said."
    await take(port, source, body)
    await digest(port)
    await pass_time(port)
    [before] = texts(port.channel)
    assert "21 people were hurt" in before
    await take(port, source, body.replace("21", "12"))
    for _ in range(2):
        await port.amender.drain()
        await port.notifier.drain()
    [after] = texts(port.channel)
    assert "12 people were hurt" in after
    assert "21 people" not in after
    assert "Changed 10:01: “Harbour Courier” changed its article" in after
    assert after.count("Ferry service resumes") == before.count("Ferry service resumes")
    [told] = port.fake.direct_messages(port.guild.owner_id)
    assert "A source changed its article under b4" in str(told["components"])
    mina = port.fake.person(port.guild)
    read = await port.fake.slash(mina, port.channel, "brief read", {"brief": "b4"})
    assert "“Harbour Courier” changed its article. Before:" in read.texts
    assert "a source changed its article" in read.texts
    await take(port, source, body.replace("21", "12") + " It was repaired by night.")
    await port.notifier.drain()
    assert len(port.fake.direct_messages(port.guild.owner_id)) == 1


async def take(port: Harbour, source: int, body: str) -> None:
    """The article as it is polled, grouped and written."""
    draft = Draft(
        url="https://harbour.example/toll",
        title="Ferry hits the pier",
        text=body,
        publisher="Harbour Courier",
        language="en",
        published_at=port.clock.now(),
    )
    item = Incoming(
        draft=draft, owner="harbour", keys=("url:toll",), bands=(), is_news=True, published_at=port.clock.now()
    )
    [(stored, article)] = await port.store.articles.add_all(
        source, [item], seen_at=port.clock.now(), is_same=lambda *_: False, change_of=noted_change
    )
    if stored is Stored.NEW:
        await port.store.stories.place([(article, None)], now=port.clock.now())
    await BriefWriter(port.store, port.clock).write_due()
    await Aftermath(port.store, port.clock).settle()


def manager(port: Harbour) -> Invocation:
    return Invocation(
        workspace_id=port.workspace, person=Person(id="1", name="Ola", is_manager=True), channel=port.ref()
    )


async def test_menu_of_a_message_reports_a_brief_in_it(port: Harbour) -> None:
    mina, ola = port.fake.person(port.guild), port.fake.manager(port.guild)
    port.guild.owner_id = ola.id
    await port.fake.tell_guild(port.guild)
    await port.settled()
    await digest(port)
    await pass_time(port)
    asked = await port.fake.use_menu(mina, port.channel, "Report a brief", port.channel.messages[0])
    assert "Which brief is wrong?" in asked.texts
    form = await port.fake.press(mina, port.channel, asked.messages[0], "v1:form:brief report b2")
    thanks = await port.fake.submit(mina, port.channel, form, {"reason": "It never burnt"})
    assert "Thank you" in thanks.texts
    await port.notifier.drain()
    [told] = port.fake.direct_messages(port.guild.owner_id)
    assert "It never burnt" in str(told["components"])
    # The owner is told in a direct message, where a button does what it does in the server.
    direct = port.fake.direct_channel(ola.id)
    [button] = [one for one in walk(told["components"]) if one.get("label") == "See it beside its sources"]
    seen = await port.fake.press(ola, direct, told, button["custom_id"])
    assert "It never burnt" in seen.texts
    other = port.fake.world.store(port.channel, {"content": "chatter"}, port.fake.stranger())
    refused = await port.fake.use_menu(mina, port.channel, "Report a brief", other)
    assert "shows no brief" in refused.texts.lower()
