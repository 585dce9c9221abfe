"""A store that outgrew its file: everything arrives in PostgreSQL, is found there, and goes on there."""

from __future__ import annotations

import pytest

from bot.errors import StoreError, UsageError
from bot.models import LOCAL_WORKSPACE, TopicRule
from bot.store import Store
from bot.store.copying import copy_store
from bot.store.schema import metadata
from tests.fakes import FakeClock
from tests.office import Office


async def test_everything_is_copied_found_and_goes_on(
    sqlite_store: Store, sqlite_url: str, postgres_url: str, clock: FakeClock
) -> None:
    office = Office(sqlite_store, clock)
    source = await office.follow("https://harbour.example/feed", title="Harbour")
    for number in range(3):
        await office.report(source, f"Board {number} meets at Lorne", body="The board met at Lorne. " * 4)
    # Folded it is longer than 80 letters.
    await sqlite_store.topics.add(LOCAL_WORKSPACE, "ß" * 45, TopicRule(), now=clock.now())
    copied: dict[str, int] = {}

    def note(name: str, count: int) -> None:
        copied[name] = copied.get(name, 0) + count

    counts = await copy_store(sqlite_url, postgres_url, note)
    assert set(counts) == {table.name for table in metadata.sorted_tables}
    assert counts["articles"] == copied["articles"] == 3
    there = await Store.open(postgres_url)
    try:
        assert [brief.text for brief in await there.briefs.each()] == [
            brief.text for brief in await sqlite_store.briefs.each()
        ]
        assert await there.search.find("Lorne", workspace=None, limit=5)
        # The numbers go on where they stood.
        new = await there.sources.add("https://other.example/feed", workspace=LOCAL_WORKSPACE, now=clock.now())
        assert new.id > source
    finally:
        await there.close()
    with pytest.raises(StoreError, match="not empty"):
        await copy_store(sqlite_url, postgres_url, note)


async def test_only_sqlite_to_postgresql(sqlite_url: str) -> None:
    with pytest.raises(UsageError, match="from sqlite to sqlite"):
        await copy_store(sqlite_url, sqlite_url, lambda name, count: None)


@pytest.mark.parametrize("target", ["nonsense", "postgresql+asyncpg://bb:p@fake-secret@localhost/x"])
async def test_address_that_is_none_is_refused_without_being_repeated(sqlite_url: str, target: str) -> None:
    with pytest.raises(UsageError, match=r"^--to: it .*example") as caught:
        await copy_store(sqlite_url, target, lambda name, count: None)
    assert "fake-secret" not in str(caught.value)
