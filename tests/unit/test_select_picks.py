"""What stands in an edition: the best first, of many kinds, nothing twice, and a reason for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.digests.select import PER_PUBLISHER, Candidate, Selection, has_news, score, select
from bot.models import Brief, BriefText, Citation, Origin, Sentence
from bot.store.editions import SentStory

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
WINDOW = timedelta(hours=36)
WORDS = [
    "otter",
    "tariff",
    "vote",
    "storm",
    "bank",
    "court",
    "virus",
    "rocket",
    "strike",
    "harvest",
    "merger",
    "election",
    "quake",
    "fire",
    "bridge",
    "film",
]


def brief(
    number: int,
    *,
    headline: str = "",
    publishers: int = 2,
    by: str = "",
    age_h: float = 2.0,
    version: int = 1,
    origin: Origin = Origin.WRITTEN,
    added_h: float | None = None,
) -> Brief:
    at = NOW - timedelta(hours=age_h)
    seen = at if added_h is None else NOW - timedelta(hours=added_h)
    word = WORDS[number % len(WORDS)]
    text = BriefText(
        headline=headline or f"{word.title()} number{number} makes {word}s",
        deck="",
        lede=(Sentence(text="It did.", sources=(1,)),),
        sources=(Citation(n=1, publisher=by or f"Paper {number}"),),
        language="en",
        written_by="extractive",
    )
    return Brief(
        id=number,
        story_id=100 + number,
        version=version,
        origin=origin,
        text=text,
        publishers=publishers,
        article_count=publishers,
        published_at=at,
        news_at=seen,
        created_at=seen,
        updated_at=seen,
    )


def selected(
    briefs: Sequence[Brief | Candidate], *, limit: int = 8, sent: Mapping[int, SentStory] | None = None
) -> Selection:
    candidates = [one if isinstance(one, Candidate) else Candidate(brief=one) for one in briefs]
    return select(candidates, sent=sent or {}, limit=limit, now=NOW, window=WINDOW)


def ids(selection: Selection) -> list[int]:
    return [pick.brief.id for pick in selection.picks]


def test_more_publishers_and_newer_come_first_and_a_single_source_last() -> None:
    many, few, old, single = brief(1, publishers=5), brief(2), brief(3, age_h=30), brief(4, publishers=1)
    assert ids(selected([single, old, few, many])) == [1, 2, 4, 3]
    assert score(single, NOW, WINDOW) < score(few, NOW, WINDOW)


def test_age_counts_less_where_an_edition_looks_back_further() -> None:
    big_old, small_new = brief(1, publishers=6, age_h=48), brief(2, age_h=1)
    assert score(big_old, NOW, WINDOW) < score(small_new, NOW, WINDOW)
    assert score(big_old, NOW, timedelta(days=7.5)) > score(small_new, NOW, timedelta(days=7.5))


def test_brief_added_today_is_new_however_old_its_date() -> None:
    added = brief(1, publishers=1, age_h=24 * 40, origin=Origin.IMPORTED, added_h=1)
    assert ids(selected([brief(2), added], limit=1)) == [1]


def test_each_pick_and_each_omission_says_why() -> None:
    result = selected([brief(1, publishers=3), brief(2)], limit=1)
    assert [pick.why for pick in result.picks] == ["3 publishers, 2 hours ago"]
    assert result.left_out == (("b2", "better ones fill the edition"),)


def test_every_candidate_is_a_pick_or_left_out() -> None:
    briefs = [brief(number, publishers=number % 3 + 1, by="One Paper") for number in range(1, 40)]
    result = selected(briefs)
    assert len(result.picks) == 8
    assert sorted([pick.brief.ref for pick in result.picks] + [ref for ref, _ in result.left_out]) == sorted(
        one.ref for one in briefs
    )


def test_headlines_that_tell_the_same_stand_once() -> None:
    better = brief(1, headline="Storm hits Florida, thousands without power", publishers=4)
    other = brief(2, headline="Thousands without power as storm hits Florida")
    result = selected([other, better])
    assert ids(result) == [1]
    assert result.left_out == (("b2", "tells the same as a better one"),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Earthquake in Chile", "Earthquake in Peru"),
        ("Biden to visit Seoul", "Biden to visit Tokyo next week"),
        ("Apple shares fall after earnings", "Tesla shares fall after earnings"),
        ("도쿄 지진 발생", "오사카 지진 발생"),
    ],
)
def test_events_of_one_kind_are_not_the_same_event(one: str, other: str) -> None:
    assert len(selected([brief(1, headline=one), brief(2, headline=other)]).picks) == 2


def test_publisher_that_stands_alone_leaves_places_to_others_while_there_are_some() -> None:
    loud = [brief(number, publishers=1, by="Loud Paper", age_h=1) for number in range(1, 9)]
    quiet = [brief(number, publishers=1, age_h=30) for number in range(9, 12)]
    chosen = ids(selected([*loud, *quiet], limit=6))
    assert len([number for number in chosen if number < 9]) == PER_PUBLISHER
    assert {9, 10, 11} <= set(chosen)
    assert len(selected(loud, limit=6).picks) == 6


def test_topics_stand_in_order_and_a_rich_one_leaves_room_for_a_poor_one() -> None:
    rich = [Candidate(brief=brief(n, publishers=6), topic="Rich", topic_rank=0) for n in range(1, 10)]
    poor = [Candidate(brief=brief(n, publishers=1), topic="Poor", topic_rank=1) for n in (10, 11)]
    picks = selected([*poor, *rich], limit=6).picks
    assert [pick.topic for pick in picks] == ["Rich"] * 4 + ["Poor"] * 2


def test_story_told_before_waits_for_news() -> None:
    told = {101: SentStory(brief_version=1, written_at=NOW - timedelta(hours=5))}
    assert ids(selected([brief(1)], sent=told)) == []
    assert selected([brief(1)], sent=told).left_out == (
        ("b1", "was told here before, and there is no news of it since"),
    )
    [pick] = selected([brief(1, version=2)], sent=told).picks
    assert pick.is_update
    assert "news since it was last told" in pick.why


@pytest.mark.parametrize(
    ("version", "seen_h", "is_news"),
    [
        (2, 4, True),
        (2, 6, False),  # the words changed, no article came
        (1, 4, False),  # an article came that said nothing more
    ],
)
def test_news_is_an_article_after_what_was_told_and_other_words(version: int, seen_h: float, is_news: bool) -> None:
    before = SentStory(brief_version=1, written_at=NOW - timedelta(hours=5))
    assert has_news(brief(1, version=version, added_h=seen_h), before) is is_news


def test_nothing_to_tell_is_no_edition_of_old_stories() -> None:
    assert selected([]).picks == ()
