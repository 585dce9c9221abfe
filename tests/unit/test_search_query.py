"""What a typed search means: words, phrases and exclusions in three languages, and nothing hostile in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.query import Query, fts5, parse_query, stretches, tsquery
from bot.store.ranking import Candidate, coverage, places_in, ranked, root
from bot.text.inflect import cores, korean_core
from bot.text.words import terms
from tests import hostile


@pytest.mark.parametrize(
    ("typed", "every"),
    [
        ("ferry tariffs", '(("ferry") AND ("tariffs"))'),
        ("the end of the ferry", '(("end") AND ("ferry"))'),
        ("the", '(("the"))'),
        ('"river life" ferry -poll', '(("river life") AND ("ferry")) NOT ("poll")'),
        ("“river life”", '(("river life"))'),
        ('ferry -"river life"', '(("ferry")) NOT ("river life")'),
        ("rise -0.9%", '(("rise") AND ("0") AND ("9"))'),
        ("well-known", '(("well") AND ("known"))'),
        ("금리를 인상하기로", '(("금리") AND ("인상"))'),
        ("「기준 금리」 인상", '(("기준 금리") AND ("인상"))'),
        ("東京電力の値上げについて", '(("東京 京電 電力") AND ("値上"))'),
        ("食べました", '(("食"*))'),
        ("“unclosed", '(("unclosed"))'),
        ('" "', ""),
        ("- --", ""),
        ("AND OR NOT NEAR(", '(("near"))'),
    ],
)
def test_query_asks_for(typed: str, every: str) -> None:
    assert fts5(parse_query(typed)) == every


def test_any_word_of_a_phrase_is_asked_for_only_when_it_is_relaxed() -> None:
    parsed = parse_query('"river life" ferry')
    assert fts5(parsed, stretches(parsed, least=0)) == '(("river life") AND ("river" OR "life" OR "ferry"))'
    assert fts5(parsed.relaxed(), stretches(parsed, least=0)) == '(("river" OR "life" OR "ferry"))'
    assert tsquery(parsed, stretches(parsed, least=0)) == "(('river' <-> 'life') & ('river' | 'life' | 'ferry'))"


@pytest.mark.parametrize(
    ("typed", "is_sentence"),
    [
        ("ferry tariffs", False),
        ("tariffs on ferries rise across northern islands", True),
        ("금리", False),
        ("금리 인상", True),
        ("“기준 금리” 인상", False),
        ("장관 “기준 금리 인상은 아직 이르다” 밝혀", True),
    ],
)
def test_sentence_is_told_from_a_few_words(typed: str, is_sentence: bool) -> None:
    assert parse_query(typed).is_sentence is is_sentence


@pytest.mark.parametrize(
    ("forms", "core"),
    [
        ("인상했다 인상한다 인상하기로 인상된 인상을", "인상"),
        ("정부는 정부가 정부에서는 정부의", "정부"),
        ("국가", "국가"),
        ("도로", "도로"),
    ],
)
def test_korean_word_has_one_core_in_every_form(forms: str, core: str) -> None:
    assert {korean_core(form) for form in forms.split()} == {core}


def test_japanese_word_has_its_parts_in_kanji_and_katakana() -> None:
    assert cores("値上げした") == cores("値上げする") == ("値上",)
    assert cores("ウクライナへの侵攻") == ("ウクライナ", "侵攻")
    assert cores("さくら") == ("さくら",)


@settings(max_examples=300)
@given(text=hostile.texts)
def test_no_text_is_too_hostile_to_be_asked_for(text: str) -> None:
    parsed = parse_query(text)
    for groups in (None, stretches(parsed, least=0), stretches(parsed, least=0.4)):
        assert fts5(parsed, groups).count('"') % 2 == 0
        assert tsquery(parsed, groups).count("'") % 2 == 0
    assert len(parsed.terms) <= 48


def test_of_one_word_so_large_a_piece_is_asked_for_as_a_result_must_have() -> None:
    word = parse_query("도쿄전력이다")
    assert stretches(word, least=0.4) == (("도쿄", "쿄전"), ("쿄전", "전력"), ("전력", "력이"), ("력이", "이다"))
    assert fts5(word, stretches(word, least=0.4)).startswith('((("도쿄" AND "쿄전") OR ("쿄전" AND "전력")')
    assert tsquery(word, stretches(word, least=0.4)).startswith("((('도쿄' & '쿄전') | ('쿄전' & '전력')")
    words = parse_query("도쿄전력 ferry")
    assert stretches(words, least=0.4) == (("도쿄",), ("쿄전",), ("전력",), ("ferry",))


@given(st.text(alphabet="도쿄전력이다", min_size=2, max_size=9), st.text(alphabet="도쿄전력이다 ", max_size=14))
def test_what_has_no_such_piece_would_not_be_shown(word: str, text: str) -> None:
    parsed, words = parse_query(word), set(terms(text))
    has_piece = any(words.issuperset(group) for group in stretches(parsed, least=0.4))
    assert has_piece == (coverage(parsed, candidate(parsed, 1, text)) >= 0.4)


# ── order ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(query: str, *texts: str) -> list[int]:
    parsed = parse_query(query)
    return [one.id for one in ranked(parsed, [candidate(parsed, number, text) for number, text in enumerate(texts)])]


def candidate(parsed: Query, number: int, text: str) -> Candidate:
    return Candidate(number, 1.0, places_in(terms(text), map(root, parsed.terms)))


def test_whole_words_come_before_pieces() -> None:
    assert order("기준금리 동결", "기준을 세운 시장의 금리 논의", "기준금리가 동결됐다", "무관한 소식이다")[0] == 1


def test_words_that_stand_together_come_first() -> None:
    apart = "river boats carried the mail and later on quiet life went by"
    together = "later on the river life went by with boats and mail"
    assert order("river life", apart, together, "another text") == [1, 0, 2]


def test_what_a_text_says_first_counts_more() -> None:
    filler = " ".join(f"word{number}" for number in range(150))
    assert order("ferry strike", f"{filler} ferry strike", f"ferry strike {filler}", filler)[0] == 1


def test_order_of_nothing_is_nothing() -> None:
    assert ranked(parse_query("ferry"), []) == []


def test_coverage_is_the_share_of_the_words_found() -> None:
    parsed = parse_query("도쿄전력 재가동")
    assert coverage(parsed, candidate(parsed, 1, "도쿄전력이 재가동을")) == 1
    assert coverage(parsed, candidate(parsed, 1, "다른 전력")) < 0.4
