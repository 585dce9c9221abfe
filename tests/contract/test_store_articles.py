"""Articles: one row for one article, under every name it goes by."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.errors import NotFound
from bot.models import LOCAL_WORKSPACE, Article, Stored
from bot.store import Store
from bot.store.articles import Incoming
from bot.store.stories import Overtaken
from tests.fakes import FakeClock
from tests.office_store import incoming, words, workspaces
from tests.saving import save


async def source_id(store: Store, clock: FakeClock) -> int:
    await workspaces(store, clock.now())
    return (await store.sources.add("https://a.example/feed", workspace=LOCAL_WORKSPACE, now=clock.now())).id


def never(one: Incoming, other: Article) -> bool:
    return False


def always(one: Incoming, other: Article) -> bool:
    return True


async def test_same_key_is_the_same_article_also_within_a_batch(store: Store, clock: FakeClock) -> None:
    source = await source_id(store, clock)
    items = [incoming(1, clock.now()), incoming(2, clock.now()), incoming(1, clock.now())]
    first = await store.articles.add_all(source, items, seen_at=clock.now(), is_same=never)
    assert [stored for stored, _ in first] == [Stored.NEW, Stored.NEW, Stored.DUPLICATE]
    assert first[0][1] == first[2][1]
    again = await store.articles.add_all(source, items[:2], seen_at=clock.advance(5), is_same=never)
    assert [stored for stored, _ in again] == [Stored.DUPLICATE, Stored.DUPLICATE]
    assert await store.articles.count() == 2
    assert await store.articles.known(["url:1", "url:9"]) == {"url:1": first[0][1]}


async def test_article_that_many_find_at_once_is_stored_once(store_url: str, clock: FakeClock) -> None:
    stores = [await Store.open(store_url) for _ in range(3)]
    source = await source_id(stores[0], clock)
    items = [incoming(number, clock.now()) for number in range(20)]
    found = await asyncio.gather(
        *(one.articles.add_all(source, items, seen_at=clock.now(), is_same=never) for one in stores for _ in range(3))
    )
    assert len({tuple(number for _, number in outcomes) for outcomes in found}) == 1
    assert sum(stored is Stored.NEW for outcomes in found for stored, _ in outcomes) == 20
    assert await stores[0].articles.count() == 20

    # Three that group them at once: one does, the others begin anew with what is left, which is nothing.
    articles = [article.id for article in await stores[0].articles.ungrouped(limit=99)]
    placing = [
        one.stories.place([(article, None) for article in articles], now=clock.now(), new=articles) for one in stores
    ]
    placed = await asyncio.gather(*placing, return_exceptions=True)
    assert sum(isinstance(one, Overtaken) for one in placed) == 2, placed
    assert len(await stores[0].stories.each()) == 20
    for one in stores:
        await one.close()


async def test_near_text_is_the_same_article_and_its_new_name_is_kept(store: Store, clock: FakeClock) -> None:
    source = await source_id(store, clock)
    [(_, known)] = await store.articles.add_all(
        source, [incoming(1, clock.now(), bands=(7, 8))], seen_at=clock.now(), is_same=never
    )
    moved = incoming(2, clock.now(), title="Title 1", text="Text 1.", bands=(8, 9))
    assert await store.articles.add_all(source, [moved], seen_at=clock.now(), is_same=always) == [
        (Stored.DUPLICATE, known)
    ]
    assert await store.articles.known(["url:2"]) == {"url:2": known}
    other = incoming(3, clock.now(), bands=(8,))
    [(stored, _)] = await store.articles.add_all(source, [other], seen_at=clock.now(), is_same=never)
    assert stored is Stored.NEW


async def test_changed_text_updates_the_article_and_makes_its_story_due(store: Store, clock: FakeClock) -> None:
    source = await source_id(store, clock)
    item = incoming(1, clock.now())
    [(_, article)] = await store.articles.add_all(source, [item], seen_at=clock.now(), is_same=never)
    placed = await store.stories.place([(article, None)], now=clock.now())
    story = await store.stories.get(placed[article])
    await save(store, story, words("Told"), publishers=1, now=clock.now())
    assert await store.stories.due(limit=5) == []
    changed = replace(item, draft=replace(item.draft, text="Another text."))
    [(stored, id_)] = await store.articles.add_all(source, [changed], seen_at=clock.advance(60), is_same=never)
    assert (stored, id_) == (Stored.UPDATED, article)
    assert (await store.articles.get(article)).text == "Another text."
    assert [one.id for one in await store.stories.due(limit=5)] == [story.id]


async def test_empty_text_does_not_replace_what_we_have(store: Store, clock: FakeClock) -> None:
    source = await source_id(store, clock)
    item = incoming(1, clock.now())
    [(_, article)] = await store.articles.add_all(source, [item], seen_at=clock.now(), is_same=never)
    bare = replace(item, draft=replace(item.draft, text="", title="Other"))
    [(stored, _)] = await store.articles.add_all(source, [bare], seen_at=clock.now(), is_same=never)
    assert stored is Stored.DUPLICATE
    assert (await store.articles.get(article)).text == "Text 1."


async def test_articles_are_listed_by_whether_they_are_grouped(store: Store, clock: FakeClock) -> None:
    source = await source_id(store, clock)
    items = [incoming(number, clock.now()) for number in range(4)]
    ids = [id_ for _, id_ in await store.articles.add_all(source, items, seen_at=clock.now(), is_same=never)]
    assert [one.id for one in await store.articles.ungrouped(limit=3)] == ids[:3]
    await store.stories.place([(ids[0], -1), (ids[1], -1), (ids[2], None)], now=clock.now())
    assert [one.id for one in await store.articles.ungrouped(limit=9)] == ids[3:]
    assert [one.id for one in await store.articles.grouped(after=0, limit=2)] == ids[:2]
    assert [one.id for one in await store.articles.grouped(after=2, limit=9)] == ids[2:3]
    after = await store.articles.before_newest(2)
    assert [one.id for one in await store.articles.grouped(after=after, limit=9)] == ids[1:3]
    assert await store.articles.before_newest(9) == 0
    with pytest.raises(NotFound):
        await store.articles.get(10**6)
