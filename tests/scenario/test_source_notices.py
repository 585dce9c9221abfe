"""Sources that fail for long: who is told, when they are switched off, and how they come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.notify import Notifier
from bot.documents.nodes import Document
from bot.ingest.timing import Verdict, verdict
from bot.models import LOCAL_WORKSPACE, ChannelRef, Polled, Source, WorkspaceId
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import OTHER, Office
from tests.recorder import RecordingAdapter

T0 = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def source(*, failing_h: float = 0, warned_h: float | None = None) -> Source:
    return Source(
        id=1,
        url="https://a.example/feed",
        failing_since=T0 - timedelta(hours=failing_h),
        warned_at=None if warned_h is None else T0 - timedelta(hours=warned_h),
        created_at=T0,
    )


@pytest.mark.parametrize(
    ("known", "is_gone", "found"),
    [
        (source(failing_h=24 * 7 - 1), False, Verdict.POLL),
        (source(failing_h=24 * 7), False, Verdict.WARN),
        (source(failing_h=24 * 30), False, Verdict.WARN),
        (source(failing_h=24 * 14, warned_h=24 * 7 - 1), False, Verdict.POLL),
        (source(failing_h=24 * 14, warned_h=24 * 7), False, Verdict.SWITCH_OFF),
        (source(failing_h=23), True, Verdict.POLL),
        (source(failing_h=24), True, Verdict.WARN),
        (source(failing_h=48, warned_h=24), True, Verdict.SWITCH_OFF),
    ],
)
def test_source_is_told_of_before_it_is_switched_off(known: Source, is_gone: bool, found: Verdict) -> None:
    assert verdict(known, now=T0, is_gone=is_gone, patience=WEEK) is found


async def fail(store: Store, ids: Sequence[int], now: datetime, *, is_long: bool = False, is_off: bool = False) -> None:
    for id_ in ids:
        next_poll_at = None if is_off else now + timedelta(hours=1)
        await store.sources.settle(
            Polled(
                source_id=id_,
                polled_at=now,
                next_poll_at=next_poll_at,
                interval_s=900,
                is_long=is_long,
                error="its server refuses us (HTTP 403)",
            )
        )


async def test_each_workspace_is_told_once_for_each_step(store: Store, tmp_path: Path) -> None:
    clock = FakeClock(T0)
    office, adapter = Office(store, clock), RecordingAdapter(tmp_path / "sent")
    first = await office.follow("https://first.example/feed", title="First *News*")
    second = await office.follow("https://second.example/feed", title="Second News")
    assert await office.follow("https://first.example/feed", workspace=OTHER) == first

    async def told() -> list[tuple[WorkspaceId, str]]:
        # Made anew each time, as after a restart.
        adapter.told.clear()
        notifier = Notifier(store, {"console": adapter}, clock)
        await notifier.look_at_sources()
        await notifier.drain()
        return list(adapter.told)

    await fail(store, [first, second], T0)
    assert await told() == []
    await fail(store, [first, second], clock.advance(7 * 86400), is_long=True)
    found = dict(await told())
    assert set(found) == {LOCAL_WORKSPACE, OTHER}
    assert "2 sources cannot be read" in found[LOCAL_WORKSPACE]
    assert "First *News*” has failed since 2026-01-15" in found[LOCAL_WORKSPACE]
    assert "its server refuses us (HTTP 403)" in found[LOCAL_WORKSPACE]
    assert "brief-admin source resume source:src2" in found[LOCAL_WORKSPACE]
    assert "Second" not in found[OTHER]
    assert await told() == []

    await fail(store, [first], clock.advance(7 * 86400), is_off=True)
    assert {id_: "is switched off" in text for id_, text in await told()} == {LOCAL_WORKSPACE: True, OTHER: True}
    assert await told() == []
    clock.advance(30 * 86400)
    assert [one.id for one in await store.sources.claim_due(clock.now(), limit=9, lease_s=1)] == [second]
    assert "switched off: its server refuses us" in await office.ask("/brief-admin source list")

    assert "is read again" in await office.ask("/brief-admin source add https://first.example/feed")
    again = await store.sources.get(first)
    assert (again.switched_off_at, again.warned_at, again.failing_since) == (None, None, clock.now())
    assert first in [one.id for one in await store.sources.claim_due(clock.now(), limit=9, lease_s=1)]
    assert await told() == []
    await fail(store, [first], clock.advance(7 * 86400), is_long=True)
    assert len(await told()) == 2


async def test_notice_that_cannot_be_posted_is_told_later_unless_its_source_is_read_again(
    sqlite_store: Store, tmp_path: Path
) -> None:
    clock = FakeClock(T0)
    office = Office(sqlite_store, clock)
    first = await office.follow("https://first.example/feed", title="First News")
    second = await office.follow("https://second.example/feed", title="Second News")
    await fail(sqlite_store, [first, second], T0)
    await fail(sqlite_store, [first, second], clock.advance(7 * 86400), is_long=True)
    broken, well = Broken(tmp_path / "broken"), RecordingAdapter(tmp_path / "sent")
    notifier = Notifier(sqlite_store, {"console": broken}, clock)
    await notifier.look_at_sources()
    await notifier.drain()
    await sqlite_store.sources.resume(second, clock.now())
    clock.advance(3600)
    await Notifier(sqlite_store, {"console": well}, clock).drain()
    [(_, text)] = well.told
    assert "First News" in text
    assert "Second News" not in text


class Broken(RecordingAdapter):
    """A platform that takes no notice."""

    async def tell(self, workspace: WorkspaceId, document: Document, channel: ChannelRef | None = None) -> bool:
        raise ConnectionError("the network is away")


async def test_managers_choose_where_they_are_told(sqlite_store: Store, clock: FakeClock) -> None:
    office = Office(sqlite_store, clock)
    await office.follow("https://first.example/feed")
    assert "admins" in await office.ask("/brief-admin settings notices:admins")
    assert (await sqlite_store.workspaces.get(LOCAL_WORKSPACE)).notices == ChannelRef("console:admins")
    assert "who runs this place" in await office.ask("/brief-admin settings notices:none")
    assert (await sqlite_store.workspaces.get(LOCAL_WORKSPACE)).notices == ""


async def test_status_is_calm_until_something_fails(sqlite_store: Store, clock: FakeClock) -> None:
    office = Office(sqlite_store, clock)
    first = await office.follow("https://first.example/feed")
    assert "All is well." in await office.ask("/brief-admin status")
    await fail(sqlite_store, [first], clock.now(), is_long=True, is_off=True)
    text = await office.ask("/brief-admin status")
    assert "All is well." not in text
    assert "its server refuses us (HTTP 403)" in text
    assert "switched off; read it again with /brief-admin source resume" in text
