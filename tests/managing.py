"""A newspaper's office that managers change: what the tests of their commands have in common."""

from __future__ import annotations

import pytest

from bot.ingest.parsed import ParsedFeed
from bot.models import LOCAL_WORKSPACE, Digest, Draft
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import FakeFeeds, Office

FEED = "https://harbour.example/feed"
GOOD = ParsedFeed(
    title="Harbour Courier",
    publisher="Harbour Courier",
    drafts=(Draft(url="", title="Otters", text="", publisher="Harbour Courier", language="en"),),
)


@pytest.fixture(name="office")
async def managed_office(sqlite_store: Store, clock: FakeClock) -> Office:
    office = Office(sqlite_store, clock, FakeFeeds({FEED: GOOD}))
    source = await office.follow("https://first.example/feed", title="First News")
    await office.report(source, "Otters return to the Lorne river")
    return office


async def digest(office: Office) -> Digest:
    return await office.store.digests.find(LOCAL_WORKSPACE, "Morning")


async def exported(office: Office) -> str:
    return dict((await office.reply("/brief-admin export")).files)["briefbot.json"]
