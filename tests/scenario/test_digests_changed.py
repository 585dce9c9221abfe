"""A digest that a manager changes while its edition is planned, waits or is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from structlog.testing import capture_logs

from bot.digests.runs import rescheduled, retimed
from bot.models import LOCAL_WORKSPACE, Digest, EditionState, TimeOfDay
from tests.desk import DAY, TODAY, Desk
from tests.edition_rows import edition_on

FRIDAY, SATURDAY = date(2026, 1, 16), date(2026, 1, 17)
DUE = TODAY + DAY
"""When the digest of these tests is due for Friday."""


def while_planned(desk: Desk, made: Digest, change: Callable[[Digest], Digest]) -> None:
    """Has a manager change a digest after the next round has read it and before that writes what it planned."""

    async def manage() -> None:
        old = await desk.store.digests.get(made.workspace_id, made.id)
        known = await desk.store.editions.since(made.id, desk.clock.now().date() - DAY)
        await desk.store.digests.save(rescheduled(old, change(old), made=known, now=desk.clock.now()))

    before_plan(desk, manage)


def before_plan(desk: Desk, act: Callable[[], object]) -> None:
    real = desk.store.editions.plan

    async def plan(plans: object, **when: object) -> object:
        desk.store.editions.plan = real  # type: ignore[method-assign]
        await act()  # type: ignore[misc]
        return await real(plans, **when)  # type: ignore[arg-type]

    desk.store.editions.plan = plan  # type: ignore[method-assign, assignment]


async def test_pause_until_a_date_set_while_an_edition_is_planned_holds(desk: Desk) -> None:
    made = await desk.digest()
    while_planned(desk, made, lambda digest: replace(digest, paused_until=date(2026, 2, 1)))
    await desk.run(DUE)
    await desk.run(DUE + DAY)
    found = await desk.store.digests.get(LOCAL_WORKSPACE, made.id)
    assert await edition_on(desk.store, made.id, SATURDAY) is None
    assert found.next_on == date(2026, 2, 1)


async def test_times_and_days_set_while_an_edition_is_planned_hold(desk: Desk) -> None:
    made = await desk.digest()
    while_planned(desk, made, lambda digest: replace(retimed(digest, [time(20, 0)]), days=(0, 1, 2, 3, 4)))
    await desk.run(DUE)
    await desk.run(DUE + DAY)
    assert (await edition_on(desk.store, made.id, FRIDAY)) is not None
    assert await edition_on(desk.store, made.id, SATURDAY) is None
    assert len(desk.texts()) == 1


async def test_pause_set_while_an_edition_is_planned_lets_nothing_be_posted_or_called_skipped(desk: Desk) -> None:
    made = await desk.digest(catch_up_s=0)
    while_planned(desk, made, lambda digest: replace(digest, is_paused=True))
    with capture_logs() as logs:
        await desk.run(DUE + timedelta(hours=1))
    assert desk.texts() == []
    assert await edition_on(desk.store, made.id, FRIDAY) is None
    assert [entry for entry in logs if entry["event"] in {"edition.skipped", "edition.failed"}] == []


async def test_digest_that_was_edited_while_it_was_planned_is_planned_at_once_as_it_is_now(desk: Desk) -> None:
    made = await desk.digest()
    while_planned(desk, made, lambda digest: replace(digest, name="Renamed"))
    await desk.run(DUE)
    [text] = desk.texts()
    assert "Renamed" in text


async def test_edition_sent_by_hand_while_its_digest_is_edited_is_of_the_digest_as_it_is_now(desk: Desk) -> None:
    made = await desk.digest()
    while_planned(desk, made, lambda digest: replace(digest, name="Renamed"))
    await desk.dispatcher.send_now(made)
    await desk.deliverer.drain()
    [text] = desk.texts()
    assert "Renamed" in text


async def test_edition_sent_by_hand_beside_one_that_is_due_does_not_take_its_place(desk: Desk) -> None:
    made = await desk.digest(also_at=(TimeOfDay(slot=1, at=time(18, 0)),))
    desk.clock.advance((DUE - desk.clock.now()).total_seconds())
    assert (await desk.dispatcher.send_now(made)).slot == 1
    await desk.run(DUE + timedelta(seconds=10))
    morning = await edition_on(desk.store, made.id, FRIDAY)
    assert morning is not None
    assert morning.state is EditionState.DELIVERED
    await desk.run(DUE + timedelta(hours=9))
    assert len(desk.texts()) == 2
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).next_on == SATURDAY
