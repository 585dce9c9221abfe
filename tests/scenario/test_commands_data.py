"""A workspace's own data: handed over whole, its changes told, removed at a word; and nothing kept of readers."""

from __future__ import annotations

import json
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.app import build
from bot.commands.admin_data import _kind
from bot.commands.audit_trail import changed
from bot.commands.audit_words import _field
from bot.commands.catalogue import COMMANDS
from bot.commands.catalogue.spec import Role
from bot.commands.invoke import Invocation, Person
from bot.config import load
from bot.documents.text import plain_text
from bot.models import LOCAL_WORKSPACE, Change, ChannelRef, TopicRule
from bot.saying import PSEUDO, speaking
from bot.store import Store
from bot.store.holdings import _DERIVED, HISTORY, SECRET, SECRET_COLUMNS, owned
from bot.store.schema import Instant, metadata, workspaces
from tests.fakes import FakeClock
from tests.office import OTHER, FakeFeeds, Office

SAMPLES = {
    "brief-admin setup": "step:done",
    "brief-admin topic add": "Rivers words:otter",
    "brief-admin topic edit": "t1 words:salmon",
    "brief-admin topic remove": "t1",
    "brief-admin source add": "https://new.example/feed check:no",
    "brief-admin source remove": "src1",
    "brief-admin source import": "https://third.example/rss https://fourth.example/rss",
    "brief-admin digest add": "Evening at:18:00",
    "brief-admin digest edit": "d1 at:07:30",
    "brief-admin digest pause": "d1",
    "brief-admin digest resume": "d1",
    "brief-admin digest remove": "d1",
    "brief-admin digest send": "d1",
    "brief-admin story follow": "b1",
    "brief-admin story unfollow": "b1",
    "brief-admin settings": "zone:Asia/Seoul",
    "brief-admin source resume": "src1",
    "brief-admin correct": 'b1 headline:"Otters are back" note:"Shorter"',
    "brief-admin retract": "b1 It was about beavers",
    "brief-admin digest feed": "d1",
    "brief-admin operator share": "src1",
    "brief-admin operator unshare": "src1",
}
"""A call that changes something, for each command that can; a new one without a sample here fails."""
BEFORE = {
    "brief-admin story unfollow": "/brief-admin story follow b1",
    "brief-admin setup": "/brief-admin setup subjects:space at:09:30",
    "brief-admin digest resume": "/brief-admin digest pause d1",
    "brief-admin operator unshare": "/brief-admin operator share src1",
}


@pytest.fixture
async def office(sqlite_store: Store, clock: FakeClock) -> Office:
    """A topic, a digest, a source and a brief here; a source and a brief elsewhere."""
    office = Office(sqlite_store, clock, FakeFeeds({}))
    await sqlite_store.workspaces.ensure(LOCAL_WORKSPACE, name="This machine", now=clock.now())
    await office.report(await office.follow("https://first.example/feed", title="First News"), "Otters return")
    elsewhere = await office.follow("https://second.example/feed", title="Second", workspace=OTHER)
    await office.report(elsewhere, "Harbour closes")
    await office.ask('/brief-admin topic add "River life" words:otter')
    await office.ask("/brief-admin digest add Morning at:08:00")
    return office


async def tables(store: Store) -> dict[str, str]:
    """Everything in the database, as text."""
    async with store.database.reading() as connection:
        names = [*metadata.tables, "brief_search"]
        return {name: str((await connection.execute(text(f'SELECT * FROM "{name}"'))).all()) for name in names}


# ── audit ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.is_audited], ids=lambda command: command.name)
async def test_every_command_that_changes_something_is_audited(office: Office, command: object) -> None:
    name = command.name  # type: ignore[attr-defined]
    if name == "brief-admin topic remove":
        await office.ask("/brief-admin digest edit d1 topics:none")
    if name in BEFORE:
        await office.ask(BEFORE[name])
    _, before = await office.store.trail.page(LOCAL_WORKSPACE, limit=1)
    answer = await office.ask(f"/{name} {SAMPLES[name]}")
    [entry], after = await office.store.trail.page(LOCAL_WORKSPACE, limit=1)
    assert after == before + 1, answer
    assert (entry.command, entry.person_id, entry.person_name) == (name, "u1", "Mina")
    assert entry.changes


async def test_command_that_is_said_to_change_nothing_changes_nothing(office: Office) -> None:
    for command in COMMANDS:
        if command.is_audited or command.path in (("forget",), ("report",)):
            continue
        # What is asked of the catalogue's own example, or of what is there.
        values = {"brief": "b1", "digest": "d1", "query": "otters"}
        needed = " ".join(f"{option.name}:{values[option.name]}" for option in command.options if option.is_required)
        before = await tables(office.store)
        await office.ask(f"/{command.name} {needed}")
        assert await tables(office.store) == before, command.name


