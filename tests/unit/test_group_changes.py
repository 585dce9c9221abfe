"""Stories are put right as evidence arrives: merged, split; look-alikes stay apart; restarts change nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.models import Article
from bot.stories.group import Move, StoryIndex
from bot.stories.split import halves
from tests import hostile
from tests.unit.test_group_stories import article, sample_articles

QUAKES = (
    ("Quake of 6.1 hits Lorne valley", "A magnitude 6.1 earthquake struck the Lorne valley on Monday, killing 14."),
    ("Lorne valley earthquake kills 14", "At least 14 people died when a magnitude 6.1 quake shook the Lorne valley."),
    ("Quake of 7.3 hits Osmark coast", "A magnitude 7.3 earthquake struck off Osmark on Monday; a wave was feared."),
    ("Osmark earthquake: wave warning lifted", "Osmark lifted its wave warning after the magnitude 7.3 quake."),
)


def taken(articles: list[Article], index: StoryIndex | None = None) -> tuple[dict[int, int], list[Move]]:
    """The last story of each article, and all that moved."""
    index = index or StoryIndex()
    placed: dict[int, int] = {}
    moved: list[Move] = []
    for one in articles:
        placed[one.id], moves = index.take(one, new_story=one.id)
        placed |= {move.article_id: move.to_story for move in moves}
        moved += moves
    return placed, moved


def partition(placed: dict[int, int]) -> set[frozenset[int]]:
    return {frozenset(id_ for id_ in placed if placed[id_] == story) for story in placed.values()}


def test_look_alike_events_of_one_day_stay_apart() -> None:
    quakes = [article(number, *told, hours=number) for number, told in enumerate(QUAKES, start=1)]
    assert partition(taken(quakes)[0]) == {frozenset({1, 2}), frozenset({3, 4})}


def test_stories_that_turn_out_to_be_one_are_merged() -> None:
    first = "Corvell quits as Veltria finance chief after audit row. Corvell denied wrongdoing in a letter to Rask."
    other = "Lindholm inquiry names missing 30 million in port fund. Auditors found 30 million crowns gone at Lindholm."
    index = StoryIndex()
    index.add(article(1, "Corvell quits", first), 1)
    index.add(article(2, "Lindholm inquiry", other), 2)
    index.add(article(3, "Corvell quits; Lindholm inquiry", first + other), 1)
    index.add(article(4, "Corvell, Lindholm inquiry", other + first), 2)
    moves = index.revise(2)
    assert {(move.from_story, move.to_story, move.is_merger) for move in moves} == {(2, 1, True)}
    assert {move.article_id for move in moves} == {2, 4}
    assert len(index) == 1


def test_story_of_two_events_is_split() -> None:
    index = StoryIndex()
    for number, told in enumerate(QUAKES, start=1):
        index.add(article(number, *told, hours=number), 7)
    moves = index.revise(7)
    assert {move.article_id for move in moves} in ({1, 2}, {3, 4})
    assert {move.is_merger for move in moves} == {False}
    assert len(index) == 2


def test_halves_are_found_whatever_the_order() -> None:
    near = np.array([[1.0, 0.5, 0.0, 0.01], [0.5, 1.0, 0.01, 0.0], [0.0, 0.01, 1.0, 0.4], [0.01, 0.0, 0.4, 1.0]])
    for order in ([0, 1, 2, 3], [2, 0, 3, 1], [3, 1, 0, 2]):
        margin, *parts = halves(near[np.ix_(order, order)], np.zeros(4), np.zeros(4))
        assert margin < 0
        assert sorted(sorted(order[row] for row in part) for part in parts) == [[0, 1], [2, 3]]


def test_restart_in_the_middle_changes_nothing() -> None:
    articles = sample_articles()
    whole, _ = taken(articles)
    for cut in (7, 20, 33):
        first, _ = taken(articles[:cut])
        index = StoryIndex()
        for one in articles[:cut]:
            index.add(one, first[one.id])
        rest, moves = taken(articles[cut:], index)
        moved = {move.article_id: move.to_story for move in moves}
        assert partition(first | rest | moved) == partition(whole)


def test_most_pairs_hold_in_any_order() -> None:
    articles = sample_articles()
    usual = partition(taken(articles)[0])
    for seed in range(3):
        mixed = random.Random(seed).sample(articles, len(articles))
        assert len(partition(taken(mixed)[0]) & usual) >= 0.8 * len(usual)


def test_reports_in_two_languages_meet_by_names_and_numbers() -> None:
    english = article(
        1, "Quillon recalls 48,213 MX-900 units", "Quillon recalls 48,213 MX-900 batteries; FTSE shares fell 14.7%."
    )
    korean = article(
        2, "Quillon MX-900 48,213대 리콜", "Quillon 은 MX-900 배터리 48,213 대를 리콜한다. FTSE 주가는 14.7% 하락했다."
    )
    other = article(3, "Quillon 신제품 공개", "Quillon 은 내년 봄 새 노트북을 공개한다고 밝혔다. 가격은 미정이다.")
    assert partition(taken([english, korean, other])[0]) == {frozenset({1, 2}), frozenset({3})}


def test_headlines_alone_find_their_event() -> None:
    told = (
        "Varga, 17, wins world chess title",
        "Chess: Varga, 17, youngest world champion",
        "Ferry crews strike on Sunday",
        "Varga world chess champion at 17",
        "Sunday ferry strike: crews walk out",
    )
    placed, _ = taken([article(number, title) for number, title in enumerate(told, start=1)])
    assert partition(placed) == {frozenset({1, 2, 4}), frozenset({3, 5})}


def test_full_window_drops_the_oldest_and_stays_exact() -> None:
    index = StoryIndex(capacity=30)
    for number in range(1, 700):
        told = f"Event{number % 20} place{number % 20} name{number % 20} sum{number % 20}"
        index.take(article(number, told, told), new_story=number)
    assert sum(number in index for number in range(1, 700)) == 30
    assert 699 in index
    assert len(index) == 20


@settings(max_examples=60)
@given(told=st.lists(st.tuples(hostile.texts, hostile.texts), min_size=1, max_size=12))
def test_any_text_is_placed_once_and_again_alike(told: list[tuple[str, str]]) -> None:
    articles = [article(number, *parts) for number, parts in enumerate(told, start=1)]
    placed, moves = taken(articles)
    assert placed.keys() == {one.id for one in articles}
    assert all(move.from_story != move.to_story for move in moves)
    again, _ = taken([replace(one) for one in articles])
    assert again == placed


def test_articles_without_any_word_stay_alone() -> None:
    placed, moves = taken([article(number, "", "…!") for number in range(1, 4)])
    assert len(partition(placed)) == 3
    assert moves == []
