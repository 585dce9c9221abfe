"""The terminal: nothing from outside reaches it but plain characters, and every link leads where the document says."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given, settings
from rich.console import Console

from adapters.console.prompt import command_of
from adapters.console.render import draw
from bot.caveat import caveat_for
from bot.documents.nodes import Document, Kind, Link, Paragraph, Text
from tests import hostile

ROOT = Path(__file__).parents[2]
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_LINK = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\")


def drawn(document: Document, *, is_terminal: bool = True) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=is_terminal, color_system="truecolor" if is_terminal else None, width=90
    )
    draw(document, console)
    return stream.getvalue()


def check(document: Document) -> None:
    text = drawn(document)
    targets = {target for target in _LINK.findall(text) if target}
    assert all(target in hostile.all_texts(document) and target.startswith("http") for target in targets)
    bare = _LINK.sub("", _STYLE.sub("", text))
    assert not set(bare) & set("\x1b\x07\u202e\u2066\u200f")
    for mention in hostile.MENTIONS:
        assert mention not in bare
    assert document.caveat is not None
    assert document.caveat.text.replace(" ", "") in re.sub(r"\s", "", bare)


@settings(max_examples=60)
@given(document=hostile.documents)
def test_terminal_gets_no_control_characters_and_no_foreign_links(document: Document) -> None:
    check(document)


def test_output_that_is_no_terminal_has_no_escape_sequences() -> None:
    spans = (Text("plain", strong=True), Link("a link", "https://news.example/a"))
    document = Document(kind=Kind.BRIEF, title="t", blocks=(Paragraph(spans),), caveat=caveat_for("en"))
    assert "\x1b" not in drawn(document, is_terminal=False)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("latest", "/brief latest"),
        ("/brief latest", "/brief latest"),
        ("brief-admin status", "/brief-admin status"),
        ("/read b1", "/brief read b1"),
    ],
)
def test_prompt_takes_commands_with_or_without_their_prefix(typed: str, command: str) -> None:
    assert command_of(typed) == command


PROMPT = """
import asyncio
from adapters.console.prompt import prompt
from bot.commands.invoke import Invocation, Person
from bot.models import LOCAL_WORKSPACE, ChannelRef

class Commands:
    async def language(self, here):
        return ""

here = Invocation(workspace_id=LOCAL_WORKSPACE, person=Person(id="u1", name="Mina"), channel=ChannelRef("console:x"))
asyncio.run(prompt(Commands(), here))
"""


def test_interrupt_leaves_the_prompt_and_a_terminal_that_shows_what_is_typed() -> None:
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-c", PROMPT], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    try:
        shown = b""
        while b"briefbot>" not in shown:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert termios.tcgetattr(theirs) == before
        assert b"Traceback" not in shown + os.read(ours, 4096)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