async def test_refused_command_and_mere_look_are_not_audited(office: Office) -> None:
    _, before = await office.store.trail.page(LOCAL_WORKSPACE, limit=1)
    for line in ("topic add", "topic edit t9 words:x", "settings zone:Mars", "settings", "topic remove t99"):
        await office.ask(f"/brief-admin {line}")
    await office.ask("/brief-admin topic add X words:y", is_manager=False)
    assert (await office.store.trail.page(LOCAL_WORKSPACE, limit=1))[1] == before


async def test_audit_tells_who_changed_what_from_what_to_what(office: Office) -> None:
    await office.ask("/brief-admin topic edit t1 words:salmon,trout publishers:2 name:Rivers")
    await office.ask("/brief-admin topic remove t1")
    await office.ask("/brief-admin source remove src1")
    told = await office.ask("/brief-admin audit")
    assert "topic t1 “Rivers”, words: otter → salmon, trout" in told
    assert "topic t1 “Rivers”, name: River life → Rivers" in told
    assert "topic t1 “Rivers” removed: " in told
    assert "source “First News” (src1) removed: followed: yes" in told
    assert "topic t1 “River life” added: " in told
    assert "Mina" in told
    assert "/brief-admin topic edit" in told
    assert "id" not in {change.field for entry in await entries(office) for change in entry.changes}  # type: ignore[attr-defined]
    assert "Nothing was changed yet." in await office.ask("/brief-admin audit", workspace=OTHER)


async def entries(office: Office) -> list[object]:
    return list((await office.store.trail.page(LOCAL_WORKSPACE, limit=100))[0])


async def test_audit_is_paged_and_bounded_in_time(office: Office, clock: FakeClock) -> None:
    for number in range(9):
        await office.ask(f"/brief-admin settings caveat_note:note{number}")
    first, second = await office.ask("/brief-admin audit"), await office.ask("/brief-admin audit page:2")
    assert "note7 → note8" in first
    assert ("note1 → note2" in first, "note0 → note1" in first) == (True, True)
    assert "caveat note: – → note0" in second
    assert "11 entries, kept for 365 days" in second
    clock.advance(3 * 86400)
    await office.ask("/brief-admin settings caveat_note:none")
    assert "1 entry" in await office.ask("/brief-admin audit since:24h")
    assert "There is no more." in await office.ask("/brief-admin audit page:50")


def test_difference_names_the_field_and_clips_long_values() -> None:
    before = {"a": {"name": "A", "x": "1"}, "gone": {"name": "G", "x": "", "y": "2"}}
    after = {"a": {"name": "A", "x": "2" * 2000}, "new": {"z": "3"}}
    assert changed(before, before) == ()
    first, gone, new = changed(before, after)
    assert (first.what, first.field, first.old, len(first.new)) == ("a “A”", "x", "1", 1000)
    assert gone == Change(what="gone “G”", old="y: 2")
    assert new == Change(what="new", new="z: 3")


async def test_follow_says_that_nothing_was_posted_yet_and_how_to_stop_it(office: Office) -> None:
    assert "Last post: not yet" in (await office.ask("/brief-admin story follow b1")).replace("  ", " ")
    assert "Stop with /brief-admin story unfollow b1\n" in await office.ask("/brief-admin story list") + "\n"


async def test_follow_that_ends_is_audited_in_the_words_of_its_reader(office: Office) -> None:
    for line in (
        "story follow b1",
        "story unfollow b1",
        "correct b1 headline:Beavers note:Meant",
        "settings language:ko",
    ):
        await office.ask(f"/brief-admin {line}")
    await office.ask("/brief-admin correct b1 undo:drop")
    told = await office.ask("/brief-admin audit")
    assert "추가: 추적 중인 소식 f1 (브리핑: b1; 채널: console:general)" in told
    assert "삭제: 추적 중인 소식 f1" in told
    assert "b1: 정정 (Meant)" in told
    assert "b1: 되돌림" in told


def test_every_field_and_table_has_a_name_for_people() -> None:
    fields = {field.name for field in dataclass_fields(TopicRule)} | {"subjects", "places", "step"}
    for table in owned():
        if ("workspace_id" in table.c or table is workspaces) and table.name not in HISTORY | SECRET | {"follows"}:
            fields |= {one.name for one in table.c if one.name not in _DERIVED and not isinstance(one.type, Instant)}
    fields -= {"rule", "choices", "source_id"}
    with speaking(PSEUDO):
        assert not [name for name in sorted(fields) if not _field(name).startswith("⟦")]
        assert not [table.name for table in owned() if not _kind(table.name).startswith("⟦")]


