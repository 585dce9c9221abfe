"""Messages: sent once through whatever happens, or given up with a reason that somebody reads."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from bot.delivery.deliver import Deliverer
from bot.models import LOCAL_WORKSPACE, ChannelRef, Delivery, DeliveryState, EditionState
from bot.ports import CaveatMissing, Gone, Outgoing, Payload, Rejected, Retry, SendResult
from tests.desk import DAY, HANGS, TODAY, Desk
from tests.edition_rows import edition_on, parts_of
from tests.waiting import until


async def test_lost_answer_is_looked_for_before_it_is_sent_again(desk: Desk) -> None:
    await desk.digest()
    desk.adapter.line = [Retry(reason="lost", is_unknown=True), RuntimeError("a defect"), Retry(reason="503")]
    await desk.run(TODAY + DAY)
    for _ in range(8):
        desk.clock.advance(120)
        await desk.deliverer.drain()
    keys = [message["key"] for message in desk.adapter.messages()]
    assert len(keys) == len(set(keys)) == 2


async def test_message_is_not_sent_again_while_nobody_can_look_for_it(desk: Desk) -> None:
    await desk.digest()
    desk.adapter.line = [Retry(reason="lost", is_unknown=True)]
    await desk.run(TODAY + DAY)
    desk.adapter.is_blind = True
    for _ in range(3):
        desk.clock.advance(1000)
        await desk.deliverer.drain()
        assert desk.adapter.messages() == []
    desk.adapter.is_blind = False
    desk.clock.advance(1200)
    await desk.deliverer.drain()
    assert len(desk.adapter.messages()) == 2


@pytest.mark.parametrize("answer", [Retry(reason="not connected"), Gone(reason="no right to post")])
async def test_message_that_was_surely_not_sent_is_sent_although_nobody_can_look(
    desk: Desk, answer: SendResult
) -> None:
    await desk.digest()
    desk.adapter.line, desk.adapter.is_blind = [answer], True
    await desk.run(TODAY + DAY)
    desk.clock.advance(1200)
    await desk.deliverer.drain()
    assert len(desk.adapter.messages()) == 2


async def test_message_that_was_surely_not_sent_and_then_waits_its_turn_is_sent_without_a_look(desk: Desk) -> None:
    await desk.digest()
    full = Retry(reason="others wait too", after_s=0.01, is_queued=True)
    desk.adapter.line, desk.adapter.is_blind = [Retry(reason="not connected"), full], True
    await desk.run(TODAY + DAY)
    for _ in range(2):
        desk.clock.advance(120)
        await desk.deliverer.drain()
        await asyncio.sleep(0.05)
    assert len(desk.adapter.messages()) == 2


async def test_message_that_was_not_there_and_then_surely_not_sent_is_sent_without_a_look(desk: Desk) -> None:
    await desk.digest()
    desk.adapter.line = [Retry(reason="lost", is_unknown=True), Retry(reason="not connected")]
    await desk.run(TODAY + DAY)
    desk.clock.advance(120)
    await desk.deliverer.drain()
    desk.adapter.is_blind = True
    desk.clock.advance(120)
    await desk.deliverer.drain()
    assert len(desk.adapter.messages()) == 2


async def test_message_that_the_platform_refuses_fails_its_edition_with_the_reason(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [answer := Rejected(reason="too long")]
    await desk.run(TODAY + DAY)
    edition = await edition_on(desk.store, made.id, date(2026, 1, 16))
    assert edition is not None
    assert edition.state is EditionState.FAILED
    assert edition.reason == answer.reason
    assert desk.adapter.messages() == []


async def test_channel_that_is_gone_is_told_once_and_tried_until_it_is_back(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [Gone(reason="Briefbot may not post there")] * 3
    await desk.run(TODAY + DAY)
    for _ in range(2):
        desk.clock.advance(1000)
        await desk.deliverer.drain()
    assert len(desk.adapter.told) == 1
    assert "Briefbot may not post there" in desk.adapter.told[0][1]
    troubled = await desk.store.digests.get(made.workspace_id, made.id)
    assert (troubled.trouble, troubled.trouble_since) == ("Briefbot may not post there", TODAY + DAY)
    assert await desk.store.deliveries.wake(made.workspace_id, desk.clock.now()) == 1
    await desk.deliverer.drain()
    assert len(desk.adapter.messages()) == 2
    mended = await desk.store.digests.get(made.workspace_id, made.id)
    assert (mended.trouble, mended.trouble_since) == ("", None)


async def test_channel_that_stays_gone_fails_its_edition_at_last_and_is_not_asked_in_a_storm(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [Gone(reason="the channel was deleted")] * 99
    await desk.run(TODAY + DAY)
    for _ in range(7 * 60):
        desk.clock.advance(60)
        await desk.deliverer.drain()
    edition = await edition_on(desk.store, made.id, date(2026, 1, 16))
    assert edition is not None
    assert (edition.state, edition.reason) == (EditionState.FAILED, "the channel was deleted")
    assert 99 - len(desk.adapter.line) <= 26
    assert desk.adapter.messages() == []


async def test_message_may_be_late_only_within_its_catch_up(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [Retry(reason="503")] * 60
    await desk.run(TODAY + DAY)
    with capture_logs() as logs:
        for _ in range(14):
            desk.clock.advance(1800)
            await desk.deliverer.drain()
    assert [entry["log_level"] for entry in logs if entry["event"] == "delivery.failed"] == ["warning"]
    edition = await edition_on(desk.store, made.id, date(2026, 1, 16))
    assert edition is not None
    assert edition.state is EditionState.FAILED
    assert edition.reason == "503; tries: 13"
    assert desk.adapter.messages() == []


async def test_message_that_was_posted_is_no_failure_however_late_that_is_learnt(desk: Desk) -> None:
    made = await desk.digest()
    await desk.plan(TODAY + DAY)
    [first, _] = await claimed_parts(desk)
    payload = Payload(body={"text": "1/2"}, caveat="")
    await desk.adapter.send(Outgoing(channel=first.channel, payload=payload, key=first.key, since=first.planned_at))
    await desk.run(TODAY + DAY + timedelta(hours=7))
    edition = await edition_on(desk.store, made.id, date(2026, 1, 16))
    assert edition is not None
    parts = await parts_of(desk.store, edition.id)
    assert [part.state for part in parts] == [DeliveryState.SENT, DeliveryState.FAILED]
    assert "7 hours late" in edition.reason


async def claimed_parts(desk: Desk) -> list[Delivery]:
    """The parts of today's edition, the first one claimed by a process that then died."""
    claimed = await desk.store.deliveries.claim(
        desk.clock.now(), limit=9, lease_s=60, owner="dead", platforms=["console"]
    )
    assert len(claimed) == 1
    return await parts_of(desk.store, claimed[0].edition_id)


