"""What people do with the bot: commands, presses, choices, forms, the home tab; over either way to the app."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from typing import Any

from tests.loopback_slack import payloads, state
from tests.loopback_slack.acks import take_command_ack, take_options_ack, take_view_ack
from tests.loopback_slack.answers import Answer
from tests.loopback_slack.calls import Refused
from tests.loopback_slack.signed import Signed
from tests.loopback_slack.sockets import Ack, Hub
from tests.loopback_slack.world import Channel, Json, Person, Team, World, new_id, public

GRACE_S = 0.04


class People:
    """The part of FakeSlack that people see."""

    world: World
    hub: Hub
    signed: Signed
    origin: str

    def __init__(self) -> None:
        self.by_trigger: dict[str, Answer] = {}
        self.by_url: dict[str, Answer] = {}
        self.patience_s = 3.0
        """How long a person waits for something to see after the acknowledgement."""
        self.late_s = 0.0
        """How much later than it happened the app hears of everything: its triggers are older by that."""
        self._waiting: list[Answer] = []
        self._offered: dict[str, list[Json]] = {}

    def person(self, team: Team, name: str = "Mina", **parts: Any) -> Person:
        person = Person(new_id("U"), name, team, **parts)
        team.people[person.id] = person
        return person

    def manager(self, team: Team, name: str = "Ola", **parts: Any) -> Person:
        return self.person(team, name, is_admin=True, **parts)

    # ── actions ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def slash(
        self, person: Person, channel: Channel, command: str, text: str = "", *, effects: int = 1
    ) -> Answer:
        """Gives a command, and waits until so many things were to be seen."""
        answer, trigger = self._begin(person, channel)
        ack = await self._send(answer, "slash_commands", payloads.command(answer, command, text, trigger), accepts=True)
        if not answer.error:
            take_command_ack(self.world, answer, ack)
        return await self._finish(answer, effects)

    async def press(self, person: Person, where: Json, key: str, *, effects: int = 1) -> Answer:
        """Presses a button in a message or view, by its action or its label."""
        block, element = state.find(where["blocks"], key)
        assert element["type"] == "button", f"{key!r} is a {element['type']}"
        return await self._act(person, where, payloads.action(block, element, {}), effects)

    async def choose(self, person: Person, where: Json, key: str, value: Any, *, effects: int = 1) -> Answer:
        """Chooses in a select, a list, an overflow menu or a calendar; or types where every change is told."""
        block, element = state.find(where["blocks"], key)
        held = state.filled(element, value, self._offered.get(element["action_id"], []))
        if state.has_state(element):
            where.setdefault("_typed", {})[block["block_id"], element["action_id"]] = held
        if block["type"] == "input":
            assert block.get("dispatch_action"), "the app is not told of changes in this input"
        return await self._act(person, where, payloads.action(block, element, held), effects)

    async def _act(self, person: Person, where: Json, action: Json, effects: int) -> Answer:
        channel = self._channel_of(person, where)
        answer, trigger = self._begin(person, channel)
        answer.original = where if where["type"] == "message" else None
        if where["type"] != "message":
            answer.view = where
        payload = payloads.interaction("block_actions", person, trigger_id=trigger, actions=[action])
        payload |= payloads.place(where, channel)
        if where["type"] == "message":
            held = state.values(where["blocks"], where.get("_typed", {}))
            payload |= {"response_url": answer.response_url, "state": {"values": held}}
        await self._send(answer, "interactive", payload, accepts=False)
        return await self._finish(answer, effects)

    async def suggest(self, person: Person, where: Json, key: str, text: str = "") -> Answer:
        """Types in a select whose options the app gives."""
        block, element = state.find(where["blocks"], key)
        assert element["type"] in ("external_select", "multi_external_select"), element["type"]
        channel = self._channel_of(person, where)
        answer, _ = self._begin(person, channel)
        if len(text) < element.get("min_query_length", 3):
            answer.error = "too short to be asked"
            return await self._finish(answer, 0)
        action_id = element["action_id"]
        payload = payloads.interaction("block_suggestion", person, action_id=action_id, block_id=block["block_id"])
        payload |= {"value": text, **payloads.place(where, channel)}
        ack = await self._send(answer, "interactive", payload, accepts=True)
        if not answer.error:
            take_options_ack(answer, ack)
        self._offered[action_id] = answer.options + state.options_of({"option_groups": answer.option_groups})
        return await self._finish(answer, 0)

    async def submit(
        self, person: Person, view: Json, values: Mapping[str, Any] | None = None, *, effects: int = 0
    ) -> Answer:
        """Sends a form; what is not in `values` stays as it was. Effects count what comes after the acknowledgement."""
        assert view["submit"], "this form cannot be sent"
        self._fill(view, values or {})
        answer, trigger = self._begin(person, None)
        shown = payloads.shown_view(view)
        payload = payloads.interaction("view_submission", person, trigger_id=trigger, view=shown, response_urls=[])
        ack = await self._send(answer, "interactive", payload, accepts=True)
        if not answer.error:
            take_view_ack(person, answer, ack, view)
        return await self._finish(answer, effects)

    def _fill(self, view: Json, values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            block, element = state.find(view["blocks"], key)
            held = state.filled(element, value, self._offered.get(element["action_id"], []))
            view["_typed"][block["block_id"], element["action_id"]] = held
        held_now = state.values(view["blocks"], view["_typed"])
        for block, element in state.usable(view["blocks"]):
            is_needed = block["type"] == "input" and not block.get("optional")
            is_missing = is_needed and state.is_empty(held_now[block["block_id"]][element["action_id"]])
            assert not is_missing, f"the client asks for {state.names(block, element)}"

    async def close(self, person: Person, view: Json, *, effects: int = 0) -> Answer:
        """Closes a form; the app hears of it when it asked to."""
        person.team.stacks[person.id].remove(view)
        answer, _ = self._begin(person, None)
        if view["notify_on_close"]:
            shown = payloads.shown_view(view)
            payload = payloads.interaction("view_closed", person, view=shown, is_cleared=False)
            await self._send(answer, "interactive", payload, accepts=False)
        return await self._finish(answer, effects)

    async def shortcut(
        self, person: Person, callback_id: str, message: Json | None = None, *, effects: int = 1
    ) -> Answer:
        """Uses a shortcut, from a message when one is given."""
        channel = self._channel_of(person, message) if message else None
        answer, trigger = self._begin(person, channel)
        more = {"callback_id": callback_id, "trigger_id": trigger, "action_ts": f"{time.time():.6f}"}
        kind = "message_action" if message else "shortcut"
        payload = payloads.interaction(kind, person, **more)
        if message and channel:
            answer.original = message
            payload |= {"message_ts": message["ts"], "message": public(message), "response_url": answer.response_url}
            payload["channel"] = {"id": channel.id, "name": payloads.shown_name(channel)}
        await self._send(answer, "interactive", payload, accepts=False)
        return await self._finish(answer, effects)

    # ── events ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open_home(self, person: Person, *, effects: int = 1) -> Answer:
        """Opens the app's home tab."""
        inner: Json = {"type": "app_home_opened", "user": person.id, "tab": "home"}
        inner["channel"] = person.team.direct(person.id).id
        if view := person.team.homes.get(person.id):
            inner["view"] = payloads.shown_view(view)
        return await self._told(person, None, inner, effects)

    async def mention(self, person: Person, channel: Channel, text: str, *, effects: int = 1) -> Answer:
        """Writes a message that names the bot."""
        text = f"<@{person.team.bot_user_id}> {payloads.escaped(text)}"
        return await self._said(person, channel, "app_mention", text, effects)

    async def say(self, person: Person, channel: Channel, text: str, *, effects: int = 1) -> Answer:
        """Writes a message, of which the app hears as an event."""
        return await self._said(person, channel, "message", payloads.escaped(text), effects)

    async def _said(self, person: Person, channel: Channel, kind: str, text: str, effects: int) -> Answer:
        made = self.world.store(channel, {"text": text}, person)
        kinds = {"message": {"channel_type": channel.kind}}
        inner = public(made) | {"type": kind, "channel": channel.id, "event_ts": made["ts"], **kinds.get(kind, {})}
        return await self._told(person, channel, inner, effects)

    async def _told(self, person: Person, channel: Channel | None, inner: Json, effects: int) -> Answer:
        answer, _ = self._begin(person, channel)
        self._note_ack(answer, await self.event(person.team, inner))
        return await self._finish(answer, effects)

    async def event(self, team: Team, inner: Json, *, retries: int = 1) -> Ack:
        """Tells the app what happened, and again when it does not acknowledge."""
        made = payloads.event(team, inner)
        ack = await self.tell(made)
        for attempt in range(1, retries + 1):
            if not ack.error:
                break
            if not self.signed.url and not await self.hub.reconnected():
                break
            ack = await self.tell(made, attempt=attempt, reason="timeout")
        return ack

    async def tell(self, event: Json, *, attempt: int = 0, reason: str = "") -> Ack:
        """Sends an event once; the same one with an attempt is a replay."""
        if self.signed.url:
            reason = f"http_{reason}" if reason else ""
            return await self.signed.send("events_api", event, attempt=attempt, reason=reason)
        return await self.hub.send("events_api", event, accepts=False, attempt=attempt, reason=reason)

    # ── one action ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _begin(self, person: Person, channel: Channel | None) -> tuple[Answer, str]:
        answer = Answer(person, channel, began=time.monotonic() - self.late_s)
        key, trigger = (
            secrets.token_hex(12),
            f"{len(self.by_trigger) + 1}.{person.team.id[1:10]}.{secrets.token_hex(8)}",
        )
        self.by_trigger[trigger], self.by_url[key] = answer, answer
        answer.response_url = f"{self.origin}/response/{person.team.id}/{key}"
        self._waiting.append(answer)
        return answer, trigger

    async def _send(self, answer: Answer, kind: str, payload: Json, *, accepts: bool) -> Ack:
        if self.signed.url:
            ack = await self.signed.send(kind, payload)
        else:
            ack = await self.hub.send(kind, payload, accepts=accepts)
        self._note_ack(answer, ack)
        return ack

    def _note_ack(self, answer: Answer, ack: Ack) -> None:
        answer.is_acked, answer.ack, answer.error = not ack.error, ack.payload, ack.error
        answer.first_s, answer.status = ack.seconds, ack.status
        answer.whole_s = max(answer.whole_s, ack.seconds)

    async def _finish(self, answer: Answer, effects: int) -> Answer:
        if not answer.error and effects:
            await answer.wait(effects, self.patience_s)
            await asyncio.sleep(GRACE_S)
        self._waiting.remove(answer)
        return answer

    def _channel_of(self, person: Person, where: Json) -> Channel | None:
        if where["type"] != "message":
            return None
        if "_channel" in where:
            return person.team.channels[where["_channel"]]
        return next(channel for channel in person.team.channels.values() if channel.find(where["ts"]))

    # ── what the bot does meanwhile ───────────────────────────────────────────────────────────────────────────────────

    def notice_message(self, channel: Channel, message: Json) -> None:
        for answer in self._waiting:
            if answer.channel is channel or answer.person.id == channel.user_id:
                answer.show(message)

    def notice_whisper(self, person: Person, message: Json) -> None:
        for answer in self._waiting:
            if answer.person is person:
                answer.show(message)

    def notice_view(self, view: Json) -> None:
        for answer in self._waiting:
            if answer.person.id == view["_user"]:
                answer.show_view(view)

    def answer_of(self, key: str) -> Answer:
        if (answer := self.by_url.get(key)) is None:
            raise Refused("expired_url")
        return answer
