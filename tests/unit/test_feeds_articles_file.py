"""Import files: good lines go in, bad ones are named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.ingest.articles_file import LINE_LIMIT, RejectedLine, read_articles
from bot.models import Draft

WHOLE = {
    "url": "https://example.org/a",
    "title": "Bridge <b>opens</b>",
    "text": "It opened\ntoday &amp; here.",
    "publisher": "The Paper",
    "language": "en",
    "published_at": "2026-01-31T09:00:00+09:00",
    "story": "gold-7",
}


def line(**changes: Any) -> str:
    return json.dumps(WHOLE | changes)


def read_one(text: str | bytes) -> Draft | RejectedLine:
    [found] = read_articles([text])
    return found


def test_a_line_becomes_a_clean_draft() -> None:
    assert read_one(line(text="It opened.\nToday.")) == Draft(
        url="https://example.org/a",
        title="Bridge opens",
        text="It opened.\nToday.",
        publisher="The Paper",
        language="en",
        published_at=datetime(2026, 1, 31, tzinfo=UTC),
    )


def test_marks_blank_lines_and_line_ends_mean_nothing() -> None:
    lines: list[bytes | str] = [
        b"\xef\xbb\xbf" + line().encode() + b"\r\n",
        b"\r\n",
        "  \n",
        line(url="https://example.org/b") + "\n",
    ]
    found = list(read_articles(lines))
    assert [draft.url for draft in found if isinstance(draft, Draft)] == [
        "https://example.org/a",
        "https://example.org/b",
    ]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "no object"),
        (b'{"title": "\xff"}', "not UTF-8"),
        ('{"url": "https://example.org/a"}', "neither title nor text"),
        (line(url="example.org"), "url 'example.org' is no http"),
        (line(title=7), "title must be text, not '7'"),
        (line(language="English"), "language 'English' is no two-letter code"),
        (line(published_at="soon"), "published_at 'soon' is no date"),
        ("x" * (LINE_LIMIT + 1), "longer than 2,000,000 bytes"),
    ],
)
def test_a_wrong_line_is_named_and_the_others_go_in(text: str | bytes, reason: str) -> None:
    good, bad, last = read_articles([line(), text, line()])
    assert isinstance(good, Draft)
    assert isinstance(last, Draft)
    assert isinstance(bad, RejectedLine)
    assert bad.line == 2
    assert reason in bad.reason
    assert len(bad.reason) < 200


def test_what_is_missing_is_filled_in() -> None:
    draft = read_one(json.dumps({"text": "도쿄전력이 계획을 발표했다. 방류는 내년이다."}))
    assert isinstance(draft, Draft)
    assert (draft.title, draft.language, draft.url, draft.published_at) == (
        "도쿄전력이 계획을 발표했다.",
        "ko",
        "",
        None,
    )


def test_a_date_without_a_zone_is_utc() -> None:
    draft = read_one(line(published_at="2026-01-31T09:00:00", language="ko"))
    assert isinstance(draft, Draft)
    assert draft.published_at == datetime(2026, 1, 31, 9, tzinfo=UTC)
