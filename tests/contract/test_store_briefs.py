"""Stories, briefs and search: versions, who sees what, and what is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.errors import Conflict, NotFound
from bot.models import LOCAL_WORKSPACE, Brief, BriefText, Origin, Related, Sentence
from bot.store import Store
from bot.store.query import fts5, parse_query, stretches, tsquery
from bot.store.saving import Written
from tests import hostile
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, incoming, source_of, words, workspaces
from tests.saving import save


async def test_placements_share_new_stories_by_their_number(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await source_of(store, clock.now(), None)
    items = [incoming(number, clock.now()) for number in range(4)]
    stored = await store.articles.add_all(source.id, items, seen_at=clock.now(), is_same=lambda one, other: False)
    ids = [id_ for _, id_ in stored]
    placed = await store.stories.place([(ids[0], -7), (ids[1], -7), (ids[2], None)], now=clock.now())
    assert placed[ids[0]] == placed[ids[1]] != placed[ids[2]]
    again = await store.stories.place([(ids[3], placed[ids[0]])], now=clock.now())
    assert again == {ids[3]: placed[ids[0]]}
    assert [len(story.articles) for story in await store.stories.each()] == [3, 1]
    assert [story.is_due for story in await store.stories.due(limit=9)] == [True, True]
    assert await store.stories.place([], now=clock.now()) == {}
    with pytest.raises(NotFound):
        await store.stories.get(10**6)


async def test_brief_gets_a_new_version_only_when_its_words_change(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, words("Told"))
    story = await store.stories.get(first.story_id)
    same = await save(store, story, words("Told"), publishers=2, now=clock.advance(60))
    assert (same.id, same.version, same.publishers, same.updated_at) == (first.id, 1, 2, first.updated_at)
    changed = await save(store, story, words("Told anew"), publishers=2, now=clock.advance(60))
    assert (changed.id, changed.version, changed.updated_at) == (first.id, 2, clock.now())
    versions = await store.briefs.versions(first.id)
    assert [(number, text.headline) for number, _, text in versions] == [(1, "Told"), (2, "Told anew")]


async def test_briefs_of_several_stories_are_saved_at_once_and_linked_to_each_other(
    store: Store, clock: FakeClock
) -> None:
    await workspaces(store, clock.now())
    known = await brief(store, clock.now(), 1, words("Told"))
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    items = [incoming(number, clock.now()) for number in (2, 3)]
    stored = await store.articles.add_all(source.id, items, seen_at=clock.now(), is_same=lambda one, other: False)
    placed = await store.stories.place([(id_, None) for _, id_ in stored], now=clock.now())
    stories = [await store.stories.get(id_) for id_ in (placed[stored[0][1]], known.story_id, placed[stored[1][1]])]
    texts = [words("Pier closed"), words("Told anew"), words("Pier open")]
    written = [Written(story=story, text=text, publishers=1) for story, text in zip(stories, texts, strict=True)]
    before: list[Brief] = []

    def relate(one: Brief) -> list[Related]:
        links = [
            Related(brief_id=other.id, headline=other.text.headline, blurb="B.", reason="pier", score=0.5)
            for other in before
        ]
        before.append(one)
        return links

    saved = await store.briefs.save(written, relate, now=clock.advance(60))
    assert [one.text.headline for one in saved] == ["Pier closed", "Told anew", "Pier open"]
    assert [one.version for one in saved] == [1, 2, 1]
    for one in saved:
        assert await store.briefs.get(one.id, workspace=None) == one
    assert [link.brief_id for link in saved[2].related] == [saved[0].id, known.id]
    assert [len(await store.briefs.versions(one.id)) for one in saved] == [1, 2, 1]
    assert await store.stories.due(limit=5) == []
    found = await store.search.find("pier", workspace=None, limit=5)
    assert {one.brief.id for one in found} == {saved[0].id, saved[2].id}
    assert await store.briefs.save([], relate, now=clock.now()) == []


async def test_newest_briefs_are_read_page_by_page_from_the_number_before_them(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    told = [await brief(store, clock.now(), number, words(f"Told {number}")) for number in range(1, 5)]
    since = clock.now() - timedelta(days=1)
    after = await store.briefs.before_newest(2, since=since)
    some = await store.briefs.by_ids([told[0].id, told[3].id, 10**6], workspace=None)
    assert {one.id for one in some} == {told[0].id, told[3].id}
    assert await store.briefs.by_ids([told[0].id], workspace=OTHER) == []
    assert [one.id for one in await store.briefs.recent(since, after_id=after, limit=9)] == [one.id for one in told[2:]]
    assert await store.briefs.before_newest(9, since=since) < told[0].id
    assert await store.briefs.before_newest(9, since=clock.now() + timedelta(days=1)) == 0


async def test_story_stays_due_when_an_article_came_while_its_brief_was_written(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    told = await brief(store, clock.now(), 1, words("Told"))
    story = await store.stories.get(told.story_id)
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    [(_, id_)] = await store.articles.add_all(
        source.id, [incoming(2, clock.now())], seen_at=clock.now(), is_same=lambda one, other: False
    )
    await store.stories.place([(id_, story.id)], now=clock.now())
    await save(store, story, words("Told"), publishers=1, now=clock.now())
    assert [one.id for one in await store.stories.due(limit=5)] == [story.id]


async def test_imported_brief_is_news_now_and_is_taken_once(store: Store, clock: FakeClock) -> None:
    old = clock.now() - timedelta(days=300)
    link = Related(headline="Other", blurb="Words.", reason="named by its author", score=1.0)
    added = await store.briefs.add_imported(words("A pact"), related=[link], published_at=old, now=clock.now())
    assert (added.origin, added.news_at, added.published_at) == (Origin.IMPORTED, clock.now(), old)
    assert (await store.briefs.get(added.id, workspace=OTHER)).related == (link,)
    with pytest.raises(Conflict, match=f"b{added.id}"):
        await store.briefs.add_imported(words("A pact"), related=[], published_at=None, now=clock.now())


async def test_workspace_sees_its_own_shared_and_imported_briefs_only(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    mine = await brief(store, clock.now(), 1, words("Mine tariff"), workspace=LOCAL_WORKSPACE)
    theirs = await brief(store, clock.now(), 2, words("Theirs tariff"), workspace=OTHER)
    shared = await brief(store, clock.now(), 3, words("Shared tariff"), workspace=None)
    added = await store.briefs.add_imported(words("Added tariff"), related=[], published_at=None, now=clock.advance(1))
    seen = {one.id for one in await store.briefs.latest(LOCAL_WORKSPACE, limit=9)}
    assert seen == {mine.id, shared.id, added.id}
    found = await store.search.find("tariff", workspace=LOCAL_WORKSPACE, limit=9)
    assert {one.brief.id for one in found} == seen
    assert len(await store.search.find("tariff", workspace=None, limit=9)) == 4
    assert (await store.briefs.get(theirs.id, workspace=None)).id == theirs.id
    with pytest.raises(NotFound):
        await store.briefs.get(theirs.id, workspace=LOCAL_WORKSPACE)


async def test_related_brief_of_another_workspace_does_not_show(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    mine = await brief(store, clock.now(), 1, words("Mine"), workspace=LOCAL_WORKSPACE)
    theirs = await brief(store, clock.now(), 2, words("Theirs"), workspace=OTHER)
    await store.briefs.set_related({mine.id: [Related(brief_id=theirs.id, headline="Theirs", blurb="Secret")]})
    assert (await store.briefs.get(mine.id, workspace=LOCAL_WORKSPACE)).related == ()
    assert len((await store.briefs.get(mine.id, workspace=None)).related) == 1


async def test_latest_is_bounded_by_when_it_became_news(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    old = await brief(store, clock.now(), 1, words("Old"))
    clock.advance(7200)
    new = await brief(store, clock.now(), 2, words("New"))
    hour_ago = clock.now() - timedelta(hours=1)
    latest = store.briefs.latest
    assert [one.id for one in await latest(None, limit=9)] == [new.id, old.id]
    assert [one.id for one in await latest(None, limit=1, offset=1)] == [old.id]
    assert [one.id for one in await store.briefs.news(None, since=hour_ago, limit=9)] == [new.id]
    assert [one.id for one in await latest(None, limit=9, before=hour_ago)] == [old.id]
    assert [one.id for one in await store.briefs.recent(hour_ago)] == [new.id]
    assert [one.id for one in await store.briefs.recent(hour_ago, after_id=new.id)] == []
    assert [one.id for one in await store.briefs.each(after_id=old.id)] == [new.id]
    facts = (await store.briefs.with_sources([new.id]))[new.id]
    assert (facts.owners, facts.article_titles) == (frozenset({"a"}), ("Title 2",))


SEARCHED = (
    ("Greenland tariffs threaten allies", "The president spoke of tariffs on steel."),
    ("Steel mills cheer as tariffs end", "Mills in Ferrow will rehire."),
    ("도쿄전력, 원전 재가동 계획 발표", "도쿄전력은 내년 봄 재가동한다고 밝혔다."),
    ("東京電力が再稼働を発表", "来年春に再稼働する。"),
)


async def fill(store: Store, clock: FakeClock) -> list[int]:
    await workspaces(store, clock.now())
    ids = []
    for number, (headline, body) in enumerate(SEARCHED):
        text: BriefText = replace(words(headline), deck="", lede=(Sentence(text=body, sources=(1,)),))
        ids.append((await brief(store, clock.advance(3600), number, text)).id)
    return ids


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("greenland", [0]),
        ("tariff steel", [1, 0]),
        ('"steel mills"', [1]),
        ("tariffs -greenland", [1]),
        ("도쿄전력", [2]),
        ("전력", [2]),
        ("재가동", [2]),
        ("도", [2]),
        ("東京電力", [3]),
        ("再稼働", [3]),
        ("rehire nowhere-to-be-found", [1]),
        ("-greenland", []),
        ("", []),
        (") OR (* NEAR", []),
    ],
)
async def test_search_finds_words_phrases_and_cjk(
    store: Store, clock: FakeClock, query: str, places: list[int]
) -> None:
    ids = await fill(store, clock)
    found = await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=5)
    assert sorted(one.brief.id for one in found) == sorted(ids[place] for place in places)
    if places:
        assert found[0].brief.id == ids[places[0]]
        assert found[0].article_urls == (f"https://a.example/{places[0]}",)


async def test_search_is_bounded_by_date_and_page(store: Store, clock: FakeClock) -> None:
    ids = await fill(store, clock)
    since = clock.now() - timedelta(hours=2, minutes=30)
    assert [one.brief.id for one in await store.search.find("tariffs", workspace=None, limit=5, since=since)] == [
        ids[1]
    ]
    both = [one.brief.id for one in await store.search.find("tariffs", workspace=None, limit=5)]
    assert [one.brief.id for one in await store.search.find("tariffs", workspace=None, limit=1, offset=1)] == both[1:]


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("tar", [1, 0]),
        ("t", [1, 0]),
        ("steel mi", [1]),
        ("mi steel", []),
        ("green", [0]),
        ("도쿄전", [2]),
        ("東", [3]),
        ("rehire", []),
        ("", []),
        ('") OR (* NEAR', []),
    ],
)
async def test_headlines_are_found_by_words_that_are_being_typed_newest_first(
    store: Store, clock: FakeClock, typed: str, places: list[int]
) -> None:
    ids = await fill(store, clock)
    found = await store.search.begun(typed, workspace=LOCAL_WORKSPACE, limit=5)
    assert [one.id for one in found] == [ids[place] for place in places]
    assert [one.id for one in await store.search.begun(typed, workspace=None, limit=1)] == [
        ids[place] for place in places[:1]
    ]


async def test_all_headlines_are_looked_through_unless_a_letter_was_typed(store: Store, clock: FakeClock) -> None:
    ids = await fill(store, clock)
    # As after three thousand more briefs.
    async with store.database.writing() as connection:
        if store.dialect == "sqlite":
            await connection.exec_driver_sql("INSERT INTO brief_search (rowid, headline) VALUES (3000, 'harbour')")
        else:
            await connection.exec_driver_sql("ALTER SEQUENCE briefs_id_seq RESTART WITH 3000")
    if store.dialect != "sqlite":
        await brief(store, clock.advance(3600), 9, words("Harbour opens"))

    async def found(typed: str) -> list[int]:
        return [one.id for one in await store.search.begun(typed, workspace=LOCAL_WORKSPACE, limit=5)]

    assert await found("tar") == await found("ta") == [ids[1], ids[0]]
    assert await found("t") == []
    assert await found("東") == [ids[3]]


async def test_search_that_finds_nothing_suggests_the_nearest_words(store: Store, clock: FakeClock) -> None:
    await fill(store, clock)
    assert await store.search.suggest("grenland") == ["greenland"]
    assert await store.search.suggest("???") == []


async def test_search_takes_any_text(store: Store, clock: FakeClock) -> None:
    await fill(store, clock)
    for query in ("'", '"', "a'b", "it''s", "NOT", "a AND b", "title:x", "x^2", "{", "\\", "% _", "\x00a", "a" * 5000):
        await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=3)
        await store.search.begun(query, workspace=LOCAL_WORKSPACE, limit=3)


@settings(max_examples=200)
@given(text=hostile.texts)
def test_query_holds_no_syntax_of_the_person_who_typed_it(text: str) -> None:
    parsed = parse_query(text)
    for part in (*parsed.wanted, *parsed.excluded):
        assert all(char.isalnum() or char in "'_" or ord(char) > 127 for term in part.terms for char in term)
    assert fts5(parsed).count('"') % 2 == 0
    assert tsquery(parsed, stretches(parsed, least=0)).count("'") % 2 == 0
