"""Stories that are merged and split in the store: articles move, briefs follow, and every number keeps answering."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.briefs.writer import BriefWriter
from bot.errors import NotFound
from bot.models import LOCAL_WORKSPACE, Brief, Related
from bot.store import Store
from bot.stories.place import Grouper
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, incoming, source_of, words, workspaces
from tests.saving import save


async def two_briefs(store: Store, clock: FakeClock) -> tuple[Brief, Brief]:
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, words("Quake tariff"))
    return first, await brief(store, clock.now(), 2, words("Tremor tariff"))


async def merge(store: Store, clock: FakeClock, gone: Brief, kept: Brief) -> None:
    members = (await store.stories.get(gone.story_id)).articles
    await store.stories.place(
        [(article.id, kept.story_id) for article in members], merged={gone.story_id: kept.story_id}, now=clock.now()
    )


async def test_merged_brief_leaves_every_list_and_its_number_leads_to_the_other(store: Store, clock: FakeClock) -> None:
    kept, gone = await two_briefs(store, clock)
    await store.briefs.set_related({kept.id: [Related(brief_id=gone.id, headline="Tremor", blurb="")]})
    await merge(store, clock, gone, kept)
    assert [story.id for story in await store.stories.due(limit=9)] == [kept.story_id]
    assert [len(story.articles) for story in await store.stories.each()] == [2]
    for viewer in (LOCAL_WORKSPACE, None):
        assert (await store.briefs.get(gone.id, workspace=viewer)).id == kept.id
        shown = await store.briefs.get(kept.id, workspace=viewer)
        assert shown.related == ()
        assert [one.id for one in await store.briefs.latest(viewer, limit=9)] == [kept.id]
        assert [one.brief.id for one in await store.search.find("tariff", workspace=viewer, limit=9)] == [kept.id]
        assert await store.search.find("tremor", workspace=viewer, limit=9) == []
    assert [one.id for one in await store.briefs.each()] == [kept.id]
    await store.briefs.set_related({kept.id: [Related(brief_id=gone.id, headline="Tremor", blurb="")]})
    assert (await store.briefs.get(kept.id, workspace=None)).related == ()
    with pytest.raises(NotFound):
        await store.briefs.get(gone.id, workspace=OTHER)


async def test_number_leads_on_through_several_mergers(store: Store, clock: FakeClock) -> None:
    kept, gone = await two_briefs(store, clock)
    third = await brief(store, clock.now(), 3, words("Third"))
    await merge(store, clock, gone, kept)
    await merge(store, clock, kept, third)
    assert (await store.briefs.get(gone.id, workspace=LOCAL_WORKSPACE)).id == third.id
    late = await add(store, clock, 9)
    placed = await store.stories.place([(late, gone.story_id)], now=clock.now())
    assert placed == {late: third.story_id}


async def test_brief_goes_over_to_a_story_that_has_none(store: Store, clock: FakeClock) -> None:
    kept, gone = await two_briefs(store, clock)
    fresh = await add(store, clock, 9)
    members = (await store.stories.get(gone.story_id)).articles
    placed = await store.stories.place([(fresh, -5), (members[0].id, -5)], merged={gone.story_id: -5}, now=clock.now())
    taken = await store.briefs.get(gone.id, workspace=LOCAL_WORKSPACE)
    assert (taken.id, taken.story_id) == (gone.id, placed[fresh])
    assert (await store.stories.get(placed[fresh])).brief_id == gone.id
    assert kept.story_id not in placed.values()


async def test_story_that_is_split_is_due_with_what_left_it(store: Store, clock: FakeClock) -> None:
    kept, gone = await two_briefs(store, clock)
    await merge(store, clock, gone, kept)
    story = await store.stories.get(kept.story_id)
    await save(store, story, words("Both"), publishers=1, now=clock.now())
    assert await store.stories.due(limit=9) == []
    placed = await store.stories.place([(story.articles[1].id, -1)], now=clock.now())
    due = [one.id for one in await store.stories.due(limit=9)]
    assert due == [kept.story_id, placed[story.articles[1].id]]
    changed = await store.articles.stories_of_changed(clock.now() - timedelta(seconds=1))
    assert changed == {story.articles[0].id: kept.story_id, **placed}


async def test_brief_written_while_its_story_was_merged_is_retired(store: Store, clock: FakeClock) -> None:
    kept, gone = await two_briefs(store, clock)
    stale = await store.stories.get(gone.story_id)
    await merge(store, clock, gone, kept)
    await save(store, stale, words("Stale tariff"), publishers=1, now=clock.now())
    assert [one.id for one in await store.briefs.each()] == [kept.id]
    assert (await store.briefs.get(gone.id, workspace=LOCAL_WORKSPACE)).id == kept.id


async def test_story_that_grew_meanwhile_is_not_merged(store: Store, clock: FakeClock) -> None:
    kept, gone = await two_briefs(store, clock)
    article = (await store.stories.get(kept.story_id)).articles[0]
    await store.stories.place([(article.id, kept.story_id)], merged={gone.story_id: kept.story_id}, now=clock.now())
    assert (await store.briefs.get(gone.id, workspace=LOCAL_WORKSPACE)).id == gone.id


TALE = "Helia recalls 48,000 home batteries after fires in garages of Port Ardel, the maker said in {}."


async def test_grouping_goes_on_after_a_restart_as_if_there_was_none(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    steady = Grouper(store, clock, timedelta(hours=72))
    for number in range(6):
        tale = TALE.format(f"Town{number}") if number % 2 else f"Otters {number} swim in river {number}, wardens tell."
        await add(store, clock, number, text=tale * 2, title=tale[:40])
        grouper = Grouper(store, clock, timedelta(hours=72)) if number > 2 else steady
        assert await grouper.group_new() == 1
    stories = [[article.url[-1] for article in story.articles] for story in await store.stories.each()]
    assert ["1", "3", "5"] in stories
    writer = BriefWriter(store, clock)
    assert await writer.write_due() == len(stories)


async def add(store: Store, clock: FakeClock, number: int, *, text: str = "", title: str = "") -> int:
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    item = incoming(number, clock.now(), text=text, title=title)
    [(_, id_)] = await store.articles.add_all(source.id, [item], seen_at=clock.now(), is_same=lambda one, other: False)
    return id_
