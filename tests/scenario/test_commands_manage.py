"""Who may what, settings, status and export, and what is said when something goes wrong."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Command, Role
from bot.commands.invoke import Commands, Invocation, Person
from bot.documents.nodes import Kind
from bot.errors import StoreBusy
from bot.models import LOCAL_WORKSPACE, ChannelRef, Polled
from bot.store.editions import EditionPlan, Slot
from tests.managing import FEED, digest, exported, managed_office  # noqa: F401 - a fixture
from tests.office import OTHER, Office

# ── who may ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.role is Role.MANAGER], ids=lambda command: command.name)
async def test_member_is_told_who_may_when_command_is_for_managers(office: Office, command: Command) -> None:
    before = await exported(office)
    text = await office.ask(command.right, is_manager=False)
    assert f"/{command.name} is for managers" in text
    assert "admin role" in text
    assert await exported(office) == before


# ── settings, status, export ──────────────────────────────────────────────────────────────────────────────────────────


async def test_settings_show_and_change(office: Office) -> None:
    assert "Zone: UTC" in await office.ask("/brief-admin settings")
    text = await office.ask(
        '/brief-admin settings zone:Asia/Seoul language:Korean ping_role:news retention:30 caveat_note:"Ask Mina."'
    )
    # From here on in Korean.
    for fact in ("시간대: Asia/Seoul", "언어: 한국어", "멘션 역할: news", "보관 기간: 30일", "Ask Mina."):
        assert fact in text
    assert "Ask Mina." in await office.ask("/brief latest")
    text = await office.ask("/brief-admin settings ping_role:none caveat_note:none language:en")
    assert "Ping role: none" in text
    assert "Ask Mina." not in text
    assert "Zone: Asia/Seoul" in text


@pytest.mark.parametrize(
    ("line", "problem", "allowed"),
    [
        ("zone:Mars/Olympus language:ko", "'Mars/Olympus' is no time zone.", "Allowed: "),
        ("zone:Asia/Seoul language:fi", "'fi' is no language that we can speak.", "en, ko, ja"),
        ("zone:Asia/Seoul retention:3", "'3' is not right for retention.", "7 to 3650"),
        ("zone:Asia/Seoul caveat_note:" + "x" * 201, "caveat_note has 201 characters", "200"),
        ("colour:red", "/brief-admin settings has no option 'colour'.", "zone, language"),
    ],
)
async def test_no_setting_changes_when_one_is_wrong(office: Office, line: str, problem: str, allowed: str) -> None:
    before = await office.store.workspaces.get(LOCAL_WORKSPACE)
    text = await office.ask(f"/brief-admin settings {line}")
    assert problem in text
    assert allowed in text
    assert "Example: " in text
    assert await office.store.workspaces.get(LOCAL_WORKSPACE) == before


async def test_status_names_failing_sources_and_runs_that_were_missed(office: Office) -> None:
    now = office.clock.now()
    await office.store.sources.settle(
        Polled(
            source_id=1,
            polled_at=now - timedelta(hours=2),
            next_poll_at=now + timedelta(minutes=30),
            interval_s=900,
            error="The server answered 404.",
        )
    )
    await office.ask("/brief-admin digest add Morning at:10:00")
    slot = Slot(on=date(2026, 1, 14), due_at=now, next_on=date(2026, 1, 15), next_due_at=now + timedelta(hours=1))
    missed = EditionPlan(digest=await digest(office), slot=slot, reason="the bot was not running", is_skipped=True)
    await office.store.editions.plan([missed], now=now)
    text = await office.ask("/brief-admin status")
    assert "1 source, 1 failing." in text
    assert "First News: The server answered 404; since Thu 15 Jan 2026, 07:00 (2 hours ago)" in text
    assert "next try Thu 15 Jan 2026, 09:30 (in 30 minutes)" in text
    assert "Morning: Thu 15 Jan 2026, 10:00 (in 1 hour), #general" in text
    assert "Morning, 2026-01-14: skipped: the bot was not running" in text
    assert "1 article stored on sqlite" in text


async def test_export_holds_everything_of_this_workspace_only(office: Office) -> None:
    await office.follow("https://theirs.example/feed", workspace=OTHER, title="Theirs")
    await office.ask('/brief-admin topic add "River life" words:otter sources:src1 publishers:2')
    await office.ask('/brief-admin digest add Morning at:10:00 topics:"River life"')
    data = json.loads(await exported(office))
    assert data["settings"]["workspace"] == LOCAL_WORKSPACE
    assert [source["url"] for source in data["sources"]] == ["https://first.example/feed"]
    assert data["topics"] == [
        {
            "topic": "t1",
            "name": "River life",
            "words": ["otter"],
            "exclude": [],
            "sources": ["https://first.example/feed"],
            "not_sources": [],
            "languages": [],
            "publishers": 2,
        }
    ]
    assert data["digests"][0]["topics"] == ["River life"]
    assert data["digests"][0]["at"] == "10:00"


# ── whatever goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_defect_is_a_calm_answer_with_a_reference(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.feeds.answers = {FEED: RuntimeError("boom at /srv/secret")}
    text = await office.ask(f"/brief-admin source add {FEED}")
    assert "Something went wrong on our side (ref " in text
    assert "boom" not in text
    reference = text.partition("(ref ")[2][:8]
    assert reference in "".join(capsys.readouterr())


async def test_busy_store_asks_to_try_again(office: Office) -> None:
    office.feeds.answers = {FEED: StoreBusy("database is locked")}
    text = await office.ask(f"/brief-admin source add {FEED}")
    assert "busy just now and changed nothing" in text
    assert "locked" not in text


async def test_log_of_a_command_holds_no_values(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    await office.ask("/brief search confidential-matter")
    logged = "".join(capsys.readouterr())
    assert "command.run" in logged
    assert "brief search" in logged
    assert "confidential" not in logged


async def test_call_refuses_options_it_does_not_know(office: Office) -> None:
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE,
        person=Person(id="u", name="u", is_manager=True),
        channel=ChannelRef("console:general"),
    )
    reply = await office.commands.call(BY_NAME["brief latest"], {"colour": "red"}, here)
    assert reply.document.kind is Kind.ERROR
    assert "no option 'colour'" in reply.document.title


# ── completion ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def complete(commands: Commands, name: str, option: str, text: str, *, is_manager: bool = True) -> list[str]:
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE,
        person=Person(id="u", name="u", is_manager=is_manager),
        channel=ChannelRef("console:general"),
    )
    command = BY_NAME[name]
    found = command.option(option)
    assert found is not None
    return [value for _, value in await commands.complete(command, found, text, here)]


async def test_completion_offers_what_begins_so_then_what_looks_so(office: Office) -> None:
    for name in ("River life", "Korea", "Life at sea"):
        await office.ask(f'/brief-admin topic add "{name}" words:otter')
    await office.ask("/brief-admin topic add Theirs words:otter", workspace=OTHER)
    commands = office.commands
    assert await complete(commands, "brief latest", "topic", "") == ["t2", "t3", "t1"]
    assert await complete(commands, "brief latest", "topic", "life") == ["t3", "t1"]
    assert await complete(commands, "brief latest", "topic", "Koera") == ["t2"]
    assert await complete(commands, "brief latest", "topic", "Theirs") == []
    assert await complete(commands, "brief read", "brief", "otter") == ["b1"]
    assert await complete(commands, "brief read", "brief", "") == ["b1"]
    assert await complete(commands, "brief-admin source remove", "source", "first") == ["src1"]
    assert await complete(commands, "brief-admin source remove", "source", "first", is_manager=False) == []
    assert (await complete(commands, "brief-admin settings", "zone", "seoul"))[0] == "Asia/Seoul"
    assert len(await complete(commands, "brief-admin settings", "zone", "")) == 25
    assert await complete(commands, "brief-admin digest add", "style", "") == ["headlines", "summaries", "full"]
