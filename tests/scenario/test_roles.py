"""Who may give which command on every platform, over the whole catalogue; that another workspace's ids are none."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from adapters.discord.incoming import workspace_of as discord_workspace
from adapters.slack.incoming import workspace_of as slack_workspace
from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Command, OptionType, Role
from bot.commands.invoke import Invocation, Person
from bot.documents.text import plain_text
from bot.models import LOCAL_WORKSPACE, ChannelRef, WorkspaceId
from bot.store import Store
from tests.fakes import FakeClock
from tests.harbour import harbour
from tests.loopback import FakeDiscord
from tests.loopback.world import message
from tests.loopback_slack import FakeSlack
from tests.office import OTHER, FakeFeeds, Office
from tests.wharf import wharf

ROWS = (OptionType.TOPIC, OptionType.BRIEF, OptionType.DIGEST, OptionType.SOURCE)
PLAIN = {
    OptionType.TEXT: "words",
    OptionType.TIME: "08:00",
    OptionType.URL: "ftp://nowhere.example",
    OptionType.FILE: "no feeds in it",
}
KINDS = ("member", "manager", "operator")
REFUSALS = {Role.MANAGER: "is for managers", Role.OPERATOR: "is for those who run briefbot"}


class Stage(Protocol):
    """A platform with a workspace, people of each kind in it, and another workspace that has rows of its own."""

    own: dict[OptionType, str]
    theirs: dict[OptionType, str]
    """Ids of the other workspace's rows."""

    async def say(self, kind: str, command: Command, values: dict[str, str]) -> str:
        """What a person is answered to a command."""

    async def press(self, kind: str, line: str) -> str:
        """What a person is answered who presses a button with this command."""

    async def offered(self, kind: str, command: Command, option: str, text: str) -> list[str]:
        """The values that are offered while one is typed."""


async def rows_of(office: Office, workspace: WorkspaceId, name: str) -> dict[OptionType, str]:
    """A topic, digest, source and brief of a workspace, by id."""
    store = office.store
    source = await office.follow(f"https://{name}.example/feed", workspace=workspace, title=f"Source {name}")
    brief = await office.report(source, f"Brief {name}")
    platform = workspace.partition(":")[0]
    manager = Person(id="setup", name="setup", is_manager=True)
    here = Invocation(workspace_id=workspace, person=manager, channel=ChannelRef(f"{platform}:x"))
    await office.commands.run(f'/brief-admin topic add "Topic {name}" words:brief', here)
    await office.commands.run(f'/brief-admin digest add "Digest {name}" at:08:00', here)
    [topic], [digest] = await store.topics.list(workspace), await store.digests.list(workspace)
    ids = (f"t{topic.id}", brief, f"d{digest.id}", f"src{source}")
    return dict(zip(ROWS, ids, strict=True))


@dataclass
class OnConsole:
    office: Office
    own: dict[OptionType, str]
    theirs: dict[OptionType, str]

    def _here(self, kind: str) -> Invocation:
        # At the local console a manager is the operator; managers of the other console are not.
        workspace = LOCAL_WORKSPACE if kind == "operator" else WorkspaceId("console:third")
        person = Person(id="u1", name="Mina", is_manager=kind != "member")
        return Invocation(workspace_id=workspace, person=person, channel=ChannelRef("console:general"))

    async def say(self, kind: str, command: Command, values: dict[str, str]) -> str:
        return plain_text((await self.office.commands.call(command, values, self._here(kind))).document)

    async def press(self, kind: str, line: str) -> str:
        return plain_text((await self.office.commands.run(line, self._here(kind))).document)

    async def offered(self, kind: str, command: Command, option: str, text: str) -> list[str]:
        found = command.option(option)
        assert found
        return [value for _, value in await self.office.commands.complete(command, found, text, self._here(kind))]


@asynccontextmanager
async def on_console(store: Store, clock: FakeClock) -> AsyncIterator[Stage]:
    office = Office(store, clock, FakeFeeds({}))
    await rows_of(office, LOCAL_WORKSPACE, "local")
    own = await rows_of(office, WorkspaceId("console:third"), "own")
    yield OnConsole(office, own, await rows_of(office, OTHER, "theirs"))


