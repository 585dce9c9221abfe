"""What is new in a story since it was told: its own sentences, and never only other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.digests.news import MOST, credited, news_of
from bot.models import BriefText, Citation, Sentence

OLD = Citation(n=1, publisher="Meridian", url="https://m.example/1")
LATER = Citation(n=2, publisher="Courier", url="https://c.example/2")


def text(*sentences: str | tuple[str, int], language: str = "en", headline: str = "A ferry ran aground") -> BriefText:
    told = [one if isinstance(one, tuple) else (one, 1) for one in sentences]
    return BriefText(
        headline=headline,
        deck="",
        lede=tuple(Sentence(text=words, sources=(source,)) for words, source in told),
        sources=(OLD, LATER) if any(source == 2 for _, source in told) else (OLD,),
        language=language,
        written_by="extractive",
    )


FIRST = text("The ferry ran aground off Lindholm on Monday.", "Rescuers brought 40 people ashore.")


def new(now: BriefText, *before: BriefText) -> list[str]:
    return [now.sentences[place].text for place in news_of(now, before or [FIRST])]


def test_what_was_told_is_no_news_in_whatever_order_and_words() -> None:
    assert new(FIRST) == []
    assert new(text("Rescuers brought all 40 people ashore.", "On Monday the ferry ran aground off Lindholm.")) == []
    assert news_of(FIRST, []) == ()


def test_a_new_number_a_denial_and_a_new_sentence_are_news() -> None:
    now = text(
        "Rescuers brought 52 people ashore.",
        "The ferry ran aground off Lindholm on Monday.",
        "The ferry did not ran aground off Lindholm on Monday.",
        ("The captain was arrested.", 2),
    )
    assert new(now) == [now.sentences[0].text, now.sentences[2].text, now.sentences[3].text]
    assert credited(now, now.sentences[3]) == "Courier"


def test_only_what_is_surely_of_after_a_date_is_news_since_then() -> None:
    then = datetime(2026, 1, 15, 9, tzinfo=UTC)
    told = text("Divers found cargo.", ("The captain was arrested.", 2))
    for published_at, places in ((then, ()), (then + timedelta(seconds=1), (1,)), (None, ())):
        dated = replace(told, sources=(OLD, replace(LATER, published_at=published_at)))
        assert news_of(dated, [FIRST], since=then) == places


def test_an_article_that_came_since_goes_first_when_there_is_too_much() -> None:
    own = ["Oil reached the beaches.", "Divers found cargo.", "Schools are closed.", "The mayor asked for help."]
    now = text(*own, ("The captain was arrested.", 2))
    found = new(now)
    assert len(found) == MOST
    assert found == [own[0], own[1], "The captain was arrested."]


def test_the_headline_and_the_same_again_are_not_told_twice() -> None:
    now = text("The captain was arrested.", "The captain was arrested.", headline="The captain was arrested")
    assert new(now) == []
    now = text("The captain was arrested.", "The captain was arrested.")
    assert news_of(now, [FIRST]) == (0,)


def test_each_version_that_was_told_counts() -> None:
    now = text("The captain was arrested.", "Rescuers brought 40 people ashore.")
    assert new(now, text("The captain was arrested."), FIRST) == []


def test_korean_and_japanese() -> None:
    before = text("여객선이 월요일 린드홀름 앞바다에서 좌초했다.", language="ko")
    now = text("여객선이 월요일 린드홀름 앞바다에서 좌초했다.", "선장은 체포되지 않았다.", language="ko")
    assert new(now, before) == ["선장은 체포되지 않았다."]
    before = text("船長は逮捕された。", language="ja")
    assert new(text("船長は逮捕されなかった。", language="ja"), before) == ["船長は逮捕されなかった。"]
