"""What a person gets for what they did: messages, forms, choices; and the `response_url` that brings some of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from tests.loopback_slack.rules import texts_of, walk
from tests.loopback_slack.world import Channel, Json, Person

TRIGGER_S = 3.0
URL_USES, URL_S = 5, 1800.0


@dataclass
class Answer:
    """Everything that an action led to, as the person sees it."""

    person: Person
    channel: Channel | None = None
    ack: Json = field(default_factory=dict)
    """What the acknowledgement carried."""
    is_acked: bool = False
    messages: list[Json] = field(default_factory=list)
    """What the person was shown in answer, or what was changed in its place; oldest first."""
    posts: list[Json] = field(default_factory=list)
    """The bodies that were posted to the `response_url`, as they came."""
    view: Json = field(default_factory=dict)
    """The form or home tab that was shown last."""
    options: list[Json] = field(default_factory=list)
    option_groups: list[Json] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """What is wrong with a form, by block."""
    action: str = ""
    """The `response_action` of a form: errors, update, push, clear; empty for a form that closed."""
    first_s: float = 0.0
    """Until the acknowledgement."""
    whole_s: float = 0.0
    """Until the last effect that was waited for."""
    error: str = ""
    """What the person is told when nothing came: operation_timeout, dispatch_failed, or our own words."""
    status: int = 0
    """The HTTP status, where HTTP brought it."""
    original: Json | None = None
    """The message that was used."""
    began: float = field(default_factory=time.monotonic)
    effects: int = 0
    response_url: str = ""
    is_trigger_used: bool = False
    noticed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_ephemeral(self) -> bool:
        """Only this person sees the newest message."""
        return bool(self.messages) and bool(self.messages[-1].get("_ephemeral"))

    @property
    def texts(self) -> str:
        """Every text that is shown, in messages and in the form."""
        found = [text for shown in self.messages for text in texts_of(shown["blocks"]) or [shown["text"]]]
        return "\n".join(found + texts_of(self.view.get("blocks", [])))

    @property
    def ids(self) -> list[str]:
        """What can be used, by `action_id`."""
        return [found["action_id"] for found in self._usable()]

    @property
    def labels(self) -> dict[str, str]:
        """The `action_id` of each button, by its label."""
        return {found["text"]["text"]: found["action_id"] for found in self._usable() if found["type"] == "button"}

    def _usable(self) -> list[Json]:
        shown = [*(message["blocks"] for message in self.messages), self.view.get("blocks", [])]
        return [found for found in walk(shown) if isinstance(found.get("action_id"), str)]

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────────

    def happened(self) -> None:
        self.effects += 1
        self.whole_s = time.monotonic() - self.began
        self.noticed.set()

    def show(self, message: Json) -> None:
        """A message is new, or was changed in its place."""
        if all(message is not shown for shown in self.messages):
            self.messages.append(message)
        self.happened()

    def show_view(self, view: Json) -> None:
        self.view = view
        self.happened()

    async def wait(self, effects: int, patience_s: float) -> None:
        """Waits until so many effects were seen, or patience ends."""
        ends = time.monotonic() + patience_s
        while self.effects < effects and (left := ends - time.monotonic()) > 0:
            self.noticed.clear()
            try:
                await asyncio.wait_for(self.noticed.wait(), left)
            except TimeoutError:
                return
