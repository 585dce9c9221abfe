"""Nobody speaks under the name of a house that he is not, however he spells it."""

from __future__ import annotations

import pytest

from bot.stories.impostors import shown_publisher
from bot.topics.catalogue import known_topics


@pytest.mark.parametrize(
    "name",
    [
        "Reuters",
        "REUTERS News",
        "Reutеrs",  # a Cyrillic е
        "ВВС",  # Cyrillic throughout
        "ＢＢＣ News",
        "ΒΒC",
        "BIoomberg",  # a large i
        "B100mberg",
        "Réuters",
        "The Guardian",
        "연합뉴스",
        "조선일보",
        "https://bank.example",
        "www.bank.example",
        "Reuters (reuters.com)",
        "Mаil of the North",  # no known house, but a word of two scripts
    ],
)
def test_name_of_somebody_else_is_shown_with_its_site(name: str) -> None:
    assert shown_publisher(name, "https://news.evil.org/a") == f"{name} (evil.org)"
    assert shown_publisher(f"{name} (evil.org)", "https://news.evil.org/a") == f"{name} (evil.org)"


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("Reuters", "https://www.reuters.com/world"),
        ("BBC News - Asia", "https://www.bbc.co.uk/news/1"),
        ("BBC", "https://www.bbc.com/news/1"),
        ("연합뉴스", "https://www.yna.co.kr/1"),
        ("Reuters", "https://news.google.com/articles/1"),
        ("Le Monde.fr", "https://www.lemonde.fr/1"),
        ("РИА Новости", "https://ria.ru/1"),
        ("Καθημερινή", "https://www.kathimerini.gr/1"),
        ("KBS뉴스 9", "https://news.kbs.co.kr/1"),
        ("ITmedia ビジネス", "https://www.itmedia.co.jp/1"),
        ("Northfield Courier", "https://northfield.org/1"),
        ("Reuters", ""),
    ],
)
def test_name_of_ones_own_stands_as_it_is(name: str, url: str) -> None:
    assert shown_publisher(name, url) == name


def test_every_house_of_the_catalogue_keeps_its_name_on_its_own_site() -> None:
    feeds = [feed for topic in known_topics().values() for feed in topic.feeds]
    assert len(feeds) > 200
    assert not [feed for feed in feeds if shown_publisher(feed.title, feed.url) != feed.title]
