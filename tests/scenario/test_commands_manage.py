"""What managers may ask: what changes, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest

from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Command, Role
from bot.commands.invoke import Commands, Invocation, Person
from bot.documents.nodes import Actions, Kind
from bot.errors import AddressRefused, FeedError, FetchError, StoreBusy
from bot.ingest.parsed import ParsedFeed
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest, Draft, Polled, TopicRule
from bot.store import Store
from bot.store.editions import EditionPlan, Slot
from tests.fakes import FakeClock
from tests.office import OTHER, FakeFeeds, Office

FEED = "https://harbour.example/feed"
GOOD = ParsedFeed(
    title="Harbour Courier",
    publisher="Harbour Courier",
    drafts=(Draft(url="", title="Otters", text="", publisher="Harbour Courier", language="en"),),
)


@pytest.fixture
async def office(sqlite_store: Store, clock: FakeClock) -> Office:
    office = Office(sqlite_store, clock, FakeFeeds({FEED: GOOD}))
    source = await office.follow("https://first.example/feed", title="First News")
    await office.report(source, "Otters return to the Lorne river")
    return office


async def digest(office: Office) -> Digest:
    return await office.store.digests.find(LOCAL_WORKSPACE, "Morning")


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.role is Role.MANAGER], ids=lambda command: command.name)
async def test_member_is_told_who_may_when_command_is_for_managers(office: Office, command: Command) -> None:
    before = await exported(office)
    text = await office.ask(command.right, is_manager=False)
    assert f"/{command.name} is for managers" in text
    assert "admin role" in text
    assert await exported(office) == before


async def exported(office: Office) -> str:
    return dict((await office.reply("/brief-admin export")).files)["briefbot.json"]


# ── topics ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    ],
)
async def test_topic_stays_when_a_value_is_wrong(office: Office, line: str, problem: str) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    before = await exported(office)
    text = await office.ask(f"/brief-admin {line}")
    assert problem in text
    assert "Allowed: " in text
    assert await exported(office) == before


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


# ── sources ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_source_is_added_after_it_was_read(office: Office) -> None:
    text = await office.ask("/brief-admin source add harbour.example/feed")
    assert "Harbour Courier is followed" in text
    assert "1 entry in it" in text
    assert office.feeds.read == [FEED]
    assert (await office.store.sources.find(LOCAL_WORKSPACE, "Harbour Courier")).url == FEED


async def test_source_that_others_follow_is_not_read_again(office: Office) -> None:
    await office.follow("https://theirs.example/feed", workspace=OTHER, title="Theirs")
    assert "Theirs is followed" in await office.ask("/brief-admin source add https://theirs.example/feed")
    assert office.feeds.read == []


async def test_source_is_refused_when_it_is_a_page_and_its_feeds_are_offered(office: Office) -> None:
    page = "https://page.example/"
    links = ("https://page.example/rss", "https://page.example/atom")
    office.feeds.answers = {page: FeedError("it is a web page", feeds=links)}
    reply = await office.reply(f"/brief-admin source add {page}")
    text = await office.ask(f"/brief-admin source add {page}")
    assert f"'{page}' is no feed: it is a web page." in text
    assert "Example: /brief-admin source add https://page.example/rss" in text
    [actions] = [block for block in reply.document.blocks if isinstance(block, Actions)]
    assert [action.command for action in actions.items] == [f"brief-admin source add {url}" for url in links]
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 1


async def test_source_is_refused_when_it_does_not_answer_but_may_be_followed_all_the_same(office: Office) -> None:
    office.feeds.answers = {"https://down.example/feed": FetchError("the server answered 503")}
    text = await office.ask("/brief-admin source add https://down.example/feed")
    assert "'https://down.example/feed' could not be read, so nothing was added: the server answered 503." in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 1
    assert "check:no" in text
    text = await office.ask("/brief-admin source add https://down.example/feed check:no")
    assert "https://down.example/feed is followed" in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 2


async def test_source_is_refused_when_its_address_is_private(office: Office) -> None:
    office.feeds.answers = {"http://10.0.0.1/feed": AddressRefused("it leads to the private address 10.0.0.1")}
    text = await office.ask("/brief-admin source add http://10.0.0.1/feed")
    assert "'http://10.0.0.1/feed' was refused: it leads to the private address 10.0.0.1." in text
    assert "check:no" not in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 1


@pytest.mark.parametrize("url", ["https://first.example/feed", "first.example/feed"])
async def test_source_is_a_conflict_when_it_is_followed(office: Office, url: str) -> None:
    text = await office.ask(f"/brief-admin source add {url}")
    assert "'https://first.example/feed' is followed here already: First News (src1)." in text
    assert "Allowed: a feed that is not followed yet." in text
    assert "Example: /brief-admin source list" in text
    assert office.feeds.read == []


@pytest.mark.parametrize("url", ["ftp://a.example/feed", "nonsense", "javascript:alert(1)"])
async def test_source_is_refused_when_it_is_no_address(office: Office, url: str) -> None:
    text = await office.ask(f"/brief-admin source add url:{url}")
    assert f"'{url}' is no address of a feed." in text
    assert "Example: https://example.org/feed.xml" in text


async def test_source_is_removed_but_not_the_operators(office: Office) -> None:
    await office.store.sources.add("https://all.example/feed", workspace=None, now=office.clock.now(), title="For all")
    text = await office.ask('/brief-admin source remove "For all"')
    assert "For all is shared by the operator" in text
    assert "First News is followed no more" in await office.ask('/brief-admin source remove "first news"')
    assert [source.title for source in await office.store.sources.followed(LOCAL_WORKSPACE)] == ["For all"]


async def test_password_of_a_source_is_never_shown(office: Office) -> None:
    await office.ask("/brief-admin source add https://mina:s3cret@paid.example/feed check:no")
    lines = ("source list", "status", "export", "source export", "source add https://mina:s3cret@paid.example/feed")
    for line in lines:
        reply = await office.reply(f"/brief-admin {line}")
        told = await office.ask(f"/brief-admin {line}") + "".join(text for _, text in reply.files)
        assert "s3cret" not in told, line
        assert "mina" not in told, line


async def test_import_follows_what_it_can_and_names_the_rest(office: Office) -> None:
    opml = (
        '<opml><body>\n<outline text="Second" xmlUrl="https://second.example/feed?a=1&b=2"/>\n'
        '<outline xmlUrl="https://first.example/feed" text="First again"/>\n<outline xmlUrl="ftp://x.example/"/>\n</opml>'
    )
    text = await office.ask(f"/brief-admin source import {opml}")
    assert "1 followed now, 1 known already, 1 refused" in text
    assert "Line 3: First again <https://first.example/feed>: followed here already" in text
    assert "Line 4: ftp://x.example/: its address is not http or https" in text
    assert (await office.store.sources.find(LOCAL_WORKSPACE, "Second")).url == "https://second.example/feed?a=1&b=2"
    assert office.feeds.read == []


async def test_import_tells_of_each_line_in_a_file_when_there_are_many(office: Office) -> None:
    many = "\n".join(f"https://host{number}.example/feed" for number in range(30))
    odd = (
        "https://host3.example/feed",
        "https://10.0.0.1/feed",
        "https://mina:s3cret@",
        f"https://x.example/{'x' * 2100}",
    )
    lines = "\n".join((many, *odd))
    reply = await office.reply(f"/brief-admin source import {lines}")
    [(name, text)] = reply.files
    rows = [line.split("\t") for line in text.splitlines()[2:]]
    assert name == "import-report.txt"
    assert [row[1] for row in rows] == ["followed"] * 30 + ["known"] + ["refused"] * 3
    assert [row[-1] for row in rows[30:33]] == [
        "it stands in line 4 already",
        "it is private",
        "that is no address of a feed",
    ]
    assert "longer than 2000" in rows[33][-1]
    assert "s3cret" not in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 31
    # All of it again changes nothing.
    again = await office.reply(f"/brief-admin source import {lines}")
    assert "0 followed now, 31 known already, 3 refused" in again.document.title


async def test_import_is_refused_when_file_names_no_feeds(office: Office) -> None:
    text = await office.ask("/brief-admin source import <html></html>")
    assert "File is a web page and names no feeds." in text
    assert "Allowed: an OPML file" in text


async def test_import_reads_a_named_file_only_for_the_operator(office: Office) -> None:
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        return "https://second.example/feed"

    person = Person(id="o", name="operator", is_manager=True)
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"), read_file=read
    )
    await office.commands.run("/brief-admin source import my feeds.opml", here)
    assert asked == ["my feeds.opml"]
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 2
    assert "1 refused" in await office.ask("/brief-admin source import /etc/passwd")


async def test_export_of_sources_is_an_opml_file(office: Office) -> None:
    [(name, text)] = (await office.reply("/brief-admin source export")).files
    assert name.endswith(".opml")
    [outline] = ElementTree.fromstring(text.encode()).iter("outline")
    assert outline.get("xmlUrl") == "https://first.example/feed"


# ── digests ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_digest_is_set_up_and_tells_when_it_comes(office: Office) -> None:
    await office.ask('/brief-admin topic add "River life" words:otter')
    text = await office.ask(
        '/brief-admin digest add Morning at:"8:30 pm" zone:seoul days:weekdays topics:"River life" style:full stories:5'
    )
    assert "Morning is set up" in text
    assert "When: 20:30 Asia/Seoul, Mon–Fri" in text
    assert "Next: Thu 15 Jan 2026, 20:30 (in 2 hours 30 minutes)" in text
    assert "Topics: River life" in text
    assert "Style: full, at most 5 stories" in text
    assert "Where: #general" in text
    assert "/brief-admin digest preview" in text
    stored = await digest(office)
    assert stored.next_due_at == datetime(2026, 1, 15, 11, 30, tzinfo=UTC)
    assert stored.next_on == date(2026, 1, 15)


async def test_digest_takes_the_zone_of_the_workspace_when_none_is_given(office: Office) -> None:
    await office.ask("/brief-admin settings zone:Asia/Tokyo")
    await office.ask("/brief-admin digest add Morning 8:00")
    assert (await digest(office)).zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("line", "problem", "allowed"),
    [
        ("digest add Evening at:25:00", "'25:00' is no time of day for at.", "00:00 to 23:59"),
        ("digest add Evening", "At is missing from /brief-admin digest add.", "08:00"),
        ("digest add Evening at:8:00 zone:Asia/Seol", "'Asia/Seol' is no time zone.", "Asia/Seoul"),
        ("digest add Evening at:8:00 days:funday", "'funday' names no days of the week for days.", "weekdays"),
        ("digest add Evening at:8:00 topics:Nope", "No topic 'Nope' here.", "Trade"),
        ("digest add Evening at:8:00 style:huge", "'huge' is no choice for style.", "headlines, summaries, full"),
        ("digest add Evening at:8:00 stories:99", "'99' is not right for stories.", "1 to 25"),
        ("digest add Evening at:8:00 channel:'two words'", "'two words' is no channel for channel.", "one word"),
        ("digest add morning at:8:00", "There is a digest named 'morning' already.", "name of its own"),
        (f"digest add {'x' * 81} at:8:00", "Name has 81 characters", "1 to 80 characters"),
        ("digest edit Morning", "Nothing to change in 'Morning'.", "at, topics, channel, zone, days"),
        ("digest resume Morning", "'Morning' is not paused.", ""),
        ("digest send Mornings", "No digest 'Mornings' here.", "Morning"),
        ("digest add Evening at:8:00,25:00", "'25:00' is no time of day for at.", "00:00 to 23:59"),
        ("digest add Evening at:1:00,2:00,3:00,4:00,5:00,6:00,7:00,8:00,9:00", "At has 9 times.", "at most 8 times"),
        ("digest add Evening at:none", "'none' is no time of day for at.", "00:00 to 23:59"),
        ("digest edit Morning caps:Money", "“Money” is no topic with a number for caps.", "up to 25 each"),
        ("digest edit Morning caps:Money=0", "“Money=0” is no topic with a number for caps.", "up to 25 each"),
        ("digest edit Morning caps:Nope=3", "No topic 'Nope' here.", "Trade"),
        ("digest edit Morning caps:Trade=3", "“Trade” is none of the topics of “Morning”.", "its topics"),
        ("digest edit Morning quiet:loud", "'loud' is no choice for quiet.", "skip, note, best"),
        ("digest edit Morning covers:year", "'year' is no choice for covers.", "day, week"),
        ("digest edit Morning place:elsewhere", "'elsewhere' is no choice for place.", "channel, thread"),
        ("digest edit Morning language:Klingon", "'Klingon' is no language that we can speak.", "workspace, en, ko"),
        (f"digest edit Morning ping:{'x' * 90}", "is no role for ping.", "none; or workspace"),
        ("digest pause Morning until:2026-01-15", "“2026-01-15” is no date to come for until.", "at most a year"),
        ("digest pause Morning until:christmas", "“christmas” is no date to come for until.", "at most a year"),
    ],
)
async def test_digest_stays_when_a_value_is_wrong(office: Office, line: str, problem: str, allowed: str) -> None:
    await office.ask("/brief-admin digest add Morning at:08:00")
    await office.ask("/brief-admin topic add Trade words:tariff")
    before = await exported(office)
    text = await office.ask(f"/brief-admin {line}")
    assert problem in text
    assert allowed in text
    assert "Example: " in text
    assert await exported(office) == before


async def test_digest_edit_comes_the_same_day_when_the_day_had_none(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:08:00")
    text = await office.ask("/brief-admin digest edit Morning at:10:00")
    assert "Next: Thu 15 Jan 2026, 10:00 (in 1 hour)" in text


async def test_digest_edit_skips_today_when_today_had_its_edition(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    await office.ask("/brief-admin digest send Morning")
    text = await office.ask("/brief-admin digest edit Morning at:11:00")
    assert "Next: Fri 16 Jan 2026, 11:00" in text
    assert (await digest(office)).next_on == date(2026, 1, 16)


async def test_digest_edit_keeps_the_edition_that_is_due_now(office: Office, clock: FakeClock) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    clock.advance(3601)
    await office.ask("/brief-admin digest edit Morning at:07:00")
    stored = await digest(office)
    assert stored.next_due_at == datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
    assert stored.at.hour == 7


async def test_digest_pauses_and_resumes_at_its_next_time(office: Office, clock: FakeClock) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    assert "Morning is paused" in await office.ask("/brief-admin digest pause morning")
    assert "'Morning' is paused already." in await office.ask("/brief-admin digest pause morning")
    assert "Next: paused" in await office.ask("/brief-admin digest list")
    clock.advance(3 * 86400)
    assert "Next: Sun 18 Jan 2026, 10:00" in await office.ask("/brief-admin digest resume morning")


async def test_digest_has_all_that_an_admin_chooses_and_keeps_what_is_not_named(office: Office) -> None:
    for name in ("Korea Japan", "AI"):
        await office.ask(f'/brief-admin topic add "{name}" words:otter')
    text = await office.ask(
        '/brief-admin digest add Morning at:8am,18:00 topics:"AI, Korea Japan" caps:"Korea Japan=3, ai 2" quiet:best '
        "covers:week repeats:yes language:Korean place:thread ping:none"
    )
    rows = [
        "When: 08:00, 18:00 UTC, daily",
        "Topics: AI (at most 2), Korea Japan (at most 3)",
        "Covers: the week",
        "Repeats: what other digests told there, too",
        "Quiet days: the best of the week that was not told there",
        "Language: Korean",
        "Place: headlines in the channel, stories in a thread of them",
        "Mentions: nobody",
    ]
    assert [row for row in rows if row not in text] == []
    assert "Next: Thu 15 Jan 2026, 18:00" in text
    before = json.loads(await exported(office))["digests"][0]
    assert (before["at"], before["caps"], before["ping"]) == ("08:00, 18:00", {"Korea Japan": 3, "AI": 2}, "none")
    assert before["topics"] == ["AI", "Korea Japan"]
    await office.ask("/brief-admin digest edit Morning stories:5")
    after = json.loads(await exported(office))["digests"][0]
    assert after == before | {"stories": 5}
    listed = await office.ask("/brief-admin digest list")
    assert [row for row in rows if row not in listed] == []
    text = await office.ask(
        "/brief-admin digest edit Morning at:9:00 topics:AI quiet:note covers:day repeats:no language:workspace "
        "place:channel ping:workspace"
    )
    assert "Topics: AI (at most 2)" in text
    assert not any(word in text for word in ("Covers:", "Repeats:", "Language:", "Place:", "Mentions:"))
    assert "Topics: AI\n" in await office.ask("/brief-admin digest edit Morning caps:none")


async def test_digest_paused_until_a_date_goes_on_by_itself_then(office: Office, clock: FakeClock) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    text = await office.ask("/brief-admin digest pause Morning until:2026-01-20")
    assert "Morning is paused until 2026-01-20" in text
    for line in ("digest list", "status"):
        shown = await office.ask(f"/brief-admin {line}")
        assert "Tue 20 Jan 2026, 10:00" in shown
        assert "paused until 2026-01-20" in shown
    assert "paused until 2026-01-20" in await office.ask("/brief topics")
    assert (await digest(office)).next_on == date(2026, 1, 20)
    await office.ask("/brief-admin digest edit Morning at:11:00")
    assert (await digest(office)).next_due_at == datetime(2026, 1, 20, 11, 0, tzinfo=UTC)
    assert "Next: Thu 15 Jan 2026, 11:00" in await office.ask("/brief-admin digest resume Morning")
    await office.ask("/brief-admin digest pause Morning 2026-01-20")
    clock.advance(5 * 86400)
    assert "paused" not in await office.ask("/brief-admin digest list")
    assert "'Morning' is not paused." in await office.ask("/brief-admin digest resume Morning")


async def test_digest_moved_to_a_time_that_has_passed_still_comes_today(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:18:00")
    text = await office.ask("/brief-admin digest edit Morning at:07:00")
    assert "When: 07:00 UTC" in text
    assert "Next: Thu 15 Jan 2026, 18:00" in text


async def test_digest_resume_skips_today_when_today_had_its_edition(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    await office.ask("/brief-admin digest send Morning")
    await office.ask("/brief-admin digest pause Morning")
    assert "Next: Fri 16 Jan 2026, 10:00" in await office.ask("/brief-admin digest resume Morning")


async def test_digest_preview_shows_and_records_nothing(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    reply = await office.reply("/brief-admin digest preview Morning")
    assert reply.document.kind is Kind.DIGEST
    assert reply.is_private
    assert "Otters return" in await office.ask("/brief-admin digest preview Morning")
    assert await office.store.editions.recent(LOCAL_WORKSPACE, limit=5) == []


async def test_digest_send_posts_once_a_day(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    text = await office.ask("/brief-admin digest send Morning")
    assert "State: on its way" in text
    assert "Stories: 1" in text
    text = await office.ask("/brief-admin digest send Morning")
    assert "Today's edition of 'Morning' is made already." in text
    assert len(await office.store.editions.recent(LOCAL_WORKSPACE, limit=5)) == 1


async def test_digest_is_removed(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:10:00")
    assert "Morning is deleted" in await office.ask("/brief-admin digest remove d1")
    assert "No digests yet" in await office.ask("/brief-admin digest list")


# ── settings, status, export ──────────────────────────────────────────────────────────────────────────────────────────


async def test_settings_show_and_change(office: Office) -> None:
    assert "Zone: UTC" in await office.ask("/brief-admin settings")
    text = await office.ask(
        '/brief-admin settings zone:Asia/Seoul language:Korean ping_role:news retention:30 caveat_note:"Ask Mina."'
    )
    # From here on in Korean.
    for fact in ("시간대: Asia/Seoul", "언어: 한국어", "멘션 역할: news", "보관 기간: 30일", "Ask Mina."):
        assert fact in text
    assert "Ask Mina." in await office.ask("/brief latest")
    text = await office.ask("/brief-admin settings ping_role:none caveat_note:none language:en")
    assert "Ping role: none" in text
    assert "Ask Mina." not in text
    assert "Zone: Asia/Seoul" in text


@pytest.mark.parametrize(
    ("line", "problem", "allowed"),
    [
        ("zone:Mars/Olympus language:ko", "'Mars/Olympus' is no time zone.", "Allowed: "),
        ("zone:Asia/Seoul language:fi", "'fi' is no language that we can speak.", "en, ko, ja"),
        ("zone:Asia/Seoul retention:3", "'3' is not right for retention.", "7 to 3650"),
        ("zone:Asia/Seoul caveat_note:" + "x" * 201, "Caveat_note has 201 characters", "200"),
        ("colour:red", "/brief-admin settings has no option 'colour'.", "zone, language"),
    ],
)
async def test_no_setting_changes_when_one_is_wrong(office: Office, line: str, problem: str, allowed: str) -> None:
    before = await office.store.workspaces.get(LOCAL_WORKSPACE)
    text = await office.ask(f"/brief-admin settings {line}")
    assert problem in text
    assert allowed in text
    assert "Example: " in text
    assert await office.store.workspaces.get(LOCAL_WORKSPACE) == before


async def test_status_names_failing_sources_and_runs_that_were_missed(office: Office) -> None:
    now = office.clock.now()
    await office.store.sources.settle(
        Polled(
            source_id=1,
            polled_at=now - timedelta(hours=2),
            next_poll_at=now + timedelta(minutes=30),
            interval_s=900,
            error="The server answered 404.",
        )
    )
    await office.ask("/brief-admin digest add Morning at:10:00")
    slot = Slot(on=date(2026, 1, 14), due_at=now, next_on=date(2026, 1, 15), next_due_at=now + timedelta(hours=1))
    missed = EditionPlan(digest=await digest(office), slot=slot, reason="the bot was not running", is_skipped=True)
    await office.store.editions.plan([missed], now=now)
    text = await office.ask("/brief-admin status")
    assert "1 source, 1 failing." in text
    assert "First News: The server answered 404; since Thu 15 Jan 2026, 07:00 (2 hours ago)" in text
    assert "next try Thu 15 Jan 2026, 09:30 (in 30 minutes)" in text
    assert "Morning: Thu 15 Jan 2026, 10:00 (in 1 hour), #general" in text
    assert "Morning, 2026-01-14: skipped: the bot was not running" in text
    assert "1 article stored on sqlite" in text


async def test_export_holds_everything_of_this_workspace_only(office: Office) -> None:
    await office.follow("https://theirs.example/feed", workspace=OTHER, title="Theirs")
    await office.ask('/brief-admin topic add "River life" words:otter sources:src1 publishers:2')
    await office.ask('/brief-admin digest add Morning at:10:00 topics:"River life"')
    data = json.loads(await exported(office))
    assert data["settings"]["workspace"] == LOCAL_WORKSPACE
    assert [source["url"] for source in data["sources"]] == ["https://first.example/feed"]
    assert data["topics"] == [
        {
            "topic": "t1",
            "name": "River life",
            "words": ["otter"],
            "exclude": [],
            "sources": ["https://first.example/feed"],
            "not_sources": [],
            "languages": [],
            "publishers": 2,
        }
    ]
    assert data["digests"][0]["topics"] == ["River life"]
    assert data["digests"][0]["at"] == "10:00"


# ── whatever goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_defect_is_a_calm_answer_with_a_reference(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.feeds.answers = {FEED: RuntimeError("boom at /srv/secret")}
    text = await office.ask(f"/brief-admin source add {FEED}")
    assert "Something went wrong on our side (ref " in text
    assert "boom" not in text
    reference = text.partition("(ref ")[2][:8]
    assert reference in "".join(capsys.readouterr())


async def test_busy_store_asks_to_try_again(office: Office) -> None:
    office.feeds.answers = {FEED: StoreBusy("database is locked")}
    text = await office.ask(f"/brief-admin source add {FEED}")
    assert "busy just now and changed nothing" in text
    assert "locked" not in text


async def test_log_of_a_command_holds_no_values(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    await office.ask("/brief search confidential-matter")
    logged = "".join(capsys.readouterr())
    assert "command.run" in logged
    assert "brief search" in logged
    assert "confidential" not in logged


async def test_call_refuses_options_it_does_not_know(office: Office) -> None:
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE,
        person=Person(id="u", name="u", is_manager=True),
        channel=ChannelRef("console:general"),
    )
    reply = await office.commands.call(BY_NAME["brief latest"], {"colour": "red"}, here)
    assert reply.document.kind is Kind.ERROR
    assert "no option 'colour'" in reply.document.title


# ── completion ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def complete(commands: Commands, name: str, option: str, text: str, *, is_manager: bool = True) -> list[str]:
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE,
        person=Person(id="u", name="u", is_manager=is_manager),
        channel=ChannelRef("console:general"),
    )
    command = BY_NAME[name]
    found = command.option(option)
    assert found is not None
    return [value for _, value in await commands.complete(command, found, text, here)]


async def test_completion_offers_what_begins_so_then_what_looks_so(office: Office) -> None:
    for name in ("River life", "Korea", "Life at sea"):
        await office.ask(f'/brief-admin topic add "{name}" words:otter')
    await office.ask("/brief-admin topic add Theirs words:otter", workspace=OTHER)
    commands = office.commands
    assert await complete(commands, "brief latest", "topic", "") == ["t2", "t3", "t1"]
    assert await complete(commands, "brief latest", "topic", "life") == ["t3", "t1"]
    assert await complete(commands, "brief latest", "topic", "Koera") == ["t2"]
    assert await complete(commands, "brief latest", "topic", "Theirs") == []
    assert await complete(commands, "brief read", "brief", "otter") == ["b1"]
    assert await complete(commands, "brief read", "brief", "") == ["b1"]
    assert await complete(commands, "brief-admin source remove", "source", "first") == ["src1"]
    assert await complete(commands, "brief-admin source remove", "source", "first", is_manager=False) == []
    assert (await complete(commands, "brief-admin settings", "zone", "seoul"))[0] == "Asia/Seoul"
    assert len(await complete(commands, "brief-admin settings", "zone", "")) == 25
    assert await complete(commands, "brief-admin digest add", "style", "") == ["headlines", "summaries", "full"]
