"""A headline keeps its own words and loses its publisher's name."""

from __future__ import annotations

import pytest

from bot.text.headlines import clean_headline


@pytest.mark.parametrize(
    ("title", "publisher"),
    [
        ("Harbour bridge closes for six weeks - The Sandwick Post", "Sandwick Post"),
        ("Harbour bridge closes for six weeks | Sandwick Post", "The Sandwick Post Online"),
        ("Harbour bridge closes for six weeks – Veltria News", "Veltria"),
        ("Harbour bridge closes for six weeks — The News", "The News"),
        ("Harbour bridge closes for six weeks - The Beacon", "The Beacon (blog)"),
        ("LIVE: Harbour bridge closes for six weeks - sandwickpost.com", "sandwickpost"),
    ],
)
def test_publisher_is_cut_off(title: str, publisher: str) -> None:
    assert clean_headline(title, publisher) == "Harbour bridge closes for six weeks"


@pytest.mark.parametrize(
    ("title", "publisher"),
    [
        ("Two bridges hit in one night – Sandwick", "Sandwick Post"),
        ("Two bridges hit in one night - Global Herald", "The Herald"),
        ("Two bridges hit in one night - police say Post", "Police Post"),
        ("Two bridges hit in one night | The Republic", "The Tribune"),
        ("Two bridges hit in one night - Herald", "Evening Herald Tribune"),
        ("다리 두 곳 파손 - 한들시", "한들시민신문"),
    ],
)
def test_an_ending_that_is_not_the_publisher_stays(title: str, publisher: str) -> None:
    assert clean_headline(title, publisher) == title
