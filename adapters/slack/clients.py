"""The clients with which Slack is called, by workspace: of the one token in the settings, or of those kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.incoming import workspace_of
from adapters.slack.tokens import Tokens
from bot.config import Settings
from bot.models import WorkspaceId

CALL_S: Final = 20
"""Seconds for one call, less than a delivery waits for its send."""
_DEFAULT: Final = "https://slack.com/api/"


def client(settings: Settings, session: aiohttp.ClientSession, token: str = "") -> AsyncWebClient:
    """A client that calls once: slack_sdk's own second try after a lost answer posts twice."""
    base = settings.slack_api.rstrip("/") + "/" if settings.slack_api else _DEFAULT
    return AsyncWebClient(token=token or None, base_url=base, session=session, timeout=CALL_S, retry_handlers=[])


class Clients(Protocol):
    """By the id of a workspace what its token gives; `start` tells which workspaces there are, with their names.

    `start` raises SlackApiError when a token is good no more. `authorize` is what Bolt asks for each request.
    """

    async def start(self) -> dict[WorkspaceId, str]: ...

    async def of(self, team_id: str) -> AsyncWebClient | None: ...

    async def installer(self, team_id: str) -> str: ...

    async def forget(self, workspace: WorkspaceId) -> None: ...

    def authorize(self) -> Callable[..., Awaitable[AuthorizeResult]]: ...


class OneWorkspace:
    """The clients where the settings hold one bot token."""

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._client = client(settings, session, settings.slack_bot_token.get_secret_value())
        self.team_id = self.name = ""
        self._known: AuthorizeResult | None = None

    async def start(self) -> dict[WorkspaceId, str]:
        found = await self._client.auth_test()
        self.team_id, self.name = str(found["team_id"]), str(found.get("team") or "")
        self._known = AuthorizeResult.from_auth_test_response(
            auth_test_response=found, bot_token=self._client.token, bot_scopes=None, user_scopes=None
        )
        return {workspace_of(self.team_id): self.name}

    async def of(self, team_id: str) -> AsyncWebClient | None:
        return self._client if team_id == self.team_id else None

    def authorize(self) -> Callable[..., Awaitable[AuthorizeResult]]:
        # Bolt reads the names of the arguments, so this is no method.
        async def known(team_id: str | None) -> AuthorizeResult:
            if self._known is None or team_id not in (None, self.team_id):
                raise PermissionError(f"no token for the workspace {team_id}")
            return self._known

        return known

    async def installer(self, team_id: str) -> str:
        return ""

    async def forget(self, workspace: WorkspaceId) -> None:
        """The token stands in the settings; there is nothing to delete."""


class ManyWorkspaces:
    """The clients where workspaces install the app by themselves."""

    def __init__(self, settings: Settings, session: aiohttp.ClientSession, tokens: Tokens) -> None:
        self._settings, self._session, self._tokens = settings, session, tokens
        self._made: dict[str, AsyncWebClient] = {}

    async def start(self) -> dict[WorkspaceId, str]:
        await self._tokens.start()
        return await self._tokens.workspaces()

    async def of(self, team_id: str) -> AsyncWebClient | None:
        found = await self._tokens.current(workspace_of(team_id))
        if found is None or not found.bot_token:
            return None
        made = self._made.get(team_id)
        if made is None or made.token != found.bot_token:
            made = self._made[team_id] = client(self._settings, self._session, found.bot_token)
        return made

    def authorize(self) -> Callable[..., Awaitable[AuthorizeResult]]:
        # The flow of the installation brings its own (see `installing.py`); over a socket there is none.
        async def found(team_id: str | None) -> AuthorizeResult:
            kept = await self._tokens.current(workspace_of(team_id or ""))
            if kept is None:
                raise PermissionError(f"no token for the workspace {team_id}")
            return AuthorizeResult(
                enterprise_id=kept.enterprise_id,
                team_id=team_id,
                bot_user_id=kept.bot_user_id,
                bot_id=kept.bot_id,
                bot_token=kept.bot_token,
            )

        return found

    async def installer(self, team_id: str) -> str:
        found = await self._tokens.find(workspace_of(team_id))
        return (found.user_id or "") if found else ""

    async def forget(self, workspace: WorkspaceId) -> None:
        await self._tokens.forget(workspace)