# ── export ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_export_holds_every_table_and_no_secret(office: Office) -> None:
    await office.store.installations.save(LOCAL_WORKSPACE, "gAAAA-sealed", now=office.clock.now())
    await office.ask("/brief-admin digest send d1")
    await office.ask("/brief-admin source add https://mina:s3cret@paid.example/feed check:no")
    files = dict((await office.reply("/brief-admin export")).files)
    data = json.loads(files["briefbot.json"])
    assert data["tables"].keys() == {table.name for table in owned()} - SECRET
    for name in ("topics", "digests", "editions", "audit", "workspace_sources"):
        assert data["tables"][name], name
    assert data["tables"]["edition_items"] or data["tables"]["editions"][0]["story_count"] == 0
    for secret in ("gAAAA-sealed", "s3cret"):
        assert secret not in str(files)
    assert not [
        column.name
        for table in owned()
        for column in table.c
        if table.name not in SECRET and any(word in column.name for word in ("token", "secret", "sealed", "password"))
        if column.name not in SECRET_COLUMNS and not column.name.endswith("_tokens")
    ]
    assert not [name for rows in data["tables"].values() for row in rows for name in row if name in SECRET_COLUMNS]
    outlines = ElementTree.fromstring(files["briefbot-sources.opml"]).iter("outline")
    assert {one.get("xmlUrl") for one in outlines} == {"https://first.example/feed", "https://paid.example/feed"}
    assert "second.example" not in str(files)


# ── forget ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_forget_asks_for_the_word_and_then_removes_everything(office: Office) -> None:
    before = await tables(office.store)
    asked = await office.ask("/brief-admin forget")
    assert "/brief-admin forget confirm:local" in asked
    assert "topics" in asked
    assert "no word" not in asked
    assert "Allowed: local" in await office.ask("/brief-admin forget confirm:yes")
    assert await tables(office.store) == before
    done = await office.ask("/brief-admin forget confirm:local")
    assert "Messages that were posted in channels stay there" in done
    assert "digests" in done
    assert not any((await office.store.holdings.counts(LOCAL_WORKSPACE)).values())
    left = await tables(office.store)
    for word in ("Otters", "River life", "Mina", "first.example"):
        assert word not in str(left), word
    assert "Harbour closes" in str(left)
    assert "Harbour closes" in await office.ask("/brief latest", workspace=OTHER)
    assert "River life is followed" in await office.ask('/brief-admin topic add "River life" words:otter')


async def test_forget_by_a_button_is_confirmed_by_it(office: Office) -> None:
    command = next(command for command in COMMANDS if command.path == ("forget",))
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE,
        person=Person(id="u1", name="Mina", is_manager=True),
        channel=ChannelRef("console:general"),
    )
    question = (await office.commands.question(command, {}, here)).document
    [line] = [action.command for block in question.blocks for action in getattr(block, "items", ())]
    assert line == "brief-admin forget confirm:local"
    assert "was removed" in plain_text((await office.commands.run(line, here)).document)


# ── readers ───────────────────────────────────────────────────────────────────────────────────────────────────────────

READER = "reader-7719354402"


async def test_nothing_of_a_reader_reaches_the_store_or_the_log(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every member command and every refused one, with all that a platform tells of a person."""
    person = Person(id=READER, name=f"Name {READER}", roles=frozenset({f"role-{READER}"}))
    here = Invocation(workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"))
    capsys.readouterr()
    for command in COMMANDS:
        for line in (
            command.right,
            f"/{command.name} b1",
            f"/{command.name} xyzzy{READER.replace('-', '')}",
            "nonsense",
        ):
            await office.commands.run(line, here)
            await office.commands.run(f"{line} topic:t1", replace(here, person=replace(person, id=f"{READER}x")))
        for option in command.options:
            await office.commands.complete(command, option, "o", here)
    assert READER not in str(await tables(office.store))
    assert READER.replace("-", "") not in str(await tables(office.store))
    logged = capsys.readouterr()
    assert "command.run" in logged.out + logged.err
    assert READER.replace("-", "") not in (logged.out + logged.err).replace("-", "")


# ── operators ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_operator_sees_numbers_and_shares_a_source(office: Office) -> None:
    text = await office.ask("/brief-admin operator status")
    assert "Workspaces on Console" in text
    assert "2, of which 0 are failing" in text
    assert "Otters" not in await office.ask("/brief latest", workspace=OTHER)
    assert "shared with all" in await office.ask("/brief-admin operator share src1")
    assert "Otters" in await office.ask("/brief latest", workspace=OTHER)
    assert "is shared already" in await office.ask("/brief-admin operator share src1")
    assert "shared no more" in await office.ask("/brief-admin operator unshare src1")
    assert "is not shared" in await office.ask("/brief-admin operator unshare src1")
    assert "Otters" not in await office.ask("/brief latest", workspace=OTHER)
    assert "for those who run Briefbot" in await office.ask("/brief-admin operator status", workspace=OTHER)
    assert [command.name for command in COMMANDS if command.role is Role.OPERATOR]


async def test_prune_job_logs_what_it_removed(office: Office, clock: FakeClock) -> None:
    app = await build(load(env_file=None), clock=clock, adapters={}, store=office.store)
    clock.advance(86400 * 400)
    with capture_logs() as logs:
        await app.prune()
        await app.prune()
    [entry] = [entry for entry in logs if entry["event"] == "store.pruned"]
    assert (entry["briefs"], entry["articles"], entry["stories"]) == (2, 2, 2)
    assert entry["audit"] == 2
    assert {"duration_ms", "longest_ms"} <= entry.keys()
    assert "River life" in await office.ask("/brief-admin topic list")
