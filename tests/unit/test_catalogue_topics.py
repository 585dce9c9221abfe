"""The catalogue of topics: complete, in three languages, of many publishers, and rules that the bot reads."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
import tld

from bot.commands.languages import CODES
from bot.models import TopicRule
from bot.saying import SPOKEN, speaking
from bot.text.urls import normal_feed_url
from bot.topics.catalogue import FILES, KnownTopic, known_topics, of_kind
from bot.topics.match import Subject, _ready, reason

TOPICS = list(known_topics().values())
ids = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)


def publisher(url: str) -> str:
    return str(tld.get_fld(url))


def test_there_are_topics_of_both_kinds_and_each_kind_fits_into_one_select() -> None:
    assert len(TOPICS) >= 24
    assert all(0 < len(of_kind(kind)) <= 25 for kind in FILES)


@ids
def test_topic_has_ten_feeds_of_five_publishers(topic: KnownTopic) -> None:
    urls = [feed.url for feed in topic.feeds]
    assert len(urls) >= 10
    assert [url for url, count in Counter(urls).items() if count > 1] == []
    assert len({publisher(url) for url in urls}) >= 5


@ids
def test_its_feeds_are_addresses_that_we_would_follow_as_they_stand(topic: KnownTopic) -> None:
    for feed in topic.feeds:
        assert normal_feed_url(feed.url) == feed.url
        assert feed.url.startswith("https://")
        assert "news.google" not in feed.url
        assert not urlsplit(feed.url).username
        assert feed.title.strip() == feed.title
        assert 1 <= len(feed.title) <= 80
        assert feed.language in CODES


@ids
def test_it_is_named_and_told_in_each_language_that_we_speak(topic: KnownTopic) -> None:
    for texts, limit in ((topic.names, 60), (topic.abouts, 100)):
        assert set(texts) == set(SPOKEN)
        assert all(text.strip() and len(text) <= limit for text in texts.values())
    with speaking("ko"):
        assert topic.name == topic.names["ko"]
    with speaking("fr"):
        assert topic.name == topic.names["en"]


@ids
def test_its_rule_is_one_that_matching_reads(topic: KnownTopic) -> None:
    assert set(topic.languages) <= CODES
    assert len(_ready(topic.words)) == len(topic.words) == len(set(topic.words))
    assert all(len(word) <= 60 for word in topic.words)
    assert sum(map(len, topic.words)) <= 1000
    # Words without a language would be looked for in languages that have none of them.
    assert bool(topic.words) == bool(topic.languages)
    TopicRule(words=topic.words, languages=topic.languages)


def test_relations_of_two_countries_are_told_from_news_that_name_both() -> None:
    topic = known_topics()["korea-japan"]
    rule = TopicRule(words=topic.words)
    summit = (
        "South Korean President Lee Jae Myung and Prime Minister Takaichi met in Nara for a summit with Japanese aides."
    )
    for text, is_meant in (
        (summit, True),
        ("한일 정상이 나라에서 만났다.", True),
        ("South Korean shares rose.", False),
    ):
        subject = Subject(
            language="en",
            publishers=1,
            source_ids=frozenset(),
            cased=(text, "", "", ""),
            folded=(text.casefold(), "", "", ""),
            all_cased=text,
            all_folded=text.casefold(),
        )
        assert bool(reason(rule, subject)) is is_meant, text


def test_names_are_no_other_topics_and_an_address_has_one_name() -> None:
    for language in SPOKEN:
        assert len({topic.names[language] for topic in TOPICS}) == len(TOPICS)
    named: dict[str, set[str]] = {}
    for topic in TOPICS:
        for feed in topic.feeds:
            named.setdefault(feed.url, set()).add(f"{feed.title} ({feed.language})")
    assert {url: titles for url, titles in named.items() if len(titles) > 1} == {}


def test_feeds_are_those_of_the_wanted_languages_or_all() -> None:
    korea = known_topics()["korea"]
    assert {feed.language for feed in korea.feeds_in(("ko", "en"))} == {"ko", "en"}
    assert korea.feeds_in(("fr",)) == korea.feeds
