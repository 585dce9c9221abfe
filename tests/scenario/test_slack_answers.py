"""Answers in Slack that do not get there at once: none is lost without a word, none cut by a stop, none left half."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import select

from adapters.slack import replies
from bot.commands.invoke import Reply
from bot.documents.nodes import Block, Document, Heading, Kind, Paragraph, Text
from bot.ingest.parsed import ParsedFeed
from bot.store import Store
from bot.store.schema import shared_answers
from tests.loopback_slack import FakeSlack
from tests.loopback_slack.faults import Fault
from tests.loopback_slack.server import RESPONSE_URL
from tests.loopback_slack.world import Json
from tests.office import FakeFeeds
from tests.waiting import until
from tests.wharf import Wharf, wharf

OPML = '<opml><body><outline text="A" xmlUrl="https://a.example/feed"/></body></opml>'
FEED = ParsedFeed(title="Port News", publisher="Port News", drafts=())
SLOW = "source add https://slow.example/feed"


class SlowFeeds(FakeFeeds):
    """Feeds that take longer than an acknowledgement may."""

    async def try_feed(self, url: str) -> ParsedFeed:
        await asyncio.sleep(1.8)
        return await super().try_feed(url)


@pytest.fixture
async def dock(sqlite_store: Store) -> AsyncIterator[Wharf]:
    feeds = SlowFeeds({"https://slow.example/feed": FEED})
    async with FakeSlack() as fake, wharf(fake, sqlite_store, feeds=feeds, mode="http") as made:
        source = await made.office.follow("https://harbour.example/feed", workspace=made.workspace, title="Harbour")
        for number in range(30):
            await made.office.report(source, f"Ferry {number} resumes its service between the islands")
        yield made


@pytest.mark.parametrize("trouble", ["refused", "lost"])
async def test_answer_whose_address_fails_is_whispered_instead(dock: Wharf, trouble: str) -> None:
    faults = dock.fake.faults
    faults.status(500, RESPONSE_URL) if trouble == "refused" else faults.lose_after(RESPONSE_URL)
    ola = dock.fake.manager(dock.team)
    await dock.fake.slash(ola, dock.channel, "/brief-admin", SLOW)
    await until(lambda: bool(dock.fake.calls("chat.postEphemeral")))
    [whispered] = dock.fake.calls("chat.postEphemeral")
    assert whispered.args["user"] == ola.id
    assert "Port News" in str(whispered.args["blocks"])
    assert len(dock.fake.calls(RESPONSE_URL)) == 1
    assert dock.channel.messages == []


async def test_answer_whose_address_fails_where_we_are_no_member_comes_as_a_direct_message(dock: Wharf) -> None:
    ola, channel = dock.fake.manager(dock.team), dock.fake.add_channel(dock.team, "others", is_member=False)
    dock.fake.faults.error("expired_url", RESPONSE_URL, times=9)
    await dock.fake.slash(ola, channel, "/brief-admin", SLOW)
    await until(lambda: bool(dock.fake.direct_messages(ola)), within_s=3)
    [told] = dock.fake.direct_messages(ola)
    assert "Port News" in str(told["blocks"])


async def test_answer_that_is_being_given_is_given_before_the_bot_stops(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    asked = asyncio.create_task(dock.fake.slash(ola, dock.channel, "/brief-admin", SLOW, effects=1))
    await until(lambda: len(dock.adapter._busy) == 1)
    dock.stop.set()
    assert dock.serving is not None
    await dock.serving
    assert len(dock.adapter._busy) == 0
    assert "Port News" in (await asked).texts


async def test_shared_answer_that_breaks_off_says_so_and_what_stands_is_noted(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    listed = await dock.fake.slash(mina, dock.channel, "/brief", "latest count:20")
    await until(lambda: "Share in this channel" in listed.labels)
    dock.fake.faults.slow(0.0)
    dock.fake.faults.limit(30)
    shared = await dock.fake.press(mina, listed.messages[-1], "Share in this channel")
    await until(lambda: "may be missing here" in shared.texts)
    assert len(dock.channel.messages) == 1
    assert shared.is_ephemeral
    assert len(await dock.store.database.rows(select(shared_answers))) == 1


async def test_shared_answer_of_which_slack_says_nothing_is_not_shown_again(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    listed = await dock.fake.slash(mina, dock.channel, "/brief", "latest count:20")
    await until(lambda: "Share in this channel" in listed.labels)
    dock.fake.faults.lose_after()
    shared = await dock.fake.press(mina, listed.messages[-1], "Share in this channel")
    await until(lambda: "may be missing here" in shared.texts, within_s=3)
    assert len(dock.channel.messages) == 1


async def test_shared_answer_of_more_messages_than_go_at_once_says_so(dock: Wharf) -> None:
    source = await dock.office.follow("https://long.example/feed", workspace=dock.workspace, title="Long")
    for number in range(20):
        headline = f"Pier {number} closes" + " and so does every other pier of the harbour" * 5
        await dock.office.report(source, headline, body=f"Word{number} " * 300)
    dock.fake.limits.off()
    mina = dock.fake.person(dock.team)
    listed = await dock.fake.slash(mina, dock.channel, "/brief", "latest count:20")
    await until(lambda: "Share in this channel" in listed.labels)
    shared = await dock.fake.press(mina, listed.messages[-1], "Share in this channel")
    await until(lambda: "may be missing here" in shared.texts, within_s=3)
    assert len(dock.channel.messages) == 5


async def test_window_says_so_when_slack_does_not_take_its_answer(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source add")
    dock.fake.faults.error("internal_error", "views.update")
    sent = await dock.fake.submit(ola, opened.view, {"url": "https://slow.example/feed"}, effects=1)
    assert "Something went wrong on our side" in sent.texts


async def test_window_does_not_wait_for_an_answer_that_does_not_come(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source import")
    file = dock.fake.files.attach(ola, "feeds.opml", OPML)
    dock.fake.faults.ordered.append(Fault("files.info", 1, error="fatal_error", delay_s=1.7))
    sent = await dock.fake.submit(ola, opened.view, {"file": [file]}, effects=1)
    assert "did not give the file" in sent.texts
    assert "moment" not in sent.texts


@pytest.mark.parametrize("foreign", [{"url_private_download": "https://files.example/x"}, {"is_external": True}])
async def test_token_is_sent_to_slack_alone(dock: Wharf, foreign: Json) -> None:
    ola = dock.fake.manager(dock.team)
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source import")
    file = dock.fake.files.attach(ola, "feeds.opml", OPML)
    dock.fake.files.all[file["id"]].unlike = foreign
    sent = await dock.fake.submit(ola, opened.view, {"file": [file]})
    assert "not kept by Slack" in str(sent.errors)


async def test_replay_behind_another_signature_is_refused(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    await dock.fake.slash(mina, dock.channel, "/brief", "latest")
    body, headers = dock.fake.signed._last
    doubled = [("X-Slack-Signature", "v0=junk"), *headers.items()]
    async with (
        aiohttp.ClientSession() as session,
        session.post(dock.fake.signed.url, data=body, headers=doubled) as answer,
    ):
        assert answer.status == 400


async def test_forged_requests_are_not_remembered(dock: Wharf) -> None:
    for number in range(20):
        forged = await dock.fake.signed.send("slash_commands", {"command": "/brief", "n": str(number)}, secret="x")
        assert forged.status == 401
    assert not dock.server._replays._seen


def test_window_says_when_an_answer_is_longer_than_it() -> None:
    blocks: list[Block] = []
    for number in range(130):
        blocks += [Heading(f"Part {number}"), Paragraph((Text("x" * 200),))]
    view = replies.view(Reply(document=Document(kind=Kind.NOTICE, title="Long", blocks=tuple(blocks))))
    assert len(view["blocks"]) <= 100
    assert "more message" in str(view["blocks"][-1])
