"""What search finds and in which order, the same on both databases."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.briefs.parts import MAX_WORDS
from bot.models import LOCAL_WORKSPACE, BriefText, Sentence
from bot.store import Store
from tests import hostile
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, workspaces

TEXTS = {
    "rates": ("en", "Veltria's bank raises rates", "The bank of Veltria raised its rate to four percent on Monday."),
    "ferry": (
        "en",
        "Ferry crews walk out",
        "Crews of the island ferries walked out over pay, and the river life stopped.",
    ),
    "river": ("en", "A life beside the water", "A river runs by the town, where life is slow and banks are green."),
    "금리": ("ko", "벨트리아 은행, 기준금리 인상", "벨트리아 중앙은행이 기준금리를 4퍼센트로 인상했다고 밝혔다."),
    "배": ("ko", "섬 여객선 파업", "섬을 오가는 여객선 선원들이 임금을 두고 파업에 들어갔다."),
    "原発": ("ja", "北浜原発が再稼働", "北浜原発は十年ぶりに再稼働し、電気料金の値上げは見送られた。"),
    "船": ("ja", "離島フェリーが運休", "離島を結ぶフェリーは船員の賃上げをめぐり運休した。"),
}


async def filled(store: Store, clock: FakeClock) -> dict[int, str]:
    await workspaces(store, clock.now())
    names = {}
    for number, (name, (language, headline, body)) in enumerate(TEXTS.items()):
        text = BriefText(
            headline=headline,
            deck="",
            lede=(Sentence(text=body, sources=()),),
            language=language,
            written_by="extractive",
        )
        at = clock.now() - timedelta(hours=number)
        names[(await brief(store, at, number, text, workspace=LOCAL_WORKSPACE)).id] = name
    return names


async def found(store: Store, names: dict[int, str], query: str) -> list[str]:
    return [names[one.brief.id] for one in await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=9)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("raising rate", "rates"),
        ("the crews of ferries that stopped everything on an island", "ferry"),
        ("what does the central bank of Veltria want with higher rates now", "rates"),
        ("기준금리를 인상한다", "금리"),
        ("기준금리 인상에 대한 시장의 엇갈린 반응", "금리"),
        ("여객선의 파업", "배"),
        ("선원들은", "배"),
        ("再稼働する原発", "原発"),
        ("値上げを見送る", "原発"),
        ("賃上げ", "船"),
        ("フェリーの運休が続く離島", "船"),
    ],
)
async def test_first_is(store: Store, clock: FakeClock, query: str, first: str) -> None:
    assert (await found(store, await filled(store, clock), query))[:1] == [first]


@pytest.mark.parametrize(
    ("query", "all_"),
    [
        ('"river life"', ["ferry"]),
        ("“river life”", ["ferry"]),
        ("「기준금리」", ["금리"]),
        ("bank -Veltria", ["river"]),
        ("여객선 -파업", []),
        ("zzz", []),
    ],
)
async def test_phrases_and_exclusions_are_conditions(
    store: Store, clock: FakeClock, query: str, all_: list[str]
) -> None:
    assert await found(store, await filled(store, clock), query) == all_


async def test_phrase_beside_words_that_nobody_has_is_relaxed(store: Store, clock: FakeClock) -> None:
    names = await filled(store, clock)
    assert (await found(store, names, '"life river" ferry'))[0] == "ferry"


async def test_brief_with_every_word_comes_before_one_with_some(store: Store, clock: FakeClock) -> None:
    assert (await found(store, await filled(store, clock), "ferries river rate"))[0] == "ferry"


async def test_another_workspace_finds_nothing_of_it(store: Store, clock: FakeClock) -> None:
    await filled(store, clock)
    for query in ("raising rate", "기준금리 인상에 대한 반응", "the crews of ferries on an island"):
        assert await store.search.find(query, workspace=OTHER, limit=9) == []


async def test_nearest_words_are_words_of_briefs(store: Store, clock: FakeClock) -> None:
    await filled(store, clock)
    assert "veltria" in await store.search.suggest("veltira")
    assert "여객선" in await store.search.suggest("여객손이")


async def test_no_query_is_too_hostile(store: Store, clock: FakeClock) -> None:
    await filled(store, clock)

    queries: list[str] = []

    @settings(max_examples=120, database=None)
    @given(text=hostile.texts)
    def collect(text: str) -> None:
        queries.append(text)

    collect()
    for query in queries:
        await store.search.find(query, workspace=LOCAL_WORKSPACE, limit=3)
        await store.search.suggest(query)


async def test_longest_brief_that_may_come_in_is_indexed(store: Store, clock: FakeClock) -> None:
    """Of nothing but different letters, which is the most that an index has to hold."""
    letters = random.Random(1)
    words = "".join(chr(letters.randrange(0xAC00, 0xD7A3)) for _ in range(MAX_WORDS))
    lede = (Sentence(text=words, sources=(1,)),)
    told = BriefText(headline="A pact", deck="", lede=lede, language="ko", written_by="imported")
    made = await brief(store, clock.now(), 1, told, workspace=None)
    assert [one.brief.id for one in await store.search.find(words[-9:-3], workspace=None, limit=5)] == [made.id]
