"""No word of ours is said but through `say`: everything is shown in a language that marks our words, and read letter
by letter. Outside text stands in another alphabet here, so that it cannot be taken for ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord import forms as discord_forms
from adapters.discord.buttons import Press
from adapters.discord.render import render as discord_render
from adapters.discord.replies import _messages as discord_messages
from adapters.slack import forms as slack_forms
from adapters.slack import obstacles, replies, reporting
from adapters.slack.home import home
from adapters.slack.render import render as slack_render
from bot.briefs.model.choice import Choice
from bot.briefs.model.view import ModelView
from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Command, OptionType, Role
from bot.commands.invoke import Commands, Invocation, Person, Reply
from bot.digests.compose import Issue, compose
from bot.digests.dispatch import Dispatcher
from bot.documents.build import brief_document, error_document, list_document, related_document, trouble_document
from bot.documents.nodes import Document
from bot.documents.notices import brief_notice
from bot.documents.verbs import Verb
from bot.errors import AddressRefused, BriefbotError, FeedError, FetchError
from bot.ingest.reasons import of_status
from bot.models import LOCAL_WORKSPACE, ChannelRef, Origin, Pick, Polled, Related, Style
from bot.ports import Gone
from bot.saying import PSEUDO, speaking
from bot.store import Store
from bot.store.editions import EditionPlan, Slot
from bot.topics.catalogue import known_topics
from tests.escapes import escapes, texts_of, words_of
from tests.fakes import FakeClock
from tests.office import FakeFeeds, Office

FEED = "https://harbour.example/feed"
KNOWN = (
    "Harbour Courier",
    "console:general",
    "general",
    "sqlite",
    "cuont",
    "xx",
    "Morning briefing",
    "Korea Japan",
    "topic:Korea",
    "openai:x",
    "Console",
    "confirm:local",
    *(text for topic in known_topics().values() for text in (topic.abouts["en"], topic.names["en"]) if " " in text),
)
"""What comes from outside in Latin letters, or stands in a command."""
WRONG = {
    OptionType.INTEGER: "9999999",
    OptionType.CHOICE: "ы",
    OptionType.TOPIC: "ы",
    OptionType.BRIEF: "ы",
    OptionType.DIGEST: "ы",
    OptionType.SOURCE: "ы",
    OptionType.CHANNEL: "ы ы",
    OptionType.ROLE: "ы" * 99,
    OptionType.ZONE: "ы",
    OptionType.TIME: "ы",
    OptionType.DAYS: "ы",
    OptionType.DATE: "ы",
    OptionType.CAPS: "ы",
    OptionType.PING: "ы" * 99,
    OptionType.LANGUAGE: "ы",
    OptionType.SINCE: "ы",
    OptionType.URL: "ы",
    OptionType.TEXT: "ы" * 3000,
    OptionType.FILE: "ы",
    OptionType.CATALOGUE: "ы",
}
LINES = (
    "/ыы",
    "/brief-admin digest",
    "/brief-admin topic ыы",
    "/brief latest cuont:3",
    "/brief latest ы:3 ы:4",
    "/brief today topic:t1 topic:t1",
    "/brief topics ы",
    "/brief search ы topic:t1",
    "/brief search Выдра topic:t1",
    "/brief search ы",
    '/brief search "…"',
    "/brief latest page:7",
    "/brief read b99",
    "/brief help ы",
    "/brief help search",
    "/brief-admin help digest",
    "/brief-admin topic add Ы",
    '/brief-admin topic add Вся words:"…"',
    "/brief-admin topic add Вы words:ты,мы exclude:они languages:ko,en publishers:2 sources:src1",
    "/brief-admin topic add Вы words:ты",
    "/brief-admin topic list",
    "/brief-admin topic edit t1",
    "/brief-admin topic edit t1 words:none",
    "/brief-admin topic edit t2 words:они",
    "/brief-admin digest list",
    "/brief-admin digest add Утро at:08:00 topics:t1 days:mon,wed,fri",
    "/brief-admin digest add Утро at:08:00",
    "/brief-admin digest add Вечер at:18:00 days:mon-fri style:full catch_up:0",
    "/brief-admin digest edit d1",
    "/brief-admin digest edit d1 at:07:00",
    "/brief-admin topic remove t1",
    "/brief-admin digest list",
    "/brief-admin digest pause d1",
    "/brief-admin digest pause d1",
    "/brief topics",
    "/brief-admin status",
    "/brief-admin digest resume d1",
    "/brief-admin digest resume d1",
    "/brief-admin digest preview d1",
    "/brief-admin digest send d1",
    "/brief-admin digest send d1",
    "/brief-admin status",
    "/brief-admin source add https://harbour.example/feed",
    "/brief-admin source add https://harbour.example/feed",
    "/brief-admin source add https://gone.example/feed",
    "/brief-admin source add https://page.example/feed",
    "/brief-admin source add https://inside.example/feed",
    "/brief-admin source add https://slow.example/feed",
    "/brief-admin source add ftp://a.example/feed",
    "/brief-admin source list",
    "/brief-admin source list page:9",
    "/brief-admin source import https://a.example/1 https://harbour.example/feed ы",
    "/brief-admin source export",
    "/brief-admin source remove src2",
    "/brief-admin settings",
    "/brief-admin settings zone:Asia/Seoul retention:30 ping_role:ы admin_role:ы",
    "/brief-admin export",
    "/brief latest",
    "/brief latest topic:t1",
    "/brief today",
    "/brief today topic:t1",
    "/brief read b1",
    "/brief related b1",
    "/brief help",
    "/brief-admin help",
    "/brief-admin digest remove d1",
    "/brief-admin topic catalogue",
    "/brief-admin topic add from:space",
    "/brief-admin topic add from:space",
    "/brief-admin topic add from:space feeds:all words:ы",
    "/brief-admin setup",
    "/brief-admin setup subjects:games",
    "/brief-admin setup at:09:15",
    "/brief-admin setup step:done",
    "/brief-admin setup step:done",
)


@pytest.fixture
async def office(sqlite_store: Store, clock: FakeClock) -> Office:
    feeds = FakeFeeds(
        {
            "https://gone.example/feed": FetchError(of_status(404), status=404),
            "https://page.example/feed": FeedError("It is a web page, not a feed, and it links to no feed."),
            "https://inside.example/feed": AddressRefused(
                "it leads to the private address 10.0.0.1; set BRIEFBOT_ALLOW_PRIVATE_SOURCES=10.0.0.1 to allow that"
            ),
            "https://slow.example/feed": TimeoutError(),
            FEED: FeedError("It is a picture, not a feed."),
        }
    )
    office = Office(sqlite_store, clock, feeds)
    source = await office.follow("https://first.example/feed", title="Первый")
    await office.report(source, "Выдры вернулись на реку", body="Выдры вернулись, сказали на реке.")
    await office.report(source, "Мост открыт", body="Мост открыт, сказали на реке.", hours_ago=0)
    workspace = await sqlite_store.workspaces.get(LOCAL_WORKSPACE)
    await sqlite_store.workspaces.save(replace(workspace, language=PSEUDO))
    return office


def shown(reply: Reply) -> Iterator[str]:
    """All that the three platforms show of a reply."""
    yield from words_of(reply.document)
    for page in slack_render(reply.document):
        yield from texts_of(page.body)
    for page in discord_render(reply.document):
        yield from texts_of(page.body)
    with speaking(reply.document.language):
        yield from texts_of(discord_messages(discord_render(reply.document), reply.files, "brief latest"))
        yield from texts_of(replies.messages(reply, "brief latest"))
        yield from texts_of(replies.view(reply))


def read(text: Any) -> list[str]:
    return [found for one in text if (found := escapes(one, KNOWN))]


async def test_no_word_escapes_from_any_answer(office: Office) -> None:
    found = []
    for line in LINES:
        reply = await office.reply(line)
        found += [f"{line}: {words}" for words in read(shown(reply))]
    assert not found, "\n".join(found)


async def test_no_word_escapes_when_a_command_is_wrong_or_not_allowed(office: Office) -> None:
    found = []
    for command in COMMANDS:
        lines = [f"/{command.name} ы:ы", f"/{command.name} {'ы ' * 2500}", f"/{command.name}"]
        replies_ = [await office.reply(line) for line in lines]
        for option in command.options:
            values = {one.name: "t1" for one in command.options if one.is_required} | {option.name: WRONG[option.type]}
            here = Invocation(workspace_id=LOCAL_WORKSPACE, person=manager(), channel=ChannelRef("console:general"))
            replies_.append(await office.commands.call(command, values, here))
            replies_.append(await office.commands.question(command, values, here))
        if command.role is Role.MANAGER:
            replies_.append(await office.reply(command.right, is_manager=False))
        found += [f"{command.name}: {words}" for reply in replies_ for words in read(shown(reply))]
    assert not found, "\n".join(found)


def manager() -> Person:
    return Person(id="u1", name="Мина", is_manager=True)


async def test_no_word_escapes_from_a_digest_or_a_notice(office: Office) -> None:
    workspace = await office.store.workspaces.get(LOCAL_WORKSPACE)
    brief = await office.store.briefs.get(1, workspace=LOCAL_WORKSPACE)
    now = office.clock.now()
    documents: list[Document] = []
    with speaking(PSEUDO):
        for style in Style:
            for late in (None, timedelta(hours=2)):
                issue = Issue(name="Утро", on=now.date(), style=style, late_by=late)
                picks = [Pick(brief=brief, topic="Реки", is_update=True, why="")]
                documents += [compose(issue, picks, workspace, now=now), compose(issue, [], workspace, now=now)]
        await office.reply("/brief-admin digest add Утро at:08:00")
        digest = await office.store.digests.find(LOCAL_WORKSPACE, "Утро")
        met = [obstacles.meaning(code, 200, None) for code in obstacles._GONE]
        documents += [trouble_document(digest, one.reason) for one in met if isinstance(one, Gone)]
        facts = dict.fromkeys(("reason", "headline", "publisher", "was", "now"), "ы")
        documents += [brief_notice(kind, 1, facts) for kind in ("report", "news", "source")]
        documents.append(error_document(BriefbotError("ы")))
    found = [words for document in documents for words in read(shown(Reply(document=document)))]
    assert not found, "\n".join(found)


async def test_no_word_escapes_from_a_brief_with_everything_or_a_status_full_of_trouble(office: Office) -> None:
    now, store = office.clock.now(), office.store
    workspace = await store.workspaces.get(LOCAL_WORKSPACE)
    brief = await store.briefs.get(1, workspace=LOCAL_WORKSPACE)
    link = Related(brief_id=1, headline="Река", blurb="Выдра", reason="also about Лорн and Море")
    full = replace(
        brief,
        version=2,
        origin=Origin.IMPORTED,
        publishers=7,
        related=(link, replace(link, brief_id=None, url="https://a.example/1", reason="on a similar subject")),
        text=replace(brief.text, disclosure="Ы", language="ja"),
    )
    with speaking(PSEUDO):
        documents = [
            brief_document(full, workspace, now=now),
            related_document(full, workspace, now=now),
            related_document(brief, workspace, now=now),
            list_document("Ы", [full], workspace, now=now),
            list_document("Ы", [], workspace, now=now),
        ]
    polled = {"polled_at": now - timedelta(hours=2), "next_poll_at": now + timedelta(minutes=30), "interval_s": 900}
    await store.sources.settle(Polled(source_id=1, error=of_status(503), **polled))  # type: ignore[arg-type]
    await office.reply("/brief-admin digest add Утро at:08:00")
    digest = await store.digests.find(LOCAL_WORKSPACE, "Утро")
    await store.digests.set_trouble(digest.id, digest.channel, obstacles.REMOVED_WORDS, now)
    slot = Slot(on=now.date(), due_at=now, next_on=now.date() + timedelta(1), next_due_at=now + timedelta(1))
    late = "7 hours 5 minutes late; up to 6 hours is posted"
    await store.editions.plan([EditionPlan(digest=digest, slot=slot, reason=late, is_skipped=True)], now=now)
    model = ModelView(store, Choice(provider="openai", name="x", key=SecretStr("")))
    dispatcher = Dispatcher(store, {}, office.clock, model)
    office.commands = Commands(store, office.feeds, dispatcher, office.clock, model)
    answers = [Reply(document=document) for document in documents]
    answers += [await office.reply(line) for line in ("/brief-admin status", "/brief-admin source list")]
    found = [words for answer in answers for words in read(shown(answer))]
    assert not found, "\n".join(found)
    assert "7시간 5분" in str(answers[-2].document)


REPORT = {
    "state": {
        "values": {
            "brief": {"brief": {"selected_option": {"value": "b1"}}},
            "why": {"why": {"value": "ы"}},
        }
    }
}


def of_form(name: str) -> tuple[Command, dict[str, str]]:
    """The command of a form and what tells its step."""
    command, _, step = name.partition(" step:")
    return BY_NAME[command], {"step": step} if step else {}


async def test_no_word_escapes_from_a_form_or_the_home_tab(office: Office) -> None:
    here = Invocation(workspace_id=LOCAL_WORKSPACE, person=manager(), channel=ChannelRef("console:general"))
    message = {"blocks": [{"value": "brief read b1"}]}
    with speaking(PSEUDO):
        drawn: list[Any] = [
            discord_forms.form(*of_form(name), {"topics": [("Реки", "t1")]}, Press(Verb.FORM, name))
            for name in discord_forms.FORMS
        ]
        drawn += [slack_forms.form(*of_form(name), {}, slack_forms.Origin(words=name)) for name in slack_forms.FORMS]
        drawn += [await home(office.commands, here, is_manager=is_manager) for is_manager in (True, False)]
        drawn += [reporting.report_form(message, "C1"), replies.waiting_view("ы")]
    found = [words for one in drawn for words in read(texts_of(one))]
    assert not found, "\n".join(found)


def test_a_word_that_escapes_is_found() -> None:
    assert escapes("⟦Read ⟧b12 /brief read b12⟦!⟧") == ""
    assert "Allowed" in escapes("Allowed: ⟦words⟧")
