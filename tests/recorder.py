"""A chat platform that keeps what reached it in a file, and loses answers on purpose."""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path

from bot.documents.nodes import Document
from bot.documents.text import plain_text
from bot.host import Host
from bot.models import ChannelRef, WorkspaceId
from bot.ports import Gone, Outgoing, Payload, Retry, SendResult, Sent, require_caveat


class RecordingAdapter:
    """`bot.ports.Adapter` whose channel is an append-only file: a message that is in the file has reached its readers.

    `trouble` is the share of sends whose answer is lost, half of them after the message was stored.
    """

    platform = "console"

    def __init__(self, file: Path, *, trouble: float = 0.0, seed: int = 0) -> None:
        self._file, self._trouble = file, trouble
        self._random = random.Random(seed)
        self.told: list[tuple[WorkspaceId, str]] = []

    def render(self, document: Document) -> tuple[Payload, ...]:
        """Two messages for each document, so that parts and their order matter."""
        caveat = document.caveat.text if document.caveat else ""
        text = plain_text(document)
        return tuple(
            Payload(body={"text": f"{part}/2\n{text}"}, caveat=caveat, title=document.title) for part in (1, 2)
        )

    async def send(self, message: Outgoing) -> SendResult:
        require_caveat(message.payload)
        is_lost = self._random.random() < self._trouble
        if is_lost and self._random.random() < 0.5:
            return Retry(reason="the connection dropped before the message was stored", is_unknown=True)
        text = message.payload.body["text"]
        line = json.dumps({"channel": message.channel, "key": message.key, "text": text}) + "\n"
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_lost:
            return Retry(reason="the connection dropped after the message was stored", is_unknown=True)
        return Sent(ref=message.key)

    async def find(self, message: Outgoing) -> str | None:
        wanted = (message.channel, message.key)
        return next((message.key for sent in self.messages() if (sent["channel"], sent["key"]) == wanted), None)

    async def edit(self, ref: str, message: Outgoing) -> SendResult:
        require_caveat(message.payload)
        kept = self.messages()
        if not any((one["channel"], one["key"]) == (message.channel, ref) for one in kept):
            return Gone(reason="there is no such message")
        for one in kept:
            if (one["channel"], one["key"]) == (message.channel, ref):
                one["text"] = message.payload.body["text"]
        self._file.write_text("".join(json.dumps(one) + "\n" for one in kept), encoding="utf-8")
        return Sent(ref=ref)

    async def tell(self, workspace: WorkspaceId, document: Document, channel: ChannelRef | None = None) -> bool:
        self.told.append((workspace, plain_text(document)))
        return True

    async def is_connected(self) -> bool:
        return True

    def obstacle(self, channel: ChannelRef, *, in_thread: bool = False) -> str:
        return ""

    def shortfall(self, channel: ChannelRef) -> str:
        return ""

    def account(self) -> str:
        return ""

    async def serve(self, host: Host, stop: asyncio.Event) -> None:
        await stop.wait()

    async def close(self) -> None:
        """Nothing is open between sends."""

    def messages(self) -> list[dict[str, str]]:
        """Everything that reached a channel, in order."""
        if not self._file.exists():
            return []
        return [json.loads(line) for line in self._file.read_text(encoding="utf-8").splitlines()]
