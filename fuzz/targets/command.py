"""Commands: any text is answered, with what it asks for or with what is wrong, and the answer fits each platform."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog
from rich.console import Console

from adapters.console.render import draw
from adapters.discord.render import render as render_for_discord
from adapters.slack.incoming import read_line, typed
from adapters.slack.render import TEXT_LIMIT
from adapters.slack.render import render as render_for_slack
from bot.commands.catalogue.spec import OptionType
from bot.commands.context import Invocation, Person, Reply
from bot.commands.describe import as_typed
from bot.commands.parse import MisspeltOption, Parsed, UnknownCommand, parse
from bot.documents.build import error_document
from bot.documents.nodes import Code, Document, Kind, Paragraph, Text
from bot.errors import UsageError
from bot.models import LOCAL_WORKSPACE, ChannelRef, WorkspaceId
from fuzz.bench import OTHER, SLACK, Bench, FeedsByName, furnish
from fuzz.target import Target
from tests.office import Office
from tests.slack_blocks import check_block, strings
from tests.unit.test_discord_render import check_component, walk

_NEXT: Final = re.compile(r"\n?%%\n")
"""Between two commands of an input."""
_MOST: Final = 8
_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
_PREVIEWED: Final = (
    "brief-admin topic add",
    "brief-admin topic edit",
    "brief-admin digest add",
    "brief-admin digest edit",
)
_PINGS: Final = ("@everyone", "@here", "<!channel>", "<!here>")
_WHO: Final[Mapping[str, tuple[WorkspaceId, bool]]] = {
    "@member": (LOCAL_WORKSPACE, False),
    "@other": (OTHER, True),
    "@slack": (SLACK, True),
    "@form": (LOCAL_WORKSPACE, True),
}
"""Whose command it is, named before it; else a manager's at the console. `@form`: a form of it is filled instead."""


