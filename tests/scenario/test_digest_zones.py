"""A digest whose time zone is gone from the system's table: skipped aloud, shown, and mended by a manager."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update
from structlog.testing import capture_logs

from bot.digests.passing import pass_over
from bot.models import LOCAL_WORKSPACE, ChannelRef, EditionState
from bot.store.schema import digests, workspaces
from tests.desk import DAY, TODAY, Desk
from tests.office import Office

GONE = "US/Pacific-New"
WHY = f"the time zone {GONE} is not known any more; choose another with /brief-admin digest edit"


async def lose_zone(desk: Desk, name: str) -> None:
    async with desk.store.database.writing() as connection:
        await connection.execute(update(digests).where(digests.c.name == name).values(zone=GONE))


async def test_edition_in_a_zone_that_is_gone_is_skipped_aloud_each_day_and_others_are_posted(desk: Desk) -> None:
    lost = await desk.digest(name="Lost")
    await desk.digest(name="Good")
    await lose_zone(desk, "Lost")
    with capture_logs() as logs:
        await desk.run(TODAY + DAY)
        await desk.run(TODAY + DAY + timedelta(hours=2))
        await desk.run(TODAY + 2 * DAY)
    made = await desk.store.editions.since(lost.id, date(2026, 1, 1))
    assert {(on, one.state, one.reason) for (on, _), one in made.items()} == {
        (date(2026, 1, day), EditionState.SKIPPED, WHY) for day in (16, 17)
    }
    skipped = [entry for entry in logs if entry["event"] == "edition.skipped"]
    assert [(entry["log_level"], entry["reason"]) for entry in skipped] == [("warning", WHY)] * 2
    assert [entry for entry in logs if entry["event"] == "edition.failed"] == []
    assert len(desk.texts()) == 2
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, lost.id)).trouble == WHY


async def test_zone_that_is_gone_is_told_and_mended(desk: Desk) -> None:
    office = Office(desk.store, desk.clock)
    await desk.digest(name="Lost", channel=ChannelRef("console:news"))
    await lose_zone(desk, "Lost")
    for before in (True, False):
        status = await office.ask("/brief-admin status")
        assert WHY in status
        assert "All is well" not in status
        if before:
            await desk.run(TODAY + DAY)
    await office.ask("/brief-admin digest list")
    await office.ask("/brief-admin digest preview Lost")
    assert "is changed" in await office.ask("/brief-admin digest edit Lost zone:Asia/Seoul")
    mended = await desk.store.digests.find(LOCAL_WORKSPACE, "Lost")
    assert (mended.trouble, mended.zone) == ("", "Asia/Seoul")
    assert mended.next_due_at == datetime.fromisoformat("2026-01-17T00:00+00:00")
    await desk.run(mended.next_due_at)
    assert len(desk.texts()) == 1


async def test_workspace_in_a_zone_that_is_gone_is_answered(desk: Desk) -> None:
    office = Office(desk.store, desk.clock)
    async with desk.store.database.writing() as connection:
        await connection.execute(update(workspaces).values(zone=GONE))
    for line in ("/brief today", "/brief-admin status", "/brief search otter since:yesterday", "/brief-admin settings"):
        assert "went wrong" not in await office.ask(line)


async def test_restored_store_passes_over_what_is_due_in_a_zone_that_is_gone(desk: Desk) -> None:
    for name in ("Good", "Lost"):
        await desk.digest(name=name)
    await lose_zone(desk, "Lost")
    assert await pass_over(desk.store, ["console"], TODAY + DAY) == 2
    assert {digest.next_on for digest in await desk.store.digests.list(LOCAL_WORKSPACE)} == {date(2026, 1, 17)}
