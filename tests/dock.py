"""Digests in the workspace of a wharf, and the time that passes until they are posted."""

from __future__ import annotations

from datetime import timedelta

from bot.digests.calendar import next_edition
from bot.models import Digest, Edition, EditionState, Style
from tests.edition_rows import edition_on
from tests.fakes import FakeClock
from tests.loopback_slack import Channel
from tests.wharf import Wharf


async def bring_news(dock: Wharf, count: int = 6) -> None:
    """What a digest tells of."""
    dock.fake.limits.off()
    source = await dock.office.follow("https://harbour.example/feed", workspace=dock.workspace, title="Harbour")
    for number in range(count):
        await dock.office.report(source, f"Board meets for the {number}. time", body="A word of the harbour. " * 60)


async def digest(
    dock: Wharf, channel: Channel | None = None, style: Style = Style.SUMMARIES, name: str = "Morning"
) -> Digest:
    """A digest that is due in a minute."""
    now = dock.clock.now()
    at = (now + timedelta(minutes=1)).time().replace(second=0, microsecond=0)
    due = next_edition(at, "UTC", range(7), after=now)
    made = Digest(
        id=0,
        workspace_id=dock.workspace,
        name=name,
        channel=dock.ref(channel),
        at=at,
        zone="UTC",
        style=style,
        max_stories=25,
        next_due_at=due.at,
        next_on=due.on,
        created_at=now,
    )
    return await dock.store.digests.add(made)


async def pass_time(dock: Wharf, seconds: float = 61.0) -> None:
    assert isinstance(dock.clock, FakeClock)
    dock.clock.advance(seconds)
    await dock.dispatcher.drain()
    await dock.deliverer.drain()


async def edition(dock: Wharf, of: Digest) -> Edition:
    assert of.next_on is not None
    found = await edition_on(dock.store, of.id, of.next_on)
    assert found is not None
    return found


async def state(dock: Wharf, of: Digest) -> EditionState:
    return (await edition(dock, of)).state
