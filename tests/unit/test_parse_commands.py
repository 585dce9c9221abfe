"""The catalogue, and typed lines that become commands."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Command, OptionType, Role
from bot.commands.handlers import HANDLERS
from bot.commands.parse import LINE_LIMIT, UnknownCommand, parse
from bot.commands.reference import reference
from bot.errors import UsageError

EVERY = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
DISCORD_NAME = re.compile(r"[a-z0-9_-]{1,32}")

DESIGN = {
    "brief": "latest read search related report today topics help",
    "brief-admin": (
        "topic.add topic.edit topic.remove topic.list topic.preview topic.catalogue "
        "source.add source.remove source.list source.import source.export "
        "digest.add digest.edit digest.pause digest.resume digest.remove digest.list digest.preview digest.send "
        "correct retract reports "
        "setup settings status audit export forget help operator.status operator.share operator.unshare"
    ),
}


def test_catalogue_has_every_command_of_the_design() -> None:
    for root, paths in DESIGN.items():
        assert set(paths.split()) <= {".".join(command.path) for command in COMMANDS if command.root == root}


def test_every_command_has_a_handler_and_every_handler_a_command() -> None:
    assert set(HANDLERS) == set(BY_NAME)
    assert len(BY_NAME) == len(COMMANDS)


@EVERY
def test_command_can_be_registered_when_platform_is_the_tightest(command: Command) -> None:
    assert len(command.path) <= 2
    assert all(DISCORD_NAME.fullmatch(word) for word in command.path)
    assert 1 <= len(command.summary) <= 100
    assert len(command.options) <= 25
    names = [option.name for option in command.options]
    assert len(set(names)) == len(names)
    needed = [option.is_required for option in command.options]
    assert needed == sorted(needed, reverse=True), "the required ones must come first"
    for option in command.options:
        assert DISCORD_NAME.fullmatch(option.name)
        assert 1 <= len(option.summary) <= 100
        assert len(option.choices) <= 25
        assert option.choices or option.type is not OptionType.CHOICE
        assert not option.choices or option.type in (OptionType.CHOICE, OptionType.LANGUAGE)


@pytest.mark.parametrize("root", ["brief", "brief-admin"])
def test_root_can_be_registered_when_platform_is_the_tightest(root: str) -> None:
    commands = [command for command in COMMANDS if command.root == root]
    top = {command.path[0] for command in commands}
    assert len(top) <= 25
    for name in top:
        members = [command for command in commands if command.path[0] == name]
        assert len({len(command.path) for command in members}) == 1, "a group cannot be a command as well"
        assert len(members) <= 25
    words = [command.summary + "".join(command.path) for command in commands]
    words += [o.name + o.summary + "".join(o.choices) * 2 for command in commands for o in command.options]
    assert sum(map(len, words)) < 8000


@EVERY
def test_example_of_a_command_is_that_command(command: Command) -> None:
    parsed = parse(command.right)
    assert parsed.command is command
    needed = {option.name for option in command.options if option.is_required}
    assert needed <= set(parsed.values)


@pytest.mark.parametrize(
    ("line", "name", "values"),
    [
        ('/brief latest topic:"Korea Japan" count:5', "brief latest", {"topic": "Korea Japan", "count": "5"}),
        ("latest 5 Korea Japan", "brief latest", {"topic": "Korea Japan", "count": "5"}),
        ("/brief latest topic:Korea Japan count=5", "brief latest", {"topic": "Korea Japan", "count": "5"}),
        ("/BRIEF Latest count: 5", "brief latest", {"count": "5"}),
        ("/brief latest topic:“Korea Japan”", "brief latest", {"topic": "Korea Japan"}),
        ("/brief latest topic:„Korea Japan“", "brief latest", {"topic": "Korea Japan"}),
        ("/brief latest topic:«Korea Japan»", "brief latest", {"topic": "Korea Japan"}),
        ("/brief latest 'Korea Japan' 3", "brief latest", {"topic": "Korea Japan", "count": "3"}),
        ("today dogs' cats'", "brief today", {"topic": "dogs' cats'"}),
        (
            "digest add News 8:30 p.m. mon,wed",
            "brief-admin digest add",
            {"name": "News", "at": "8:30 p.m.", "days": "mon,wed"},
        ),
        ("digest add News 8:00, 18:00", "brief-admin digest add", {"name": "News", "at": "8:00, 18:00"}),
        ("digest edit daily 9:00", "brief-admin digest edit", {"digest": "daily", "at": "9:00"}),
        ("digest pause d1 tomorrow", "brief-admin digest pause", {"digest": "d1", "until": "tomorrow"}),
        ("digest add daily AI 8 am", "brief-admin digest add", {"name": "daily AI", "at": "8 am"}),
        (
            "digest add 금일 소식 오전 8시 30분 월-금",
            "brief-admin digest add",
            {"name": "금일 소식", "at": "오전 8시 30분", "days": "월-금"},
        ),
        ('/brief latest "Korea Japan', "brief latest", {"topic": "Korea Japan"}),
        ("/brief", "brief help", {}),
        ("", "brief help", {}),
        ("/brief-admin", "brief-admin help", {}),
        ("/brief_admin status", "brief-admin status", {}),
        ("help digest add", "brief help", {"command": "digest add"}),
        ('search "korea japan" -poll', "brief search", {"query": '"korea japan" -poll'}),
        ("search Breaking: the news", "brief search", {"query": "Breaking: the news"}),
        ("search tariffs since:7d topic:Korea rise", "brief search", {"query": "tariffs rise"}),
        ("search 2026 election", "brief search", {"query": "2026 election"}),
        ("digest add Morning 25:00", "brief-admin digest add", {"name": "Morning", "at": "25:00"}),
        (
            "/brief-admin digest add 08:00 “Morning briefing” Asia/Seoul mon-fri",
            "brief-admin digest add",
            {"name": "Morning briefing", "at": "08:00", "zone": "Asia/Seoul", "days": "mon-fri"},
        ),
        ("digest edit Morning at:8:30 pm", "brief-admin digest edit", {"digest": "Morning", "at": "8:30 pm"}),
        ("topic add words:korea, japan Korea", "brief-admin topic add", {"name": "Korea", "words": "korea, japan"}),
        ('topic add A words:"c d","e f",g', "brief-admin topic add", {"name": "A", "words": "c d,e f,g"}),
        ("settings admin-role:Editors", "brief-admin settings", {"admin_role": "Editors"}),
        (
            "/brief-admin source add https://example.org/a?b=c:d",
            "brief-admin source add",
            {"url": "https://example.org/a?b=c:d"},
        ),
        (
            "source import <outline xmlUrl='https://a.example/'/>\nmore: x",
            "brief-admin source import",
            {"file": "<outline xmlUrl='https://a.example/'/>\nmore: x"},
        ),
        ("brief topic list", "brief-admin topic list", {}),
    ],
)
def test_parse_understands_line(line: str, name: str, values: dict[str, str]) -> None:
    parsed = parse(line)
    assert parsed.command.name == name
    assert {key: parsed.values[key] for key in values} == values


@pytest.mark.parametrize(
    ("line", "nearest", "corrected"),
    [
        ("/brief latst count:3", "brief latest", "brief latest count:3"),
        ("serch greenland", "brief search", "brief search greenland"),
        ("/brief-admin digest ad Morning 8:00", "brief-admin digest add", "brief-admin digest add Morning 8:00"),
        ("digset add X", "brief-admin digest add", "brief-admin digest add X"),
        ("topics add Korea", "brief-admin topic add", "brief-admin topic add Korea"),
        ("digest", "brief-admin digest add", "brief-admin digest add"),
        ("latst " + "x" * 500, "brief latest", "brief latest"),
    ],
)
def test_parse_offers_nearest_command_when_line_is_none(line: str, nearest: str, corrected: str) -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse(line)
    assert caught.value.nearest.name == nearest
    assert caught.value.corrected == corrected
    assert f"/{nearest}" in caught.value.allowed
    assert caught.value.example == BY_NAME[nearest].right


@pytest.mark.parametrize(
    ("line", "helping", "allowed"),
    [
        ("foo", "brief help", "/brief help"),
        ("/brief-admin foo", "brief-admin help", "/brief-admin help"),
        ("forgt", "brief-admin help forget", "/brief-admin forget"),
        ("retrct b1 wrong", "brief-admin help retract", "/brief-admin retract"),
        ("source remov src1", "brief-admin help source remove", "/brief-admin source remove"),
        ("digset remove Morning", "brief-admin help digest remove", "/brief-admin digest remove"),
        ("digest xyzzy Morning", "brief-admin help digest", "/brief-admin digest send"),
    ],
)
def test_parse_offers_only_help_when_nothing_is_alike_or_something_would_be_lost(
    line: str, helping: str, allowed: str
) -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse(line)
    assert (caught.value.corrected, caught.value.example) == (helping, f"/{helping}")
    assert allowed in caught.value.allowed
    assert parse(caught.value.corrected).command.path == ("help",)


def test_parse_lists_a_group_when_its_second_word_is_missing() -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse("/brief-admin source")
    for word in ("add", "remove", "list", "import", "export"):
        assert f"/brief-admin source {word}" in caught.value.allowed


@pytest.mark.parametrize(
    ("line", "problem", "allowed"),
    [
        ("latest colour:red", "no option 'colour'", "topic, count, page"),
        ("search topc:Korea tariffs", "no option 'topc'", "query, topic"),
        ("topics foo:1", "no option 'foo'", "no options"),
        ("latest count:5 count:6", "count is given twice", "once"),
        ('latest count:"3', "the quotation mark before '3' is not closed", "between two"),
        (
            'topic add "open quote words:x',
            "the quotation mark before 'open quote words:x' is not closed",
            "between two",
        ),
        ("latest topic:“Korea Japan", "before 'Korea Japan' is not closed", "between two"),
        ("latest count:", "count has no value", "How many"),
        ('digest add Morning at:8:00 days:""', "days has no value", "daily"),
        ("settings hello", "'hello' belongs to no option", "zone:"),
        ("status now", "'now' belongs to no option", "nothing after it"),
        ("latest " + "x" * LINE_LIMIT * 2, f"has {LINE_LIMIT * 2} characters", str(LINE_LIMIT)),
    ],
)
def test_parse_names_what_is_wrong_when_values_do_not_fit(line: str, problem: str, allowed: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(line)
    assert problem in caught.value.problem
    assert allowed in caught.value.allowed
    assert caught.value.example.startswith("/brief")


HOSTILE = st.text(alphabet="&<>*_[]()@`|#\"'“”„«»‘’:=/\\,-\u202e\u0301🏳️ab1 \n\t", max_size=80)


@given(st.sampled_from(["", "/", *(f"/{command.name} " for command in COMMANDS)]), HOSTILE | st.text(max_size=80))
@example("/brief latest ", '"' * 500)
@example("/brief search ", "“" * LINE_LIMIT)
@example("/brief search ", "„a" * (LINE_LIMIT // 2))
@example("/brief search ", "topic:" * (LINE_LIMIT // 6))
@settings(max_examples=400)
def test_parse_gives_values_or_a_usage_error_when_text_is_hostile(start: str, text: str) -> None:
    began = time.thread_time()
    try:
        parsed = parse(start + text)
    except UsageError:
        return
    finally:
        # Everybody waits while one is read.
        assert time.thread_time() - began < 0.3
    assert all(parsed.command.option(name) for name in parsed.values)


def test_docs_are_the_catalogue() -> None:
    page = Path(__file__).parents[2] / "docs" / "commands.md"
    assert page.read_text(encoding="utf-8") == reference(), "python -m bot.commands.reference > docs/commands.md"


def test_managers_commands_are_kept_apart() -> None:
    assert {command.root for command in COMMANDS if command.role is not Role.MEMBER} == {"brief-admin"}


def test_slash_of_a_wide_keyboard_is_one() -> None:
    assert parse("／brief latest 3") == parse("/brief latest 3")