async def test_slow_channel_holds_up_only_itself(desk: Desk) -> None:
    await desk.digest(name="Slow", channel=HANGS)
    await desk.digest(name="Quick")
    await desk.plan(TODAY + DAY)
    draining = asyncio.create_task(desk.deliverer.drain())
    await desk.adapter.hanging.wait()
    # The second part is claimed while the slow one hangs.
    await until(lambda: len(desk.adapter.messages()) >= 2)
    assert not draining.done()
    desk.adapter.gate.set()
    await draining
    assert len(desk.adapter.messages()) == 4


async def test_workspace_whose_turn_is_far_away_is_left_alone_until_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.deliver.AT_ONCE", 1)
    for number in range(3):
        await desk.digest(name=f"d{number}")
    others = Retry(reason="others wait too", after_s=0.5, is_queued=True)
    desk.adapter.line = [others, Rejected(reason="asked before its turn")]
    await desk.run(TODAY + DAY)
    desk.clock.advance(60)
    await desk.deliverer.drain()
    assert await desk.store.deliveries.waiting(LOCAL_WORKSPACE) == {"others wait too": 1}
    assert len(desk.adapter.line) == 1
    await asyncio.sleep(0.5)
    # Nothing of it was sent: whoever looks for it asks the platform in vain.
    desk.adapter.line, desk.adapter.is_blind = [], True
    await desk.deliverer.drain()
    assert len(desk.texts()) == 3


