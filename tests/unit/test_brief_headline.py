"""A headline is words: an address or bare marks give way to another source's, or to a sentence of the text."""

from __future__ import annotations

import pytest

from bot.briefs.extractive import write_brief
from bot.briefs.gate import ground
from bot.briefs.grounding.sources import SourceText
from bot.briefs.headline import MADE_CHARS, MADE_CHARS_CJK
from bot.models import BriefText, Story
from tests.unit.test_brief_differences import brief, told

NO_HEADLINES = (
    "https://www.lorne-courier.example/2026/01/ferry-harbour-closes.html?id=7",
    "http : / / www . lorne - courier . example / 2026 / 01 / ferry - harbour - closes . html",
    "www.lorne-courier.example/ferry",
    "<https://lorne.example/a>",
    "…",
    "— ? —",
    "🔥🔥",
)
CLOSED = "The ferry harbour of Lorne was closed on Monday after two boats collided."
REPAIRS = "Engineers from Veltria began to repair the eastern quay wall late on Tuesday evening."
LONG = (
    "The ferry harbour of Lorne, which carries nine thousand commuters a day across the bay, was closed on Monday, "
    "after two boats collided in thick fog and tore away half of the eastern quay wall, the harbour board said."
)


@pytest.mark.parametrize("title", NO_HEADLINES)
def test_first_sentence_stands_for_a_headline_that_is_none(title: str) -> None:
    text = brief(told(1, "Courier", title, f"It began on Sunday evening. {CLOSED} {REPAIRS}"))
    assert text.headline == CLOSED.rstrip(".")
    assert title not in said(text)


@pytest.mark.parametrize("title", NO_HEADLINES)
def test_another_sources_headline_is_taken_where_there_is_one(title: str) -> None:
    text = brief(told(1, "Courier", title, CLOSED), told(2, "Meridian", "Lorne harbour shut", REPAIRS))
    assert text.headline == "Lorne harbour shut"
    assert title not in said(text)


def said(text: BriefText) -> list[str]:
    return [text.headline, text.deck.rstrip("."), *(sentence.text.rstrip(".") for sentence in text.sentences)]


def test_headline_with_an_address_in_it_stays_as_it_is() -> None:
    for title in ("Lorne opens www.ferries.example for bookings", "https://lorne.example is down for a second day"):
        assert brief(told(1, "Courier", title, CLOSED)).headline == title


@pytest.mark.parametrize(
    ("sentence", "language", "wanted"),
    [
        (LONG, "en", LONG.partition(", after")[0] + "…"),
        ("While " + LONG[0].lower() + LONG[1:], "en", ""),
        (
            "한들시는 15일 안개 속에서 배 두 척이 부딪친 뒤 여객선 부두를 닫았으며, 하루 구천 명이 타는 뱃길을 대신할"
            " 버스를 스무 대 늘려 운행한다고 밝혔다.",
            "ko",
            "한들시는 15일 안개 속에서 배 두 척이 부딪친 뒤 여객선 부두를 닫았으며…",
        ),
        (
            "浜野市は15日、濃い霧の中で船二隻が衝突したため、渡船の港を閉鎖し、一日九千人が利用する航路の代わりに"
            "臨時バスを二十台運行すると発表し、港の再開は来月になる。",
            "ja",
            "",
        ),
    ],
)
def test_long_sentence_is_shortened_by_its_clauses(sentence: str, language: str, wanted: str) -> None:
    headline = brief(told(1, "Courier", NO_HEADLINES[0], sentence, language=language)).headline
    assert headline.endswith("…")
    assert sentence.startswith(headline[:-1])
    assert len(headline) <= (MADE_CHARS if language == "en" else MADE_CHARS_CJK) + 1
    assert not wanted or headline == wanted


@pytest.mark.parametrize("text", [CLOSED, LONG, f"{LONG} {REPAIRS}"])
def test_made_headline_passes_the_gate(text: str) -> None:
    article = told(1, "Courier", NO_HEADLINES[0], text)
    written = write_brief(Story(id=1, articles=(article,)))
    source = SourceText(title=article.title, text=text, publisher=article.publisher, published_at=article.published_at)
    assert ground(written, {1: source}).text == written


def test_entry_that_has_nothing_but_an_address_is_shown_by_it() -> None:
    assert brief(told(1, "Courier", NO_HEADLINES[0], "")).headline == NO_HEADLINES[0]


def test_sentence_that_begins_with_an_address_is_no_news() -> None:
    text = brief(told(1, "Courier", "Lorne harbour", f"http : / / www . lorne . example / a Posted at nine. {CLOSED}"))
    assert not [one for one in said(text) if "http" in one.lower()]
