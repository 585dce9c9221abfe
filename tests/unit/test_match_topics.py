"""Topic rules: what they take, what they leave, and why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Brief, BriefText, Origin, Section, Sentence, TopicRule
from bot.store.briefs import BriefFacts
from bot.topics.match import match

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


def brief(
    headline: str = "Harbour opens", deck: str = "", body: str = "", language: str = "en", publishers: int = 1
) -> Brief:
    text = BriefText(
        headline=headline,
        deck=deck,
        lede=(Sentence(text=body, sources=(1,)),),
        sections=(Section(heading="What happened", sentences=()),),
        language=language,
        written_by="extractive",
    )
    return Brief(
        id=1,
        story_id=1,
        version=1,
        origin=Origin.WRITTEN,
        text=text,
        publishers=publishers,
        published_at=NOW,
        news_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


NO_FACTS = BriefFacts()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("tariff", "Tariffs rise"),
        ("tariffs", "A tariff falls"),
        ("city", "Cities flood"),
        ("cities", "The city's mayor"),
        ("box", "Two boxes"),
        ("Greenland", "GREENLAND’S ice"),
        ("Korea Japan", "Korea–Japan summit"),
        ("Korea-Japan", "the Korea Japan summit"),
        ("US", "The US votes"),
        ("AI", "AI가 쓴 기사"),
        ("한일", "오늘한일정상회담"),
        ("한일 관계", "한일관계 개선"),
        ("関税", "米国が関税を引き上げ"),
        ("ｶﾅ", "カナ文字"),
        ("AI 규제", "새 AI 규제안"),
        ("C++", "C++ turns 40"),
        ("G7", "The G7 meets"),
    ],
)
def test_match_finds_word_when_spelt_otherwise(word: str, text: str) -> None:
    why = match(TopicRule(words=(word,)), brief(text), NO_FACTS)
    assert why == f"matches '{word}' in the headline"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("tariff", "antitariff league"),
        ("art", "Party ends"),
        ("US", "Come with us"),
        ("bus", "bu stop"),
        ("Korea Japan", "Korea, then Japan"),
        ("news", "new roof"),
        ("한일", "한국과 일본"),
        ("...", "all sorts ... of things"),
    ],
)
def test_match_leaves_text_when_word_is_another(word: str, text: str) -> None:
    assert match(TopicRule(words=(word,)), brief(text), NO_FACTS) is None


@pytest.mark.parametrize(
    ("where", "given_brief", "facts"),
    [
        ("in the headline", brief("Ferry strike", "ferry", "ferry"), NO_FACTS),
        ("in the summary", brief(deck="A ferry stops", body="ferry"), NO_FACTS),
        ("in the text", brief(body="The ferries stop"), NO_FACTS),
        ("in the title of a source", brief(), BriefFacts(article_titles=("Ferry crews walk out",))),
    ],
)
def test_match_names_most_telling_place_when_several_hold_the_word(
    where: str, given_brief: Brief, facts: BriefFacts
) -> None:
    assert match(TopicRule(words=("ferry",)), given_brief, facts) == f"matches 'ferry' {where}"


def test_match_names_the_word_that_was_found_when_rule_has_many() -> None:
    rule = TopicRule(words=("otter", "UN", "ferry", "빙하"))
    assert match(rule, brief("The UN meets"), NO_FACTS) == "matches 'UN' in the headline"
    assert match(rule, brief("빙하가 녹는다"), NO_FACTS) == "matches '빙하' in the headline"


def test_match_leaves_brief_when_excluded_word_is_anywhere() -> None:
    rule = TopicRule(words=("Korea",), excluded=("football",))
    assert match(rule, brief("Korea votes"), NO_FACTS)
    assert match(rule, brief("Korea wins", body="A football match."), NO_FACTS) is None
    assert match(rule, brief("Korea wins"), BriefFacts(article_titles=("Football: Korea wins",))) is None


def test_match_asks_every_part_of_a_rule_when_it_has_several() -> None:
    rule = TopicRule(words=("Korea",), source_ids=(3, 4), languages=("en", "ko"), min_publishers=2)
    facts = BriefFacts(source_ids=frozenset({4, 9}))
    fitting = brief("Korea votes", publishers=2)
    assert match(rule, fitting, facts)
    assert match(rule, fitting, BriefFacts(source_ids=frozenset({9}))) is None
    assert match(rule, brief("Korea votes", publishers=1), facts) is None
    assert match(rule, brief("Korea votes", publishers=2, language="ja"), facts) is None
    assert match(rule, brief("Japan votes", publishers=2), facts) is None


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (TopicRule(source_ids=(3,)), "comes from a source of this topic"),
        (TopicRule(languages=("en",)), "is in a language of this topic (en)"),
        (TopicRule(min_publishers=2), "has 2 publishers"),
        (TopicRule(), "this topic takes everything"),
    ],
)
def test_match_says_why_when_rule_has_no_words(rule: TopicRule, why: str) -> None:
    assert match(rule, brief(publishers=2), BriefFacts(source_ids=frozenset({3}))) == why


def test_match_reads_region_of_a_language_when_rule_has_none() -> None:
    assert match(TopicRule(languages=("pt",)), brief(language="pt-BR"), NO_FACTS)


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=60))
def test_match_never_fails_when_words_are_hostile(words: list[str], text: str) -> None:
    why = match(TopicRule(words=tuple(words), excluded=("(",)), brief(text), NO_FACTS)
    assert why is None or why.startswith("matches ") or why.endswith("takes everything")


@pytest.mark.parametrize(
    ("word", "headline", "found"),
    [
        ("Korea + Japan", "Japan and South Korea", True),
        ("Korea AND Japan", "Japan and South Korea", True),
        ("Korea+Japan", "Japan and South Korea", True),
        ("Korea + Japan", "Korea votes", False),
        ("Korea and Japan", "Japan and Korea", False),
        ("C++", "A new C++ standard", True),
        ("한국 + 일본", "일본과 한국의 회담", True),
    ],
)
def test_joined_words_must_all_be_there(word: str, headline: str, found: bool) -> None:
    assert bool(match(TopicRule(words=(word,)), brief(headline), NO_FACTS)) is found


@pytest.mark.parametrize(("ids", "found"), [({1}, False), ({1, 2}, True), (set(), True)])
def test_left_out_are_briefs_from_such_sources_alone(ids: set[int], found: bool) -> None:
    rule = TopicRule(words=("harbour",), excluded_source_ids=(1,))
    facts = BriefFacts(source_ids=frozenset(ids))
    assert bool(match(rule, brief(), facts)) is found
