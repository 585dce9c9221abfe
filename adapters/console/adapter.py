"""Posts to a stream, and remembers what it posted."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Final, TextIO

from adapters.console.prompt import prompt_on_terminal
from bot.documents.nodes import Document
from bot.documents.text import plain_text
from bot.host import Host
from bot.models import ChannelRef, WorkspaceId
from bot.ports import Gone, Outgoing, Payload, Rejected, Retry, SendResult, Sent, require_caveat
from bot.saying import marked, speaking

_RULE: Final = "─" * 72
_UNWRITTEN: Final = marked("the terminal cannot be written ({reason})")


class ConsoleAdapter:
    """`bot.ports.Adapter` for a terminal or a log.

    Each message is noted in the outbox (JSON lines) before it is shown, so that `find` knows after a crash what was
    posted: a terminal keeps nothing to look through. Without an outbox it remembers for as long as it lives.
    """

    platform = "console"

    def __init__(self, stream: TextIO, *, outbox: Path | None = None) -> None:
        self._stream, self._outbox = stream, outbox
        self._posted: dict[str, str] | None = None

    def render(self, document: Document) -> tuple[Payload, ...]:
        """One message, since a terminal has no limits."""
        caveat = document.caveat.text if document.caveat else ""
        with speaking(document.language):
            text = plain_text(document)
        return (Payload(body={"text": text}, caveat=caveat, title=document.title, page=document),)

    async def send(self, message: Outgoing) -> SendResult:
        """Shows the message; a stream that cannot be written is tried again."""
        require_caveat(message.payload)
        text = message.payload.body.get("text")
        if not isinstance(text, str):
            return Rejected(reason=marked("a console message needs a text"))
        try:
            self._note(message.key, message.channel)
            self._show(f"{message.channel}\n\n{text}")
        except OSError as error:
            return Retry(reason=_UNWRITTEN.format(reason=error.strerror), is_unknown=True)
        return Sent(ref=message.key)

    async def find(self, message: Outgoing) -> str | None:
        """The reference of a message with this key."""
        return self._read().get(f"{message.channel} {message.key}")

    async def edit(self, ref: str, message: Outgoing) -> SendResult:
        """Shows the message anew, since what a terminal has shown stays."""
        require_caveat(message.payload)
        text = message.payload.body.get("text")
        if not isinstance(text, str):
            return Rejected(reason=marked("a console message needs a text"))
        if self._read().get(f"{message.channel} {message.key}") != ref:
            return Gone(reason=marked("this message was not shown here"))
        try:
            self._show(f"{message.channel} (corrected)\n\n{text}")
        except OSError as error:
            return Retry(reason=_UNWRITTEN.format(reason=error.strerror))
        return Sent(ref=ref)

    async def tell(self, workspace: WorkspaceId, document: Document, channel: ChannelRef | None = None) -> bool:
        """Shows it on the terminal, where the operator is."""
        with speaking(document.language):
            self._show(plain_text(document))
        return True

    def obstacle(self, channel: ChannelRef, *, in_thread: bool = False) -> str:
        return ""

    def shortfall(self, channel: ChannelRef) -> str:
        return ""

    async def is_connected(self) -> bool:
        return True

    def account(self) -> str:
        return ""

    async def serve(self, host: Host, stop: asyncio.Event) -> None:
        """Takes commands from the person at the terminal, who ends the bot by leaving; without one, only waits."""
        prompting = asyncio.create_task(self._prompt(host, stop))
        await stop.wait()
        prompting.cancel()

    async def close(self) -> None:
        """Nothing is left to be sent."""

    async def _prompt(self, host: Host, stop: asyncio.Event) -> None:
        if await prompt_on_terminal(host.commands):
            stop.set()

    def _show(self, text: str) -> None:
        self._stream.write(f"\n{_RULE}\n{text}\n{_RULE}\n")
        self._stream.flush()

    def _note(self, key: str, channel: ChannelRef) -> None:
        posted = self._read()
        posted[f"{channel} {key}"] = key
        if self._outbox is None:
            return
        handle = os.open(self._outbox, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(json.dumps({"channel": channel, "key": key}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> dict[str, str]:
        if self._posted is None:
            self._posted = {}
            if self._outbox is not None and self._outbox.exists():
                for line in self._outbox.read_text(encoding="utf-8").splitlines():
                    self._remember(line)
        return self._posted

    def _remember(self, line: str) -> None:
        try:
            entry = json.loads(line)
        except ValueError:
            # The last line may have been cut by a crash; its message was not shown.
            return
        assert self._posted is not None
        self._posted[f"{entry['channel']} {entry['key']}"] = entry["key"]
