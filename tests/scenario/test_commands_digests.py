"""Digests as managers set them: what changes, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.documents.nodes import Kind
from bot.models import LOCAL_WORKSPACE
from tests.fakes import FakeClock
from tests.managing import digest, exported, managed_office  # noqa: F401 - a fixture
from tests.office import Office


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
        ("digest add d1 at:08:00", "'d1' cannot be a name", "no number or id such as t1"),
        ("digest edit Morning name:'a, b'", "'a, b' cannot be a name", "without a comma"),
        ("digest send Mornings", "No digest 'Mornings' here.", "Morning"),
        ("digest add Evening at:8:00,25:00", "'25:00' is no time of day for at.", "00:00 to 23:59"),
        ("digest add Evening at:1:00,2:00,3:00,4:00,5:00,6:00,7:00,8:00,9:00", "At has 9 times.", "at most 8 times"),
        ("digest add Evening at:none", "'none' is no time of day for at.", "00:00 to 23:59"),
        ("digest edit Morning caps:Money", "“Money” is no topic with a number for caps.", "up to 25 each"),
        ("digest edit Morning caps:Money=0", "“Money=0” is no topic with a number for caps.", "up to 25 each"),
        ("digest edit Morning caps:Nope=3", "No topic 'Nope' here.", "Trade"),
        ("digest edit Morning caps:Trade=3", "“Trade” is none of the topics of “Morning”.", "its topics"),
        ("digest edit Morning topics:Trade caps:Trade=2,t1=3", "“Trade” stands twice in caps.", "each topic once"),
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


async def test_buttons_of_a_digest_are_its_own_when_another_is_named_like_its_id(office: Office) -> None:
    await office.ask("/brief-admin digest add Morning at:08:00")
    first = await office.store.digests.find(LOCAL_WORKSPACE, "Morning")
    await office.store.digests.add(replace(first, name=f"d{first.id}"))
    await office.ask(f"/brief-admin digest edit digest:d{first.id} stories:3")
    by_id = {one.id: one.max_stories for one in await office.store.digests.list(LOCAL_WORKSPACE)}
    assert by_id == {first.id: 3, first.id + 1: first.max_stories}


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
