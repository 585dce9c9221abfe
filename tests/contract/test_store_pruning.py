"""What is removed when it is old or its workspace is gone, and what stays; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.errors import NotFound
from bot.models import LOCAL_WORKSPACE, Audited, Brief, Change, WorkspaceId
from bot.store import Store
from bot.store.articles import Incoming
from bot.store.holdings import SECRET, owned
from bot.store.schema import articles, briefs, metadata, notices, pruned_keys, sources, stories
from tests.contract.test_store_plans import asked
from tests.fakes import FakeClock
from tests.office_store import OTHER, digest, incoming, source_of, words
from tests.office_store import brief as store_brief
from tests.office_store import workspaces as two_workspaces

DAY = timedelta(days=1)


async def count(store: Store, table: Any) -> int:
    async with store.database.reading() as connection:
        name = table if isinstance(table, str) else table.name
        return int((await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())


async def retention(store: Store, workspace: Any, days: int) -> None:
    await store.workspaces.save(replace(await store.workspaces.get(workspace), retention_days=days))


async def ids(store: Store) -> set[int]:
    async with store.database.reading() as connection:
        return set((await connection.execute(select(briefs.c.id))).scalars())


async def told(store: Store, brief: Brief, now: datetime) -> None:
    """An edition of the other workspace that tells a brief."""
    made = await store.digests.add(digest(now, workspace=OTHER))
    async with store.database.writing() as connection:
        values = {"workspace_id": OTHER, "digest_id": made.id, "on": now.date(), "channel": "x", "due_at": now}
        edition = metadata.tables["editions"].insert().values(**values, state="delivered", created_at=now)
        number = (await connection.execute(edition.returning(metadata.tables["editions"].c.id))).scalar_one()
        story = select(briefs.c.story_id).where(briefs.c.id == brief.id)
        item = {"edition_id": number, "position": 0, "story_id": (await connection.execute(story)).scalar_one()}
        items = metadata.tables["edition_items"]
        await connection.execute(items.insert().values(**item, brief_id=brief.id, brief_version=1))


async def test_what_is_older_than_every_follower_wants_goes_and_the_rest_stays(store: Store, clock: FakeClock) -> None:
    start = clock.now()
    await two_workspaces(store, start)
    await retention(store, LOCAL_WORKSPACE, 30)
    await retention(store, OTHER, 90)
    own = await store_brief(store, start, 1, words("Own"), workspace=LOCAL_WORKSPACE)
    theirs = await store_brief(store, start, 2, words("Theirs"), workspace=OTHER)
    shared = await store_brief(store, start, 3, words("Shared"), workspace=None)
    in_edition = await store_brief(store, start, 4, words("Told"), workspace=LOCAL_WORKSPACE)
    await told(store, in_edition, start)
    elsewhere = await store.briefs.add_imported(words("Elsewhere"), related=(), published_at=None, now=start)
    await store.trail.add(
        LOCAL_WORKSPACE, Audited(at=start, person_id="u", person_name="U", command="x", changes=(Change(what="y"),))
    )
    assert (await store.pruning.prune(start + 29 * DAY)).total == 0
    young = await store_brief(store, start + 30 * DAY, 5, words("Young"), workspace=LOCAL_WORKSPACE)
    pruned = await store.pruning.prune(start + 31 * DAY)
    assert await ids(store) == {theirs.id, shared.id, in_edition.id, elsewhere.id, young.id}
    assert pruned.counts == {"stories": 1, "articles": 1, "briefs": 1, "audit": 1}
    assert (await store.pruning.prune(start + 31 * DAY)).total == 0
    assert not await store.search.find("Own", workspace=None, limit=5)
    assert [found.brief.id for found in await store.search.find("Young", workspace=None, limit=5)] == [young.id]
    assert own.id not in await ids(store)
    pruned = await store.pruning.prune(start + 91 * DAY)
    assert pruned.counts["editions"] == 1
    assert await ids(store) == set()
    assert await count(store, "brief_search") == await count(store, articles) == await count(store, "article_keys") == 0


async def test_pruning_asks_no_more_of_many_workspaces_that_have_nothing_old(store: Store, clock: FakeClock) -> None:
    asked_of = []
    for number in range(2):
        for workspace in range(5 * number, 5 * number + 5):
            await store.workspaces.ensure(WorkspaceId(f"discord:{workspace}"), now=clock.now())
        with asked(store) as statements:
            assert (await store.pruning.prune(clock.now())).total == 0
        asked_of.append(len(statements))
    assert asked_of[0] == asked_of[1]


async def test_notice_that_could_not_be_told_in_time_is_looked_at_no_more(store: Store, clock: FakeClock) -> None:
    await two_workspaces(store, clock.now())
    row = {"workspace_id": OTHER, "kind": "failing", "facts": {}, "created_at": clock.now()}
    async with store.database.writing() as connection:
        for number, next_try_at in enumerate((clock.now(), clock.now() + 3 * DAY)):
            await connection.execute(notices.insert().values(**row, key=f"{number}", next_try_at=next_try_at))
    for days, waiting in ((1, 2), (2, 1), (3, 0)):
        await store.pruning.prune(clock.now() + days * DAY)
        assert await count(store, "notices WHERE next_try_at IS NOT NULL") == waiting
    assert await count(store, notices) == 2


async def test_rejoin_before_the_purge_finds_everything_and_after_it_nothing(store: Store, clock: FakeClock) -> None:
    start = clock.now()
    await two_workspaces(store, start)
    await retention(store, OTHER, 30)
    await store_brief(store, start, 1, words("Theirs"), workspace=OTHER)
    await store.digests.add(digest(start, workspace=OTHER))
    await store.installations.save(OTHER, "sealed", now=start)
    await store.workspaces.absent(OTHER, now=start)
    before = await store.holdings.everything(OTHER)
    assert (await store.pruning.prune(start + 30 * DAY)).total == 0
    assert await store.holdings.everything(OTHER) == before
    assert await store.workspaces.present(OTHER, name="", now=start + 30 * DAY)
    assert (await store.pruning.prune(start + 29 * DAY)).total == 0
    assert {**before, "workspaces": None} == {**await store.holdings.everything(OTHER), "workspaces": None}
    await store.workspaces.absent(OTHER, now=start + 30 * DAY)
    await store.pruning.prune(start + 61 * DAY)
    assert await store.workspaces.here("discord") == {}
    assert not any((await store.holdings.counts(OTHER)).values())
    # Their only source had not been read for longer than a source without followers is kept.
    assert await count(store, sources) == await count(store, stories) == 0
    assert (await store.pruning.prune(start + 61 * DAY)).total == 0


async def test_forgetting_takes_what_nobody_else_sees(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    await two_workspaces(store, now)
    theirs = await store_brief(store, now, 1, words("Theirs"), workspace=OTHER)
    mine = await store_brief(store, now, 2, words("Mine"), workspace=LOCAL_WORKSPACE)
    both = await store_brief(store, now, 3, words("Both"), workspace=OTHER)
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    [(_, more)] = await store.articles.add_all(source.id, [incoming(9, now)], seen_at=now, is_same=lambda *_: False)
    async with store.database.reading() as connection:
        story = (await connection.execute(select(briefs.c.story_id).where(briefs.c.id == both.id))).scalar_one()
    await store.stories.place([(more, story)], now=now)
    await store.installations.save(OTHER, "sealed", now=now)
    await store.digests.add(digest(now, workspace=OTHER))
    kept = await store.holdings.everything(LOCAL_WORKSPACE)
    pruned = await store.pruning.forget(OTHER)
    assert await ids(store) == {mine.id, both.id}
    assert not any((await store.holdings.counts(OTHER)).values())
    assert await store.holdings.everything(LOCAL_WORKSPACE) == kept
    assert pruned.counts["briefs"] == pruned.counts["installations"] == pruned.counts["digests"] == 1
    # An article of theirs is part of a story that is read here, so its source stays, and is read by nobody.
    assert theirs.id not in await ids(store)
    assert await count(store, sources) == 2
    again = await store.workspaces.ensure(OTHER, now=now)
    assert again.retention_days == 365
    assert (await store.pruning.forget(OTHER)).counts == {"workspaces": 1}


async def test_undated_article_that_was_pruned_is_no_news_when_it_is_listed_still(
    store: Store, clock: FakeClock
) -> None:
    start = clock.now()
    await two_workspaces(store, start)
    await store_brief(store, start, 1, words("Once"), workspace=LOCAL_WORKSPACE)
    later = start + 366 * DAY
    assert (await store.pruning.prune(later)).counts["stories"] == 1
    assert await count(store, pruned_keys) == 1
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    items: list[Incoming] = [incoming(1, later), incoming(2, later)]
    stored = await store.articles.add_all(source.id, items, seen_at=later, is_same=lambda *_: False)
    assert [(await store.articles.get(number)).is_news for _, number in stored] == [False, True]


async def test_story_that_was_pruned_takes_nothing_in(store: Store, clock: FakeClock) -> None:
    """Another process may still hold it in memory."""
    now = clock.now()
    await two_workspaces(store, now)
    gone = await store_brief(store, now, 1, words("Gone"), workspace=OTHER)
    async with store.database.reading() as connection:
        story = (await connection.execute(select(briefs.c.story_id).where(briefs.c.id == gone.id))).scalar_one()
    await store.pruning.forget(OTHER)
    kept = await store_brief(store, now, 2, words("Kept"), workspace=LOCAL_WORKSPACE)
    assert kept.id > gone.id
    with pytest.raises(NotFound):
        await store.briefs.get(gone.id, workspace=None)
    # On SQLite the newest rows stay without a word, lest their numbers are given again.
    for name in ("articles", "briefs", "brief_versions", "article_keys", "sources"):
        async with store.database.reading() as connection:
            rows = (await connection.execute(text(f"SELECT * FROM {name}"))).all()
        assert "Title 1" not in str(rows), name
        assert "Gone" not in str(rows), name
        assert str(OTHER) not in str(rows), name
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    taken = await store.articles.add_all(
        source.id, [incoming(3, now), incoming(4, now)], seen_at=now, is_same=lambda *_: False
    )
    placed = await store.stories.place([(number, story) for _, number in taken], now=now)
    [new] = set(placed.values())
    assert len((await store.stories.get(new)).articles) == 2
    assert (await store.pruning.prune(now + 31 * DAY)).counts.get("articles", 0) == (store.dialect == "sqlite")
    await store.briefs.set_related({gone.id: ()})
    assert kept.id in await ids(store)


async def test_stopping_ends_between_two_batches(store: Store, clock: FakeClock) -> None:
    await two_workspaces(store, clock.now())
    await store_brief(store, clock.now(), 1, words("Old"), workspace=LOCAL_WORKSPACE)
    stop = asyncio.Event()
    stop.set()
    pruned = await store.pruning.prune(clock.now() + 400 * DAY, stop)
    assert "stories" not in pruned.counts
    assert (await store.pruning.prune(clock.now() + 400 * DAY)).counts["stories"] == 1


async def test_every_row_that_names_a_workspace_is_exported_or_secret_and_goes_with_it(
    store: Store, clock: FakeClock
) -> None:
    """Walks the schema: a table with `workspace_id` cannot be left out of either."""
    now = clock.now()
    await two_workspaces(store, now)
    named = {table.name for table in metadata.tables.values() if "workspace_id" in table.c}
    assert named <= {table.name for table in owned()}
    assert named - SECRET <= (await store.holdings.everything(OTHER)).keys()
    assert named == {table.name for table in owned() if "workspace_id" in table.c}
    assert (await store.holdings.counts(OTHER)).keys() == {table.name for table in owned()}
