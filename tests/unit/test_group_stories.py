"""Grouping: articles of one event come together, look-alikes stay apart, and the same input gives the same stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.demo.serve import sample_feeds
from bot.ingest.feeds import parse_feed
from bot.models import Article
from bot.stories.group import StoryIndex

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def article(id_: int, title: str, text: str = "", *, hours: float = 0.0, publisher: str = "Ex") -> Article:
    return Article(
        id=id_,
        source_id=1,
        url=f"https://ex.example/{id_}",
        title=title,
        text=text,
        publisher=publisher,
        owner=publisher,
        language="en",
        published_at=NOW + timedelta(hours=hours),
        seen_at=NOW + timedelta(hours=max(hours, 0)),
    )


def sample_articles() -> list[Article]:
    drafts = [draft for name, text in sample_feeds(NOW).items() for draft in parse_feed(text.encode(), url=name).drafts]
    drafts.sort(key=lambda draft: draft.published_at or NOW)
    return [
        Article(
            id=number,
            source_id=1,
            url=draft.url,
            title=draft.title,
            text=draft.text,
            publisher=draft.publisher,
            owner=draft.publisher,
            language=draft.language,
            published_at=draft.published_at or NOW,
            seen_at=NOW,
        )
        for number, draft in enumerate(drafts, start=1)
    ]


def grouped(articles: list[Article], index: StoryIndex | None = None) -> dict[int, int]:
    index = index or StoryIndex()
    placed = {}
    for one in articles:
        placed[one.id] = index.place(one) or one.id
        index.add(one, placed[one.id])
    return placed


def test_sample_day_becomes_its_events() -> None:
    articles = sample_articles()
    placed = grouped(articles)
    by_slug = {one.url.split("?")[0].rpartition("/")[2]: placed[one.id] for one in articles}
    together = [
        ("central-bank-rate", "veltria-rate-decision", "mortgage-holders-wait"),
        ("helia-battery-recall", "helia-recall", "helia-home-2"),
        ("orchard-mission", "tesselle-orbit", "orchard-tesselle"),
        ("drug-trial-malaria", "mv7-vaccine", "malaria-vaccine-price"),
        ("storm-ilse-landfall", "storm-ilse", "storm-ilse-schools"),
        ("haeundae-ferry", "tsushima-line"),
        ("seongsan-library", "library-24h"),
        ("tsushima-night-ferry", "hitakatsu-ferry"),
        ("aomori-apple", "yukiakari"),
    ]
    for slugs in together:
        assert len({by_slug[slug] for slug in slugs}) == 1, slugs
    apart = (
        "storm-ilse",
        "ferry-strike",
        "otter-return",
        "central-bank-rate",
        "chip-plant",
        "ai-labels",
        "night-train",
    )
    assert len({by_slug[slug] for slug in apart}) == len(apart)
    assert len(articles) >= 40
    assert len(set(placed.values())) >= 12


def test_same_articles_give_the_same_stories_after_a_restart() -> None:
    articles = sample_articles()
    whole = grouped(articles)
    index = StoryIndex()
    for one in articles[:20]:
        index.add(one, whole[one.id])
    assert grouped(articles[20:], index) == {one.id: whole[one.id] for one in articles[20:]}


def test_article_outside_the_window_begins_a_story_of_its_own() -> None:
    text = "A cable between Veltria and Osmark was agreed at Lindholm by Corvell and Rask after long talks."
    first, late = article(1, "Cable agreed", text), article(2, "Cable agreed", text, hours=100)
    assert grouped([first, late]) == {1: 1, 2: 2}


def test_index_forgets_the_oldest_beyond_its_capacity() -> None:
    index = StoryIndex(capacity=10)
    for number in range(1, 60):
        index.add(article(number, f"Word{number} alone{number} here{number}"), number)
    assert len(index) == 10
    assert index.place(article(99, "Word1 alone1 here1")) is None
    assert index.place(article(99, "Word59 alone59 here59")) == 59
