"""A model's work in the store: budgets that cannot be overrun, claims, new words for a brief, translations."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.models import LOCAL_WORKSPACE, Related
from bot.store import Store
from bot.store.attempts import Attempt, Waiting
from bot.store.spend import DaySpend, Usage
from tests.fakes import FakeClock
from tests.office_store import brief, incoming, source_of, words, workspaces
from tests.saving import save

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 1, 15)
HOUR = timedelta(hours=1)
BETTER = replace(words("Better"), written_by="openai:tiny")


async def test_tokens_are_reserved_then_settled(store: Store) -> None:
    assert await store.spend.of_day("m", TODAY) == DaySpend()
    assert await store.spend.reserve("m", TODAY, 60, limit=100)
    assert not await store.spend.reserve("m", TODAY, 41, limit=100)
    assert await store.spend.reserve("m", TODAY, 40, limit=100)
    assert await store.spend.reserve("other", TODAY, 60, limit=100)
    assert await store.spend.reserve("m", TODAY + timedelta(days=1), 60, limit=100)
    assert (await store.spend.of_day("m", TODAY)).reserved == 100
    await store.spend.settle("m", TODAY, 60, Usage(input_tokens=20, output_tokens=5))
    await store.spend.settle("m", TODAY, 40, None)
    used = Usage(input_tokens=20, output_tokens=5)
    assert await store.spend.of_day("m", TODAY) == DaySpend(calls=2, used=used, reserved=0, lost=40)
    assert (await store.spend.of_day("m", TODAY)).total == 65


async def test_reservations_side_by_side_do_not_overrun_the_day(store: Store) -> None:
    others = [await Store.open(store.database.url.render_as_string(hide_password=False)) for _ in range(3)]
    asked = [one.spend.reserve("m", TODAY, 30, limit=1000) for one in (store, *others) for _ in range(20)]
    given = await asyncio.gather(*asked)
    assert sum(given) == 33
    assert (await store.spend.of_day("m", TODAY)).reserved == 990
    for one in others:
        await one.close()


_RESERVER = """
import asyncio, sys
from datetime import date
from bot.store import Store
async def main(url):
    store = await Store.open(url)
    given = [await store.spend.reserve("m", date(2026, 1, 15), 30, limit=1000) for _ in range(20)]
    print(sum(given))
    await store.close()
