"""What holds for every brief, whatever the sources are: Law 5, no sentence twice, numbers in order, no surprises."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.briefs.cover import says_the_same
from bot.briefs.extractive import write_brief
from bot.briefs.numbering import MAX_SOURCES
from bot.models import Article, Story
from tests import hostile
from tests.unit.test_group_stories import NOW, article

SENTENCES = (
    "LORNE, Veltria (Meridian) — At least 12 people were killed when a bus fell into a ravine near Lorne on Monday.",
    "Fifteen people died when a bus fell into a ravine near Lorne on Monday, police said.",
    "The death toll in the Lorne bus crash rose to 18 on Tuesday.",
    "But the road stays closed until at least Friday, the county said.",
    '"He drove too fast," he said.',
    "Sign up for our newsletter.",
    "[서울=뉴시스]홍길동 기자 = 한들시 화학 공장에서 15일 불이 나 노동자 3명이 숨졌다.",
    "한들시 화학 공장에서 15일 불이 나 노동자 5명이 숨졌다고 소방 당국이 밝혔다.",
    "한편 시는 내년에 공장을 옮길 계획이다.",
    "그는 “안타깝다”고 말했다.",
    "【浜野市】浜野市で15日、大雨による土砂崩れで4人が死亡した。",
    "浜野市で15日、大雨による土砂崩れがあり、2人が死亡した。",
    "しかし、市は来年、道を作り直す計画だ。",
    "続きを読むには会員登録が必要です。",
)
PUBLISHERS = ("Meridian", "Courier & <Co>", "한빛일보", "あおば新聞", "@everyone", "")

_texts = st.lists(st.sampled_from(SENTENCES) | hostile.texts, max_size=8).map(" ".join) | hostile.texts
_articles = st.builds(
    lambda title, text, publisher, language, hours: replace(
        article(1, title, text, publisher=publisher),
        language=language,
        published_at=NOW + timedelta(hours=hours),
        seen_at=NOW + timedelta(days=1),
    ),
    hostile.lines | st.sampled_from(SENTENCES),
    _texts,
    st.sampled_from(PUBLISHERS),
    st.sampled_from(("en", "ko", "ja", "de", "und")),
    st.integers(0, 9),
)


def _story(articles: list[Article]) -> Story:
    numbered = (replace(one, id=n, url=f"https://x.example/{n}") for n, one in enumerate(articles, start=1))
    return Story(id=1, articles=tuple(sorted(numbered, key=lambda one: one.published_at)))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


def _stands_in(sentence: str, article: Article) -> bool:
    """Word for word, but for a full stop, the publisher's name, and spaces."""
    name = article.publisher
    bare = sentence.removesuffix(f", according to {name}.")
    bare = bare.removeprefix(f"{name}에 따르면 ").removeprefix(f"{name}によると、")
    whole = _bare(f"{article.title} {article.text}")
    return _bare(bare) in whole or _bare(bare).rstrip(".。") in whole


stories = st.lists(_articles, min_size=1, max_size=5).map(_story)
DIFFERING = (
    "Where sources differ",
    "매체마다 다른 점",
    "情報源で異なる点",
    "How the figures changed",
    "달라진 숫자",
    "数字の変化",
)


@settings(max_examples=150)
@given(stories)
def test_every_sentence_stands_in_its_first_source(story: Story) -> None:
    text = write_brief(story)
    by_url = {one.url: one for one in story.articles}
    cited = {source.n: by_url[source.url] for source in text.sources}
    told = [s for section in text.sections if section.heading not in DIFFERING for s in section.sentences]
    assert text.lede
    for sentence in (*text.lede, *told):
        assert _stands_in(sentence.text, cited[sentence.sources[0]]), sentence
    assert not text.deck or any(_stands_in(text.deck, one) for one in cited.values())


@settings(max_examples=150)
@given(stories)
def test_what_differs_is_quoted_from_the_publisher_that_is_named(story: Story) -> None:
    text = write_brief(story)
    by_url = {one.url: one for one in story.articles}
    cited = {source.n: by_url[source.url] for source in text.sources}
    for section in text.sections:
        for sentence in section.sentences if section.heading in DIFFERING else ():
            quoted = re.findall(r"“(.+?)”|「(.+?)」", sentence.text)
            assert len(quoted) == len(sentence.sources) >= 2 or text.language not in ("en", "ko", "ja")
            for (latin, japanese), number in zip(quoted, sentence.sources, strict=False):
                assert _bare(latin or japanese) in _bare(f"{cited[number].title} {cited[number].text}")
                assert cited[number].publisher in sentence.text


@settings(max_examples=150)
@given(stories)
def test_nothing_is_told_twice_and_sources_are_numbered_in_order(story: Story) -> None:
    text = write_brief(story)
    assert text == write_brief(story)
    assert [source.n for source in text.sources] == list(range(1, len(text.sources) + 1))
    assert len(text.sources) <= MAX_SOURCES
    told = [text.deck, *(s.text for s in text.lede)] if text.deck else [s.text for s in text.lede]
    told += [s.text for section in text.sections if section.heading not in DIFFERING for s in section.sentences]
    assert len(told) == len(set(told))
    for number, one in enumerate(told):
        assert not any(says_the_same(one, other) for other in told[:number] if len(one) > 60), told
    for section in text.sections:
        assert section.sentences
        assert section.heading


def test_walls_of_digits_and_quotes_take_no_time() -> None:
    for language in ("en", "ko", "ja"):
        for wall in ("1" * 60_000, "12명이 " * 9_000, '"' * 60_000):
            both = [replace(article(n, wall, wall, publisher=f"P{n}"), language=language) for n in (1, 2)]
            started = time.process_time()
            write_brief(_story(both))
            assert time.process_time() - started < 5
