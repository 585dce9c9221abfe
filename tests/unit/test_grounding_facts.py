"""Numbers, dates, names and quotations as the gate reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.briefs.grounding import dates, names, numbers
from bot.briefs.grounding.lines import Line, tidy
from bot.briefs.grounding.quotations import find_quotations, stands_in
from bot.briefs.grounding.stems import stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2 million people", "1,200,000 people"),
        ("$15m", "15 million dollars"),
        ("40%", "forty per cent"),
        ("twenty-one days", "21 days"),
        ("two hundred and five ships", "205 ships"),
        ("12만 명", "120,000명"),
        ("1조2000억원", "1조 2000억 원"),
        ("1億2000万円", "120000000円"),
        ("三人", "3人"),
        ("21st", "the 21st"),
        ("3,5 percent", "3.5 percent"),
    ],
)
def test_equal_numbers_are_the_same(one: str, other: str) -> None:
    [claim], [source] = numbers.find_numbers(tidy(one)), numbers.find_numbers(tidy(other))
    assert numbers.is_same(claim, source)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2 million", "1.2 billion"),
        ("5 percent", "5 percentage points"),
        ("$5", "€5"),
        ("5 miles", "5 kilometers"),
        ("3만", "3억"),
        ("1,234", "1,243"),
        ("second place", "third place"),
    ],
)
def test_other_numbers_are_not(one: str, other: str) -> None:
    assert not numbers.is_same(numbers.find_numbers(one)[0], numbers.find_numbers(other)[0])


def test_range_lends_its_unit_to_the_first() -> None:
    first, _ = numbers.find_numbers("from 2 to 3 million dollars")
    assert numbers.is_same(numbers.find_numbers("2 million dollars")[0], first)


@pytest.mark.parametrize(
    ("claim", "source", "is_same"),
    [
        ("March 3", "3 March 2026", True),
        ("2026-03-03", "March 3, 2026", True),
        ("3월 3일", "2026년 3월 3일", True),
        ("March 10", "Tuesday", True),
        ("Tuesday", "today", True),
        ("Monday", "yesterday", True),
        ("in March 2026", "March 3", True),
        ("March 4", "March 3", False),
        ("Wednesday", "Tuesday", False),
        ("2025", "2024", False),
        ("April 10", "Tuesday", False),
        ("火曜日", "火曜", True),
    ],
)
def test_dates_are_compared_by_what_they_mean(claim: str, source: str, is_same: bool) -> None:
    published = datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert dates.is_same(dates.find_dates(claim)[0], dates.find_dates(source)[0], published) is is_same


def test_months_that_are_words_need_a_small_word_before_them() -> None:
    assert not dates.find_dates("May they march on?")
    assert dates.find_dates("It ended in May.")[0].month == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On Tuesday Governor Anna Holt met Ben de Vries.", [("anna", "holt"), ("ben", "de", "vries")]),
        ("Police said the man left.", []),
        ("Officials of the European Union's court spoke.", [("european", "union")]),
        ("“He left,” Reed said.", [("reed",)]),
    ],
)
def test_names_are_told_by_their_capitals(text: str, found: list[tuple[str, ...]]) -> None:
    assert [name.words for name in names.find_names(Line(tidy(text)))] == found


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (("holt",), ("anna", "holt"), True),
        (("anna", "holt"), ("anna", "maria", "holt"), True),
        (("who",), ("world", "health", "organization"), True),
        (("american",), ("u.s.",), True),
        (("ben", "holt"), ("anna", "holt"), False),
        (("reed",), ("anna", "holt"), False),
    ],
)
def test_names_that_may_be_of_the_same(one: tuple[str, ...], other: tuple[str, ...], is_same: bool) -> None:
    assert names.is_same(one, other) is is_same


def test_quotations_of_every_form_are_found_and_compared_word_by_word() -> None:
    texts = [one.text for one in find_quotations(tidy('‘It is over now’ and “no” and "yes" and 「はい」'))]
    assert texts == ["It is over now", "no", "yes", "はい"]
    words = Line("We will not rush into cuts, ever.").words
    assert stands_in("will not rush … ever", words)
    assert stands_in("[They] will not rush", words)
    assert not stands_in("will rush", words)


def test_stems_join_the_forms_of_a_word() -> None:
    assert stem("denied") == stem("denies") == stem("deny")
    assert stem("rose") == stem("risen") == stem("rising")
    assert stem("lost") == stem("lose")
