"""Law 5 for the extractive writer: every sentence stands in the source it names, in three languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.briefs.cover import says_the_same
from bot.briefs.extractive import write_brief
from bot.briefs.wire import brief_json
from bot.caveat import caveat_for
from bot.models import Article, Brief, Origin, Related, Story
from bot.text.headlines import clean_headline
from bot.text.sentences import split
from tests.unit.test_group_stories import NOW, grouped, sample_articles


def stories() -> list[Story]:
    articles = sample_articles()
    placed = grouped(articles)
    return [
        Story(id=story, articles=tuple(one for one in articles if placed[one.id] == story))
        for story in sorted(set(placed.values()))
    ]


def headline_only(id_: int, title: str, publisher: str) -> Article:
    return replace(sample_articles()[0], id=id_, title=title, text="", publisher=publisher, owner=publisher)


def stands_in(sentence: str, article: Article) -> bool:
    """Whether a sentence is word for word in an article, but for the name of its publisher."""
    name = article.publisher
    bare = sentence.removesuffix(f", according to {name}.")
    bare = bare.removeprefix(f"{name}에 따르면 ").removeprefix(f"{name}によると、")
    return bare in article.text


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.articles[0].title[:30])
def test_every_sentence_stands_in_the_source_it_names(story: Story) -> None:
    text = write_brief(story)
    by_url = {article.url: article for article in story.articles}
    cited = {source.n: by_url[source.url] for source in text.sources}
    assert text.lede
    assert text.headline in [clean_headline(article.title, article.publisher) for article in story.articles]
    for sentence in text.sentences:
        assert sentence.sources
        assert any(stands_in(sentence.text, cited[number]) for number in sentence.sources), sentence
    assert any(text.deck in article.text for article in story.articles)
    assert [source.n for source in text.sources] == list(range(1, len(text.sources) + 1))


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.articles[0].title[:30])
def test_no_sentence_stands_twice(story: Story) -> None:
    text = write_brief(story)
    said = [sentence.text for sentence in text.sentences]
    assert len(said) == len(set(said))
    assert text.deck not in said
    for number, one in enumerate([text.deck, *said]):
        assert not any(says_the_same(one, other) for other in [text.deck, *said][:number]), one


def test_brief_is_the_same_each_time() -> None:
    story = stories()[0]
    assert write_brief(story) == write_brief(story)


def test_languages_have_headings_of_their_own() -> None:
    headings = {
        text.language: section.heading
        for story in stories()
        if (text := write_brief(story)).sections
        for section in text.sections[:1]
    }
    assert headings["ko"] == "무슨 일이 있었나"
    assert headings["ja"] == "何があったか"


def test_story_of_headlines_only_invents_nothing() -> None:
    one = headline_only(1, "Fed official sees high bar for change in taper", "Livemint")
    other = headline_only(2, "Fed official says weak data should not slow taper", "Times")
    text = write_brief(Story(id=1, articles=(one, other)))
    titles = {one.title, other.title}
    assert text.headline in titles
    assert {sentence.text.rstrip(".") for sentence in text.sentences} <= titles


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        (
            "WASHINGTON (AP) — Mr. Smith met Dr. Jones at 3.25 p.m. on Monday. They said “no deal” was near.",
            "en",
            ["Mr. Smith met Dr. Jones at 3.25 p.m. on Monday.", "They said “no deal” was near."],
        ),
        (
            "(서울=연합뉴스) 홍길동 기자 = 정부가 금리를 3.5%로 동결했다고 밝혔다. 시장은 이를 예상했다고 전했다. 무단 전재 금지다.",
            "ko",
            ["정부가 금리를 3.5%로 동결했다고 밝혔다.", "시장은 이를 예상했다고 전했다."],
        ),
        (
            "【東京共同】首相は「来年も続ける。必ずだ」と話した。市場は動かなかったという。",
            "ja",
            ["首相は「来年も続ける。必ずだ」と話した。", "市場は動かなかったという。"],
        ),
        ("Sign up for our newsletter to get more stories. Read more here about it.", "en", []),
    ],
)
def test_sentences_are_whole_and_without_datelines_or_calls_to_read_on(
    text: str, language: str, sentences: list[str]
) -> None:
    assert [*split(text, language)] == sentences


def test_json_has_the_fixed_shape() -> None:
    story = stories()[0]
    link = Related(headline="Other", blurb="Blurb", reason="also about X", score=0.5)
    brief = Brief(
        id=12,
        story_id=3,
        version=1,
        origin=Origin.WRITTEN,
        text=write_brief(story),
        related=(link,),
        published_at=NOW,
        news_at=NOW,
        created_at=NOW,
        updated_at=datetime(2026, 1, 15, 9, 0, tzinfo=UTC) + timedelta(hours=1),
    )
    shape = brief_json(brief, caveat_for("en"))
    wanted = "brief story version language written_by headline deck lede sections sources related caveat updated_at"
    assert set(wanted.split()) <= shape.keys()
    assert (shape["brief"], shape["story"], shape["updated_at"]) == ("b12", "s3", "2026-01-15T10:00:00Z")
    assert set(shape["lede"][0]) == {"text", "sources"}
    assert set(shape["sources"][0]) == {"n", "publisher", "title", "url", "published_at"}
    assert shape["related"] == [
        {"brief": None, "url": None, "headline": "Other", "blurb": "Blurb", "score": 0.5, "reason": "also about X"}
    ]


@pytest.mark.parametrize(
    ("language", "title", "back", "whole"),
    [
        (
            "en",
            "Harbour bridge in Sandwick closes for repairs",
            [
                "Fifty of them signed a letter against the repairs of the harbour bridge in Sandwick.",
                "At least six of those who signed want the harbour bridge in Sandwick to stay open.",
                "Since then, the harbour bridge in Sandwick has been closed for repairs every spring.",
                "In response, Sandwick closes the harbour bridge for repairs on Sundays only.",
                "For example, the harbour bridge in Sandwick closes for repairs at noon.",
            ],
            "Masons found cracks in three of its pillars last week.",
        ),
        (
            "ko",
            "한들시 항구 다리 보수 공사로 폐쇄",
            [
                "이들은 한들시 항구 다리 보수 공사에 반대하는 편지를 냈다.",
                "그래서 한들시 항구 다리는 보수 공사로 매년 봄에 폐쇄된다.",
                "이후 한들시 항구 다리는 보수 공사로 두 달 동안 폐쇄됐다.",
                "이에 한들시는 항구 다리를 보수 공사로 일요일에만 폐쇄한다.",
                "이어 한들시 항구 다리 보수 공사의 비용도 공개했다.",
                "두 회사는 한들시 항구 다리 보수 공사를 맡는다.",
                "한들시장은 항구 다리 폐쇄를 두고 이같이 말했다.",
            ],
            "지난주 석공들이 기둥 세 개에서 금을 찾아냈다.",
        ),
        (
            "ja",
            "緑川市の港の橋、修理のため閉鎖",
            [
                "これに対し、緑川市は港の橋を修理のため日曜だけ閉鎖する。",
                "そのため、緑川市の港の橋は修理で毎年閉鎖される。",
                "以来、緑川市の港の橋は修理のため毎春閉鎖される。",
                "翌日、緑川市は港の橋を修理のため閉鎖した。",
            ],
            "石工が先週、三本の柱にひびを見つけた。",
        ),
    ],
)
def test_sentence_that_points_back_opens_nothing(language: str, title: str, back: list[str], whole: str) -> None:
    for sentence in back:
        text = f"{sentence} {whole}" if language != "ja" else sentence + whole
        one = replace(sample_articles()[0], id=1, title=title, text=text, language=language)
        written = write_brief(Story(id=1, articles=(one,)))
        opening = [
            written.deck,
            *(one.text for one in written.lede[:1]),
            *(s.sentences[0].text for s in written.sections),
        ]
        assert not [told for told in opening if told.startswith(sentence[:12])], sentence


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "또래 학생을 때린 혐의로 한들시의 고등학생 두 명이 재판에 넘겨졌다."),
        ("ko", "“다리를 곧 다시 엽니다.”홍길동 한들시장은 15일 이같이 말했다."),
        ("ko", "이어폰 값이 한들시에서 한 해 사이 두 배로 올랐다."),
        ("ja", "同志社大学は緑川市に新しい図書館を開くと決めた。"),
        ("en", "Most of the bridges in Sandwick need new cables by the spring."),
    ],
)
def test_sentence_that_only_begins_alike_opens_a_brief(language: str, text: str) -> None:
    one = replace(sample_articles()[0], id=1, title="…", text=text, language=language)
    written = write_brief(Story(id=1, articles=(one,)))
    assert text in (written.deck, *(told.text for told in written.lede))