@dataclass
class OnDiscord:
    port: Any
    people: dict[str, Any]
    own: dict[OptionType, str]
    theirs: dict[OptionType, str]

    async def say(self, kind: str, command: Command, values: dict[str, str]) -> str:
        files = {option.name: values.pop(option.name) for option in command.options if option.type is OptionType.FILE}
        answer = await self.port.fake.slash(
            self.people[kind], self.port.channel, command.name, values, files=files or None
        )
        assert answer.is_ephemeral or answer.modal, command.name
        return str(answer.texts or answer.modal)

    async def press(self, kind: str, line: str) -> str:
        button = {"type": 2, "style": 1, "label": "x", "custom_id": f"v1:run:{line}"}
        shown = message(self.port.channel.id, {"flags": 1 << 15, "components": [{"type": 1, "components": [button]}]})
        answer = await self.port.fake.press(self.people[kind], self.port.channel, shown, button["custom_id"])
        return str(answer.texts or answer.modal)

    async def offered(self, kind: str, command: Command, option: str, text: str) -> list[str]:
        others = {
            o.name: self.own.get(o.type) or PLAIN[o.type] for o in command.options if o.is_required and o.name != option
        }
        answer = await self.port.fake.autocomplete(
            self.people[kind], self.port.channel, command.name, option, text, **others
        )
        return [choice["value"] for choice in answer.choices]


@asynccontextmanager
async def on_discord(store: Store, clock: FakeClock) -> AsyncIterator[Stage]:
    async with FakeDiscord() as fake, harbour(fake, store, operators="discord:1") as port:
        own = await rows_of(port.office, port.workspace, "own")
        people = {
            "member": fake.person(port.guild),
            "manager": fake.manager(port.guild),
            "operator": fake.person(port.guild, "Opal"),
        }
        port.commands.operators = frozenset({f"discord:{people['operator'].id}"})
        theirs = await rows_of(port.office, discord_workspace(fake.add_guild("Else").id), "theirs")
        yield OnDiscord(port, people, own, theirs)


@dataclass
class OnSlack:
    dock: Any
    people: dict[str, Any]
    own: dict[OptionType, str]
    theirs: dict[OptionType, str]
    shown: dict[str, Any]

    async def say(self, kind: str, command: Command, values: dict[str, str]) -> str:
        root, *path = command.name.split()
        typed = [f'{name}:"{text}"' for name, text in values.items()]
        answer = await self.dock.fake.slash(self.people[kind], self.dock.channel, f"/{root}", " ".join([*path, *typed]))
        return str(answer.texts or answer.view)

    async def press(self, kind: str, line: str) -> str:
        where = copy.deepcopy(self.shown)
        [button, *_] = [
            element
            for block in where["blocks"]
            for element in [*block.get("elements", ()), block.get("accessory") or {}]
            if element.get("type") == "button"
        ]
        button["value"] = line
        answer = await self.dock.fake.press(self.people[kind], where, button["action_id"])
        return str(answer.texts or answer.view)

    async def offered(self, kind: str, command: Command, option: str, text: str) -> list[str]:
        found = command.option(option)
        assert found
        person = Person(id=self.people[kind].id, name="x", is_manager=kind == "manager")
        here = Invocation(workspace_id=self.dock.workspace, person=person, channel=self.dock.ref())
        return [value for _, value in await self.dock.commands.complete(command, found, text, here)]


@asynccontextmanager
async def on_slack(store: Store, clock: FakeClock) -> AsyncIterator[Stage]:
    async with FakeSlack() as fake, wharf(fake, store) as dock:
        fake.limits.off()
        own = await rows_of(dock.office, dock.workspace, "own")
        people = {
            "member": fake.person(dock.team),
            "manager": fake.manager(dock.team),
            "operator": fake.person(dock.team, "Opal"),
        }
        dock.commands.operators = frozenset({f"{dock.workspace}/{people['operator'].id}"})
        theirs = await rows_of(dock.office, slack_workspace("T0ELSE00"), "theirs")
        listed = await fake.slash(people["member"], dock.channel, "/brief", "latest")
        yield OnSlack(dock, people, own, theirs, listed.messages[-1])


