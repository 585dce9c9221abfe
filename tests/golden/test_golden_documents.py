"""What each kind of document looks like on each renderer, as files that a person can read.

After a change that is meant: `BRIEFBOT_GOLDEN=write python -m pytest tests/golden`, and read the difference before you
commit it. A new renderer joins with a line in RENDERERS.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from adapters.console.render import draw
from adapters.discord.render import render as discord_render
from adapters.slack.render import render as slack_render
from bot.digests.compose import Issue, compose
from bot.documents.build import brief_document, error_document, list_document, notice, related_document
from bot.documents.followed import Ending, ending_document, first_document, update_document
from bot.documents.nodes import Action, Actions, Document, Facts, Note, Text
from bot.documents.text import plain_text
from bot.errors import UsageError
from bot.models import (
    LOCAL_WORKSPACE,
    Brief,
    BriefText,
    Citation,
    Origin,
    Pick,
    Related,
    Section,
    Sentence,
    Style,
    Workspace,
)
from bot.saying import speaking
from bot.store.follows import QUIET

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
HERE = Path(__file__).parent
WORKSPACE = Workspace(id=LOCAL_WORKSPACE, zone="Asia/Seoul", created_at=NOW)
TEXT = BriefText(
    headline="Veltria and Osmark sign power-grid deal",
    deck="The neighbours will share a sea cable from 2029.",
    lede=(
        Sentence(text="Both leaders signed in Lindholm on Tuesday.", sources=(1,)),
        Sentence(text="The cable costs 2.3 billion crowns.", sources=(1, 2)),
    ),
    sections=(
        Section(heading="What comes next", sentences=(Sentence(text="Parliament votes in May.", sources=(2,)),)),
    ),
    sources=(
        Citation(
            n=1, publisher="Meridian", title="Deal signed", url="https://m.example/1?utm_source=rss", published_at=NOW
        ),
        Citation(n=2, publisher="Courier", title="Who pays?", url="https://c.example/2", published_at=NOW),
    ),
    language="en",
    written_by="extractive",
)
BRIEF = Brief(
    id=12,
    story_id=3,
    version=2,
    origin=Origin.WRITTEN,
    text=TEXT,
    related=(
        Related(brief_id=7, headline="Tariffs end", blurb="Steel is free.", score=0.4, reason="also about Osmark"),
    ),
    publishers=2,
    article_count=2,
    published_at=NOW - timedelta(hours=2),
    news_at=NOW,
    created_at=NOW,
    updated_at=NOW,
)
KOREAN = replace(
    BRIEF,
    id=13,
    version=1,
    publishers=1,
    related=(),
    text=replace(TEXT, headline="야간 여객선 첫 운항", deck="내년 4월 처음 운항한다.", language="ko", sections=()),
)
IMPORTED = replace(
    BRIEF,
    id=14,
    origin=Origin.IMPORTED,
    related=(
        Related(
            headline="Fares doubled…", blurb="Fares doubled since 2019, a study finds.", reason="named by its author"
        ),
    ),
    text=replace(TEXT, disclosure="This content is AI-generated."),
)
HOSTILE = replace(
    KOREAN,
    id=15,
    text=replace(
        TEXT, headline="@everyone <!channel> [b]*x*[/b] \x1b[31m\u202eevil", deck="<script>&amp; `code`", language="en"
    ),
)
ISSUE = Issue(name="Morning", on=date(2026, 1, 15))
PICKS = [
    Pick(brief=BRIEF, topic="Power", is_update=True, why="2 publishers"),
    Pick(brief=KOREAN, topic="Korea", why="1 publisher"),
]

UPDATES = [replace(PICKS[0], news=(1, 2))]


def in_korean() -> Document:
    with speaking("ko"):
        return brief_document(KOREAN, replace(WORKSPACE, language="ko"), now=NOW)


CASES: dict[str, Callable[[], Document]] = {
    "brief": lambda: brief_document(BRIEF, WORKSPACE, now=NOW),
    "brief_single_source_korean": lambda: brief_document(KOREAN, WORKSPACE, now=NOW),
    "brief_imported": lambda: brief_document(IMPORTED, WORKSPACE, now=NOW),
    "brief_hostile": lambda: brief_document(HOSTILE, replace(WORKSPACE, caveat_note="Ask @everyone."), now=NOW),
    "brief_in_korean_workspace": in_korean,
    "digest_headlines": lambda: compose(replace(ISSUE, style=Style.HEADLINES), PICKS, WORKSPACE, now=NOW),
    "digest_summaries": lambda: compose(ISSUE, PICKS, WORKSPACE, now=NOW),
    "digest_full": lambda: compose(replace(ISSUE, style=Style.FULL), PICKS, WORKSPACE, now=NOW),
    "digest_update_headlines": lambda: compose(replace(ISSUE, style=Style.HEADLINES), UPDATES, WORKSPACE, now=NOW),
    "digest_update_summaries": lambda: compose(ISSUE, UPDATES, WORKSPACE, now=NOW),
    "digest_update_full": lambda: compose(replace(ISSUE, style=Style.FULL), UPDATES, WORKSPACE, now=NOW),
    "followed_first": lambda: first_document(BRIEF, WORKSPACE, until=None, now=NOW),
    "followed_update": lambda: update_document(UPDATES[0], WORKSPACE),
    "followed_ending": lambda: ending_document(Ending.QUIET, QUIET),
    "digest_late": lambda: compose(replace(ISSUE, late_by=timedelta(hours=2, minutes=5)), PICKS, WORKSPACE, now=NOW),
    "digest_quiet": lambda: compose(ISSUE, [], WORKSPACE, now=NOW),
    "list": lambda: list_document("Latest", [BRIEF, KOREAN], WORKSPACE, now=NOW),
    "list_empty": lambda: list_document("Search: x", [], WORKSPACE, now=NOW, empty="Nothing found."),
    "related": lambda: related_document(BRIEF, WORKSPACE, now=NOW),
    "notice": lambda: notice(
        "Digest added",
        Facts((("When", "08:00"), ("Next", "tomorrow"))),
        Actions((Action("Preview", "brief-admin digest preview d1"),)),
        Note((Text("It posts here."),)),
    ),
    "error": lambda: error_document(
        UsageError("'25:00' is no time", allowed="a time of day", example="/brief-admin digest edit d1 at:08:30")
    ),
}


def console(document: Document) -> str:
    stream = io.StringIO()
    draw(document, Console(file=stream, width=80, force_terminal=False, color_system=None))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


RENDERERS: dict[str, Callable[[Document], str]] = {
    "text": lambda document: plain_text(document) + "\n",
    "console": console,
    "discord": lambda document: _json([dict(payload.body) for payload in discord_render(document)]),
    "slack": lambda document: _json([dict(payload.body) for payload in slack_render(document)]),
}
SUFFIXES = {"discord": "json", "slack": "json"}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("case", CASES)
def test_document_looks_as_it_did(case: str, renderer: str) -> None:
    shown = RENDERERS[renderer](CASES[case]())
    file = HERE / renderer / f"{case}.{SUFFIXES.get(renderer, 'txt')}"
    if os.environ.get("BRIEFBOT_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == shown


def test_every_golden_file_has_its_case() -> None:
    files = {file.stem for file in HERE.glob("*/*") if file.suffix in (".txt", ".json")}
    assert files == set(CASES)
