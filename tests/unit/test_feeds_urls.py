"""When two addresses are one, and which are none."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.text.urls import absolute, canonical, is_plain_address, is_web_address, normal_feed_url, untracked


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/news/1?id=7&page=2",
        "https://www.example.org/news/1?page=2&id=7",
        "https://m.example.org/news/1/?id=7&page=2#comments",
        "https://example.org:443/news/1?id=7&page=2&utm_source=rss&utm_medium=feed&fbclid=abc",
        "https://amp.example.org/news/1/amp?id=7&page=2",
        "https://www.m.example.org/news/1?id=7&page=2",
        "https://m.www.example.org/news/1?id=7&page=2",
        "https://EXAMPLE.org/news/1?id=7&page=2&source=rss----1234",
        "https://user:secret@example.org/news/%31?id=7&page=2",
    ],
)
def test_addresses_of_one_page_are_one(other: str) -> None:
    assert canonical(other) == canonical("https://example.org/news/1?id=7&page=2")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/news/2?id=7",
        "https://example.org/news/1?id=8",
        "https://blog.example.org/news/1?id=7",
        "https://example.org:8080/news/1?id=7",
        "https://example.org/news/1?id=7&source=reuters",
        "https://example.org/NEWS/1?id=7",
        "https://example.org/news/1?id=%B0%A1%B3%AA",
    ],
)
def test_addresses_of_other_pages_differ(other: str) -> None:
    assert canonical(other) != canonical("https://example.org/news/1?id=7")


def test_an_amp_file_is_its_page() -> None:
    assert canonical("https://example.org/a/b.amp.html") == canonical("https://example.org/a/b.html")


def test_a_host_that_begins_like_a_mobile_one_stays() -> None:
    assert canonical("https://amp.dev/x") == "https://amp.dev/x"


def test_addresses_in_an_old_encoding_are_two() -> None:
    first, second = (canonical(f"https://example.org/view?title=%B0%A1%B3%{last}") for last in ("AA", "AB"))
    assert first != second


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.org/", "/a", "", "http://", "http://a b/", "http://[x/"]
)
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    assert canonical(url) == ""
    assert not is_web_address(url)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("/a?b=1&c=2", "https://example.org/a?b=1&c=2"),
        ("a b.html", "https://example.org/news/a%20b.html"),
        (" HTTPS://example.org/x ", "https://example.org/x"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://example.org/" + "x" * 5000, ""),
        ("https://example.org/가?q=나", "https://example.org/가?q=나"),
    ],
)
def test_a_link_is_made_whole_or_nothing(url: str, whole: str) -> None:
    assert absolute(url, "https://example.org/news/feed.xml") == whole


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("example.org/rss", "https://example.org/rss"),
        (" <https://Example.ORG> ", "https://example.org/"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("feed:http://example.org/rss", "http://example.org/rss"),
        ("localhost:8080/rss", "https://localhost:8080/rss"),
        ("http://[::1]:80/x#top", "http://[::1]:80/x"),
        ("https://신문.kr/rss", "https://xn--z92b13l.kr/rss"),
    ],
)
def test_what_a_person_types_becomes_an_address(typed: str, url: str) -> None:
    assert normal_feed_url(typed) == url


@pytest.mark.parametrize(
    "typed", ["", "foo", "ftp://example.org/x", "javascript:alert(1)", "http://", "https://a b.org/", "x" * 500]
)
def test_what_is_no_address_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UsageError, match=r"no address of a feed.*Example: https://example\.org/feed\.xml"):
        normal_feed_url(typed)


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://a.example/1?utm_source=rss&id=7&utm_medium=feed#top", "https://a.example/1?id=7#top"),
        ("https://a.example/1?utm_source=rss", "https://a.example/1"),
        ("https://a.example/1?q=a%26b", "https://a.example/1?q=a%26b"),
        ("https://a.example/1", "https://a.example/1"),
    ],
)
def test_untracked_address_keeps_all_but_where_its_reader_came_from(url: str, opened: str) -> None:
    assert untracked(url) == opened


_ADDRESSES = st.tuples(
    st.sampled_from(["http://", "https://", "https://x.example/", "http://a.b/c?"]),
    st.text(alphabet="aaa99..--///:?#&==%;~@é", max_size=10),
).map("".join)


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(_ADDRESSES, st.sampled_from(["https://b.example/d/e?f", "http://b.example/", ""]))
def test_plain_address_is_itself_seen_from_anywhere(url: str, base: str) -> None:
    assume(is_plain_address(url))
    assert urljoin(base, url) == url
    assert urlsplit(url).hostname
    assert absolute(url, base) == url
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://user@a.example/1",
        "https://a.example",
        "https://a.example/1#",
        "https://a.example/1?",
        "https://a.example/b;",
        "https://a.example:99999/1",
        "https://a.example/한국",
        "https://A.example/1",
        "https://a.example/1\n",
        "ftp://a.example/1",
    ],
)
def test_address_with_something_to_look_at_is_not_plain(url: str) -> None:
    assert not is_plain_address(url)


def test_plain_address_that_is_too_long_is_none() -> None:
    assert absolute("https://a.example/" + "a" * 5000, "") == ""
