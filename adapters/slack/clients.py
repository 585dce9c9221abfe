"""The clients with which Slack is called, by workspace: of the one token in the settings, or of those kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import FAILURES
from adapters.slack.incoming import team_of, workspace_of
from adapters.slack.tokens import Tokens
from bot.config import Settings
from bot.models import WorkspaceId

log = structlog.get_logger(__name__)

CALL_S: Final = 20
"""Seconds for one call, less than a delivery waits for its send."""
_DEFAULT: Final = "https://slack.com/api/"


def client(settings: Settings, session: aiohttp.ClientSession, token: str = "") -> AsyncWebClient:
    """A client that calls once: slack_sdk's own second try after a lost answer posts twice."""
    base = settings.slack_api.rstrip("/") + "/" if settings.slack_api else _DEFAULT
    return AsyncWebClient(token=token or None, base_url=base, session=session, timeout=CALL_S, retry_handlers=[])


class Clients(Protocol):
    """By the id of a workspace what its token gives; `start` tells which workspaces there are, with their names.

    `start` raises SlackApiError when the one token of the settings is good no more. `gather` asks which workspaces an
    organization gives the app to. `forget` is told of a token that is good no more and says who has none now; empty
    when there is a newer one. `authorize` is what Bolt asks for each request. `close` ends what it began by itself.
    """

    async def start(self) -> dict[WorkspaceId, str]: ...

    async def places(self) -> dict[WorkspaceId, str]: ...

    async def of(self, team_id: str) -> AsyncWebClient | None: ...

    async def installer(self, team_id: str) -> str: ...

    async def installed_at(self, team_id: str) -> float: ...

    async def gather(self, enterprise_id: str) -> dict[WorkspaceId, str]: ...

    async def forget(self, workspace: WorkspaceId, token: str) -> list[WorkspaceId]: ...

    def authorize(self) -> Callable[..., Awaitable[AuthorizeResult]]: ...

    async def close(self) -> None: ...


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
        return await self.places()

    async def places(self) -> dict[WorkspaceId, str]:
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

    async def close(self) -> None:
        return None

    async def installer(self, team_id: str) -> str:
        return ""

    async def installed_at(self, team_id: str) -> float:
        return 0.0

    async def gather(self, enterprise_id: str) -> dict[WorkspaceId, str]:
        return {}

    async def forget(self, workspace: WorkspaceId, token: str) -> list[WorkspaceId]:
        """The token stands in the settings; there is nothing to delete."""
        if workspace != workspace_of(self.team_id):
            return []
        log.error("slack.token_ended", setting="SLACK_BOT_TOKEN", reason="install the app again and set its new token")
        return [workspace]


class ManyWorkspaces:
    """The clients where workspaces install the app by themselves."""

    def __init__(self, settings: Settings, session: aiohttp.ClientSession, tokens: Tokens) -> None:
        self._settings, self._session, self._tokens = settings, session, tokens
        self._made: dict[str, AsyncWebClient] = {}

    async def start(self) -> dict[WorkspaceId, str]:
        await self._tokens.start()
        for organization in await self._tokens.organizations():
            await self.gather(team_of(organization))
        return await self.places()

    async def close(self) -> None:
        await self._tokens.close()

    async def places(self) -> dict[WorkspaceId, str]:
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
        found = await self._installation(team_id)
        return (found.user_id or "") if found else ""

    async def installed_at(self, team_id: str) -> float:
        found = await self._installation(team_id)
        return float(found.installed_at) if found else 0.0

    async def _installation(self, team_id: str) -> Installation | None:
        return await self._tokens.find(await self._tokens.holder(workspace_of(team_id)))

    async def gather(self, enterprise_id: str) -> dict[WorkspaceId, str]:
        """Asks Slack, and notes it; what was noted before when Slack does not say."""
        web = await self.of(enterprise_id)
        if web is None:
            return {}
        found: dict[WorkspaceId, str] = {}
        cursor = ""
        try:
            while True:
                page = await web.auth_teams_list(limit=1000, cursor=cursor or None)
                found |= {workspace_of(team["id"]): str(team.get("name") or "") for team in page["teams"]}
                cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
                if not cursor:
                    break
        except FAILURES as error:
            log.warning("slack.teams_unknown", organization=enterprise_id, reason=type(error).__name__)
            return {}
        await self._tokens.note_teams(workspace_of(enterprise_id), found)
        return found

    async def forget(self, workspace: WorkspaceId, token: str) -> list[WorkspaceId]:
        return await self._tokens.forget(workspace, token)
