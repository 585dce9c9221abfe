"""One call of the Web API: its arguments, its token, and the errors that it may be refused with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.loopback_slack.rules import CAP, MESSAGE, counted, wrong_with_blocks
from tests.loopback_slack.world import DIRECT, PRIVATE, PUBLIC, Channel, Json, Person, Team, Token, World

if TYPE_CHECKING:
    from tests.loopback_slack.server import FakeSlack

FAMILY = {PUBLIC: "channels", PRIVATE: "groups", DIRECT: "im"}


class Refused(Exception):
    """A call that is answered with an error code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more

    def to_json(self) -> Json:
        return {"ok": False, "error": self.code, **self.more}


def invalid(code: str, wrong: str) -> Refused:
    """A refusal with its reason, in the places where Slack writes it."""
    return Refused(code, errors=[wrong], response_metadata={"messages": [f"[ERROR] {wrong}"]})


@dataclass
class Asked:
    """What a method sees of a request."""

    slack: FakeSlack
    args: Json
    token: Token

    @property
    def world(self) -> World:
        return self.slack.world

    @property
    def team(self) -> Team:
        """The token's workspace; of an organization's token the one that is asked about."""
        org = self.token.org
        return self.token.team if org is None else next(filter(self._concerns, org.given), self.token.team)

    def _concerns(self, team: Team) -> bool:
        named = {self.text(key) for key in ("team_id", "channel", "user", "user_id", "users")}
        trigger = self.slack.by_trigger.get(self.text("trigger_id"))
        views = {view["id"] for stack in team.stacks.values() for view in stack}
        return (
            bool(named & {team.id, *team.channels, *team.people})
            or (trigger is not None and trigger.person.team is team)
            or self.text("view_id") in views
        )

    def need(self, *scopes: str) -> None:
        """Refuses when the token has none of these scopes."""
        if not self.token.scopes & set(scopes):
            provided = ",".join(sorted(self.token.scopes))
            raise Refused("missing_scope", needed=",".join(scopes), provided=provided)

    def need_for(self, channel: Channel, right: str) -> None:
        """Refuses when the token may not do this in a channel of this kind."""
        self.need(f"{FAMILY[channel.kind]}:{right}")

    def text(self, key: str) -> str:
        value = self.args.get(key)
        return "" if value is None else str(value)

    def flag(self, key: str) -> bool:
        return str(self.args.get(key) or "").lower() in ("1", "true")

    def must(self, key: str) -> str:
        """An argument without which the call makes no sense."""
        if not (value := self.text(key)):
            raise invalid("invalid_arguments", f"missing required field: {key}")
        return value

    def limit(self, usual: int = 100, most: int = 999) -> int:
        text = self.text("limit") or str(usual)
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise Refused("invalid_limit")
        return int(text)

    def value(self, key: str, error: str) -> Any:
        """An argument that is JSON, also when it came as text."""
        value = self.args.get(key)
        if not isinstance(value, str) or not value:
            return None if value == "" else value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def channel(self, *, may_be_person: bool = False) -> Channel:
        """The channel that is meant, when the bot can see it."""
        wanted = self.text("channel")
        if may_be_person and wanted in self.team.people:
            return self.team.direct(wanted)
        found = self.team.channels.get(wanted)
        if found is None or (found.kind == PRIVATE and not found.is_member):
            raise Refused("channel_not_found")
        return found

    def person(self, key: str = "user") -> Person:
        found = self.team.people.get(self.text(key))
        if found is None:
            raise Refused("user_not_found")
        return found

    def blocks(self) -> list[Json] | None:
        """The blocks of a message, which must be right; None when there are none."""
        blocks = self.value("blocks", "invalid_blocks_format")
        if blocks is None:
            return None
        if wrong := wrong_with_blocks(blocks, MESSAGE):
            raise invalid("invalid_blocks", wrong)
        if counted(blocks) > CAP:
            raise Refused("msg_blocks_too_long")
        return list(blocks)


Handler = Callable[[Asked], Json]
