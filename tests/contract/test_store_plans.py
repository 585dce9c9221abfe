"""What a bot asks its store every few seconds takes an index: with a million rows, a look must not read them all."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, make_url

from bot.models import LOCAL_WORKSPACE
from bot.store import Store
from tests.fakes import FakeClock

WHOLE = re.compile(r"SCAN (?!CONSTANT|\(|json_each)(?!.* USING (COVERING )?INDEX ix_\w+_(due|open))")
"""All rows of a table; an index of what is due or open holds no others."""
PLATFORMS = ("discord", "slack")
LOOKS: dict[str, Callable[[Store, FakeClock], Awaitable[Any]]] = {
    "digests that are due": lambda store, clock: store.digests.claim_due(
        clock.now(), limit=9, lease_s=60, platforms=PLATFORMS
    ),
    "the next digest": lambda store, clock: store.digests.next_due_at(),
    "digests nobody serves": lambda store, clock: store.digests.unserved(clock.now(), platforms=PLATFORMS),
    "messages to send": lambda store, clock: store.deliveries.claim(
        clock.now(), limit=9, lease_s=60, owner="me", platforms=PLATFORMS
    ),
    "messages to change": lambda store, clock: store.amendments.claim(
        clock.now(), limit=9, lease_s=60, owner="me", platforms=PLATFORMS
    ),
    "notices to send": lambda store, clock: store.notices.claim(clock.now(), limit=9, lease_s=60, platforms=PLATFORMS),
    "feeds to read": lambda store, clock: store.sources.claim_due(clock.now(), limit=9, lease_s=60),
    "stories to tell": lambda store, clock: store.stories.due(limit=9),
    "changes of sources": lambda store, clock: store.source_changes.settle(now=clock.now()),
    "what was set": lambda store, clock: store.holdings.configuration(LOCAL_WORKSPACE),
    "copies of a workspace": lambda store, clock: store.amendments.counts(LOCAL_WORKSPACE),
    "editions that stood too long": lambda store, clock: store.editions.take_back(clock.now()),
}


@contextmanager
def asked(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The statements that run meanwhile, with their parameters."""
    found: list[tuple[str, Any]] = []
    engine = store.database.engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", LOOKS)
async def test_look_at_what_is_due_reads_an_index(store: Store, clock: FakeClock, name: str) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables, which here is nothing")
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    with asked(store) as statements:
        await LOOKS[name](store, clock)
    database = sqlite3.connect(str(make_url(store.database.url).database))
    plans = [
        (detail, statement)
        for statement, parameters in statements
        if statement.startswith(("SELECT", "UPDATE"))
        for *_, detail in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    database.close()
    assert any("USING INDEX" in detail or "USING COVERING INDEX" in detail for detail, _ in plans), plans
    assert [plan for plan in plans if WHOLE.match(plan[0])] == []
