"""The prompt: commands from a person at a terminal, answered below."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from adapters.console.render import draw
from bot.commands.files import read_file
from bot.commands.invoke import Commands, Invocation, Person
from bot.models import LOCAL_WORKSPACE, ChannelRef
from bot.saying import say, speaking

_LEAVE: Final = frozenset({"quit", "exit", "q", "/quit", "/exit"})
_PROMPT: Final = "briefbot> "


async def prompt(commands: Commands, here: Invocation, console: Console | None = None) -> None:
    """Answers commands until the person leaves with `quit`, Ctrl-D or Ctrl-C."""
    console = console or Console(highlight=False)
    with contextlib.suppress(ImportError):
        # Line editing and history, where the platform has it.
        import readline  # noqa: F401
    with speaking(await commands.language(here)):
        hint = say("Type a command such as /brief latest; /brief help lists all; quit leaves.")
    console.print(Text(hint, style="dim"))
    with _terminal_as_before():
        await _answer_lines(commands, here, console)


async def _answer_lines(commands: Commands, here: Invocation, console: Console) -> None:
    while (line := await _read()) is not None:
        if not line.strip():
            continue
        if line.strip().casefold() in _LEAVE:
            return
        reply = await commands.run(command_of(line), here)
        draw(reply.document, console)
        for name, text in reply.files:
            console.rule(name, style="dim")
            console.print(Text(text))


def command_of(line: str) -> str:
    """The command that a person meant: at a prompt the leading `/brief` may be left out."""
    words = line.strip().removeprefix("/")
    if words.partition(" ")[0].casefold() in ("brief", "brief-admin"):
        return f"/{words}"
    return f"/brief {words}"


async def prompt_on_terminal(commands: Commands) -> bool:
    """Answers the operator until they leave; False at once when there is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    operator = Person(id="operator", name="operator", is_manager=True)
    channel = ChannelRef("console:general")
    await prompt(
        commands,
        Invocation(workspace_id=LOCAL_WORKSPACE, person=operator, channel=channel, read_file=read_file),
    )
    return True


async def _read() -> str | None:
    """A line from the terminal, None at its end and when nobody waits for one any more."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def give(text: str | None) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        text = None
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            text = input(_PROMPT)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(give, text)

    # Nothing ends it but the Enter key, so the loop and the process do not wait for it as for a thread of a pool.
    threading.Thread(target=read, daemon=True).start()
    try:
        return await line
    except asyncio.CancelledError:
        sys.stdout.write("\n")
        return None


@contextlib.contextmanager
def _terminal_as_before() -> Iterator[None]:
    """Whoever is left in the midst of a line leaves a terminal behind that shows no typing."""
    try:
        import termios

        before = termios.tcgetattr(sys.stdin)
    except (ImportError, OSError, ValueError, termios.error):
        yield
        return
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
