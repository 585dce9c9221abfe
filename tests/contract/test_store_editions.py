"""Digests, editions and deliveries: claimed by one, made once, settled after the send."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest

from bot.errors import Conflict, NotFound
from bot.models import (
    LOCAL_WORKSPACE,
    ChannelRef,
    Covers,
    DeliveryState,
    Digest,
    Edition,
    EditionState,
    Pick,
    Place,
    Quiet,
    TimeOfDay,
    WorkspaceId,
    message_key,
)
from bot.ports import Payload
from bot.store import Store
from bot.store.editions import EditionPlan, SentStory, Slot
from tests.contract.test_store_plans import asked
from tests.edition_rows import edition_on, parts_of
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, digest, words, workspaces

PAYLOADS = [Payload(body={"text": f"Part {part}. Beware."}, caveat="Beware.") for part in (1, 2)]


def slot(of: Digest) -> Slot:
    assert of.next_on is not None
    assert of.next_due_at is not None
    day = timedelta(days=1)
    return Slot(on=of.next_on, due_at=of.next_due_at, next_on=of.next_on + day, next_due_at=of.next_due_at + day)


async def planned(store: Store, clock: FakeClock) -> tuple[Digest, Edition]:
    await workspaces(store, clock.now())
    made = await store.digests.add(digest(clock.now()))
    plans = [EditionPlan(digest=made, slot=slot(made), payloads=PAYLOADS)]
    return made, (await store.editions.plan(plans, now=clock.now()))[made.id]


async def test_digest_keeps_all_its_fields_and_is_found_by_name_and_id(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    made = await store.digests.add(digest(clock.now()))
    assert made == replace(digest(clock.now()), id=made.id)
    assert await store.digests.find(LOCAL_WORKSPACE, "MORNING") == made
    assert await store.digests.get(LOCAL_WORKSPACE, made.id) == made
    with pytest.raises(Conflict, match="morning"):
        await store.digests.add(digest(clock.now(), name="morning"))
    paused = replace(made, is_paused=True, zone="UTC")
    await store.digests.save(paused)
    assert await store.digests.list(LOCAL_WORKSPACE) == [paused]


async def test_digest_of_another_workspace_is_not_found(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    made = await store.digests.add(digest(clock.now(), workspace=OTHER))
    for attempt in (store.digests.get(LOCAL_WORKSPACE, made.id), store.digests.remove(LOCAL_WORKSPACE, made.id)):
        with pytest.raises(NotFound):
            await attempt
    await store.digests.save(replace(made, workspace_id=LOCAL_WORKSPACE, name="Stolen"))
    assert (await store.digests.get(OTHER, made.id)).name == "Morning"
    await store.digests.remove(OTHER, made.id)
    assert await store.digests.list(OTHER) == []


async def test_due_digest_is_claimed_by_one_and_a_paused_one_by_none(store_url: str, clock: FakeClock) -> None:
    stores = [await Store.open(store_url) for _ in range(3)]
    await workspaces(stores[0], clock.now())
    for number in range(9):
        await stores[0].digests.add(digest(clock.now(), name=f"d{number}"))
    paused = await stores[0].digests.find(LOCAL_WORKSPACE, "d8")
    await stores[0].digests.save(replace(paused, is_paused=True))
    claims = await asyncio.gather(
        *(one.digests.claim_due(clock.now(), limit=3, lease_s=60, platforms=["console"]) for one in stores)
    )
    ids = [claimed.id for claim in claims for claimed in claim]
    assert len(ids) == len(set(ids)) == 8
    again = partial(stores[1].digests.claim_due, limit=9, lease_s=60)
    assert await again(clock.advance(30), platforms=["console"]) == []
    assert await again(clock.advance(31), platforms=["discord"]) == []
    assert len(await again(clock.now(), platforms=["discord", "console"])) == 8
    assert await stores[0].digests.unserved(clock.now(), platforms=["discord"]) == {"console": 8}
    assert await stores[0].digests.unserved(clock.now(), platforms=["console"]) == {}
    assert await stores[0].digests.next_due_at() == paused.next_due_at
    for one in stores:
        await one.close()


async def test_date_has_one_edition_whoever_plans_it(store: Store, clock: FakeClock) -> None:
    made, edition = await planned(store, clock)
    again = EditionPlan(digest=made, slot=slot(made), payloads=PAYLOADS)
    skipped = EditionPlan(digest=made, slot=slot(made), reason="late", is_skipped=True)
    for plan in (again, skipped):
        assert await store.editions.plan([plan], now=clock.now()) == {}
    assert await store.editions.plan([], now=clock.now()) == {}
    assert await edition_on(store, made.id, edition.on) == edition
    assert (await store.digests.get(LOCAL_WORKSPACE, made.id)).next_due_at == clock.now() + timedelta(days=1)
    assert len(await parts_of(store, edition.id)) == 2


async def test_digest_that_was_changed_since_it_was_read_is_not_planned(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    changed, gone, other = [await store.digests.add(digest(clock.now(), name=name)) for name in ("a", "b", "c")]
    wish = replace(changed, next_due_at=clock.now() + timedelta(hours=11))
    await store.digests.save(wish)
    await store.digests.remove(LOCAL_WORKSPACE, gone.id)
    # That its channel cannot be posted to is no change of it.
    await store.digests.set_trouble(other.id, other.channel, "no right", clock.now())
    plans = [EditionPlan(digest=one, slot=slot(one), payloads=PAYLOADS) for one in (changed, gone, other)]
    assert list(await store.editions.plan(plans, now=clock.now())) == [other.id]
    assert await store.digests.get(LOCAL_WORKSPACE, changed.id) == wish
    assert [edition.digest_id for edition in await store.editions.recent(LOCAL_WORKSPACE, limit=5)] == [other.id]


async def test_edition_that_nobody_began_to_send_is_taken_back(store: Store, clock: FakeClock) -> None:
    made, edition = await planned(store, clock)
    soon, later = clock.now(), clock.now() + timedelta(seconds=1)
    assert await store.editions.take_back(soon) == 0
    assert await store.editions.take_back(later) == 1
    assert await edition_on(store, made.id, edition.on) is None
    due = await store.digests.get(LOCAL_WORKSPACE, made.id)
    assert (due.next_on, due.next_due_at) == (edition.on, edition.due_at)
    assert await claim(store, clock) == []


async def test_many_editions_are_taken_back_some_at_a_time(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time by as many statements as for one, and who wants to write comes in between."""
    for module in ("editions", "unmaking"):
        monkeypatch.setattr(f"bot.store.{module}.BATCH", 3)
    now = clock.now()
    await workspaces(store, now)
    made = [await store.digests.add(digest(now, name=f"d{number}")) for number in range(3)]
    runs = [replace(slot(one), slot=run, due_at=now + timedelta(hours=run)) for one in made for run in (2, 0, 1)]
    plans = [EditionPlan(digest=made[n // 3], slot=run, payloads=PAYLOADS) for n, run in enumerate(runs)]
    for plan in plans:
        read = await store.digests.get(LOCAL_WORKSPACE, plan.digest.id)
        await store.editions.plan([replace(plan, digest=read)], now=now)
    with asked(store) as statements:
        assert await store.editions.take_back(now + timedelta(seconds=1)) == 9
    changes = [said.split()[0] for said, _ in statements if said.startswith(("UPDATE", "DELETE"))]
    assert changes == ["UPDATE", "DELETE"] * 3
    for one in await store.digests.list(LOCAL_WORKSPACE):
        assert (one.next_due_at, one.next_slot) == (now, 0)
        assert await store.editions.since(one.id, now.date()) == {}


async def test_edition_that_was_begun_or_whose_digest_is_paused_is_not_taken_back(
    store: Store, clock: FakeClock
) -> None:
    made, edition = await planned(store, clock)
    await store.digests.save(replace(await store.digests.get(LOCAL_WORKSPACE, made.id), is_paused=True))
    assert await store.editions.take_back(clock.now() + timedelta(seconds=1)) == 0
    await store.digests.save(replace(await store.digests.get(LOCAL_WORKSPACE, made.id), is_paused=False))
    [first] = await claim(store, clock)
    assert await store.editions.take_back(clock.now() + timedelta(seconds=1)) == 0
    # Nor when it waits again as one that surely was not sent: its tries are counted.
    await store.deliveries.settle_retry(first, owner="me", error="slow down", next_try_at=clock.now())
    assert await store.editions.take_back(clock.now() + timedelta(seconds=1)) == 0
    assert await edition_on(store, made.id, edition.on) == edition


async def test_skipped_edition_says_why(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    made = await store.digests.add(digest(clock.now()))
    skipped = EditionPlan(digest=made, slot=slot(made), reason="9 hours late", is_skipped=True)
    await store.editions.plan([skipped], now=clock.now())
    [edition] = await store.editions.recent(LOCAL_WORKSPACE, limit=5)
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, "9 hours late")
    assert await store.editions.recent(OTHER, limit=5) == []


async def test_channel_remembers_what_it_was_told(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    made = await store.digests.add(digest(clock.now()))
    told = await brief(store, clock.now(), 1, words("Told"))
    picks = [Pick(brief=told, why="new")]
    plan = EditionPlan(digest=made, slot=slot(made), picks=picks, payloads=PAYLOADS)
    assert (await store.editions.plan([plan], now=clock.now()))[made.id].story_count == 1
    long_ago = clock.now() - timedelta(days=1)
    here, elsewhere = (LOCAL_WORKSPACE, made.channel), (OTHER, made.channel)
    assert await store.editions.sent([here, elsewhere], since=long_ago) == {
        here: {told.story_id: SentStory(brief_version=1, written_at=told.updated_at, told=((told.id, 1),))},
        elsewhere: {},
    }
    [first] = await claim(store, clock)
    await store.deliveries.settle_failed(first, owner="me", error="channel gone", now=clock.now())
    assert await store.editions.sent([here], since=long_ago) == {here: {}}


async def claim(store: Store, clock: FakeClock, owner: str = "me", platform: str = "console") -> list[int]:
    claimed = await store.deliveries.claim(clock.now(), limit=9, lease_s=60, owner=owner, platforms=[platform])
    return [delivery.id for delivery in claimed]


async def test_parts_go_out_in_order_and_the_last_delivers_the_edition(store: Store, clock: FakeClock) -> None:
    _, edition = await planned(store, clock)
    assert await claim(store, clock, platform="discord") == []
    assert await store.deliveries.claim(clock.now(), limit=9, lease_s=60, owner="me", platforms=[]) == []
    [first] = await claim(store, clock)
    assert await claim(store, clock) == []
    assert await store.deliveries.settle_sent({first: "m1"}, owner="me", now=clock.now()) == {first}
    assert not await store.deliveries.settle_sent({first: "m1"}, owner="me", now=clock.now())
    [second] = await claim(store, clock)
    await store.deliveries.settle_sent({first: "m3", second: "m2"}, owner="me", now=clock.now())
    parts = await parts_of(store, edition.id)
    assert [(part.part, part.state, part.message_ref) for part in parts] == [
        (1, DeliveryState.SENT, "m1"),
        (2, DeliveryState.SENT, "m2"),
    ]
    [delivered] = await store.editions.recent(LOCAL_WORKSPACE, limit=1)
    assert delivered.state is EditionState.DELIVERED


async def test_lost_lease_is_taken_over_and_only_a_send_still_counts(store: Store, clock: FakeClock) -> None:
    await planned(store, clock)
    [first] = await claim(store, clock, "one")
    clock.advance(61)
    assert await claim(store, clock, "two") == [first]
    retry = {"owner": "one", "error": "x", "next_try_at": clock.now()}
    assert not await store.deliveries.settle_retry(first, **retry)  # type: ignore[arg-type]
    assert not await store.deliveries.settle_failed(first, owner="one", error="x", now=clock.now())
    assert await store.deliveries.settle_sent({first: "m"}, owner="one", now=clock.now())


async def test_retry_waits_and_counts_its_attempts(store: Store, clock: FakeClock) -> None:
    _, edition = await planned(store, clock)
    [first] = await claim(store, clock)
    later = clock.now() + timedelta(seconds=30)
    assert await store.deliveries.settle_retry(first, owner="me", error="slow down", next_try_at=later)
    assert await claim(store, clock) == []
    clock.advance(31)
    assert await claim(store, clock) == [first]
    [part, _] = await parts_of(store, edition.id)
    assert (part.attempts, part.error, part.key) == (2, "slow down", message_key(first, edition.created_at))
    assert len(message_key(10**10, clock.now())) <= 25
    assert message_key(first, clock.now()) != part.key


async def test_what_is_put_back_waits_and_was_never_tried(store: Store, clock: FakeClock) -> None:
    _, edition = await planned(store, clock)
    [first] = await claim(store, clock)
    later = clock.now() + timedelta(seconds=30)
    await store.deliveries.put_back({first: ("a stranger's", later, False)}, owner="stranger")
    await store.deliveries.put_back({first: ("others first", later, False)}, owner="me")
    assert await claim(store, clock) == []
    assert await store.deliveries.waiting(LOCAL_WORKSPACE) == {"others first": 1}
    clock.advance(31)
    asked = {"limit": 9, "lease_s": 60, "owner": "me", "platforms": ["console"]}
    resting = await store.deliveries.claim(clock.now(), resting=[LOCAL_WORKSPACE], **asked)  # type: ignore[arg-type]
    assert resting == []
    assert await claim(store, clock) == [first]
    [part, _] = await parts_of(store, edition.id)
    assert part.attempts == 1


@pytest.mark.parametrize("is_unsure", [False, True])
async def test_what_is_put_back_is_as_sure_as_it_was(store: Store, clock: FakeClock, is_unsure: bool) -> None:
    await planned(store, clock)
    [first] = await claim(store, clock)
    retry = {"owner": "me", "error": "x", "next_try_at": clock.now(), "is_unsure": is_unsure}
    assert await store.deliveries.settle_retry(first, **retry)  # type: ignore[arg-type]
    asked = {"limit": 9, "lease_s": 60, "owner": "me", "platforms": ["console"]}
    for _ in range(2):
        [again] = await store.deliveries.claim(clock.now(), **asked)  # type: ignore[arg-type]
        assert again.is_unsure is is_unsure
        back = {first: ("others first", clock.now(), again.is_unsure)}
        await store.deliveries.put_back(back, owner="me")


async def test_failure_gives_up_the_rest_and_says_why(store: Store, clock: FakeClock) -> None:
    _, edition = await planned(store, clock)
    [first] = await claim(store, clock)
    assert await store.deliveries.settle_failed(first, owner="me", error="channel gone", now=clock.now())
    assert [part.state for part in await parts_of(store, edition.id)] == [DeliveryState.FAILED] * 2
    [failed] = await store.editions.recent(LOCAL_WORKSPACE, limit=1)
    assert (failed.state, failed.reason) == (EditionState.FAILED, "channel gone")


async def test_edition_of_which_nothing_was_sent_moves_to_another_channel_under_its_lease(
    store: Store, clock: FakeClock
) -> None:
    _, edition = await planned(store, clock)
    [first] = await claim(store, clock)
    elsewhere = ChannelRef("console:elsewhere")
    assert not await store.deliveries.move(first, elsewhere, owner="stranger")
    assert await store.deliveries.move(first, elsewhere, owner="me")
    parts = await parts_of(store, edition.id)
    assert [part.channel for part in parts] == [elsewhere] * 2
    assert parts[0].home != elsewhere
    assert await claim(store, clock) == []


@pytest.mark.parametrize("in_save", [True, False])
async def test_what_waits_is_skipped_by_a_pause_and_what_is_on_its_way_is_not(
    store: Store, clock: FakeClock, in_save: bool
) -> None:
    made, edition = await planned(store, clock)
    [first] = await claim(store, clock)
    paused = replace(await store.digests.get(LOCAL_WORKSPACE, made.id), is_paused=True)
    assert await store.digests.save(paused, is_pause=True) == 0
    assert await store.deliveries.settle_retry(first, owner="me", error="x", next_try_at=clock.now())
    assert await store.digests.save(replace(paused, workspace_id=OTHER), is_pause=True) == 0
    assert await store.digests.skip_paused(made.id + 9) == 0
    for pause in ({"is_paused": False}, {"is_paused": False, "paused_until": edition.on}):
        assert await store.digests.save(replace(paused, **pause)) == 0
        assert await store.digests.skip_paused(made.id) == 0
    assert await store.digests.save(paused) == 0
    if in_save:
        assert await store.digests.save(paused, is_pause=True) == 1
    assert await store.digests.skip_paused(made.id) == (not in_save)
    assert await claim(store, clock) == []
    [skipped] = await store.editions.recent(LOCAL_WORKSPACE, limit=1)
    assert (skipped.id, skipped.state, skipped.reason) == (edition.id, EditionState.SKIPPED, "the digest was paused")


async def test_what_waits_is_due_at_once_when_it_is_woken(store: Store, clock: FakeClock) -> None:
    await planned(store, clock)
    [first] = await claim(store, clock)
    later = clock.now() + timedelta(seconds=900)
    assert await store.deliveries.settle_retry(first, owner="me", error="no right", next_try_at=later)
    assert await store.deliveries.waiting(LOCAL_WORKSPACE) == {"no right": 1}
    assert await store.deliveries.waiting(WorkspaceId("console:other")) == {}
    assert await store.deliveries.wake(WorkspaceId("console:other"), clock.now()) == 0
    assert await store.deliveries.wake(LOCAL_WORKSPACE, clock.now()) == 1
    assert await claim(store, clock) == [first]


async def test_trouble_of_a_digest_is_new_once_until_it_ends(store: Store, clock: FakeClock) -> None:
    digest, _ = await planned(store, clock)
    assert not await store.digests.set_trouble(digest.id, ChannelRef("console:before"), "no right", clock.now())
    assert await store.digests.set_trouble(digest.id, digest.channel, "no right", clock.now())
    since = clock.now()
    assert not await store.digests.set_trouble(digest.id, digest.channel, "deleted", clock.advance(60))
    troubled = await store.digests.get(LOCAL_WORKSPACE, digest.id)
    assert (troubled.trouble, troubled.trouble_since) == ("deleted", since)
    await store.digests.end_trouble(digest.id)
    assert (await store.digests.get(LOCAL_WORKSPACE, digest.id)).trouble == ""
    assert await store.digests.set_trouble(digest.id, digest.channel, "no right", clock.now())


async def test_digest_of_a_workspace_that_was_left_is_not_due(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    made = await store.digests.add(digest(clock.now()))
    clock.advance(2 * 86400)
    await store.workspaces.absent(LOCAL_WORKSPACE, now=clock.now())
    assert await store.digests.claim_due(clock.now(), limit=9, lease_s=1, platforms=["console"]) == []
    await store.workspaces.present(LOCAL_WORKSPACE, name="", now=clock.now())
    assert [d.id for d in await store.digests.claim_due(clock.now(), limit=9, lease_s=1, platforms=["console"])] == [
        made.id
    ]


async def test_date_has_one_edition_for_each_slot(store: Store, clock: FakeClock) -> None:
    made, edition = await planned(store, clock)
    evening = replace(slot(made), slot=1, due_at=slot(made).due_at + timedelta(hours=10), next_slot=1)
    moved = await store.digests.get(LOCAL_WORKSPACE, made.id)
    plans = [EditionPlan(digest=moved, slot=evening, payloads=PAYLOADS), EditionPlan(digest=moved, slot=slot(made))]
    second = (await store.editions.plan(plans, now=clock.now()))[made.id]
    assert (second.on, second.slot) == (edition.on, 1)
    assert await edition_on(store, made.id, edition.on, 1) == second
    assert await store.editions.since(made.id, edition.on) == {(edition.on, 0): edition, (edition.on, 1): second}
    await store.editions.take_back(clock.now() + timedelta(minutes=1))
    due = await store.digests.get(LOCAL_WORKSPACE, made.id)
    assert (due.next_on, due.next_slot, due.next_due_at) == (edition.on, 0, edition.due_at)


async def test_digest_keeps_what_an_admin_chose(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    chosen = replace(
        digest(clock.now()),
        slot=2,
        also_at=(TimeOfDay(slot=0, at=time(18, 0)),),
        caps=((3, 2),),
        covers=Covers.WEEK,
        repeats=True,
        quiet=Quiet.BEST,
        language="ko",
        place=Place.THREAD,
        ping="",
        paused_until=clock.now().date(),
        next_slot=2,
    )
    made = await store.digests.add(chosen)
    assert await store.digests.get(LOCAL_WORKSPACE, made.id) == replace(chosen, id=made.id)


async def test_planned_edition_of_a_digest_that_was_paused_until_later_is_not_taken_back(
    store: Store, clock: FakeClock
) -> None:
    made, edition = await planned(store, clock)
    resting = await store.digests.get(LOCAL_WORKSPACE, made.id)
    await store.digests.save(replace(resting, paused_until=edition.on + timedelta(days=3)))
    assert await store.editions.take_back(clock.now() + timedelta(minutes=1)) == 0
