"""Editions: chosen with a reason, late or skipped aloud, never told twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.caveat import CAVEATS
from bot.documents.nodes import Document
from bot.documents.text import plain_text
from bot.errors import Conflict
from bot.models import (
    LOCAL_WORKSPACE,
    ChannelRef,
    Covers,
    EditionState,
    Place,
    Quiet,
    Style,
    TimeOfDay,
    TopicRule,
)
from tests.desk import DAY, TODAY, Desk
from tests.edition_rows import edition_on, parts_of
from tests.office_store import OTHER, brief, incoming, source_of, words
from tests.saving import save


async def test_digest_tells_each_story_once_and_a_quiet_day_says_so(desk: Desk) -> None:
    await desk.digest()
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY)
    await desk.run(TODAY + 2 * DAY)
    first, second = desk.texts()
    assert "Rates held in Veltria" in first
    assert "Rates held" not in second
    assert "Nothing new" in second
    assert CAVEATS["en"] in first
    assert CAVEATS["en"] in second


async def test_story_with_news_is_told_again_as_an_update(desk: Desk) -> None:
    await desk.digest()
    told = await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY)
    later = desk.clock.advance(12 * 3600)
    source = await source_of(desk.store, later, LOCAL_WORKSPACE)
    [(_, article)] = await desk.store.articles.add_all(
        source.id, [incoming(2, later)], seen_at=later, is_same=lambda one, other: False
    )
    await desk.store.stories.place([(article, told.story_id)], now=later)
    story = await desk.store.stories.get(told.story_id)
    await save(desk.store, story, words("Rates cut after all", "By half a point."), publishers=2, now=later)
    await desk.run(TODAY + 2 * DAY)
    assert "Update: Rates cut after all" in desk.texts()[1]
    assert "By half a point. (A)" in desk.texts()[1]
    assert "Deck of" not in desk.texts()[1]


async def test_article_seen_after_a_brief_was_written_is_news_however_old_it_is(desk: Desk) -> None:
    await desk.digest()
    told = await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    later = desk.clock.advance(23 * 3600)  # before the edition, but its brief is not written yet
    source = await source_of(desk.store, later, LOCAL_WORKSPACE)
    [(_, article)] = await desk.store.articles.add_all(
        source.id, [incoming(2, TODAY - DAY)], seen_at=later, is_same=lambda one, other: False
    )
    await desk.run(TODAY + DAY)
    await desk.store.stories.place([(article, told.story_id)], now=desk.clock.now())
    story = await desk.store.stories.get(told.story_id)
    await save(desk.store, story, words("Rates cut"), publishers=2, now=desk.clock.now())
    await desk.run(TODAY + 2 * DAY)
    assert "Update: Rates cut" in desk.texts()[1]


async def test_other_words_without_an_article_are_no_news(desk: Desk) -> None:
    await desk.digest()
    told = await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY)
    story = await desk.store.stories.get(told.story_id)
    later = desk.clock.advance(3600)
    changed = await save(desk.store, story, words("Rate is held"), publishers=1, now=later)
    assert changed.version == 2
    await desk.run(TODAY + 2 * DAY)
    assert "Nothing new" in desk.texts()[1]


async def test_late_edition_is_posted_and_says_so(desk: Desk) -> None:
    made = await desk.digest()
    await desk.run(TODAY + DAY + timedelta(hours=2))
    assert "Late by 2 hours" in desk.texts()[0]
    edition = await edition_on(desk.store, made.id, date(2026, 1, 16))
    assert edition is not None
    assert edition.is_late


async def test_edition_beyond_its_window_is_skipped_with_its_reason(desk: Desk) -> None:
    made = await desk.digest()
    await desk.run(TODAY + DAY + timedelta(hours=7))
    assert desk.texts() == []
    [edition] = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5)
    assert edition.state is EditionState.SKIPPED
    assert "7 hours late" in edition.reason
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).next_on == date(2026, 1, 17)


async def test_every_date_of_a_long_absence_is_accounted_for(desk: Desk) -> None:
    await desk.digest()
    await desk.run(TODAY + 4 * DAY + timedelta(hours=1))
    editions = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=9)
    assert [(one.on.day, str(one.state)) for one in editions] == [
        (19, "delivered"),
        (18, "skipped"),
        (17, "skipped"),
        (16, "skipped"),
    ]


async def test_digest_that_must_not_be_late_is_posted_on_time(desk: Desk) -> None:
    await desk.digest(catch_up_s=0)
    await desk.run(TODAY + DAY + timedelta(seconds=9))  # the alarm clock looks every ten seconds
    assert len(desk.texts()) == 1
    await desk.run(TODAY + 2 * DAY + timedelta(minutes=11))
    [newest, _] = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5)
    assert newest.state is EditionState.SKIPPED
    assert len(desk.texts()) == 1


async def test_edition_that_waited_for_a_bot_to_send_it_says_that_it_is_late(desk: Desk) -> None:
    await desk.digest()
    await desk.plan(TODAY + DAY)  # and the process dies
    await desk.run(TODAY + DAY + timedelta(hours=2))
    [text] = desk.texts()
    assert "Late by 2 hours" in text
    await desk.plan(TODAY + 2 * DAY)
    await desk.run(TODAY + 2 * DAY + timedelta(hours=7))
    [skipped, _] = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5)
    assert (skipped.state, skipped.on) == (EditionState.SKIPPED, date(2026, 1, 17))


async def test_digest_that_cannot_be_planned_does_not_hold_up_the_others(desk: Desk) -> None:
    broken = await desk.digest(name="Broken")
    await desk.digest(name="Sound")

    def fail(document: Document) -> None:
        if "Broken" in document.title:
            raise RuntimeError("a defect")

    desk.adapter.before_render = fail
    with capture_logs() as logs:
        await desk.run(TODAY + DAY)
    assert [entry["digest"] for entry in logs if entry["event"] == "edition.failed"] == [broken.id]
    assert len(desk.texts()) == 1
    desk.adapter.before_render = lambda document: None
    await desk.run(TODAY + DAY + timedelta(minutes=3))
    assert len(desk.texts()) == 2


async def test_digest_deleted_while_it_is_planned_does_not_hold_up_the_others(desk: Desk, tmp_path: Path) -> None:
    deleted = await desk.digest(name="Deleted")
    await desk.digest(name="Sound")

    def delete(document: Document) -> None:
        with sqlite3.connect(tmp_path / "store.db") as database:
            database.execute("DELETE FROM digests WHERE id = ?", (deleted.id,))
        database.close()

    desk.adapter.before_render = delete
    await desk.run(TODAY + DAY)
    [text] = desk.texts()
    assert "Sound" in text


async def test_digest_of_a_platform_that_runs_nowhere_is_told_once(desk: Desk) -> None:
    waiting = await desk.digest(workspace_id=OTHER)
    await desk.digest()
    with capture_logs() as logs:
        await desk.run(TODAY + DAY + timedelta(minutes=20))
        await desk.run(TODAY + DAY + timedelta(minutes=21))
    assert [entry["platform"] for entry in logs if entry["event"] == "digests.unserved"] == ["discord"]
    assert len(desk.texts()) == 1
    assert await edition_on(desk.store, waiting.id, date(2026, 1, 16)) is None


async def test_digest_whose_time_was_moved_while_it_was_due_has_one_edition_that_day(desk: Desk) -> None:
    made = await desk.digest()
    await desk.store.digests.save(replace(made, at=time(11, 0)))
    await desk.run(TODAY + DAY + timedelta(hours=3))
    [edition] = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5)
    assert (edition.on, edition.due_at) == (date(2026, 1, 16), TODAY + DAY + timedelta(hours=2))
    assert len(desk.texts()) == 1


async def test_weekday_digest_tells_on_monday_of_the_whole_weekend(desk: Desk) -> None:
    friday = datetime.fromisoformat("2026-01-16T09:00+00:00")
    await desk.digest(days=(0, 1, 2, 3, 4))
    await desk.run(friday)
    await brief(desk.store, desk.clock.advance(3600), 1, words("Vote on Friday noon"))
    await desk.run(friday + 3 * DAY)
    assert "Vote on Friday noon" in desk.texts()[1]


async def test_edition_after_days_off_tells_of_those_days(desk: Desk) -> None:
    await desk.digest()
    await desk.run(TODAY + DAY)
    await brief(desk.store, desk.clock.advance(3600), 1, words("Said before the outage"))
    await desk.run(TODAY + 4 * DAY)
    assert "Said before the outage" in desk.texts()[1]


async def test_two_digests_of_one_channel_do_not_tell_the_same(desk: Desk) -> None:
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    for name in ("First", "Second"):
        await desk.digest(name=name)
    await desk.digest(name="Elsewhere", channel=ChannelRef("console:else"))
    await desk.run(TODAY + DAY)
    assert sorted("Rates held in Veltria" in text for text in desk.texts()) == [False, True, True]


async def test_stories_stand_under_the_topics_in_the_digests_order(desk: Desk) -> None:
    now = desk.clock.now()
    trade = await desk.store.topics.add(LOCAL_WORKSPACE, "Trade", TopicRule(words=("tariff",)), now=now)
    money = await desk.store.topics.add(LOCAL_WORKSPACE, "Money", TopicRule(words=("rate",)), now=now)
    await brief(desk.store, now, 1, words("Tariffs on steel end"))
    await brief(desk.store, now, 2, words("Interest rate held"))
    await brief(desk.store, now, 3, words("Otters are back"))
    await desk.digest(topic_ids=(money.id, trade.id), style=Style.HEADLINES)
    await desk.run(TODAY + DAY)
    [text] = desk.texts()
    order = [text.index(part) for part in ("Money", "Interest rate held", "Trade", "Tariffs on steel end")]
    assert order == sorted(order)
    assert "Otters" not in text


async def test_preview_and_today_record_nothing(desk: Desk) -> None:
    made = await desk.digest()
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    workspace = await desk.store.workspaces.get(LOCAL_WORKSPACE)
    shown: list[Document] = [
        await desk.dispatcher.preview(made),
        await desk.dispatcher.today(workspace, None),
    ]
    for document in shown:
        assert "Rates held in Veltria" in plain_text(document)
        assert CAVEATS["en"] in plain_text(document)
    assert await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5) == []


async def test_edition_sent_by_hand_takes_the_place_of_the_scheduled_one(desk: Desk) -> None:
    made = await desk.digest(at=time(18, 0))
    await desk.dispatcher.send_now(made)
    with pytest.raises(Conflict, match="today's edition"):
        await desk.dispatcher.send_now(made)
    await desk.run(TODAY + timedelta(hours=12))
    assert len(desk.texts()) == 1
    await desk.run(TODAY + DAY + timedelta(hours=9, minutes=1))
    assert len(desk.texts()) == 2


# ── several a day, quiet days, weeks, caps, languages ─────────────────────────────────────────────────────────────────


async def test_digest_of_two_times_a_day_has_two_editions_and_catches_up_each(desk: Desk) -> None:
    made = await desk.digest(also_at=(TimeOfDay(slot=1, at=time(18, 0)),), catch_up_s=3600)
    await desk.run(TODAY + DAY)
    await brief(desk.store, desk.clock.advance(3600), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY + timedelta(hours=9))
    await desk.run(TODAY + DAY + timedelta(hours=9, minutes=1))
    morning, evening = desk.texts()
    assert "Nothing new" in morning
    assert "Rates held in Veltria" in evening
    # Off from that night until late the next evening: the morning's is recorded, the evening's posted late.
    await desk.run(TODAY + 2 * DAY + timedelta(hours=9, minutes=30))
    assert "Late by 30 minutes" in desk.texts()[2]
    found = await desk.store.editions.since(made.id, date(2026, 1, 16))
    assert {(on.day, slot): one.state.value for (on, slot), one in found.items()} == {
        (16, 0): "delivered",
        (16, 1): "delivered",
        (17, 0): "skipped",
        (17, 1): "delivered",
    }
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).next_on == date(2026, 1, 18)


async def test_second_edition_of_a_day_that_nobody_began_to_send_is_planned_anew(desk: Desk) -> None:
    made = await desk.digest(also_at=(TimeOfDay(slot=1, at=time(18, 0)),))
    await desk.run(TODAY + DAY)
    await desk.plan(TODAY + DAY + timedelta(hours=9))  # and the process dies
    await desk.run(TODAY + DAY + timedelta(hours=10))
    assert "Late by 1 hour" in desk.texts()[1]
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).next_slot == 0


async def test_sending_by_hand_takes_each_place_of_the_day_once(desk: Desk) -> None:
    made = await desk.digest(at=time(10, 0), also_at=(TimeOfDay(slot=1, at=time(18, 0)),))
    await desk.dispatcher.send_now(made)
    between = await desk.store.digests.get(LOCAL_WORKSPACE, made.id)
    assert (between.next_on, between.next_slot) == (date(2026, 1, 15), 1)
    await desk.dispatcher.send_now(between)
    await desk.deliverer.drain()
    with pytest.raises(Conflict, match="2 editions a day"):
        await desk.dispatcher.send_now(between)
    await desk.run(TODAY + timedelta(hours=12))
    assert len(desk.texts()) == 2


async def test_quiet_day_is_skipped_without_a_warning_where_an_admin_wishes(desk: Desk) -> None:
    made = await desk.digest(quiet=Quiet.SKIP)
    with pytest.raises(Conflict, match="nothing new for “Morning”"):
        await desk.dispatcher.send_now(made)
    with capture_logs() as logs:
        await desk.run(TODAY + DAY)
    assert desk.texts() == []
    assert [(one["log_level"], one["reason"]) for one in logs if one["event"] == "edition.skipped"] == [
        ("info", "nothing new")
    ]
    assert "Nothing would be posted" in plain_text(await desk.dispatcher.preview(made))
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + 2 * DAY)
    assert len(desk.texts()) == 1


async def test_quiet_day_tells_the_best_of_the_week_that_was_not_told(desk: Desk) -> None:
    await desk.digest(quiet=Quiet.BEST, max_stories=1)
    for number, headline in enumerate(("Rates held in Veltria", "Otters are back"), 1):
        await brief(desk.store, desk.clock.now(), number, words(headline))
    for day in (1, 2, 3):
        await desk.run(TODAY + day * DAY)
    first, second, third = desk.texts()
    assert "The best of the week" not in first
    assert "The best of the week that was not told here yet" in second
    assert sorted("Otters" in text for text in (first, second)) == [False, True]
    assert "Nothing new since the last edition." in third
    assert "Otters" not in third


async def test_weekly_edition_tells_of_seven_days_and_repeats_only_if_it_may(desk: Desk) -> None:
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.digest(name="Daily")
    due = {"next_on": date(2026, 1, 21), "next_due_at": TODAY + 6 * DAY}
    for name, repeats in (("Week A", False), ("Week B", True)):
        made = await desk.digest(name=name, days=(2,), covers=Covers.WEEK, repeats=repeats)
        await desk.store.digests.save(replace(made, **due))  # type: ignore[arg-type]
    for day in range(1, 7):
        await desk.run(TODAY + day * DAY)
    weekly = {name: next(text for text in desk.texts() if name in text) for name in ("Week A", "Week B")}
    assert "Nothing new in the last week." in weekly["Week A"]
    assert "Rates held in Veltria" in weekly["Week B"]
    assert all("The week of Thursday 15 January 2026 to Wednesday 21 January 2026" in one for one in weekly.values())
    await desk.run(TODAY + 13 * DAY)
    assert "Rates held" not in desk.texts()[-1]


async def test_stories_in_the_digests_own_language_come_first_and_others_are_named(desk: Desk) -> None:
    now = desk.clock.now()
    await brief(desk.store, now - timedelta(hours=2), 1, replace(words("금리 동결"), language="ko"))
    await brief(desk.store, now, 2, words("Otters are back"))
    await desk.digest(language="ko", style=Style.HEADLINES)
    await desk.run(TODAY + DAY)
    [text] = desk.texts()
    assert CAVEATS["ko"] in text
    assert text.index("금리 동결") < text.index("Otters are back")
    assert "Otters are back" in text
    assert "소식 2건" in text


async def test_topic_has_at_most_its_cap(desk: Desk) -> None:
    now = desk.clock.now()
    money = await desk.store.topics.add(LOCAL_WORKSPACE, "Money", TopicRule(words=("rate",)), now=now)
    trade = await desk.store.topics.add(LOCAL_WORKSPACE, "Trade", TopicRule(words=("tariff",)), now=now)
    for number, headline in enumerate(("Rate held", "Rate of growth doubles", "Rate cut ahead", "Tariff on steel")):
        await brief(desk.store, now, number, words(headline))
    await desk.digest(topic_ids=(money.id, trade.id), caps=((money.id, 2),), style=Style.HEADLINES)
    await desk.run(TODAY + DAY)
    [text] = desk.texts()
    assert text.count("Rate ") == 2
    assert "Tariff on steel" in text


async def test_digest_in_a_thread_names_its_stories_before_it_tells_them(desk: Desk) -> None:
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    made = await desk.digest(place=Place.THREAD)
    await desk.run(TODAY + DAY)
    head, _, rest, _ = [message["text"] for message in desk.adapter.messages()]
    assert "Rates held in Veltria" in head
    assert "Deck of Rates held" not in head
    assert "The stories are in the thread." in head
    assert "Deck of Rates held" in rest
    assert CAVEATS["en"] in head
    assert CAVEATS["en"] in rest
    [edition] = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5)
    parts = await parts_of(desk.store, edition.id)
    assert [(part.part, part.in_thread) for part in parts] == [(1, True), (2, True), (3, True), (4, True)]
    assert made.id == edition.digest_id
