"""What people do with the bot: commands, presses, picks, forms; and what they are shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.loopback.rest import Refused, invalid_form
from tests.loopback.rules import walk, wrong_with_message, wrong_with_modal
from tests.loopback.world import (
    ALL,
    APPLICATION_ID,
    DM,
    MANAGE_GUILD,
    Channel,
    Guild,
    Json,
    message,
    now_text,
    snowflake,
    user,
)

if TYPE_CHECKING:
    from tests.loopback.gateway import Gateway
    from tests.loopback.world import World

FIRST_S = 3.0
GRACE_S = 0.03
_SLOW_S = 30.0
EPHEMERAL = 64
_PERSON_MAY = ALL | 1 << 31


@dataclass
class Person:
    """A member of a guild."""

    id: int
    name: str
    guild: Guild
    permissions: int = _PERSON_MAY
    roles: tuple[int, ...] = ()
    locale: str = "en-US"

    def member(self) -> Json:
        return {
            "user": user(self.id, self.name),
            "nick": None,
            "roles": [str(role) for role in self.roles],
            "permissions": str(self.permissions),
            "joined_at": now_text(),
            "deaf": False,
            "mute": False,
            "flags": 0,
        }


@dataclass
class Answer:
    """What an interaction was answered with."""

    kind: int = 0
    """The type of the first response: 4 a message, 5 later, 6 later in place, 7 in place, 8 choices, 9 a form."""
    messages: list[Json] = field(default_factory=list)
    modal: Json = field(default_factory=dict)
    choices: list[Json] = field(default_factory=list)
    first_s: float = 0.0
    whole_s: float = 0.0
    is_ephemeral: bool = False
    error: str = ""
    began: float = field(default_factory=time.monotonic)
    first: asyncio.Event = field(default_factory=asyncio.Event)
    whole: asyncio.Event = field(default_factory=asyncio.Event)
    came_late: asyncio.Event = field(default_factory=asyncio.Event)
    message: Json | None = None
    """The one that was pressed."""
    channel: Channel | None = None

    @property
    def was_deferred(self) -> bool:
        return self.kind in (5, 6)

    @property
    def texts(self) -> str:
        """Every text of the messages."""
        everything = [component for shown in self.messages for component in walk(shown["components"])]
        return "\n".join(component["content"] for component in everything if component.get("type") == 10)

    @property
    def ids(self) -> list[str]:
        """What can be pressed."""
        return [c["custom_id"] for shown in self.messages for c in walk(shown["components"]) if "custom_id" in c]


class People:
    """The part of FakeDiscord that people see."""

    world: World
    hub: Gateway
    commands: list[Json]
    files: dict[str, bytes]
    origin: str

    def __init__(self) -> None:
        self._open: dict[str, Answer] = {}

    def person(self, guild: Guild, name: str = "Mina", *, permissions: int = 0, roles: Sequence[int] = ()) -> Person:
        made = Person(snowflake(), name, guild, _PERSON_MAY | permissions, tuple(roles))
        member = made.member()
        if permissions & MANAGE_GUILD:
            # Rights come from roles.
            member["roles"].append(str(guild.managers_role))
        self.world.members[guild.id, made.id] = member
        return made

    def manager(self, guild: Guild, name: str = "Ola") -> Person:
        return self.person(guild, name, permissions=1 << 5)

    async def slash(
        self,
        person: Person,
        channel: Channel,
        path: str,
        values: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, str] | None = None,
    ) -> Answer:
        """Gives a command with these values, which must fit what is registered; files are texts by option name."""
        return await self._interact(person, channel, 2, self._command(path, values or {}, files or {}))

    async def use_menu(self, person: Person, channel: Channel, name: str, shown: Json) -> Answer:
        """Picks an entry of ours in the menu of a message."""
        command = next(one for one in self.commands if (one["type"], one["name"]) == (3, name))
        resolved = {"messages": {shown["id"]: shown}}
        data = {"id": command["id"], "name": name, "type": 3, "target_id": shown["id"], "resolved": resolved}
        return await self._interact(person, channel, 2, data)

    async def slash_late(self, person: Person, channel: Channel, path: str) -> Answer:
        """Gives a command of which the bot hears only when Discord does not wait any more."""
        answer = Answer(began=time.monotonic() - 2 * FIRST_S)
        await self._tell(person, channel, 2, self._command(path, {}, {}), answer)
        await asyncio.wait_for(answer.came_late.wait(), _SLOW_S)
        return answer

    async def autocomplete(
        self, person: Person, channel: Channel, path: str, option: str, text: str, **others: Any
    ) -> Answer:
        data = self._command(path, {**others, option: text}, {})
        inner = data
        while inner.get("options") and inner["options"][0]["type"] in (1, 2):
            inner = inner["options"][0]
        for given in inner["options"]:
            if given["name"] == option:
                given["focused"] = True
        return await self._interact(person, channel, 4, data)

    async def press(self, person: Person, channel: Channel, shown: Json, custom_id: str) -> Answer:
        """Presses a button of a message."""
        assert any(c.get("custom_id") == custom_id and c["type"] == 2 for c in walk(shown["components"])), custom_id
        return await self._interact(person, channel, 3, {"component_type": 2, "custom_id": custom_id}, shown)

    async def pick(
        self, person: Person, channel: Channel, shown: Json, custom_id: str, values: Sequence[str]
    ) -> Answer:
        """Picks in a select of a message."""
        select = next(c for c in walk(shown["components"]) if c.get("custom_id") == custom_id and c["type"] == 3)
        assert set(values) <= {option["value"] for option in select["options"]}
        data = {"component_type": 3, "custom_id": custom_id, "values": list(values)}
        return await self._interact(person, channel, 3, data, shown)

    async def submit(self, person: Person, channel: Channel, asked: Answer, values: Mapping[str, Any]) -> Answer:
        """Sends a form: what is not in `values` stays as it was filled."""
        fields = [_filled(label["component"], values) for label in asked.modal["components"]]
        unknown = values.keys() - {field["custom_id"] for field in fields}
        assert not unknown, unknown
        components = [{"type": 18, "id": n, "component": field} for n, field in enumerate(fields, start=1)]
        data = {"custom_id": asked.modal["custom_id"], "components": components, "resolved": {}}
        return await self._interact(person, channel, 5, data, asked.message)

    # ── the interaction itself ────────────────────────────────────────────────────────────────────────────────────────

    async def _interact(
        self, person: Person, channel: Channel, kind: int, data: Json, shown: Json | None = None
    ) -> Answer:
        answer = Answer(message=shown, channel=channel)
        await self._tell(person, channel, kind, data, answer)
        await self._wait(answer)
        return answer

    async def _tell(self, person: Person, channel: Channel, kind: int, data: Json, answer: Answer) -> None:
        token, shown = f"token-{snowflake()}", answer.message
        self._open[token] = answer
        event = {
            "id": str(snowflake()),
            "application_id": str(APPLICATION_ID),
            "type": kind,
            "data": data,
            **self._where(person, channel),
            "token": token,
            "version": 1,
            "locale": person.locale,
            "guild_locale": "en-US",
            "app_permissions": str(self.world.allowed(channel)),
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(person.guild.id)},
            "context": 1 if channel.kind == DM else 0,
            "attachment_size_limit": 10485760,
        }
        if shown is not None:
            event["message"] = shown
        await self.hub.tell(person.guild.id, "INTERACTION_CREATE", event)

    def _where(self, person: Person, channel: Channel) -> Json:
        """What an interaction says of who and where; in a direct message there is no server."""
        if channel.kind == DM:
            described = {"id": str(channel.id), "type": DM, "recipients": [user(person.id, person.name)]}
            return {"channel_id": str(channel.id), "channel": described, "user": user(person.id, person.name)}
        return {
            "guild_id": str(person.guild.id),
            "guild": {"id": str(person.guild.id), "features": [], "locale": "en-US"},
            "channel_id": str(channel.id),
            "channel": channel.to_json() | {"permissions": str(person.permissions)},
            "member": person.member(),
        }

    async def _wait(self, answer: Answer) -> None:
        try:
            await asyncio.wait_for(answer.first.wait(), FIRST_S)
        except TimeoutError:
            answer.error = "The application did not respond"
            return
        if answer.was_deferred:
            await asyncio.wait_for(answer.whole.wait(), _SLOW_S)
        if answer.kind in (4, 5, 6, 7):
            await asyncio.sleep(GRACE_S)

    def take_answer(self, method: str, path: str, body: Any) -> Any:
        """What the bot answers, by callback or by webhook."""
        parts = path.strip("/").split("/")
        answer = self._open.get(parts[2])
        if parts[0] == "interactions":
            return self._callback(parts[1], answer, body)
        if answer is None or not answer.first.is_set() or answer.error:
            raise Refused(404, 10015, "Unknown Webhook")
        return self._webhook(method, parts, answer, body)

    def _callback(self, id_: str, answer: Answer | None, body: Json) -> Json:
        if answer is None or answer.error or time.monotonic() - answer.began > FIRST_S:
            if answer is not None:
                answer.came_late.set()
            raise Refused(404, 10062, "Unknown interaction")
        if answer.first.is_set():
            raise Refused(400, 40060, "Interaction has already been acknowledged")
        data = {**(body.get("data") or {}), "_files": body.get("_files", {})}
        kind = body["type"]
        problem = ""
        if kind in (4, 7):
            problem = wrong_with_message(data)
        elif kind == 9:
            problem = wrong_with_modal(data)
        elif kind == 5 and data.get("flags", 0) & ~EPHEMERAL:
            problem = "a promise carries no flag but the private one"
        elif kind == 8:
            problem = _wrong_choices(data.get("choices", []))
        if problem:
            raise invalid_form(problem)
        return self._take(id_, answer, kind, data)

    def _take(self, id_: str, answer: Answer, kind: int, data: Json) -> Json:
        answer.kind, answer.first_s = kind, time.monotonic() - answer.began
        answer.is_ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
        resource: Json = {"type": kind}
        if kind in (4, 7):
            made = self._shown(data, None if kind == 7 else answer)
            if kind == 7 and answer.message is not None:
                made |= {"id": answer.message["id"], "flags": answer.message["flags"]}
            answer.messages.append(made)
            answer.whole_s = answer.first_s
            resource["message"] = made
        elif kind == 9:
            answer.modal = data
        elif kind == 8:
            answer.choices = data.get("choices", [])
        answer.first.set()
        message_id = resource.get("message", {}).get("id")
        return {"interaction": {"id": id_, "type": 2, "response_message_id": message_id}, "resource": resource}

    def _webhook(self, method: str, parts: list[str], answer: Answer, body: Json) -> Json:
        is_original = parts[-1] == "@original"
        if is_original and method == "GET":
            return answer.messages[0]
        if wrong := wrong_with_message(body):
            raise invalid_form(wrong)
        made = self._shown(body, answer)
        if is_original:
            if answer.is_ephemeral:
                made["flags"] |= EPHEMERAL
            answer.messages[:1] = [made]
            answer.whole_s = time.monotonic() - answer.began
            answer.whole.set()
        else:
            answer.messages.append(made)
        return made

    def _shown(self, body: Json, answer: Answer | None) -> Json:
        """A message as it is shown; one that all may see stands in its channel."""
        is_private = bool(body.get("flags", 0) & EPHEMERAL) or answer is None or answer.is_ephemeral
        if is_private or answer is None or answer.channel is None:
            made = message(0, body)
        else:
            made = self.world.store(answer.channel, body)
        made["files"] = body.get("_files", {})
        return made

    # ── commands as the client sends them ─────────────────────────────────────────────────────────────────────────────

    def _command(self, path: str, values: Mapping[str, Any], files: Mapping[str, str]) -> Json:
        root, *rest = path.split()
        command = next(command for command in self.commands if command["name"] == root)
        resolved: Json = {}
        level = command
        wrappers: list[Json] = []
        for word in rest:
            level = next(option for option in level["options"] if option["name"] == word)
            wrappers.append({"name": word, "type": level["type"]})
        known = {option["name"]: option for option in level.get("options", [])}
        missing = [name for name, option in known.items() if option.get("required") and name not in {**values, **files}]
        assert not missing, f"the client asks for {missing}"
        options = [{"name": name, "type": known[name]["type"], "value": value} for name, value in values.items()]
        options += [self._attached(name, text, known, resolved) for name, text in files.items()]
        for wrapper in reversed(wrappers):
            options = [wrapper | {"options": options}]
        return {"id": command["id"], "name": root, "type": 1, "options": options, "resolved": resolved}

    def _attached(self, name: str, text: str, known: Mapping[str, Json], resolved: Json) -> Json:
        assert known[name]["type"] == 11
        id_, raw = str(snowflake()), text.encode()
        self.files[id_] = raw
        url = f"{self.origin}/files/{id_}"
        described = {"id": id_, "filename": "feeds.opml", "size": len(raw), "url": url, "proxy_url": url}
        resolved.setdefault("attachments", {})[id_] = described
        return {"name": name, "type": 11, "value": id_}


def _wrong_choices(choices: Sequence[Json]) -> str:
    if len(choices) > 25:
        return "choices: at most 25"
    is_right = all(1 <= len(c["name"]) <= 100 and 1 <= len(str(c["value"])) <= 100 for c in choices)
    return "" if is_right else "a choice: name and value of 1 to 100 characters"


def _filled(component: Json, values: Mapping[str, Any]) -> Json:
    """A field of a form as the client sends it."""
    name = component["custom_id"]
    if component["type"] == 4:
        text = values.get(name, component.get("value", ""))
        assert len(text) <= component.get("max_length", 4000)
        return {"type": 4, "custom_id": name, "value": text}
    kept = [str(d["id"]) for d in component.get("default_values", [])]
    kept += [option["value"] for option in component.get("options", []) if option.get("default")]
    chosen = list(values.get(name, kept))
    assert component.get("min_values", 1) <= len(chosen) <= component.get("max_values", 1)
    return {"type": component["type"], "custom_id": name, "values": chosen}