STAGES: dict[str, Callable[..., Any]] = {"console": on_console, "discord": on_discord, "slack": on_slack}


def may(kind: str, role: Role, platform: str) -> bool:
    """What the catalogue says; an operator is no manager by that, but at the local console is both."""
    if role is Role.MEMBER:
        return True
    if kind == "operator" and platform == "console":
        return True
    return (kind, role) in {("manager", Role.MANAGER), ("operator", Role.OPERATOR)}


@pytest.mark.parametrize("platform", STAGES)
async def test_everybody_may_what_the_catalogue_says_and_nobody_reaches_another_workspace(
    platform: str, sqlite_store: Store, clock: FakeClock
) -> None:
    async with STAGES[platform](sqlite_store, clock) as stage:
        for command in COMMANDS:
            needed = {o.name: stage.theirs.get(o.type) or PLAIN[o.type] for o in command.options if o.is_required}
            for kind in KINDS:
                where = f"{command.name} by {kind} on {platform}"
                said = (await stage.say(kind, command, dict(needed))).casefold()
                if may(kind, command.role, platform):
                    assert "is for managers" not in said, where
                    assert "is for those who run" not in said, where
                else:
                    assert REFUSALS[command.role] in said, where
            await reach_nothing(stage, command, platform)


async def reach_nothing(stage: Stage, command: Command, platform: str) -> None:
    """Every option that names a row says "not found" of another workspace's: in words, buttons, and what is offered."""
    kind = next(kind for kind in ("member", "manager", "operator") if may(kind, command.role, platform))
    for option in command.options:
        if option.type not in ROWS:
            continue
        where = f"{command.name} {option.name} on {platform}"
        id_ = stage.theirs[option.type]
        others = {o.name: stage.own.get(o.type) or PLAIN[o.type] for o in command.options if o.is_required}
        said = await stage.say(kind, command, {**others, option.name: id_})
        assert f"no {option.type}" in said.casefold(), (where, said)
        assert "theirs" not in said.casefold(), where
        pressed = await stage.press(kind, f"{command.name} {option.name}:{id_}")
        # A form for something new shows what was typed, and nothing of what that may be.
        is_new = "add" in command.path or "missing" in pressed
        assert is_new or f"no {option.type}" in pressed.casefold(), (where, pressed)
        assert "theirs" not in pressed.casefold(), where
        if option.can_complete:
            for text in ("", id_, "theirs"):
                assert id_ not in await stage.offered(kind, command, option.name, text), where
            if command.role is not Role.MEMBER:
                assert await stage.offered("member", command, option.name, "") == [], where


async def test_audit_names_the_manager_and_pings_nobody(sqlite_store: Store, clock: FakeClock) -> None:
    command = BY_NAME["brief-admin settings"]
    async with on_discord(sqlite_store, clock) as stage:
        await stage.say("manager", command, {"zone": "Asia/Seoul"})
        port, ola = stage.port, stage.people["manager"]  # type: ignore[attr-defined]
        shown = await port.fake.slash(ola, port.channel, "brief-admin audit")
        assert f"<@{ola.id}>" in shown.texts
        assert "zone: UTC → Asia/Seoul" in shown.texts
        assert shown.messages[0]["pings"] == []
        question = await port.fake.slash(ola, port.channel, "brief-admin forget")
        [confirm] = [id_ for id_ in question.ids if "forget" in id_]
        done = await port.fake.press(ola, port.channel, question.messages[0], confirm)
        assert "was removed" in done.texts
        assert not any((await sqlite_store.holdings.counts(port.workspace)).values())
        again = await port.fake.slash(ola, port.channel, "brief-admin topic list")
        assert "No topics" in again.texts or "topic" in again.texts.casefold()
    async with on_slack(sqlite_store, clock) as stage:
        await stage.say("manager", command, {"zone": "Asia/Seoul"})
        told = await stage.say("manager", BY_NAME["brief-admin audit"], {})
        assert "Ola" in told
        assert "<@" not in told
