"""Dates, lengths of time, numbers and stored reasons in each language that we speak."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from string import Formatter

import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.describe import days_as_typed, days_in_words, instant_in_words, rule_in_words, schedule_in_words
from bot.commands.labels import CHOICES, LABELS
from bot.commands.values import weekdays
from bot.documents import wording
from bot.documents.nodes import Code, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.documents.wording import language_name
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest, TopicRule
from bot.saying import SPOKEN, catalogue, say, say_count, speaking

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
SAID = {
    "en": {
        "age": "2 hours ago",
        "fresh": "just now",
        "span": "1 day 5 minutes",
        "local": "25 Nov 2026, 08:30",
        "long": "Tuesday 24 November 2026",
        "instant": "Wed 25 Nov 2026, 11:30 (in 3 hours)",
        "near": ("Wed 25 Nov 2026, 08:29 (just now)", "Wed 25 Nov 2026, 08:30 (in a moment)"),
        "days": "Mon–Fri",
        "some": "Mon, Wed",
        "schedule": "08:00 Asia/Seoul, daily",
        "rule": "any of “a”, “b”; in Korean; at least 2 publishers",
        "sources": ("1 source", "2 sources"),
        "reason": "not sent within its time, 2 hours 5 minutes late; before: no answer from Slack (TimeoutError)",
    },
    "ko": {
        "age": "2시간 전",
        "fresh": "방금",
        "span": "1일 5분",
        "local": "2026년 11월 25일 08:30",
        "long": "2026년 11월 24일 화요일",
        "instant": "2026년 11월 25일 (수) 11:30 (3시간 후)",
        "near": ("2026년 11월 25일 (수) 08:29 (방금)", "2026년 11월 25일 (수) 08:30 (곧)"),
        "days": "월–금",
        "some": "월, 수",
        "schedule": "08:00 Asia/Seoul, 매일",
        "rule": "다음 중 하나: “a”, “b”; 언어: 한국어; 언론사 2곳 이상",
        "sources": ("출처 1개", "출처 2개"),
        "reason": "정해진 시간 안에 보내지 못함(2시간 5분 지연), 이전 원인: Slack의 응답이 없음(TimeoutError)",
    },
    "ja": {
        "age": "2 時間前",
        "fresh": "たった今",
        "span": "1 日 5 分",
        "local": "2026年11月25日 08:30",
        "long": "2026年11月24日火曜日",
        "instant": "2026年11月25日(水) 11:30 (3 時間後)",
        "near": ("2026年11月25日(水) 08:29 (たった今)", "2026年11月25日(水) 08:30 (まもなく)"),
        "days": "月–金",
        "some": "月、水",
        "schedule": "08:00 Asia/Seoul、毎日",
        "rule": "いずれか: 「a」、「b」; 言語: 韓国語; 2 社以上",
        "sources": ("出典 1 件", "出典 2 件"),
        "reason": "時間内に送信できませんでした（2 時間 5 分遅れ）。直前の原因: "
        "Slack から応答がありません（TimeoutError）",
    },
}


@pytest.mark.parametrize("language", SPOKEN)
def test_dates_lengths_and_counts_are_said_as_the_language_has_them(language: str) -> None:
    wanted = SAID[language]
    digest = Digest(
        id=1,
        workspace_id=LOCAL_WORKSPACE,
        name="Morning",
        channel=ChannelRef("console:news"),
        at=time(8),
        zone="Asia/Seoul",
        created_at=NOW,
    )
    with speaking(language):
        found = {
            "age": wording.age(NOW - timedelta(hours=2, minutes=50), NOW),
            "fresh": wording.age(NOW + timedelta(hours=1), NOW),
            "span": wording.span(timedelta(days=1, minutes=5, seconds=50)),
            "local": wording.local(NOW, "Asia/Seoul"),
            "long": wording.long_date(date(2026, 11, 24)),
            "instant": instant_in_words(NOW + timedelta(hours=3), "Asia/Seoul", NOW),
            "near": tuple(instant_in_words(NOW + timedelta(seconds=n), "Asia/Seoul", NOW) for n in (-30, 30)),
            "days": days_in_words((0, 1, 2, 3, 4)),
            "some": days_in_words((0, 2)),
            "schedule": schedule_in_words(digest),
            "rule": rule_in_words(TopicRule(words=("a", "b"), languages=("ko",), min_publishers=2), {}),
            "sources": tuple(say_count("{n} source", "{n} sources", number) for number in (1, 2)),
            "reason": retold(str(SAID["en"]["reason"])),
        }
    assert found == wanted


def test_days_are_typed_in_every_language_as_the_command_reads_them() -> None:
    option = next(one for command in COMMANDS for one in command.options if one.name == "days")
    for language in SPOKEN:
        with speaking(language):
            for days in ((0, 1, 2, 3, 4, 5, 6), (0, 1, 2), (4, 6)):
                assert weekdays(option, days_as_typed(days)) == days


def test_every_stored_reason_is_told_with_its_values_in_each_language() -> None:
    for language in ("ko", "ja"):
        for message in (str(one.id) for one in catalogue(language, "reasons.po") if one.id):
            values = {name: f"<{name}>" for name in names_in(message)}
            with speaking(language):
                assert retold(message.format(**values)) == say(message, **values) != message.format(**values)


def names_in(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def test_what_was_told_in_one_language_is_retold_in_another() -> None:
    for language, reason in (("en", "also about Lorne and Sea"), ("ko", "‘Lorne’·‘Sea’ 관련 소식")):
        with speaking(language):
            assert retold("「Lorne」と「Sea」に関する記事") == reason
            assert retold("also about Lorne and Sea") == reason


def test_a_reason_that_nobody_knows_is_told_as_it_is() -> None:
    with speaking("ko"):
        assert retold("channel_is_on_fire") == "channel_is_on_fire"
        assert retold("") == ""


def test_commands_stand_where_the_language_puts_them() -> None:
    assert phrase("Read {command}, or not", command=Code("/x")) == (Text("Read "), Code("/x"), Text(", or not"))


def test_every_option_and_choice_has_a_name_for_forms() -> None:
    options = [option for command in COMMANDS for option in command.options]
    assert {option.name for option in options} <= LABELS.keys()
    assert {choice for option in options for choice in option.choices} <= CHOICES.keys()


def test_languages_are_named_in_the_language_that_is_spoken() -> None:
    with speaking("ja"):
        assert (language_name("ko"), language_name("xx")) == ("韓国語", "xx")
    assert language_name("ko") == "Korean"


def test_english_is_spoken_without_loading_babel() -> None:
    line = (
        "import sys, bot.commands.invoke; from datetime import *; from bot.documents.wording import *; "
        "now = datetime.now(UTC); age(now, now), span(timedelta(1)), local(now, 'UTC'), long_date(now.date()); "
        "sys.exit(any(name.split('.')[0] == 'babel' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0
