"""A digest that a manager changes while its edition is planned, waits or is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from structlog.testing import capture_logs

from bot.briefs.model.view import ModelView
from bot.commands.invoke import Commands, Invocation, Person
from bot.digests.runs import rescheduled, retimed
from bot.documents.text import plain_text
from bot.models import LOCAL_WORKSPACE, ChannelRef, DeliveryState, Digest, EditionState, TimeOfDay
from bot.ports import Gone, Outgoing, Retry, SendResult
from tests.desk import DAY, TODAY, Desk
from tests.edition_rows import edition_on, parts_of

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


QUEUED = Retry(reason="others wait too", after_s=0.01, is_queued=True)
OLD, NEW = ChannelRef("console:old"), ChannelRef("console:new")


async def ask(desk: Desk, line: str) -> str:
    commands = Commands(
        desk.store,
        None,
        desk.dispatcher,
        desk.clock,
        ModelView(desk.store, None),
        frozenset(),
    )
    manager = Person(id="u", name="M", is_manager=True)
    asked = Invocation(workspace_id=LOCAL_WORKSPACE, person=manager, channel=ChannelRef("console:news"))
    return plain_text((await commands.run(f"/brief-admin {line}", asked)).document)


def delete_channel(desk: Desk, channel: ChannelRef) -> None:
    """Nothing can be posted there from now on."""
    real = desk.adapter.send

    async def send(message: Outgoing) -> SendResult:
        return Gone(reason="the channel was deleted") if message.channel == channel else await real(message)

    desk.adapter.send = send  # type: ignore[method-assign]


async def test_edition_that_waits_for_a_deleted_channel_goes_to_the_one_a_manager_chooses(desk: Desk) -> None:
    made = await desk.digest(channel=OLD)
    delete_channel(desk, OLD)
    await desk.run(DUE)
    await ask(desk, "digest edit digest:Morning channel:#new")
    desk.clock.advance(10)
    await desk.deliverer.drain()
    assert [message["channel"] for message in desk.adapter.messages()] == [NEW, NEW]
    edition = await edition_on(desk.store, made.id, FRIDAY)
    assert edition is not None
    assert edition.state is EditionState.DELIVERED
    assert [part.channel for part in await parts_of(desk.store, edition.id)] == [NEW, NEW]
    places = [(LOCAL_WORKSPACE, OLD), (LOCAL_WORKSPACE, NEW)]
    told = await desk.store.editions.sent(places, since=TODAY)
    assert told[LOCAL_WORKSPACE, OLD] == {}
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).trouble == ""
    assert len(desk.adapter.told) == 1


async def test_channel_chosen_while_a_message_is_on_its_way_to_the_old_one_has_no_trouble_of_that(desk: Desk) -> None:
    made = await desk.digest(channel=OLD)
    await desk.plan(DUE)
    real = desk.adapter.send

    async def send(message: Outgoing) -> SendResult:
        desk.adapter.send = real  # type: ignore[method-assign]
        await ask(desk, "digest edit digest:Morning channel:#new")
        return Gone(reason="the channel was deleted")

    desk.adapter.send = send  # type: ignore[method-assign]
    await desk.deliverer.drain()
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).trouble == ""
    assert desk.adapter.told == []
    desk.clock.advance(1200)
    await desk.deliverer.drain()
    assert [message["channel"] for message in desk.adapter.messages()] == [NEW, NEW]


async def test_message_that_may_stand_in_the_old_channel_is_looked_for_there(desk: Desk) -> None:
    made = await desk.digest(channel=OLD)
    desk.adapter.line = [Retry(reason="lost", is_unknown=True)]
    await desk.run(DUE)
    looked: list[ChannelRef] = []
    real = desk.adapter.find

    async def find(message: Outgoing) -> str | None:
        looked.append(message.channel)
        return await real(message)

    desk.adapter.find = find  # type: ignore[method-assign]
    await ask(desk, "digest edit digest:Morning channel:#new")
    desk.clock.advance(120)
    await desk.deliverer.drain()
    assert looked == [OLD]
    assert [message["channel"] for message in desk.adapter.messages()] == [NEW, NEW]
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).channel == NEW


async def test_rest_of_an_edition_goes_where_it_was_begun(desk: Desk) -> None:
    await desk.digest(channel=OLD)
    await desk.plan(DUE)
    [first] = await desk.store.deliveries.claim(
        desk.clock.now(), limit=9, lease_s=60, owner="me", platforms=["console"]
    )
    await desk.store.deliveries.settle_sent({first.id: "1"}, owner="me", now=desk.clock.now())
    await ask(desk, "digest edit digest:Morning channel:#new")
    await desk.deliverer.drain()
    assert [message["channel"] for message in desk.adapter.messages()] == [OLD]


async def test_edition_that_waits_is_skipped_with_the_reason_when_its_digest_is_paused(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [Gone(reason="no right to post")]
    await desk.run(DUE)
    with capture_logs() as logs:
        assert "An edition that waited to be posted is skipped." in await ask(desk, "digest pause digest:Morning")
    assert [entry["log_level"] for entry in logs if entry["event"] == "editions.skipped"] == ["warning"]
    desk.clock.advance(3600)
    await desk.dispatcher.drain()
    await desk.deliverer.drain()
    assert desk.adapter.messages() == []
    edition = await edition_on(desk.store, made.id, FRIDAY)
    assert edition is not None
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, "the digest was paused")
    assert {part.state for part in await parts_of(desk.store, edition.id)} == {DeliveryState.FAILED}
    assert "skipped: the digest was paused" in await ask(desk, "status")


async def test_pause_until_a_date_skips_what_waits_and_leaves_what_is_of_that_date(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [Retry(reason="503")]
    await desk.run(DUE)
    await desk.store.digests.save(replace(made, paused_until=FRIDAY), is_pause=True)
    waiting = await edition_on(desk.store, made.id, FRIDAY)
    assert waiting is not None
    assert waiting.state is EditionState.PLANNED
    await ask(desk, "digest pause digest:Morning until:2026-01-20")
    desk.clock.advance(3600)
    await desk.deliverer.drain()
    assert desk.adapter.messages() == []


@pytest.mark.parametrize("until", ["", " until:2026-01-20"])
@pytest.mark.parametrize("answer", [Retry(reason="503"), Gone(reason="no right to post"), QUEUED])
async def test_message_that_is_refused_while_its_digest_is_paused_is_not_tried_again(
    desk: Desk, answer: SendResult, until: str
) -> None:
    made = await desk.digest()
    await desk.plan(DUE)
    real = desk.adapter.send

    async def send(message: Outgoing) -> SendResult:
        desk.adapter.send = real  # type: ignore[method-assign]
        await ask(desk, f"digest pause digest:Morning{until}")
        return answer

    desk.adapter.send = send  # type: ignore[method-assign]
    for _ in range(2):
        await desk.deliverer.drain()
        await asyncio.sleep(0.02)
        desk.clock.advance(1200)
    assert desk.adapter.messages() == []
    edition = await edition_on(desk.store, made.id, FRIDAY)
    assert edition is not None
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, "the digest was paused")


async def test_edition_sent_by_hand_of_a_paused_digest_is_posted(desk: Desk) -> None:
    await desk.digest()
    assert "is skipped" not in await ask(desk, "digest pause digest:Morning")
    await ask(desk, "digest send digest:Morning")
    await ask(desk, "digest edit digest:Morning stories:3")
    desk.adapter.line = [Retry(reason="503")]
    await desk.deliverer.drain()
    assert desk.texts() == []
    desk.clock.advance(120)
    await desk.deliverer.drain()
    assert len(desk.texts()) == 1
