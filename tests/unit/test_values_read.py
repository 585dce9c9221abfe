"""Texts that become values, and the errors of those that do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import values
from bot.commands.catalogue.spec import Option, OptionType
from bot.errors import UsageError

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)  # the 25th in Seoul


def option(name: str, kind: OptionType, *, minimum: int = 0, maximum: int = 80) -> Option:
    choices = ("headlines", "summaries", "full") if kind is OptionType.CHOICE else ()
    return Option(name=name, type=kind, summary="…", minimum=minimum, maximum=maximum, choices=choices)


AT = option("at", OptionType.TIME)
DAYS = option("days", OptionType.DAYS)
COUNT = option("count", OptionType.INTEGER, minimum=1, maximum=20)
STYLE = option("style", OptionType.CHOICE)
LANGUAGE = option("language", OptionType.LANGUAGE)
SINCE = option("since", OptionType.SINCE)
CHANNEL = option("channel", OptionType.CHANNEL)
ROLE = option("admin_role", OptionType.ROLE)
CAPS = option("caps", OptionType.CAPS)
UNTIL = option("until", OptionType.DATE)
PING = option("ping", OptionType.PING)
NAME = option("name", OptionType.TEXT, minimum=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8:30", time(8, 30)),
        ("08:30", time(8, 30)),
        ("08.30", time(8, 30)),
        ("8h30", time(8, 30)),
        ("0:00", time(0, 0)),
        ("23:59", time(23, 59)),
        ("8am", time(8, 0)),
        ("8:30 pm", time(20, 30)),
        ("8:30 p.m.", time(20, 30)),
        ("12am", time(0, 0)),
        ("12 PM", time(12, 0)),
        ("noon", time(12, 0)),
        ("midnight", time(0, 0)),
        ("０８：３０", time(8, 30)),
        ("오전 8시", time(8, 0)),
        ("오후 6시 30분", time(18, 30)),
        ("午前8時半", time(8, 30)),
        ("午前0時", time(0, 0)),
        ("午後0時", time(12, 0)),
        ("오전 8:30", time(8, 30)),
        ("18時", time(18, 0)),
        ("새벽 1시 5분", time(1, 5)),
        ("낮 11시", time(11, 0)),
        ("낮 1시", time(13, 0)),
        ("밤 9시", time(21, 0)),
        ("夜12時", time(0, 0)),
        ("정오", time(12, 0)),
        ("자정", time(0, 0)),
    ],
)
def test_clock_time_is_read_when_written_as_people_do(text: str, expected: time) -> None:
    assert values.clock_time(AT, text) == expected


@pytest.mark.parametrize("text", ["25:00", "24:00", "8:60", "13pm", "0am", "8", "soon", "8:3", "-1:00", "8:30:00", ""])
def test_clock_time_is_refused_when_it_is_none(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.clock_time(AT, text)
    assert caught.value.problem == f"'{text}' is no time of day for at"
    assert "00:00 to 23:59" in caught.value.allowed
    assert values.clock_time(AT, caught.value.example.removeprefix("at:")) == time(8, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("Every day", (0, 1, 2, 3, 4, 5, 6)),
        ("weekdays", (0, 1, 2, 3, 4)),
        ("weekends", (5, 6)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("Mon – Fri", (0, 1, 2, 3, 4)),
        ("fri-mon", (0, 4, 5, 6)),
        ("mon,wed", (0, 2)),
        ("wed and mon", (0, 2)),
        ("tues thurs", (1, 3)),
        ("Sundays", (6,)),
        ("mo, tu-we, sa", (0, 1, 2, 5)),
        ("mon,mon", (0,)),
        ("월-금", (0, 1, 2, 3, 4)),
        ("월요일부터 금요일까지", (0, 1, 2, 3, 4)),
        ("月〜金", (0, 1, 2, 3, 4)),
        ("월수금", (0, 2, 4)),
        ("月・水・金曜日", (0, 2, 4)),
        ("화요일, 토", (1, 5)),
        ("土日", (5, 6)),
        ("매일", (0, 1, 2, 3, 4, 5, 6)),
        ("平日", (0, 1, 2, 3, 4)),
    ],
)
def test_weekdays_are_read_when_written_as_people_do(text: str, expected: tuple[int, ...]) -> None:
    assert values.weekdays(DAYS, text) == expected


@pytest.mark.parametrize("text", ["", "someday", "m", "t", "mon-", "-", "mon,funday", "1,2", "일본", "금시"])
def test_weekdays_are_refused_when_a_part_is_none(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.weekdays(DAYS, text)
    assert repr(text) in caught.value.problem
    assert "weekdays" in caught.value.allowed
    assert caught.value.example == "days:mon-fri"


@pytest.mark.parametrize(("text", "expected"), [("1", 1), (" 20 ", 20), ("０7", 7)])
def test_integer_is_read_when_within_its_range(text: str, expected: int) -> None:
    assert values.integer(COUNT, text) == expected


@pytest.mark.parametrize("text", ["0", "21", "-3", "five", "1e3", "5.0", "9" * 40, "½"])
def test_integer_is_refused_when_out_of_its_range(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.integer(COUNT, text)
    assert "for count" in caught.value.problem
    assert caught.value.allowed == "a whole number from 1 to 20"
    assert caught.value.example == "count:5"


@pytest.mark.parametrize(("text", "expected"), [("full", "full"), ("Full ", "full"), ("head", "headlines")])
def test_choice_is_read_when_it_begins_like_one(text: str, expected: str) -> None:
    assert values.choice(STYLE, text) == expected


@pytest.mark.parametrize("text", ["", "big", "fuller"])
def test_choice_is_refused_when_it_is_none(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.choice(STYLE, text)
    assert caught.value.allowed == "headlines, summaries, full"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ko", "ko"), ("KO-kr", "ko"), ("Korean", "ko"), ("한국어", "ko"), ("zh_TW", "zh"), ("eo", "eo")],
)
def test_language_is_read_when_named_by_code_or_name(text: str, expected: str) -> None:
    assert values.language(LANGUAGE, text) == expected


@pytest.mark.parametrize("text", ["xx", "klingon", "e"])
def test_language_is_refused_when_unknown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.language(LANGUAGE, text)
    assert text in caught.value.problem
    assert caught.value.example == "language:ko"


def test_caveat_language_is_refused_when_we_have_no_caveat_in_it() -> None:
    assert values.caveat_language(LANGUAGE, "deutsch") == "de"
    with pytest.raises(UsageError, match="'fi' is no language that we can speak") as caught:
        values.caveat_language(LANGUAGE, "fi")
    assert caught.value.allowed == "en, ko, ja, de, fr, es, pt, zh"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 17, 20, 30, tzinfo=UTC)),
        ("2 weeks", datetime(2026, 11, 10, 20, 30, tzinfo=UTC)),
        ("today", datetime(2026, 11, 24, 15, 0, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 10, 31, 15, 0, tzinfo=UTC)),
        ("2026/11/1", datetime(2026, 10, 31, 15, 0, tzinfo=UTC)),
        ("2026년 11월 1일", datetime(2026, 10, 31, 15, 0, tzinfo=UTC)),
        ("24시간", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        ("7日前", datetime(2026, 11, 17, 20, 30, tzinfo=UTC)),
        ("2주일", datetime(2026, 11, 10, 20, 30, tzinfo=UTC)),
        ("昨日", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
    ],
)
def test_since_is_a_local_midnight_or_an_age(text: str, expected: datetime) -> None:
    assert values.since(SINCE, text, now=NOW, zone="Asia/Seoul") == expected


def test_since_stays_an_instant_when_the_age_is_absurd() -> None:
    assert values.since(SINCE, "99999w", now=NOW, zone="UTC").year == 1926


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-26", "2026-02-30", "0001-01-01", "7x", "", "-7d", "7日"])
def test_since_is_refused_when_it_is_no_past(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.since(SINCE, text, now=NOW, zone="Asia/Seoul")
    assert repr(text) in caught.value.problem
    assert "7d" in caught.value.allowed
    assert caught.value.example == "since:2026-11-18"


@pytest.mark.parametrize(("text", "expected"), [("asia/seoul", "Asia/Seoul"), ("Seoul", "Asia/Seoul"), ("utc", "UTC")])
def test_zone_is_read_when_case_or_continent_is_missing(text: str, expected: str) -> None:
    assert values.zone(text) == expected


def test_zone_offers_nearest_when_unknown() -> None:
    with pytest.raises(UsageError) as caught:
        values.zone("Asia/Seol")
    assert "'Asia/Seol'" in caught.value.problem
    assert "Asia/Seoul" in caught.value.allowed


@pytest.mark.parametrize(
    ("text", "platform", "expected"),
    [
        ("general", "console", "console:general"),
        ("#general", "console", "console:general"),
        ("console:general", "console", "console:general"),
        ("<#123>", "discord", "discord:123"),
        ("discord:123", "discord", "discord:123"),
        ("<#C123|news>", "slack", "slack:C123"),
    ],
)
def test_channel_is_read_as_the_platform_writes_it(text: str, platform: str, expected: str) -> None:
    assert values.channel(CHANNEL, text, platform=platform) == expected


@pytest.mark.parametrize(
    ("text", "platform"), [("two words", "console"), ("general", "discord"), ("slack:C1", "discord")]
)
def test_channel_is_refused_when_it_is_no_reference_there(text: str, platform: str) -> None:
    with pytest.raises(UsageError, match="is no channel"):
        values.channel(CHANNEL, text, platform=platform)


@pytest.mark.parametrize(
    ("text", "expected"), [("<@&55>", "55"), ("<!subteam^S1|x>", "S1"), ("Editors", "Editors"), ("none", "")]
)
def test_role_is_read_as_the_platform_writes_it(text: str, expected: str) -> None:
    assert values.role(ROLE, text) == expected


@pytest.mark.parametrize(
    "text",
    ["everyone", "@everyone", "@Here", " @ channel ", "＠everyone", "<!here>", "<!channel|@channel>", "@\u202ehere"],
)
def test_role_is_never_everybody(text: str) -> None:
    for read, option in ((values.role, ROLE), (values.ping, PING)):
        with pytest.raises(UsageError, match="cannot be everyone") as caught:
            read(option, text)
        assert caught.value.example == f"{option.name}:none"


def test_name_is_one_clean_line_when_it_holds_control_characters() -> None:
    assert values.plain(NAME, " Korea\n\u202eJapan\x00 ", example="…") == "Korea Japan"


def test_name_is_refused_when_longer_than_80() -> None:
    with pytest.raises(UsageError) as caught:
        values.plain(NAME, "x" * 81, example='/brief-admin topic add "Korea"')
    assert "name has 81 characters" in caught.value.problem
    assert caught.value.allowed == "1 to 80 characters"
    assert caught.value.example == '/brief-admin topic add "Korea"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b c ;a", ("a", "b c")),
        ("none", ()),
        ("한일、中日，x", ("한일", "中日", "x")),
        (" , ", ()),
    ],
)
def test_parts_are_each_once(text: str, expected: tuple[str, ...]) -> None:
    assert values.parts(text) == expected


READERS: list[Callable[[str], object]] = [
    lambda text: values.clock_time(AT, text),
    lambda text: values.weekdays(DAYS, text),
    lambda text: values.integer(COUNT, text),
    lambda text: values.choice(STYLE, text),
    lambda text: values.language(LANGUAGE, text),
    lambda text: values.since(SINCE, text, now=NOW, zone="Asia/Seoul"),
    lambda text: values.channel(CHANNEL, text, platform="slack"),
    lambda text: values.role(ROLE, text),
    lambda text: values.plain(NAME, text, example="…"),
    values.zone,
    values.parts,
]


@given(st.sampled_from(READERS), st.text(max_size=40) | st.from_regex(r"[0-9:.\-ap mhdw]{1,12}", fullmatch=True))
def test_values_are_read_or_refused_when_text_is_hostile(read: Callable[[str], object], text: str) -> None:
    error = refusal(read, text)
    assert error is None or (error.allowed and error.example)


def refusal(read: Callable[[str], object], text: str) -> UsageError | None:
    try:
        read(text)
    except UsageError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08:00", ["08:00"]),
        ("18:00,08:00", ["08:00", "18:00"]),
        ("8am and 6 pm", ["08:00", "18:00"]),
        ("8:00 18:00", ["08:00", "18:00"]),
        ("8:30 a.m.; noon & 8:30", ["08:30", "12:00"]),
        ("오전 8시, 오후 6시", ["08:00", "18:00"]),
        ("8時・18時30分", ["08:00", "18:30"]),
    ],
)
def test_times_of_a_day_are_read_once_each_and_in_order(text: str, expected: list[str]) -> None:
    assert [f"{one:%H:%M}" for one in values.clock_times(AT, text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Korea Japan=3, AI=2", (("Korea Japan", 3), ("AI", 2))),
        ("Korea Japan 3; AI:2", (("Korea Japan", 3), ("AI", 2))),
        ("AI x2, GPT-4 = 5", (("AI", 2), ("GPT-4", 5))),
        ("none", ()),
    ],
)
def test_caps_are_read_as_people_write_them(text: str, expected: tuple[tuple[str, int], ...]) -> None:
    assert values.caps(CAPS, text) == expected


@pytest.mark.parametrize("text", ["AI", "AI=0", "AI=26", "=3", "AI=many"])
def test_caps_without_a_topic_and_a_number_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="for caps"):
        values.caps(CAPS, text)


def test_date_to_come_is_a_local_one_after_today() -> None:
    assert values.coming_date(UNTIL, "tomorrow", now=NOW, zone="Asia/Seoul").isoformat() == "2026-11-26"
    assert values.coming_date(UNTIL, "2026-11-25", now=NOW, zone="UTC").isoformat() == "2026-11-25"
    for text in ("2026-11-25", "2027-12-24", "2026-02-30", "soon"):
        with pytest.raises(UsageError, match="no date to come for until"):
            values.coming_date(UNTIL, text, now=NOW, zone="Asia/Seoul")


def test_ping_is_a_role_nobody_or_that_of_the_workspace() -> None:
    read = [values.ping(PING, text) for text in ("none", "Workspace", "<@&42>", "<!subteam^S7|@x>")]
    assert read == ["", values.WORKSPACES, "42", "S7"]
