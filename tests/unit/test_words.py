"""The words of a text: the quick way through most texts finds what the pattern finds."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.words import CJK, bigrams, is_cjk, runs, terms

_WORD = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:'[^\W_{CJK}]+)*")
# Mostly what English texts are of, with what keeps one from being only that.
_TEXTS = st.lists(
    st.sampled_from(
        [*"aB9 '_-.,\t\n", "’", "“", "”", "–", "…", "\u00a0", "é", "İ", "ﬁ", "한국", "日本", "ｶﾞ", "\u0301", "½"]
    )
).map("".join)


@given(_TEXTS)
@example("It's “ten o’clock” — 'twas the bank's… rock 'n' roll''s")
@example("’")
def test_words_are_those_that_the_pattern_finds(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    expected = _WORD.findall(folded)
    assert runs(text) == expected
    assert terms(text) == [term for run in expected for term in (bigrams(run) if is_cjk(run) else [run])]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The bank’s “rate” — 2.5%", ["the", "bank's", "rate", "2", "5"]),
        ("'Yes', they said", ["yes", "they", "said"]),
        ("snake_case and-dash", ["snake", "case", "and", "dash"]),
    ],
)
def test_words_of_plain_texts(text: str, words: list[str]) -> None:
    assert terms(text) == words