async def test_stop_finishes_what_is_being_sent_and_begins_nothing(desk: Desk) -> None:
    made = await desk.digest(channel=HANGS)
    await desk.plan(TODAY + DAY)
    stop = asyncio.Event()
    draining = asyncio.create_task(desk.deliverer.drain(stop))
    await desk.adapter.hanging.wait()
    stop.set()
    desk.adapter.gate.set()
    await draining
    assert await states(desk, made.id) == [DeliveryState.SENT, DeliveryState.PENDING]


async def test_cancelled_deliverer_settles_what_it_was_sending(desk: Desk) -> None:
    made = await desk.digest(channel=HANGS)
    await desk.plan(TODAY + DAY)
    draining = asyncio.create_task(desk.deliverer.drain())
    await desk.adapter.hanging.wait()
    draining.cancel()
    await asyncio.sleep(0)
    desk.adapter.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await draining
    assert await states(desk, made.id) == [DeliveryState.SENT, DeliveryState.PENDING]


async def states(desk: Desk, digest_id: int) -> list[DeliveryState]:
    edition = await edition_on(desk.store, digest_id, date(2026, 1, 16))
    assert edition is not None
    return [part.state for part in await parts_of(desk.store, edition.id)]


async def test_two_processes_send_each_message_once(desk: Desk) -> None:
    for number in range(20):
        await desk.digest(name=f"d{number}")
    await desk.plan(TODAY + DAY)
    other = Deliverer(desk.store, {"console": desk.adapter}, desk.clock, owner="other")
    await asyncio.gather(desk.deliverer.drain(), other.drain())
    keys = [message["key"] for message in desk.adapter.messages()]
    assert len(keys) == len(set(keys)) == 40


async def test_adapter_that_fails_to_look_is_asked_again_and_nothing_is_posted_blind(desk: Desk) -> None:
    await desk.digest()
    desk.adapter.line = [Retry(reason="lost", is_unknown=True)]
    desk.adapter.looks = [RuntimeError("a defect"), TimeoutError()]
    await desk.run(TODAY + DAY)
    for _ in range(2):
        desk.clock.advance(120)
        await desk.deliverer.drain()
        assert desk.adapter.messages() == []
    desk.clock.advance(120)
    await desk.deliverer.drain()
    assert len(desk.adapter.messages()) == 2


async def test_message_without_its_caveat_is_stopped_and_told_loudly(desk: Desk) -> None:
    made = await desk.digest()
    desk.adapter.line = [CaveatMissing("a message without its caveat was stopped")]
    with capture_logs() as logs:
        await desk.run(TODAY + DAY)
    assert "critical" in [entry["log_level"] for entry in logs]
    edition = await edition_on(desk.store, made.id, date(2026, 1, 16))
    assert edition is not None
    assert edition.state is EditionState.FAILED
    assert "caveat" in edition.reason


async def test_long_fan_out_comes_up_for_air_and_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        await desk.digest(name=f"Digest {number}", channel=ChannelRef(f"console:{number}"))
    await desk.plan(TODAY + DAY)
    monkeypatch.setattr("bot.delivery.deliver.STRETCH_S", -1.0)
    posted = []
    for _ in range(2):
        await desk.deliverer.drain()
        posted.append(len(desk.adapter.messages()))
    assert posted == [40, 80]  # the first part of each, then the second
