"""What a bot asks its store every few seconds takes an index: with a million rows, a look must not read them all."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, make_url

from bot.models import LOCAL_WORKSPACE, VersionKind
from bot.store import Store
from bot.store.schema import corrections
from tests.fakes import FakeClock
from tests.office_store import brief, words

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


async def _corrected(store: Store, clock: FakeClock) -> None:
    """With a correction of just now, without which there is nothing to look for."""
    told = await brief(store, clock.now(), 1, words("Told"))
    row = {"workspace_id": LOCAL_WORKSPACE, "brief_id": told.id, "version": 2, "based_on": 1, "at": clock.now()}
    async with store.database.writing() as connection:
        await connection.execute(corrections.insert().values(**row, kind=VersionKind.RETRACTED))
    await store.amendments.plan_missing(clock.now())


HISTORY = re.compile(
    r"SCAN (editions|edition_items|deliveries|amendments|follows|shared_answers|articles|stories|briefs)\b"
    r"(?!.* USING (COVERING )?INDEX ix_)"
)
"""All rows of a table that grows for as long as the bot runs; to read an index of it is cheap."""
ROUNDS: dict[str, Callable[[Store, FakeClock], Awaitable[Any]]] = {
    "a scrape of the metrics": lambda store, clock: store.counting.figures(clock.now()),
    "the hourly look for what a clock put off": lambda store, clock: store.ahead.put_right(
        clock.now(), news_window=timedelta(days=2)
    ),
    "the hourly pruning": lambda store, clock: store.pruning.prune(clock.now()),
    "the look for what was told while it was corrected": _corrected,
    "the end of a workspace": lambda store, clock: store.pruning.forget(LOCAL_WORKSPACE),
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
    plans = _plans(store, statements)
    assert any("USING INDEX" in detail or "USING COVERING INDEX" in detail for detail, _ in plans), plans
    assert [plan for plan in plans if WHOLE.match(plan[0])] == []


@pytest.mark.parametrize("name", ROUNDS)
async def test_round_does_not_read_all_that_ever_happened(store: Store, clock: FakeClock, name: str) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables, which here is nothing")
    await store.workspaces.ensure(LOCAL_WORKSPACE, now=clock.now())
    with asked(store) as statements:
        await ROUNDS[name](store, clock)
    assert [plan for plan in _plans(store, statements) if HISTORY.match(plan[0])] == []


def _plans(store: Store, statements: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    """How SQLite would find the rows of each, step by step."""
    database = sqlite3.connect(str(make_url(store.database.url).database))
    plans = [
        (detail, statement)
        for statement, parameters in statements
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT INTO amendments"))
        for *_, detail in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    database.close()
    return plans
