"""Commands as people give them in Slack: through slack-bolt, against a Slack of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.caveat import CAVEATS
from bot.errors import FetchError, StoreBusy
from bot.ingest.parsed import ParsedFeed
from bot.models import WorkspaceId
from bot.store import Store
from tests.loopback_slack import Answer, FakeSlack
from tests.office import FakeFeeds
from tests.wharf import Wharf, wharf

FEED = ParsedFeed(title="Port News", publisher="Port News", drafts=())
OPML = (
    '<opml version="2.0"><body><outline type="rss" text="A" xmlUrl="https://a.example/feed"/>'
    '<outline type="rss" text="B" xmlUrl="https://b.example/feed"/></body></opml>'
)


class SlowFeeds(FakeFeeds):
    """Feeds that take their time."""

    async def try_feed(self, url: str) -> ParsedFeed:
        await asyncio.sleep(1.8)
        return await super().try_feed(url)


@pytest.fixture(params=["socket", "http"])
async def dock(request: pytest.FixtureRequest, sqlite_store: Store) -> AsyncIterator[Wharf]:
    """The bot, with two briefs that the workspace sees; over a socket and over HTTP."""
    feeds = SlowFeeds({"https://slow.example/feed": FEED, "https://down.example/feed": FetchError("it answered 503")})
    async with FakeSlack() as fake, wharf(fake, sqlite_store, feeds=feeds, mode=request.param) as made:
        source = await made.office.follow("https://harbour.example/feed", workspace=made.workspace, title="Harbour")
        await made.office.report(source, "Ferry service resumes")
        await made.office.report(source, "Lighthouse restored after storm")
        yield made


def reads(answer: Answer) -> list[str]:
    """The buttons that open the briefs of a list, as a test presses them."""
    blocks = answer.messages[-1]["blocks"]
    return [f"{block['block_id']}/v1:run" for block in blocks if block.get("accessory", {}).get("type") == "button"]


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_reading_is_private_comes_with_the_acknowledgement_and_carries_the_caveat(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    answer = await dock.fake.slash(mina, dock.channel, "/brief", "latest")
    assert not answer.error
    assert answer.is_ephemeral
    assert "Lighthouse restored after storm" in answer.texts
    assert CAVEATS["en"] in answer.texts
    assert CAVEATS["en"] in answer.messages[-1]["text"]
    assert not answer.posts
    assert dock.channel.messages == []


async def test_card_opens_its_brief_and_the_brief_can_be_shared(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    listed = await dock.fake.slash(mina, dock.channel, "/brief", "latest")
    opened = await dock.fake.press(mina, listed.messages[-1], reads(listed)[0])
    assert opened.is_ephemeral
    assert "officials said" in opened.texts
    shared = await dock.fake.press(mina, opened.messages[-1], "Share in this channel")
    assert not shared.error
    [message] = dock.channel.messages
    assert "Shared by" in str(message["blocks"])
    assert CAVEATS["en"] in str(message["blocks"])


async def test_pages_turn_in_the_same_message(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    first = await dock.fake.slash(mina, dock.channel, "/brief", "latest count:1")
    message = first.messages[-1]
    assert "Lighthouse" in first.texts
    turned = await dock.fake.press(mina, message, "More")
    assert "Ferry service" in turned.texts
    assert turned.posts[0]["replace_original"] is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latest count:99", "count"),
        ("read b99", "No brief b99"),
        ("read “b1”", "Ferry service"),
        ("b1 read", "/brief read"),
        ("search ferry", "Ferry service"),
        ("search &amp; &lt;nothing&gt;", "Nothing here is about"),
        ("", "/brief latest"),
    ],
)
async def test_mistake_is_told_in_words_and_forgiven_where_it_can_be(dock: Wharf, text: str, words: str) -> None:
    answer = await dock.fake.slash(dock.fake.person(dock.team), dock.channel, "/brief", text)
    assert words in answer.texts
    assert "Traceback" not in answer.texts
    assert answer.is_ephemeral


async def test_nearest_right_command_is_one_press_away(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    wrong = await dock.fake.slash(mina, dock.channel, "/brief", "lattest")
    right = await dock.fake.press(mina, wrong.messages[-1], "/brief latest")
    assert "Lighthouse" in right.texts


# ── who may do what ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_managers_are_admins_and_the_chosen_user_group(dock: Wharf) -> None:
    mina, edi, ola = dock.fake.person(dock.team), dock.fake.person(dock.team, "Edi"), dock.fake.manager(dock.team)
    group = dock.fake.add_group(dock.team, "editors", [edi])
    ask = dock.fake.slash
    refused = await ask(mina, dock.channel, "/brief-admin", "topic list")
    assert "for managers" in refused.texts
    dock.adapter._people._kept.clear()
    changed = await ask(ola, dock.channel, "/brief-admin", f"settings admin_role:<!subteam^{group}|@editors>")
    assert "Settings are changed" in changed.texts
    assert "for managers" not in (await ask(edi, dock.channel, "/brief-admin", "topic list")).texts
    assert "for managers" in (await ask(mina, dock.channel, "/brief-admin", "topic list")).texts


async def test_member_is_shown_no_form_of_the_managers_and_offered_nothing(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    answer = await dock.fake.slash(mina, dock.channel, "/brief-admin", "digest add")
    assert not answer.view
    assert "for managers" in answer.texts


async def test_nobody_is_a_manager_while_slack_does_not_say(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    # Asked for their language, and for their rights.
    dock.fake.faults.status(503, method="users.info", times=2)
    answer = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic list")
    assert "did not say" in answer.texts


async def test_another_workspace_sees_and_reaches_nothing(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    await dock.office.follow("https://other.example/feed", workspace=WorkspaceId("slack:T0OTHER00"))
    source = await dock.store.sources.by_url("https://other.example/feed")
    assert source is not None
    hidden = await dock.office.report(source.id, "A secret of others")
    assert f"No brief {hidden}" in (await dock.fake.slash(ola, dock.channel, "/brief", f"read {hidden}")).texts
    elsewhere = await dock.fake.slash(
        ola, dock.channel, "/brief-admin", "digest add Morning at:08:00 channel:slack:T0OTHER00.C0OTHER00"
    )
    assert "is no channel" in elsewhere.texts


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_topic_is_added_and_edited_with_a_form_and_mistakes_stand_at_their_fields(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic add")
    assert opened.view["title"]["text"]
    wrong = await dock.fake.submit(ola, opened.view, {"name": "Ports", "words": "ferry", "languages": "klingon"})
    assert wrong.action == "errors"
    assert list(wrong.errors) == ["languages"]
    sent = await dock.fake.submit(ola, opened.view, {"languages": "en"})
    assert sent.action == "update"
    assert "Ports" in sent.texts
    [topic] = await dock.store.topics.list(dock.workspace)
    assert (topic.name, topic.rule.words, topic.rule.languages) == ("Ports", ("ferry",), ("en",))
    again = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic edit Ports")
    kept = await dock.fake.submit(ola, again.view, {"words": ""})
    assert kept.action == "update", kept.errors
    [topic] = await dock.store.topics.list(dock.workspace)
    assert topic.rule.words == ()


async def test_form_leaves_out_what_no_field_holds_and_it_stays_as_it_is(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    words = ",".join(f"w{number}" for number in range(100, 299))
    await dock.fake.slash(ola, dock.channel, "/brief-admin", f"topic add Ports words:{words}")
    await dock.fake.slash(ola, dock.channel, "/brief-admin", f"settings mute:{words}")
    edit = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic edit Ports")
    sent = await dock.fake.submit(ola, edit.view, {"exclude": "football"})
    assert sent.action == "update", sent.errors
    [topic] = await dock.store.topics.list(dock.workspace)
    assert (len(topic.rule.words), topic.rule.words[-1], topic.rule.excluded) == (199, "w298", ("football",))
    shown = await dock.fake.slash(ola, dock.channel, "/brief-admin", "settings")
    label = next(name for name in shown.labels if shown.labels[name].startswith("v1:form"))
    opened = await dock.fake.press(ola, shown.messages[-1], label)
    await dock.fake.submit(ola, opened.view, {"language": "ko"})
    kept = await dock.store.workspaces.get(dock.workspace)
    assert (len(kept.muted), kept.muted[-1], kept.language) == (199, "w298", "ko")


async def test_digest_is_previewed_and_added_with_native_pickers(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic add Ports words:ferry")
    other = dock.fake.add_channel(dock.team, "briefings")
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "digest add")
    form = opened.view
    offered = await dock.fake.suggest(ola, form, "zone", "seou")
    assert offered.options[0]["value"] == "Asia/Seoul"
    topics = await dock.fake.suggest(ola, form, "topics", "po")
    assert [option["value"] for option in topics.options] == ["t1"]
    values = {"at": "07:30", "zone": "Asia/Seoul", "channel": other.id, "days": ["mon", "fri"], "topics": ["t1"]}
    dock.fake._fill(form, {"name": "Morning", **values})
    seen = await dock.fake.press(ola, form, "See what it would post now")
    assert "Ferry service resumes" in seen.texts
    assert CAVEATS["en"] in seen.texts
    assert await dock.store.digests.list(dock.workspace) == []
    await dock.fake.close(ola, seen.view)
    sent = await dock.fake.submit(ola, form, {})
    assert sent.action == "update", sent.errors
    [digest] = await dock.store.digests.list(dock.workspace)
    assert (digest.name, f"{digest.at:%H:%M}", digest.zone, digest.days) == ("Morning", "07:30", "Asia/Seoul", (0, 4))
    assert (digest.channel, digest.topic_ids) == (dock.ref(other), (1,))
    edit = await dock.fake.slash(ola, dock.channel, "/brief-admin", "digest edit d1")
    changed = await dock.fake.submit(ola, edit.view, {"at": "09:00"})
    assert changed.action == "update", changed.errors
    [digest] = await dock.store.digests.list(dock.workspace)
    assert (f"{digest.at:%H:%M}", digest.topic_ids, digest.zone) == ("09:00", (1,), "Asia/Seoul")


async def test_settings_are_changed_with_a_form(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    group = dock.fake.add_group(dock.team, "readers")
    shown = await dock.fake.slash(ola, dock.channel, "/brief-admin", "settings")
    label = next(name for name in shown.labels if shown.labels[name].startswith("v1:form"))
    opened = await dock.fake.press(ola, shown.messages[-1], label)
    offered = await dock.fake.suggest(ola, opened.view, "ping_role", "read")
    assert [option["value"] for option in offered.options] == [group]
    sent = await dock.fake.submit(ola, opened.view, {"ping_role": group, "language": "ko"})
    assert sent.action == "update", sent.errors
    kept = await dock.store.workspaces.get(dock.workspace)
    assert (kept.ping_role, kept.language) == (group, "ko")


async def test_slow_form_is_promised_and_its_mistake_can_be_mended(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source add")
    sent = await dock.fake.submit(ola, opened.view, {"url": "https://down.example/feed"}, effects=1)
    assert sent.first_s < 3
    assert "503" in sent.texts
    again = await dock.fake.press(ola, sent.view, "Edit and try again")
    assert again.view["blocks"][0]["element"]["initial_value"] == "https://down.example/feed"


async def test_slow_command_is_promised_and_then_answered(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    answer = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source add https://slow.example/feed", effects=1)
    assert answer.first_s < 3
    assert "Port News" in answer.texts


async def test_opml_is_imported_from_a_file_and_exported_in_a_direct_message(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    opened = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source import")
    file = dock.fake.files.attach(ola, "feeds.opml", OPML)
    sent = await dock.fake.submit(ola, opened.view, {"file": [file]})
    assert sent.action == "update", sent.errors
    assert await dock.store.sources.by_url("https://b.example/feed") is not None
    out = await dock.fake.slash(ola, dock.channel, "/brief-admin", "source export")
    assert "direct messages" in out.texts
    assert any(b"https://a.example/feed" in file.content for file in dock.fake.files.all.values())
    assert dock.channel.messages == []


async def test_what_deletes_is_asked_first(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic add Ports words:ferry")
    asked = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic remove Ports")
    assert len(await dock.store.topics.list(dock.workspace)) == 1
    done = await dock.fake.press(ola, asked.messages[-1], "Yes, do it")
    assert done.posts[0]["replace_original"] is True
    assert await dock.store.topics.list(dock.workspace) == []


# ── the Home tab, mentions, reports ───────────────────────────────────────────────────────────────────────────────────


async def test_home_shows_todays_digest_and_managers_can_change_things_from_it(dock: Wharf) -> None:
    mina, ola = dock.fake.person(dock.team), dock.fake.manager(dock.team)
    seen = await dock.fake.open_home(mina)
    assert "Ferry service resumes" in seen.texts
    assert CAVEATS["en"] in seen.texts
    assert "Add a digest" not in seen.labels
    managed = await dock.fake.open_home(ola)
    opened = await dock.fake.press(ola, managed.view, "Add a topic")
    # The tab is drawn anew after it.
    sent = await dock.fake.submit(ola, opened.view, {"name": "Ports", "words": "ferry"}, effects=1)
    assert sent.action == "update", sent.errors
    assert len(await dock.store.topics.list(dock.workspace)) == 1
    shown = await dock.fake.press(ola, managed.view, "Latest")
    assert shown.view["type"] == "modal"
    assert "Lighthouse" in shown.texts


async def test_mention_is_answered_in_a_thread_with_help_or_what_is_found(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    asked = await dock.fake.mention(mina, dock.channel, "ferry")
    assert "Ferry service resumes" in asked.texts
    assert asked.messages[-1]["thread_ts"]
    helped = await dock.fake.mention(mina, dock.channel, "help")
    assert "/brief latest" in helped.texts


async def test_brief_is_reported_to_the_managers_from_the_menu_of_its_message(dock: Wharf) -> None:
    mina, owner = dock.fake.person(dock.team), dock.fake.person(dock.team, "Ann", is_owner=True)
    listed = await dock.fake.slash(mina, dock.channel, "/brief", "latest")
    shared = await dock.fake.press(mina, listed.messages[-1], "Share in this channel")
    assert not shared.error
    opened = await dock.fake.shortcut(mina, "report", dock.channel.messages[0])
    sent = await dock.fake.submit(mina, opened.view, {"why": "The date is wrong"})
    assert "Thank you" in sent.texts
    await dock.notifier.drain()
    [told] = dock.fake.direct_messages(owner)
    assert "The date is wrong" in str(told["blocks"])


# ── failures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_busy_store_changes_nothing_and_says_so(dock: Wharf, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object, **__: object) -> None:
        raise StoreBusy("The database is busy")

    monkeypatch.setattr(dock.store.briefs, "latest", busy)
    answer = await dock.fake.slash(dock.fake.person(dock.team), dock.channel, "/brief", "latest")
    assert "busy" in answer.texts
    assert "Please try again" in answer.texts


async def test_event_that_comes_again_is_taken_once(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    answer = await dock.fake.mention(mina, dock.channel, "ferry")
    assert len(answer.messages) == 1
    if dock.fake.signed.url:
        again = await dock.fake.signed.replay()
        assert again.status == 400
        forged = await dock.fake.signed.send("slash_commands", {"command": "/brief"}, secret="forged")
        assert forged.status == 401
        old = await dock.fake.signed.send("slash_commands", {"command": "/brief"}, age_s=400)
        assert old.status == 401
    assert len([m for m in dock.channel.messages if m.get("bot_id")]) == 1


async def test_form_of_an_expired_trigger_is_let_go(dock: Wharf) -> None:
    ola = dock.fake.manager(dock.team)
    dock.fake.late_s = 4
    answer = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic add", effects=0)
    assert not answer.view
    dock.fake.late_s = 0
    assert (await dock.fake.slash(ola, dock.channel, "/brief", "topics")).texts
