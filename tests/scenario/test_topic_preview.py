"""Topics looked at before they are stored, and words that a workspace does not want to see."""

from __future__ import annotations

import pytest

from bot.caveat import CAVEATS
from bot.commands.catalogue import BY_NAME
from bot.commands.context import Invocation, Person
from bot.models import LOCAL_WORKSPACE, ChannelRef
from bot.ports import Clock
from bot.store import Store
from tests.office import Office


@pytest.fixture
async def office(store: Store, clock: Clock) -> Office:
    made = Office(store, clock)
    source = await made.follow("https://first.example/feed", title="First")
    for number in range(12):
        is_muted = number % 2 == 0
        await made.report(source, f"{'Football' if is_muted else 'Ferry'} news {number}", hours_ago=number + 1)
    await made.report(source, "Korea opens a port", body="Japan sends ships to the new port.", hours_ago=0.5)
    return made


async def test_preview_says_why_each_matches_or_just_misses_and_adds_exactly_that(office: Office) -> None:
    rule = 'words:"Korea + Japan, ferry" exclude:"news 3"'
    text = await office.ask(f"/brief-admin topic preview name:Sea {rule}")
    assert "6 of 13 briefs (46 %)" in text
    assert "matches 'Korea' in the headline, matches 'Japan' in the summary" in text
    assert "Ferry news 3 · 5 hours ago" not in text
    assert "excluded by “news 3”" in text
    assert CAVEATS["en"] in text
    command = '/brief-admin topic add name:Sea words:"Korea + Japan, ferry" exclude:"news 3"'
    assert command in text
    assert "No topics yet" in await office.ask("/brief-admin topic list")
    added = await office.ask(command)
    assert "6 of 13 briefs" in added
    stored = await office.ask("/brief-admin topic preview Sea")
    assert "6 of 13 briefs (46 %)" in stored
    assert "has only 1 publisher" in await office.ask("/brief-admin topic preview Sea publishers:2")
    assert "comes only from sources" in await office.ask("/brief-admin topic preview Sea not_sources:src1")
    assert "would take everything" in await office.ask("/brief-admin topic preview")


async def test_muted_words_hide_everywhere_but_where_they_are_asked_for(office: Office) -> None:
    assert "Football" in await office.ask("/brief latest count:5")
    await office.ask('/brief-admin settings mute:"football, 연예"')
    assert "“football”, “연예”" in await office.ask("/brief-admin settings")
    first = await office.ask("/brief latest count:5")
    assert (first.count("by extraction"), "Football" in first) == (5, False)
    second = await office.ask("/brief latest count:5 page:2")
    assert (second.count("by extraction"), "Football" in second) == (2, False)
    await office.ask("/brief-admin topic add News words:news")
    for line in ("/brief today", "/brief latest topic:News", "/brief-admin topic preview News"):
        text = await office.ask(line)
        assert "Ferry" in text, line
        assert "Football" not in text, line
    assert "Football news 0" in await office.ask("/brief read b1")
    assert "Football news 0" in await office.ask("/brief search Football")
    assert "Football" not in "".join(await _offered(office, ""))
    assert "Football news 0" in await _offered(office, "Football")
    await office.ask("/brief-admin settings mute:none")
    assert "Football" in await office.ask("/brief latest count:5")


async def _offered(office: Office, typed: str) -> list[str]:
    """The headlines that are offered while the brief to read is being typed."""
    command = BY_NAME["brief read"]
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE, person=Person(id="u1", name="Mina"), channel=ChannelRef("console:general")
    )
    return [shown for shown, _ in await office.commands.complete(command, command.options[0], typed, here)]
