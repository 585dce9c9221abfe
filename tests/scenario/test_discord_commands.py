"""Commands as people give them in Discord: through the real client, against a Discord of our own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.discord.buttons import Press
from bot.caveat import CAVEATS
from bot.commands.invoke import Invocation, Person
from bot.documents.verbs import Verb
from bot.errors import FetchError, StoreBusy
from bot.ingest.parsed import ParsedFeed
from bot.models import Style, WorkspaceId
from bot.store import Store
from tests.harbour import Harbour, harbour
from tests.loopback import Answer, FakeDiscord
from tests.loopback.rules import walk
from tests.loopback.world import message
from tests.office import FakeFeeds
from tests.waiting import until

FEED = ParsedFeed(title="Port News", publisher="Port News", drafts=())


class SlowFeeds(FakeFeeds):
    """Feeds that take their time."""

    async def try_feed(self, url: str) -> ParsedFeed:
        await asyncio.sleep(1.8)
        return await super().try_feed(url)


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as made:
        yield made


@pytest.fixture
async def port(fake: FakeDiscord, sqlite_store: Store) -> AsyncIterator[Harbour]:
    """The bot, with two briefs that the guild sees."""
    feeds = SlowFeeds({"https://slow.example/feed": FEED, "https://down.example/feed": FetchError("it answered 503")})
    async with harbour(fake, sqlite_store, feeds=feeds) as made:
        source = await made.office.follow("https://harbour.example/feed", workspace=made.workspace, title="Harbour")
        await made.office.report(source, "Ferry service resumes")
        await made.office.report(source, "Lighthouse restored after storm")
        yield made


def labels(answer: Answer) -> dict[str, str]:
    """What can be pressed, by its label."""
    found = [component for shown in answer.messages for component in walk(shown["components"])]
    return {c["label"]: c["custom_id"] for c in found if c["type"] == 2}


def fields(answer: Answer) -> dict[str, dict[str, Any]]:
    """The fields of a form by name."""
    return {label["component"]["custom_id"]: label["component"] for label in answer.modal["components"]}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_reading_is_private_and_carries_the_caveat(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    for path, values in (
        ("brief latest", {"count": 5}),
        ("brief search", {"query": "lighthouse"}),
        ("brief today", {}),
        ("brief read", {"brief": "b1"}),
        ("brief related", {"brief": "b1"}),
    ):
        answer = await port.fake.slash(mina, port.channel, path, values)
        assert (answer.kind, answer.is_ephemeral, answer.error) == (4, True, ""), path
        assert CAVEATS["en"] in answer.texts
        assert answer.messages[0]["pings"] == []


async def test_card_opens_its_brief_and_the_brief_can_be_shared(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    listed = await port.fake.slash(mina, port.channel, "brief latest")
    opened = await port.fake.press(mina, port.channel, listed.messages[0], "v1:run:brief read b1")
    assert opened.is_ephemeral
    assert "## Ferry service resumes" in opened.texts
    shared = await port.fake.press(mina, port.channel, opened.messages[0], labels(opened)["Share in this channel"])
    assert not shared.is_ephemeral
    assert "Shared by Mina" in shared.texts
    assert CAVEATS["en"] in shared.texts
    assert "Share in this channel" not in labels(shared)


async def test_brief_is_not_shared_by_somebody_who_may_not_write_there(port: Harbour) -> None:
    mute = port.fake.person(port.guild)
    mute.permissions &= ~(1 << 11)
    opened = await port.fake.slash(mute, port.channel, "brief read", {"brief": "b1"})
    refused = await port.fake.press(mute, port.channel, opened.messages[0], labels(opened)["Share in this channel"])
    assert refused.is_ephemeral
    assert "may not write in this channel" in refused.texts.lower()


async def test_related_brief_is_opened_by_picking_it(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    select = {"type": 3, "custom_id": "v1:open:", "options": [{"label": "Ferry", "value": "b1"}]}
    shown = message(port.channel.id, {"flags": 1 << 15, "components": [{"type": 1, "components": [select]}]})
    opened = await port.fake.pick(mina, port.channel, shown, "v1:open:", ["b1"])
    assert opened.is_ephemeral
    assert "## Ferry service resumes" in opened.texts


async def test_pages_turn_in_the_same_message(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    first = await port.fake.slash(mina, port.channel, "brief latest", {"count": 1})
    assert "Lighthouse" in first.texts
    second = await port.fake.press(mina, port.channel, first.messages[0], labels(first)["More"])
    assert (second.kind, second.messages[0]["id"]) == (7, first.messages[0]["id"])
    assert "Ferry" in second.texts
    back = await port.fake.press(mina, port.channel, second.messages[0], labels(second)["Back"])
    assert "Lighthouse" in back.texts


async def test_shared_list_is_not_turned_for_everybody_by_one_reader(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    first = await port.fake.slash(mina, port.channel, "brief latest", {"count": 1})
    shared = await port.fake.press(mina, port.channel, first.messages[0], labels(first)["Share in this channel"])
    turned = await port.fake.press(mina, port.channel, shared.messages[0], labels(shared)["More"])
    assert (turned.kind, turned.is_ephemeral) == (4, True)


async def test_button_of_last_week_works_after_a_restart(port: Harbour) -> None:
    posted = port.fake.world.store(port.channel, {"flags": 1 << 15, "components": [button("v1:run:brief read b2")]})
    opened = await port.fake.press(port.fake.person(port.guild), port.channel, posted, "v1:run:brief read b2")
    assert "## Lighthouse restored after storm" in opened.texts


def button(custom_id: str) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": custom_id}]}


# ── values while they are typed ───────────────────────────────────────────────────────────────────────────────────────


async def test_values_are_offered_while_they_are_typed(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    await port.fake.slash(ola, port.channel, "brief-admin topic add", {"name": "Ports", "words": "ferry"})
    await port.fake.slash(ola, port.channel, "brief-admin digest add", {"name": "Morning", "at": "08:00"})
    for path, option, text, value in (
        ("brief read", "brief", "light", "b2"),
        ("brief read", "brief", "", "b2"),
        ("brief read", "brief", "b1", "b1"),
        ("brief latest", "topic", "po", "t1"),
        ("brief-admin digest edit", "digest", "mor", "d1"),
        ("brief-admin source remove", "source", "harb", "src1"),
        ("brief-admin settings", "zone", "seou", "Asia/Seoul"),
    ):
        answer = await port.fake.autocomplete(ola, port.channel, path, option, text)
        assert answer.kind == 8
        assert answer.choices[0]["value"] == value, (path, option)


async def test_member_is_offered_nothing_of_the_managers(port: Harbour) -> None:
    answer = await port.fake.autocomplete(
        port.fake.person(port.guild), port.channel, "brief-admin source remove", "source", ""
    )
    assert (answer.kind, answer.choices) == (8, [])


# ── who may do what ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_managers_are_those_who_manage_the_server_or_have_the_admin_role(port: Harbour) -> None:
    editors = port.fake.add_role(port.guild)
    mina, editor = port.fake.person(port.guild), port.fake.person(port.guild, "Edi", roles=[editors])
    for person in (mina, editor):
        refused = await port.fake.slash(person, port.channel, "brief-admin status")
        assert "for managers" in refused.texts
    ola = port.fake.manager(port.guild)
    changed = await port.fake.slash(ola, port.channel, "brief-admin settings", {"admin_role": str(editors)})
    assert f"<@&{editors}>" in changed.texts
    assert changed.messages[0]["pings"] == []
    assert "Sources" in (await port.fake.slash(editor, port.channel, "brief-admin status")).texts
    assert "for managers" in (await port.fake.slash(mina, port.channel, "brief-admin status")).texts


async def test_button_of_who_is_no_manager_any_more_is_refused(port: Harbour) -> None:
    editors, ola = port.fake.add_role(port.guild), port.fake.manager(port.guild)
    await port.fake.slash(ola, port.channel, "brief-admin settings", {"admin_role": str(editors)})
    editor = port.fake.person(port.guild, "Edi", roles=[editors])
    question = await port.fake.slash(editor, port.channel, "brief-admin forget")
    [confirm] = [id_ for id_ in question.ids if "forget" in id_]
    former = replace(editor, roles=())
    answer = await port.fake.press(former, port.channel, question.messages[0], confirm)
    assert "for managers" in answer.texts
    assert (await port.store.workspaces.get(port.workspace)).admin_role


async def test_everyone_cannot_be_the_role_that_is_pinged(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    refused = await port.fake.slash(ola, port.channel, "brief-admin settings", {"ping_role": str(port.guild.id)})
    assert "cannot be everyone" in refused.texts
    assert (await port.store.workspaces.get(port.workspace)).ping_role == ""


async def test_another_guild_sees_and_reaches_nothing(port: Harbour) -> None:
    other = port.fake.add_guild("Inland")
    there = port.fake.add_channel(other, "talk")
    await port.fake.tell_guild(other)
    stranger = port.fake.manager(other)
    assert "Ferry" not in (await port.fake.slash(stranger, there, "brief latest")).texts
    assert "Ferry" not in (await port.fake.slash(stranger, there, "brief read", {"brief": "b1"})).texts
    words = f"brief-admin digest add Theirs at:08:00 channel:{port.ref()}"
    forged = message(there.id, {"components": [button(f"v1:run:{words}")]})
    answer = await port.fake.press(stranger, there, forged, f"v1:run:{words}")
    assert "no channel of this server" in answer.texts


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_topic_is_added_and_edited_with_a_form(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    form = await port.fake.slash(ola, port.channel, "brief-admin topic add")
    assert form.kind == 9
    added = await port.fake.submit(ola, port.channel, form, {"name": "Ports", "words": "ferry, harbour"})
    assert "Ports is followed" in added.texts
    edit = await port.fake.slash(ola, port.channel, "brief-admin topic edit", {"topic": "t1"})
    assert fields(edit)["words"]["value"] == "ferry, harbour"
    changed = await port.fake.submit(ola, port.channel, edit, {"exclude": "football", "words": "ferry"})
    assert "Ports is changed" in changed.texts
    [topic] = await port.store.topics.list(port.workspace)
    assert (topic.rule.words, topic.rule.excluded) == (("ferry",), ("football",))
    emptied = await port.fake.slash(ola, port.channel, "brief-admin topic edit", {"topic": "t1"})
    await port.fake.submit(ola, port.channel, emptied, {"exclude": ""})
    [topic] = await port.store.topics.list(port.workspace)
    assert topic.rule.excluded == ()


async def test_digest_is_added_with_native_pickers(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    await port.fake.slash(ola, port.channel, "brief-admin topic add", {"name": "Ports", "words": "ferry"})
    news = port.fake.add_channel(port.guild, "daily")
    form = await port.fake.slash(ola, port.channel, "brief-admin digest add", {"zone": "Asia/Seoul"})
    assert fields(form)["topics"]["options"] == [{"label": "Ports", "value": "t1"}]
    values = {"name": "Morning", "at": "08:00", "channel": [str(news.id)], "days": ["mon", "fri"], "topics": ["t1"]}
    added = await port.fake.submit(ola, port.channel, form, values)
    assert "Morning is set up" in added.texts
    assert f"<#{news.id}>" in added.texts
    [digest] = await port.store.digests.list(port.workspace)
    assert (digest.channel, digest.zone, digest.days, digest.topic_ids) == (port.ref(news), "Asia/Seoul", (0, 4), (1,))
    edit = await port.fake.slash(ola, port.channel, "brief-admin digest edit", {"digest": "d1"})
    assert fields(edit)["channel"]["default_values"] == [{"id": str(news.id), "type": "channel"}]
    assert [o["value"] for o in fields(edit)["days"]["options"] if o.get("default")] == ["mon", "fri"]
    await port.fake.submit(ola, port.channel, edit, {"at": "07:30"})
    [again] = await port.store.digests.list(port.workspace)
    assert (again.at.isoformat(), again.channel, again.days, again.topic_ids) == (
        "07:30:00",
        port.ref(news),
        (0, 4),
        (1,),
    )


async def with_topics(port: Harbour, count: int) -> None:
    manager = Invocation(
        workspace_id=port.workspace, person=Person(id="1", name="Ola", is_manager=True), channel=port.ref()
    )
    for number in range(1, count + 1):
        await port.commands.run(f'/brief-admin topic add "Topic {number}" words:ferry', manager)


@pytest.mark.parametrize("count", [1, 25, 26])
async def test_digest_that_is_edited_keeps_topics_beyond_those_that_a_select_offers(port: Harbour, count: int) -> None:
    ola = port.fake.manager(port.guild)
    await with_topics(port, 30)
    chosen = [f"t{number}" for number in range(30, 30 - count, -1)]
    values = {"name": "Morning", "at": "08:00", "topics": ",".join(chosen)}
    await port.fake.slash(ola, port.channel, "brief-admin digest add", values)
    [before] = await port.store.digests.list(port.workspace)
    assert len(before.topic_ids) == count
    edit = await port.fake.slash(ola, port.channel, "brief-admin digest edit", {"digest": "d1"})
    if "topics" in fields(edit):
        options = fields(edit)["topics"]["options"]
        assert [o["value"] for o in options if o.get("default")] == chosen
        assert (options[0]["label"], len(options)) == ("Topic 30", 25)
    await port.fake.submit(ola, port.channel, edit, {"at": "07:30"})
    [after] = await port.store.digests.list(port.workspace)
    assert (after.at.isoformat(), after.topic_ids) == ("07:30:00", before.topic_ids)
    assert ("topics" in fields(edit)) is (count <= 25)


async def test_topics_that_are_given_by_name_are_chosen_in_the_form(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    await with_topics(port, 3)
    form = await port.fake.slash(ola, port.channel, "brief-admin digest add", {"topics": "topic 2, t3"})
    assert [o["value"] for o in fields(form)["topics"]["options"] if o.get("default")] == ["t2", "t3"]
    await port.fake.submit(ola, port.channel, form, {"name": "Morning", "at": "08:00"})
    [digest] = await port.store.digests.list(port.workspace)
    assert digest.topic_ids == (2, 3)


async def test_topic_that_is_edited_keeps_words_that_no_field_holds(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    words = ",".join(f"w{number}" for number in range(100, 299))
    await port.fake.slash(ola, port.channel, "brief-admin topic add", {"name": "Ports", "words": words})
    [before] = await port.store.topics.list(port.workspace)
    assert len(before.rule.words) == 199
    edit = await port.fake.slash(ola, port.channel, "brief-admin topic edit", {"topic": "t1"})
    await port.fake.submit(ola, port.channel, edit, {"exclude": "football"})
    [after] = await port.store.topics.list(port.workspace)
    assert (after.rule.words, after.rule.excluded) == (before.rule.words, ("football",))


async def test_form_with_a_mistake_is_opened_again_as_it_was_filled_in(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    form = await port.fake.slash(ola, port.channel, "brief-admin digest add")
    wrong = await port.fake.submit(ola, port.channel, form, {"name": "Morning", "at": "25:00"})
    assert "25:00" in wrong.texts
    again = await port.fake.press(ola, port.channel, wrong.messages[0], labels(wrong)["Edit and try again"])
    assert again.kind == 9
    assert (fields(again)["name"]["value"], fields(again)["at"]["value"]) == ("Morning", "25:00")
    added = await port.fake.submit(ola, port.channel, again, {"at": "08:00"})
    assert "Morning is set up" in added.texts


async def test_form_of_one_server_knows_nothing_of_what_was_typed_in_another(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    other = port.fake.add_guild("Inland")
    there = port.fake.add_channel(other, "talk")
    await port.fake.tell_guild(other)
    await port.settled()
    form = await port.fake.slash(ola, port.channel, "brief-admin digest add")
    secret = {"name": "Merger watch", "at": "25:00", "channel": [str(port.channel.id)]}
    await port.fake.submit(ola, port.channel, form, secret)
    same = replace(ola, guild=other)
    clean = await port.fake.slash(same, there, "brief-admin digest add")
    assert "Merger watch" not in str(clean.modal)
    assert str(port.channel.id) not in str(clean.modal)
    again = await port.fake.slash(ola, port.channel, "brief-admin digest add")
    assert fields(again)["name"]["value"] == "Merger watch"


async def test_form_sends_nothing_that_was_given_for_another_opening_of_it(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    await with_topics(port, 30)
    # Too long for a form to carry, as its commas are typed; dismissed.
    many = ",".join(f"t{number}" for number in range(1, 27))
    given = {"topics": many, "style": "full"}
    refused = await port.fake.slash(ola, port.channel, "brief-admin digest add", given)
    assert "Name is missing" in refused.texts, "said in words, since no form can carry it"
    form = await port.fake.slash(ola, port.channel, "brief-admin digest add")
    wrong = await port.fake.submit(ola, port.channel, form, {"name": "Morning", "at": "25:00"})
    again = await port.fake.press(ola, port.channel, wrong.messages[0], labels(wrong)["Edit and try again"])
    await port.fake.submit(ola, port.channel, again, {"at": "08:00"})
    [digest] = await port.store.digests.list(port.workspace)
    assert (digest.topic_ids, digest.style) == ((), Style.SUMMARIES)


async def test_form_keeps_what_was_given_with_it_however_long_the_command_is(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    name = "Everything about the harbours of both coasts and the ferries between them"
    await port.fake.slash(ola, port.channel, "brief-admin topic add", {"name": name, "words": "ferry"})
    edit = await port.fake.slash(ola, port.channel, "brief-admin topic edit", {"topic": name})
    changed = await port.fake.submit(ola, port.channel, edit, {"name": "Ports"})
    assert "Ports is changed" in changed.texts
    words = ", ".join(f"harbour {number}" for number in range(20))
    form = await port.fake.slash(ola, port.channel, "brief-admin topic add", {"words": words, "sources": "src1"})
    assert fields(form)["words"]["value"] == words
    await port.fake.submit(ola, port.channel, form, {"name": "Harbours"})
    topic = await port.store.topics.find(port.workspace, "Harbours")
    assert (len(topic.rule.words), topic.rule.source_ids) == (20, (1,))


async def test_settings_are_changed_with_a_form(port: Harbour) -> None:
    ola, editors = port.fake.manager(port.guild), port.fake.add_role(port.guild)
    shown = await port.fake.slash(ola, port.channel, "brief-admin settings")
    form = await port.fake.press(ola, port.channel, shown.messages[0], labels(shown)["Change"])
    values = {"zone": "Asia/Seoul", "language": ["ko"], "ping_role": [str(editors)], "caveat_note": "Ask Ola."}
    changed = await port.fake.submit(ola, port.channel, form, values)
    assert "Settings are changed" in changed.texts
    kept = await port.store.workspaces.get(port.workspace)
    assert (kept.zone, kept.language, kept.ping_role, kept.caveat_note) == (
        "Asia/Seoul",
        "ko",
        str(editors),
        "Ask Ola.",
    )
    again = await port.fake.press(ola, port.channel, shown.messages[0], labels(shown)["Change"])
    await port.fake.submit(ola, port.channel, again, {"ping_role": [], "caveat_note": ""})
    assert (await port.store.workspaces.get(port.workspace)).ping_role == ""
    # Who reads Discord in a language that we do not speak is answered in the workspace's.
    assert CAVEATS["en"] in (await port.fake.slash(ola, port.channel, "brief latest")).texts
    assert CAVEATS["ko"] in (await port.fake.slash(replace(ola, locale="fi"), port.channel, "brief latest")).texts


async def test_member_is_shown_no_form_of_the_managers(port: Harbour) -> None:
    refused = await port.fake.slash(port.fake.person(port.guild), port.channel, "brief-admin topic add")
    assert refused.kind == 4
    assert "for managers" in refused.texts


# ── what deletes, files ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_deletes_is_asked_first(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    await port.fake.slash(ola, port.channel, "brief-admin digest add", {"name": "Morning", "at": "08:00"})
    asked = await port.fake.slash(ola, port.channel, "brief-admin digest remove", {"digest": "d1"})
    assert "Morning (d1)" in asked.texts
    assert len(await port.store.digests.list(port.workspace)) == 1
    mina = port.fake.person(port.guild)
    refused = await port.fake.press(mina, port.channel, asked.messages[0], labels(asked)["Yes, do it"])
    assert "for managers" in refused.texts
    done = await port.fake.press(ola, port.channel, asked.messages[0], labels(asked)["Yes, do it"])
    assert (done.kind, "Morning is deleted" in done.texts) == (7, True)
    assert await port.store.digests.list(port.workspace) == []
    unknown = await port.fake.slash(ola, port.channel, "brief-admin digest remove", {"digest": "d1"})
    assert "Yes, do it" not in labels(unknown)


async def test_opml_is_imported_from_an_attachment_and_exported_as_a_file(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    opml = (
        '<opml><body><outline text="A & B" xmlUrl="https://a.example/rss"/><outline xmlUrl="nonsense"/></body></opml>'
    )
    answer = await port.fake.slash(ola, port.channel, "brief-admin source import", files={"file": opml})
    assert "1 followed now, 0 known already, 1 refused" in answer.texts
    exported = await port.fake.slash(ola, port.channel, "brief-admin source export")
    [text] = exported.messages[0]["files"].values()
    assert "https://a.example/rss" in text
    settings = await port.fake.slash(ola, port.channel, "brief-admin export")
    text, feeds = settings.messages[0]["files"].values()
    assert "https://a.example/rss" in feeds
    assert "https://a.example/rss" in [source["url"] for source in json.loads(text)["sources"]]


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_slow_command_is_promised_and_then_answered(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    answer = await port.fake.slash(ola, port.channel, "brief-admin source add", {"url": "https://slow.example/feed"})
    assert answer.was_deferred
    assert answer.is_ephemeral
    assert answer.first_s < 2.5
    assert "Port News is followed" in answer.texts


async def test_slow_form_is_promised_and_its_mistake_can_be_mended(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    form = await port.fake.slash(ola, port.channel, "brief-admin source add")
    answer = await port.fake.submit(ola, port.channel, form, {"url": "https://down.example/feed"})
    assert answer.was_deferred
    assert "it answered 503" in answer.texts
    again = await port.fake.press(ola, port.channel, answer.messages[0], labels(answer)["Edit and try again"])
    assert fields(again)["url"]["value"] == "https://down.example/feed"


async def test_mistake_is_told_in_words(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    for path, values, words in (
        ("brief read", {"brief": "b999"}, "b999"),
        ("brief read", {"brief": "nonsense"}, "is no id of a brief"),
        ("brief latest", {"topic": "gardening"}, "gardening"),
        ("brief-admin digest pause", {"digest": "d9"}, "d9"),
        ("brief-admin digest add", {"name": "x", "at": "99:99"}, "99:99"),
    ):
        answer = await port.fake.slash(ola, port.channel, path, values)
        assert answer.is_ephemeral
        assert words in answer.texts, path
        assert "Traceback" not in answer.texts


@pytest.mark.parametrize("custom_id", ["v1:run:brief nonsense", "v1:form:brief latest", "v9:x", "poll-7", "v1:run:"])
async def test_button_that_this_version_does_not_know_is_answered(port: Harbour, custom_id: str) -> None:
    shown = message(port.channel.id, {"components": [button(custom_id)]})
    answer = await port.fake.press(port.fake.person(port.guild), port.channel, shown, custom_id)
    assert answer.error == ""
    assert answer.is_ephemeral
    assert answer.texts


async def test_busy_store_changes_nothing_and_says_so(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object, **__: object) -> None:
        raise StoreBusy("locked")

    monkeypatch.setattr(port.store.briefs, "latest", busy)
    answer = await port.fake.slash(port.fake.person(port.guild), port.channel, "brief latest")
    assert "busy just now and changed nothing" in answer.texts


async def test_answer_that_comes_too_late_is_let_go(port: Harbour) -> None:
    mina = port.fake.person(port.guild)
    with capture_logs() as logs:
        late = await port.fake.slash_late(mina, port.channel, "brief latest")
        await until(lambda: any(entry["event"].startswith("interaction") for entry in logs))
    assert late.messages == []
    assert [(entry["event"], entry["code"]) for entry in logs if entry["event"].startswith("interaction")] == [
        ("interaction.expired", 10062)
    ]
    assert (await port.fake.slash(mina, port.channel, "brief topics")).error == ""


# ── the connection ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_commands_are_registered_once_and_anew_only_when_they_change(port: Harbour, sqlite_store: Store) -> None:
    assert port.fake.syncs == 1
    assert [command["name"] for command in port.fake.commands] == ["brief", "brief-admin", "Report a brief"]
    assert port.fake.commands[1]["default_member_permissions"] == str(1 << 5)
    async with harbour(port.fake, sqlite_store):
        assert port.fake.syncs == 1
    port.fake.commands[0]["description"] = "What an older version said"
    async with harbour(port.fake, sqlite_store) as third:
        await third.settled()
        assert port.fake.syncs == 2


async def test_only_servers_channels_and_roles_are_asked_for(port: Harbour) -> None:
    assert port.fake.hub.intents == 1


async def test_command_that_was_given_while_the_connection_was_lost_is_answered(port: Harbour) -> None:
    await port.fake.hub.drop()
    answer = await port.fake.slash(port.fake.person(port.guild), port.channel, "brief topics")
    assert answer.error == ""
    assert port.fake.hub.resumes == 1


async def test_guild_that_is_left_keeps_its_settings_until_the_bot_is_back(port: Harbour) -> None:
    ola = port.fake.manager(port.guild)
    await port.fake.slash(ola, port.channel, "brief-admin topic add", {"name": "Ports", "words": "ferry"})
    await port.fake.kick(port.guild)
    await port.settled()
    assert (await port.store.workspaces.get(port.workspace)).left_at is not None
    await port.fake.tell_guild(port.guild)

    async def is_back() -> bool:
        return (await port.store.workspaces.get(port.workspace)).left_at is None

    await until(is_back)
    assert (await port.store.workspaces.get(port.workspace)).name == "Harbour"
    assert "Ports" in (await port.fake.slash(ola, port.channel, "brief topics")).texts


async def test_guild_that_was_left_while_the_bot_was_off_is_noticed_at_its_start(port: Harbour) -> None:
    gone = WorkspaceId("discord:123456")
    await port.store.workspaces.present(gone, name="Gone", now=datetime.now(UTC))
    async with harbour(port.fake, port.store) as again:
        await again.settled()
        assert (await again.store.workspaces.get(gone)).left_at is not None


def test_press_that_is_too_long_for_a_button_is_none() -> None:
    assert Press(Verb.RUN, "x" * 93).custom_id() is not None
    assert Press(Verb.RUN, "x" * 94).custom_id() is None
