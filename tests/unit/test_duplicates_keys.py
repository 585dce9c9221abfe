"""When two items are one article, and how publishers are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.models import Article, Draft
from bot.store.articles import Incoming
from bot.stories.duplicates import article_keys, bands, is_same
from bot.stories.owners import independent_publishers, owner_of, wire_of

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
TEXT = (
    "The central bank of Veltria left its main interest rate at 3.25 percent and said a cut in spring was likely if "
    "inflation keeps falling. Governor Tomas Breck said energy prices remained the main risk. Two of seven board "
    "members voted for an immediate cut, the first split decision since 2022."
)
DRAFT = Draft(url="https://a.example/1", title="Rate held", text=TEXT, publisher="A", language="en", entry_id="x1")


def article(id_: int, publisher: str, text: str = TEXT, *, owner: str = "") -> Article:
    return Article(
        id=id_,
        source_id=1,
        url=f"https://{publisher.lower()}.example/{id_}",
        title=f"Rate held, says {publisher}",
        text=text,
        publisher=publisher,
        owner=owner or publisher,
        language="en",
        published_at=NOW,
        seen_at=NOW,
    )


def incoming(draft: Draft, owner: str = "a") -> Incoming:
    return Incoming(draft=draft, owner=owner, keys=(), bands=(), is_news=True, published_at=NOW)


def test_address_with_and_without_tracking_is_one_name() -> None:
    tracked = replace(DRAFT, url="https://www.a.example/1/?utm_source=rss#top")
    assert set(article_keys(DRAFT, "a", 1)) & set(article_keys(tracked, "a", 1))


def test_entries_that_are_parts_of_one_page_are_articles_of_their_own() -> None:
    notes = "https://a.example/release-notes"
    drafts = [replace(DRAFT, url=f"{notes}#{part}", entry_id=f"tag:a,2026:{part}") for part in ("nov24", "nov25")]
    one, other = (set(article_keys(draft, "a", 1)) for draft in drafts)
    assert not one & other
    for way in ("comments", "rss", "xtor=RSS-3", ""):
        again = replace(DRAFT, url=f"{notes}#{way}", entry_id="elsewhere")
        assert f"url:{notes}" in article_keys(again, "b", 2)


def test_front_page_as_address_names_no_article() -> None:
    one, other = replace(DRAFT, url="https://a.example/"), replace(DRAFT, url="https://a.example/", entry_id="x2")
    assert not set(article_keys(one, "a", 1)) & set(article_keys(other, "a", 1))


def test_entry_id_counts_within_its_source_only() -> None:
    bare = replace(DRAFT, url="")
    assert not set(article_keys(bare, "a", 1)) & set(article_keys(bare, "a", 2))


def test_edited_text_shares_bands_and_another_text_does_not() -> None:
    edited = TEXT.replace("main risk", "chief danger")
    assert set(bands("a", "Rate held", TEXT)) & set(bands("a", "Rate held", edited))
    assert not set(bands("a", "Rate held", TEXT)) & set(bands("a", "Otters", " ".join(reversed(TEXT.split()))))
    assert bands("a", "Too short", "for bands") == ()


def test_bands_of_a_house_are_near_each_other_and_another_house_shares_none() -> None:
    one, other = bands("a", "Rate held", TEXT), bands("b", "Rate held", TEXT)
    assert len({band >> 32 for band in one}) == 1
    assert not set(one) & set(other)
    assert all(-(2**63) <= band < 2**63 for house in ("a", "", "하우스", "z" * 300) for band in bands(house, "", TEXT))


def test_same_text_is_one_article_within_a_house_only() -> None:
    known = replace(article(1, "A", owner="a"), title="Rate held")
    assert is_same(incoming(replace(DRAFT, url="https://a.example/2")), known)
    assert not is_same(incoming(DRAFT, owner="b"), known)


def test_daily_item_with_other_numbers_is_another_article() -> None:
    known = replace(article(1, "A", owner="a"), title="Markets close at 4,100")
    assert not is_same(incoming(replace(DRAFT, title="Markets close at 4,180")), known)


@pytest.mark.parametrize(
    ("publisher", "url", "owner"),
    [
        ("BBC News - Asia", "https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("BBC", "https://bbc.com/news/1", "bbc.co.uk"),
        ("Left Times", "https://one.example/1", "left times"),
        ("The Right Times | Politics", "https://one.example/1", "right times"),
        ("Reuters: World", "", "reuters"),
        ("", "https://edition.cnn.com/1", "cnn.com"),
    ],
)
def test_owner_is_the_house_behind_the_name(publisher: str, url: str, owner: str) -> None:
    assert owner_of(publisher, url) == owner


def test_one_wire_text_in_five_papers_is_one_publisher() -> None:
    copies = [article(number, f"Paper{number}") for number in range(1, 6)]
    assert independent_publishers(copies) == ("Paper1",)


def test_papers_that_credit_the_same_agency_are_one_publisher() -> None:
    one = article(1, "A", "LINDHOLM (Reuters) - The leaders met and signed a deal about power on Tuesday evening.")
    other = article(2, "B", "(Reuters) - A deal was struck between both capitals, officials told reporters there.")
    assert independent_publishers([one, other]) == ("A",)


def test_papers_with_words_of_their_own_are_counted_each() -> None:
    other = article(2, "B", "Home owners must wait for cheaper mortgages until spring, the consumer council said.")
    assert independent_publishers([article(1, "A"), other]) == ("A", "B")


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("WASHINGTON (AP) - x", "ap"),
        ("(서울=연합뉴스) 홍길동", "yonhap"),
        ("【ワシントン共同】x", "kyodo"),
        ("No credit", ""),
    ],
)
def test_wire_credit_is_read_in_its_usual_forms(text: str, wire: str) -> None:
    assert wire_of(text) == wire
