"""Who may manage a workspace, and whom to tell; asked of Slack and believed for some minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import FAILURES, error_code, reason_of
from bot.commands.context import Person
from bot.errors import BriefbotError
from bot.saying import say

log = structlog.get_logger(__name__)
T = TypeVar("T")

BELIEVED_S: Final = 300.0
"""For so long somebody who is a manager no more may still be taken for one."""
ASK_S: Final = 1.5
"""Half of what Slack gives for the whole answer."""
LOCALE_S: Final = 0.4
"""How long an answer waits for the language of who asked, once for each person."""
_MOST_KEPT: Final = 5000


@dataclass(frozen=True, slots=True)
class Group:
    """A user group: its id, what people call it, and who is in it."""

    id: str
    name: str
    people: frozenset[str]


class People:
    """The people of all workspaces, as far as they were asked about."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._locales: dict[tuple[str, str], str] = {}

    def reader(self, user_id: str, name: str = "") -> Person:
        """A person of whom nothing needs to be known."""
        return Person(id=user_id, name=name)

    async def person(self, client: AsyncWebClient, team_id: str, user_id: str) -> Person:
        """A person with the rights they have; BriefbotError when Slack does not say."""
        try:
            async with asyncio.timeout(ASK_S):
                user = await self._user(client, team_id, user_id)
                groups = await self.groups(client, team_id)
        except FAILURES as error:
            log.warning("slack.person_unknown", workspace=team_id, reason=reason_of(error))
            raise BriefbotError(
                say("Slack did not say just now whether you are a manager here, so nothing was done. Please try again.")
            ) from None
        return Person(
            id=user_id,
            name=user.get("real_name") or user.get("name") or "",
            is_manager=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
            roles=frozenset(group.id for group in groups if user_id in group.people),
            zone=user.get("tz") or "",
        )

    async def locale(self, client: AsyncWebClient, team_id: str, user_id: str) -> str:
        """The language that a person reads Slack in, such as `ko-KR`; empty when Slack does not say at once."""
        if (team_id, user_id) not in self._locales:
            try:
                async with asyncio.timeout(LOCALE_S):
                    await self._user(client, team_id, user_id)
            except FAILURES as error:
                log.info("slack.locale_unknown", workspace=team_id, reason=reason_of(error))
        return self._locales.get((team_id, user_id), "")

    async def _user(self, client: AsyncWebClient, team_id: str, user_id: str) -> dict[str, Any]:
        user = await self._kept_or(team_id, user_id, lambda: _user(client, user_id))
        # Kept for longer: a person who reads Slack in another language now is answered in it after their next command
        # for managers, or when the bot is started anew.
        self._locales[team_id, user_id] = str(user.get("locale") or "")
        while len(self._locales) > _MOST_KEPT:
            del self._locales[next(iter(self._locales))]
        return user

    async def groups(self, client: AsyncWebClient, team_id: str) -> list[Group]:
        """The user groups of a workspace; none where they may not be read, or there are none on its plan."""
        return await self._kept_or(team_id, "groups", lambda: _groups(client, team_id))

    async def owner(self, client: AsyncWebClient, team_id: str) -> str:
        """The id of the primary owner; empty when Slack does not say."""
        return await self._kept_or(team_id, "owner", lambda: _owner(client, team_id))

    async def _kept_or(self, team_id: str, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        now = asyncio.get_running_loop().time()
        at, found = self._kept.get((team_id, what), (now - BELIEVED_S, None))
        if now - at >= BELIEVED_S:
            found = await ask()
            self._kept[team_id, what] = (now, found)
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        answer: T = found
        return answer


async def _user(client: AsyncWebClient, user_id: str) -> dict[str, Any]:
    """What decides what a person may do, their name, language and zone; of the rest nothing is kept, nor a moment."""
    user = (await client.users_info(user=user_id, include_locale=True))["user"]
    kept = ("real_name", "name", "is_admin", "is_owner", "is_primary_owner", "locale", "tz")
    return {name: user.get(name) for name in kept}


async def _groups(client: AsyncWebClient, team_id: str) -> list[Group]:
    try:
        found = (await client.usergroups_list(include_users=True, team_id=team_id))["usergroups"]
    except SlackApiError as error:
        if error_code(error) in ("missing_scope", "paid_teams_only", "plan_upgrade_required", "not_allowed_token_type"):
            return []
        raise
    return [Group(group["id"], f"@{group['handle']}", frozenset(group.get("users", ()))) for group in found]


async def _owner(client: AsyncWebClient, team_id: str) -> str:
    cursor = ""
    while True:
        page = await client.users_list(limit=1000, cursor=cursor or None, team_id=team_id)
        for user in page["members"]:
            if user.get("is_primary_owner") and not user.get("deleted"):
                return str(user["id"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return ""