asyncio.run(main(*sys.argv[1:]))
"""


async def test_processes_do_not_overrun_the_day_together(store: Store) -> None:
    url = store.database.url.render_as_string(hide_password=False)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", _RESERVER, url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    given = [int((await process.communicate())[0]) for process in processes]
    assert sum(given) == 33
    assert (await store.spend.of_day("m", TODAY)).total == 990


async def test_extracted_news_is_claimed_once_then_settled(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, words("First"))
    await brief(store, clock.now(), 2, replace(words("Written"), written_by="openai:tiny"))
    since = clock.now() - HOUR
    assert await store.attempts.waiting(since=since) == Waiting(count=1, since=clock.now(), failing=0)
    claimed = await store.attempts.claim_due(clock.now(), since=since, lease_s=60)
    assert claimed == Attempt(brief_id=first.id)
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) is None
    await store.attempts.release(claimed)
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) == claimed
    # Whoever held it died.
    assert await store.attempts.claim_due(clock.advance(61), since=since, lease_s=60) == claimed
    await store.attempts.failed(claimed, "down", next_try_at=clock.now() + HOUR)
    assert (await store.attempts.waiting(since=since)).failing == 1
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) is None
    again = await store.attempts.claim_due(clock.advance(3601), since=since, lease_s=60)
    assert again == replace(claimed, failures=1)
    await store.attempts.succeeded(again, next_try_at=clock.now())
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) == replace(claimed, successes=1)
    assert await store.attempts.claim_due(clock.advance(61), since=clock.now(), lease_s=60) is None


async def test_processes_side_by_side_claim_each_brief_once(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    for number in range(10):
        await brief(store, clock.now(), number, words(f"Story {number}"))
    others = [await Store.open(store.database.url.render_as_string(hide_password=False)) for _ in range(3)]
    since, claimed = clock.now() - HOUR, []
    while True:
        found = await asyncio.gather(
            *(one.attempts.claim_due(clock.now(), since=since, lease_s=60) for one in (store, *others))
        )
        claimed += [one.brief_id for one in found if one]
        if not any(found):
            break
    assert len(claimed) == len(set(claimed)) == 10
    for one in others:
        await one.close()


async def test_brief_is_reworded_in_place_and_keeps_its_instant(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, words("Told"))
    other = await brief(store, clock.now(), 2, words("Other"))
    link = Related(brief_id=first.id, headline="Told", blurb="Deck of Told.", score=0.5)
    await store.briefs.set_related({other.id: [link]})
    story = await store.stories.get(first.story_id)
    clock.advance(600)
    used = Usage(input_tokens=7, output_tokens=3)
    better = await store.briefs.reword(first, story, BETTER, used)
    assert better is not None
    assert (better.version, better.text, better.updated_at) == (2, BETTER, first.updated_at)
    assert (better.news_at, better.is_news, better.publishers) == (first.news_at, True, first.publishers)
    assert await store.briefs.get(first.id, workspace=LOCAL_WORKSPACE) == better
    assert await store.briefs.spent(first.id) == {2: used}
    assert [found.brief.id for found in await store.search.find("Better", workspace=None, limit=5)] == [first.id]
    assert [one.headline for one in (await store.briefs.get(other.id, workspace=None)).related] == ["Better"]
    assert await store.briefs.reword(first, story, BETTER, used) is None


async def test_brief_whose_story_changed_is_not_reworded(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, words("Told"))
    story = await store.stories.get(first.story_id)
    source = await source_of(store, clock.now(), LOCAL_WORKSPACE)
    [(_, id_)] = await store.articles.add_all(
        source.id, [incoming(2, clock.now())], seen_at=clock.now(), is_same=lambda one, other: False
    )
    await store.stories.place([(id_, story.id)], now=clock.now())
    assert await store.briefs.reword(first, story, BETTER, Usage()) is None
    assert await store.attempts.claim_due(clock.now(), since=clock.now() - HOUR, lease_s=60) is None


async def test_translations_are_of_one_version(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, replace(words("Told"), written_by="openai:tiny"))
    await store.translations.ask([first.id, first.id], "ko", now=clock.now())
    await store.translations.ask([], "ko", now=clock.now())
    assert await store.translations.of([first], "ko") == {}
    since = clock.now() - HOUR
    claimed = await store.attempts.claim_due(clock.now(), since=since, lease_s=60)
    assert claimed == Attempt(brief_id=first.id, language="ko")
    korean = replace(words("말했다"), language="ko")
    await store.translations.save(first, "ko", korean, Usage(input_tokens=5, output_tokens=5))
    await store.attempts.succeeded(claimed, next_try_at=clock.now())
    assert await store.translations.of([first], "ko") == {first.id: korean}
    assert await store.translations.of([first], "ja") == {}
    assert await store.translations.of([], "ko") == {}
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) is None
    story = await store.stories.get(first.story_id)
    changed = await save(store, story, BETTER, publishers=1, now=clock.now())
    assert await store.translations.of([changed], "ko") == {}
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) == replace(claimed, successes=1)


async def test_earlier_briefs_are_told_apart_by_the_migration(store: Store, clock: FakeClock) -> None:
    """What the migration does for rows from before it."""
    await workspaces(store, clock.now())
    first = await brief(store, clock.now(), 1, words("Told"))
    writer = "json_extract(body, '$.written_by')" if store.dialect == "sqlite" else "body->>'written_by'"
    async with store.database.writing() as connection:
        await connection.execute(text("UPDATE briefs SET written_by = ''"))
        await connection.execute(text(f"UPDATE briefs SET written_by = coalesce({writer}, '')"))
    since = clock.now() - HOUR
    assert await store.attempts.claim_due(clock.now(), since=since, lease_s=60) == Attempt(brief_id=first.id)
