"""What sources disagree on is told as disagreement, with who says what; what a later source corrects, as a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.briefs.differences import differences
from bot.briefs.extractive import write_brief
from bot.briefs.figures import value_of
from bot.models import Article, BriefText, Story
from tests.unit.test_group_stories import article


def told(id_: int, publisher: str, title: str, text: str, *, language: str = "en", hours: float = 0.0) -> Article:
    return replace(article(id_, title, text, hours=hours, publisher=publisher), language=language)


def brief(*articles: Article) -> BriefText:
    return write_brief(Story(id=1, articles=articles))


BUS_12 = "At least 12 people were killed when a bus fell into a ravine near Lorne on Monday, police said."
BUS_15 = "Fifteen people died when a bus left the road and fell into a ravine near Lorne on Monday."


def test_contradicting_counts_are_told_with_who_says_which() -> None:
    text = brief(told(1, "Meridian", "Bus falls near Lorne", BUS_12), told(2, "Courier", "Bus in ravine", BUS_15))
    section = text.sections[-1]
    assert section.heading == "Where sources differ"
    (sentence,) = section.sentences
    assert sentence.text == (
        "According to Meridian, “At least 12 people were killed when a bus fell into a ravine near Lorne on Monday”; "
        "according to Courier, “Fifteen people died when a bus left the road and fell into a ravine near Lorne on"
        " Monday”."
    )
    names = {source.n: source.publisher for source in text.sources}
    assert {names[number] for number in sentence.sources} == {"Meridian", "Courier"}


def test_later_and_higher_count_is_a_change_and_the_old_one_is_not_told_as_news() -> None:
    late = "The death toll in the Lorne bus crash rose to 15 on Monday night, the hospital said. The road stays closed."
    text = brief(
        told(1, "Meridian", "Bus plunge near Lorne kills 12", BUS_12),
        told(2, "Courier", "Death toll in Lorne bus crash rises to 15", late, hours=6),
    )
    section = text.sections[-1]
    assert section.heading == "How the figures changed"
    assert "; later Courier reported “" in section.sentences[0].text
    others = [
        text.headline,
        text.deck,
        *(s.text for s in text.lede),
        *(s.text for s in text.sections[0].sentences[:-1]),
    ]
    assert not any("12" in other for other in others)


def test_korean_disagreement() -> None:
    text = brief(
        told(
            1, "한빛일보", "한들시 공장 화재", "15일 한들시의 화학 공장에서 불이 나 노동자 3명이 숨졌다.", language="ko"
        ),
        told(2, "남산경제", "한들시 공장 불", "한들시 화학 공장에서 15일 불이 나 노동자 5명이 숨졌다.", language="ko"),
    )
    assert text.sections[-1].heading == "매체마다 다른 점"
    assert text.sections[-1].sentences[0].text == (
        "한빛일보에 따르면 “15일 한들시의 화학 공장에서 불이 나 노동자 3명이 숨졌다”, "
        "남산경제에 따르면 “한들시 화학 공장에서 15일 불이 나 노동자 5명이 숨졌다”."
    )


def test_japanese_disagreement() -> None:
    text = brief(
        told(
            1,
            "あおば新聞",
            "浜野市で土砂崩れ",
            "浜野市で15日、大雨による土砂崩れがあり、2人が死亡した。",
            language="ja",
        ),
        told(2, "みなと通信", "浜野市の土砂崩れ", "浜野市で15日、大雨による土砂崩れで4人が死亡した。", language="ja"),
    )
    assert text.sections[-1].heading == "情報源で異なる点"
    assert text.sections[-1].sentences[0].text == (
        "あおば新聞によると「2人が死亡した」、みなと通信によると「大雨による土砂崩れで4人が死亡した」。"
    )


HOMES = "Storm Ilse cut power to {} homes on the Ardel coast on Thursday, grid operator Nordlys said."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HOMES.format("120,000"), HOMES.format("120,000")),
        (HOMES.format("about 120,000"), HOMES.format("124,000")),
        (HOMES.format("120,000"), HOMES.format("190,000") + " At first it was 120,000."),
        (BUS_12, "Another bus crash, last year in Osmark, killed 15 people, police said on Monday."),
        (BUS_12, "Police said 3 children were killed when a bus fell into a ravine near Lorne."),
        (BUS_12, "The 15-year-old driver was not killed when the bus fell into a ravine near Lorne."),
        (HOMES.format("120,000"), "Nordlys owns a fleet of 300 homes and offices in all of Veltria."),
        ("Aid of 4 million doses goes north.", "Aid of 2.5 million doses goes to Osmark and 1.5 million to Ardel."),
    ],
    ids=["same", "rounded", "told too", "another event", "some of all", "an age", "another thing", "a sum"],
)
def test_numbers_that_do_not_contradict_are_no_difference(one: str, other: str) -> None:
    assert differences([told(1, "A", "One", one), told(2, "B", "Other", other)], "en") == []


def test_one_owner_does_not_disagree_with_itself() -> None:
    both = [replace(told(n, f"Edition {n}", "Bus", text), owner="same") for n, text in enumerate((BUS_12, BUS_15), 1)]
    assert differences(both, "en") == []


def test_other_units_differ_too() -> None:
    (found,) = differences(
        [told(1, "A", "One", HOMES.format("120,000")), told(2, "B", "Other", HOMES.format("190,000"))], "en"
    )
    assert [one.figure.value for one in found.statements] == [120_000, 190_000]
    assert not found.is_update


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("12", 12),
        ("1,200", 1200),
        ("twelve", 12),
        ("1.2 million", 1.2e6),
        ("5만2000", 52_000),
        ("3億", 3e8),
        ("1만", 1e4),
    ],
)
def test_numbers_are_read_in_three_languages(number: str, value: float) -> None:
    assert value_of(number) == value
