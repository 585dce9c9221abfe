"""Which briefs are related, and the reason that a reader is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.models import Brief, BriefText, Citation, Origin, Sentence
from bot.stories.related import LIMIT, RelatedIndex
from bot.stories.things import Kind, things_of

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


def text(headline: str, *sentences: str, language: str = "en") -> BriefText:
    deck, *body = sentences
    return BriefText(
        headline=headline,
        deck=deck,
        lede=tuple(Sentence(text=sentence, sources=(1,)) for sentence in body or [deck]),
        language=language,
        written_by="extractive",
    )


def brief(number: int, words: BriefText, *, days: float = 1) -> Brief:
    at = NOW - timedelta(days=days)
    return Brief(
        id=number,
        story_id=number,
        version=1,
        origin=Origin.WRITTEN,
        text=words,
        published_at=at,
        news_at=at,
        created_at=at,
        updated_at=at,
    )


FERRY = text(
    "Ferry crews walk out at Ardel harbour",
    "Crews in the Port of Ardel walked out over night shifts, union leader Mara Quill said.",
    "Mara Quill said the night shifts at the Port of Ardel were unsafe.",
)
QUILL = text(
    "Union's Mara Quill to stand for mayor",
    "Mara Quill will stand for mayor, she said at a rally.",
    "The rally filled a square where Mara Quill promised new night shifts for buses.",
)
HARBOUR = text(
    "Storm shuts the Port of Ardel",
    "A storm shut the Port of Ardel for two days.",
    "Cranes at the Port of Ardel stood still.",
)
BEES = text("Bees return to the valley", "Beekeepers counted more hives.", "The hives stand in orchards.")
FILLER = [
    text(f"Item {n} of the almanac", f"Entry {n * 7} tells of gardens.", f"Gardens of sort {n} grow.")
    for n in range(40)
]


def index(*texts: BriefText) -> RelatedIndex:
    made = RelatedIndex()
    for number, words in enumerate([*texts, *FILLER], start=1):
        made.add(brief(number, words))
    return made


def reasons(made: RelatedIndex, words: BriefText) -> dict[str, str]:
    return {link.headline: link.reason for link in made.find(words, story_id=999, now=NOW)}


def test_reason_names_people_and_places_whole() -> None:
    found = reasons(index(QUILL, HARBOUR, BEES), FERRY)
    assert found[QUILL.headline].startswith("also about Mara Quill")
    assert found[HARBOUR.headline] == "also about Port of Ardel"
    assert BEES.headline not in found


def test_surname_stands_for_the_person_named_before() -> None:
    words = text("Quill wins", "Mara Quill won the vote.", "Later Quill thanked her crew, and Quill left.")
    things = things_of(words)
    assert (things["mara quill"].shown, things["mara quill"].kind) == ("Mara Quill", Kind.PHRASE)
    assert "quill" not in {thing.shown.casefold() for thing in things.values() if thing.kind > Kind.PART}


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("On Monday President Ada Lund met New York officials.", {"Ada Lund", "New York"}),
        ("The Supreme Court of Veltria heard it, said Sen. Lee Oduya.", {"Supreme Court of Veltria", "Lee Oduya"}),
        ("It was said in the U.S. on Tuesday.", set()),
    ],
)
def test_names_have_no_titles_days_or_stray_words(sentence: str, names: set[str]) -> None:
    things = things_of(text("Nothing here", "Nothing more.", sentence))
    assert {thing.shown for thing in things.values() if thing.shown[0].isupper() and thing.kind >= Kind.NAME} == names


def test_reason_is_in_the_language_of_the_brief() -> None:
    one = text(
        "기준금리 인상 결정", "벨트리아 중앙은행이 기준금리를 올렸다.", "기준금리 인상은 두 번째다.", language="ko"
    )
    two = text("기준금리 동결 전망", "시장은 기준금리를 동결할 것으로 봤다.", "기준금리가 높다.", language="ko")
    assert reasons(index(two), one)[two.headline] == "‘기준금리’ 관련 소식"
    three = text("北浜原発が再稼働", "北浜原発は十年ぶりに再稼働した。", "北浜原発の周辺は静かだ。", language="ja")
    four = text("北浜原発に検査", "規制当局は北浜原発を検査した。", "北浜原発は応じた。", language="ja")
    assert reasons(index(four), three)[four.headline] == "「北浜原発」に関する記事"


def test_what_everybody_writes_about_is_no_reason() -> None:
    many = [text(f"Ada Lund visit {n}", f"Ada Lund went to place{n}.", f"Crowds came to place{n}.") for n in range(30)]
    found = reasons(index(*many), text("Ada Lund sings", "Ada Lund sang an opera.", "The opera was long."))
    assert not any("Lund" in reason.split(" and ")[0] for reason in found.values())


def test_newer_of_two_alike_is_first_and_five_are_most() -> None:
    made = RelatedIndex()
    for number in range(1, 9):
        made.add(brief(number, HARBOUR, days=3 * number))
    for number, words in enumerate([*FILLER, BEES], start=100):
        made.add(brief(number, words))
    found = made.find(FERRY, story_id=999, now=NOW)
    assert len(found) <= LIMIT
    ids = [link.brief_id for link in found]
    assert ids == sorted(ids, key=lambda id_: id_ or 0)


def test_link_goes_back_with_a_reason_in_the_others_language() -> None:
    made = index(HARBOUR)
    new = brief(500, FERRY, days=0)
    [link] = [one for one in made.find(FERRY, story_id=500, now=NOW) if one.headline == HARBOUR.headline]
    made.add(new)
    merged = made.linked_back(new, link)
    assert merged is not None
    assert [(one.brief_id, one.reason) for one in merged] == [(500, "also about Port of Ardel")]
    assert made.linked_back(new, link) is None
    assert made.get(1) is not None


def test_full_index_forgets_the_oldest() -> None:
    made = RelatedIndex(capacity=3)
    for number, words in enumerate([HARBOUR, QUILL, BEES, *FILLER[:2]], start=1):
        made.add(brief(number, words))
    assert len(made) == 3
    assert (made.get(1), made.get(2)) == (None, None)
    made.add(brief(5, HARBOUR))
    assert len(made) == 3


def test_publisher_that_tells_both_is_no_reason() -> None:
    source = (Citation(n=1, publisher="Meridian Wire"),)
    one = replace(text("Otters return", "Otters swam, according to Meridian Wire.", "They are four."), sources=source)
    other = replace(text("Chess final", "Varga won, according to Meridian Wire.", "He is 17."), sources=source)
    assert reasons(index(other), one) == {}
    assert not any("Wire" in thing.shown for thing in things_of(one).values())
    korean = replace(
        text(
            "도서관 이용자 증가",
            "한빛일보에 따르면 이용자가 늘었다.",
            "한빛일보에 따르면 밤에도 열린다.",
            language="ko",
        ),
        sources=(Citation(n=1, publisher="한빛일보"),),
    )
    assert not any("따르면" in thing.shown for thing in things_of(korean).values())


def test_short_common_word_is_no_reason() -> None:
    one = text("Shares of Helia fell", "Helia shares fell on Monday.", "Batteries burnt.")
    other = text("Rates fell in Veltria", "Rates fell after a vote.", "Loans are cheap.")
    assert reasons(index(other), one) == {"Rates fell in Veltria": "on a similar subject"}