class CommandTarget(Target):
    name = "command"
    traced = ("bot/commands", "adapters/slack/incoming.py")
    limit = 4500
    seconds = 4.0

    def __init__(self) -> None:
        self._crash: BaseException | None = None
        structlog.configure(processors=[self._heard])
        self._bench = Bench()
        self._office = Office(self._bench.store, self._bench.clock, FeedsByName())  # type: ignore[arg-type]
        self._bench.run(furnish(self._office))
        self._bench.keep()

    def check(self, data: bytes) -> str:
        self._bench.put_back()
        lines = _NEXT.split(data.decode("utf-8", "surrogateescape"))[:_MOST]
        return " ".join(self._check_line(line) for line in lines)

    def close(self) -> None:
        self._bench.close()
        structlog.reset_defaults()

    def _heard(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A log that keeps what broke a command."""
        if event.get("exc_info"):
            self._crash = sys.exc_info()[1]
        raise structlog.DropEvent

    def _check_line(self, line: str) -> str:
        name, _, words = line.partition(" ")
        workspace, is_manager = _WHO.get(name, (LOCAL_WORKSPACE, True))
        line = words if name in _WHO else line
        if workspace == SLACK:
            line = typed(line.encode("utf-8", "replace").decode("utf-8"))  # a form of Slack's holds nothing else
        parsed = _check_parse(line)
        if name == "@form":
            replies = self._bench.run(self._form(parsed)) if parsed else []
        else:
            replies = [self._bench.run(self._answer(line, workspace, is_manager))]
        for reply in replies:
            _check_document(reply)
        return (
            f"{name == '@form'}{parsed.command.path if parsed else '-'}:{[one.document.kind.value for one in replies]}"
        )

    async def _form(self, parsed: Parsed) -> list[Reply]:
        """What a form is filled with or why there is none, what it would come to, and what is asked before a danger."""
        person = Person(id="U1", name="Mina", is_manager=True)
        here = Invocation(workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"))
        commands = self._office.commands
        before = self._bench.version()
        filled = await commands.filled(parsed.command, parsed.values, here)
        replies = [filled] if isinstance(filled, Reply) else []
        if not isinstance(filled, Reply):
            assert all(parsed.command.option(option) for option in filled)
        if parsed.command.name in _PREVIEWED:
            replies.append(await commands.preview(parsed.command, parsed.values, here))
        if parsed.command.is_danger:
            replies.append(await commands.question(parsed.command, parsed.values, here))
        for option in parsed.command.options:
            for text, value in await commands.complete(
                parsed.command, option, parsed.values.get(option.name, ""), here
            ):
                assert text
                assert value
        assert self._bench.version() == before, "a form was only looked at, and something was written"
        return replies

    async def _answer(self, line: str, workspace: WorkspaceId, is_manager: bool) -> Reply:
        person = Person(id="U1", name="Mina", is_manager=is_manager)
        is_slack = workspace == SLACK
        channel = ChannelRef("slack:T0HERE.C1" if is_slack else "console:general")
        here = Invocation(workspace_id=workspace, person=person, channel=channel)
        await self._bench.store.workspaces.ensure(workspace, now=self._bench.clock.now())
        before = self._bench.version()
        self._crash = None
        if is_slack:
            try:
                asked = read_line(line, workspace.partition(":")[2])
            except UsageError as error:
                _check_error(error)
                return Reply(document=error_document(error))
            reply = await self._office.commands.call(asked.command, asked.values, here)
        else:
            reply = await self._office.commands.run(line, here)
        if self._crash is not None:
            raise self._crash
        if reply.document.kind is Kind.ERROR:
            assert self._bench.version() == before, "it was refused, and something was written"
            _check_refusal(reply.document)
        return reply


def _check_parse(line: str) -> Parsed | None:
    """A command with options that it has, the same when it is written out again; or an error that helps."""
    try:
        parsed = parse(line)
    except UsageError as error:
        _check_error(error)
        return None
    assert all(parsed.command.option(name) for name in parsed.values)
    if any(option.type is OptionType.FILE for option in parsed.command.options):
        return parsed
    again = as_typed(parsed.command.name, parsed.values)
    if again and len(again) <= 4000 and not any(set(value) & set('"“”„«»‘’') for value in parsed.values.values()):
        second = parse(again)
        assert (second.command, second.values) == (parsed.command, parsed.values), f"{line!r} is {again!r}"
    return parsed


def _check_error(error: UsageError) -> None:
    assert error.problem
    assert error.allowed, f"not said what is allowed: {error.problem}"
    assert error.example, f"no example: {error.problem}"
    if error.example.startswith("/"):
        parse(error.example)
    if isinstance(error, UnknownCommand):
        _check_corrected(error.corrected, error.nearest.name)
    elif isinstance(error, MisspeltOption) and error.corrected:
        _check_corrected(error.corrected, "")


def _check_corrected(line: str, name: str) -> None:
    """What a button offers instead is a command, if perhaps with other mistakes in it."""
    assert len(line) <= 200
    try:
        parsed = parse(line)
    except UnknownCommand as error:
        raise AssertionError(f"the correction {line!r} is no command") from error
    except UsageError:
        return
    assert not name or parsed.command.name == name, f"{line!r} is {parsed.command.name}, not {name}"


def _check_refusal(document: Document) -> None:
    """An error that a value brought about shows what is allowed and a right one."""
    first, *rest = document.blocks
    assert isinstance(first, Paragraph)
    is_usage = any(isinstance(span, Text) and span.strong for span in first.spans)
    if not is_usage:
        return
    told = [span for block in rest if isinstance(block, Paragraph) for span in block.spans]
    assert any(isinstance(span, Code) for span in told), f"no example: {document.title}"


def _check_document(reply: Reply) -> None:
    """Every platform can show it, whole and harmless."""
    document = reply.document
    assert document.title.strip()
    for payload in render_for_discord(document):
        everything = list(walk(payload.body["components"]))
        texts = [component["content"] for component in everything if component["type"] == 10]
        assert len(everything) <= 38
        assert all(texts)
        assert sum(map(len, texts)) <= 4000
        for component in everything:
            check_component(component)
        assert not any(ping in text for text in texts for ping in _PINGS), "a ping on Discord"
        payload.to_json().encode("utf-8")
    for payload in render_for_slack(document):
        blocks = payload.body["blocks"]
        assert 1 <= len(blocks) <= 50
        assert sum(map(len, strings(blocks))) <= 10_000
        for block in blocks:
            check_block(block)
        assert len(payload.body["text"]) <= TEXT_LIMIT
        assert not any(ping in payload.to_json() for ping in _PINGS[2:]), "a ping on Slack"
        payload.to_json().encode("utf-8")
    drawn = _drawn(document)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", drawn)
    for name, content in reply.files:
        assert re.fullmatch(r"[\w.-]{1,80}", name), name
        content.encode("utf-8")


def _drawn(document: Document) -> str:
    stream = io.StringIO()
    draw(document, Console(file=stream, force_terminal=True, color_system="truecolor", width=90))
    return _STYLE.sub("", stream.getvalue())
