"""The tokens of workspaces that installed the app: kept sealed, and renewed before they end by one process of many."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import UNANSWERED
from bot.config import Settings
from bot.models import WorkspaceId
from bot.ports import Clock
from bot.store.installations import Installations, KeptInstallation
from bot.vault import Vault, split_keys

log = structlog.get_logger(__name__)

EARLY: Final = timedelta(hours=2)
"""A token is renewed so long before its end; it stays good until then."""
PAUSE: Final = timedelta(minutes=1)
"""After Slack could not renew one."""
BRIEFLY_S: Final = 0.5
"""So long a renewal is waited for while the old token is good."""
CLOSE_S: Final = 5.0
_TEAMS: Final = "teams"
"""Under which an organization's installation notes its workspaces and their names."""
_LOOKS: Final = 20
_LOOK_S: Final = 0.1


class Tokens:
    """The installations of an app, by workspace.

    A refresh token is good once. Of two processes that use it at the same time one is refused, and takes what the other
    has stored; what was stored meanwhile by somebody else is never overwritten.
    """

    def __init__(
        self,
        settings: Settings,
        kept: Installations,
        client: AsyncWebClient,
        clock: Clock,
        *,
        vault: Vault | None = None,
    ) -> None:
        self._id, self._secret = settings.slack_client_id, settings.slack_client_secret
        self._kept, self._client, self.clock = kept, client, clock
        self._vault = vault or Vault(split_keys(settings.secret_key.get_secret_value()))
        self._renewals: dict[WorkspaceId, asyncio.Task[Installation | None]] = {}
        self._paused: dict[WorkspaceId, float] = {}
        self._organization_of: dict[WorkspaceId, WorkspaceId] = {}

    async def start(self) -> None:
        """Seals under the first key what a former one sealed; ConfigError when a key that is needed is missing."""
        if count := await self._kept.renew(self._vault, now=self.clock.now()):
            log.info("tokens.resealed", count=count)

    async def workspaces(self) -> dict[WorkspaceId, str]:
        """The names of all that have the app: that have installed it, or whose organization has given it to them."""
        found: dict[WorkspaceId, str] = {}
        for one in await self._kept.list("slack"):
            installation = self._opened(one)
            if installation.is_enterprise_install:
                found = self._known_teams(one.workspace_id, installation) | found
            else:
                found[one.workspace_id] = installation.team_name or ""
        return found

    async def organizations(self) -> list[WorkspaceId]:
        """Those that have installed the app as a whole."""
        return [one.workspace_id for one in await self._kept.list("slack") if _is_whole(one.workspace_id)]

    async def find(self, workspace: WorkspaceId) -> Installation | None:
        """What is kept, as it is."""
        kept = await self._kept.get(workspace)
        return None if kept is None else self._opened(kept)

    async def holder(self, workspace: WorkspaceId) -> WorkspaceId:
        """Whose installation serves a workspace: its own, else its organization's."""
        if _is_whole(workspace) or await self._kept.get(workspace) is not None:
            return workspace
        if workspace not in self._organization_of:
            for one in await self._kept.list("slack"):
                if _is_whole(one.workspace_id):
                    self._known_teams(one.workspace_id, self._opened(one))
        return self._organization_of.get(workspace, workspace)

    async def note_teams(self, organization: WorkspaceId, teams: Mapping[WorkspaceId, str]) -> None:
        """To which workspaces an organization gives the app."""
        while (kept := await self._kept.get(organization)) is not None:
            installation = self._opened(kept)
            if self._known_teams(organization, installation) == teams:
                return
            installation.custom_values = dict(installation.custom_values) | {_TEAMS: dict(teams)}
            if await self._kept.replace(organization, kept.sealed, self._sealed(installation), now=self.clock.now()):
                self._known_teams(organization, installation)
                return

    def _known_teams(self, organization: WorkspaceId, installation: Installation) -> dict[WorkspaceId, str]:
        """The workspaces that were noted, which this remembers."""
        teams = {WorkspaceId(id_): str(name) for id_, name in installation.custom_values.get(_TEAMS, {}).items()}
        for workspace in [one for one, known in self._organization_of.items() if known == organization]:
            del self._organization_of[workspace]
        self._organization_of |= dict.fromkeys(teams, organization)
        return teams

    async def keep(self, workspace: WorkspaceId, installation: Installation) -> None:
        """In the place of what was kept."""
        await self._kept.save(workspace, self._sealed(installation), now=self.clock.now())
        self._paused.pop(workspace, None)

    async def forget(self, workspace: WorkspaceId, token: str = "") -> list[WorkspaceId]:
        """Deletes the tokens, not the settings, that serve a workspace; which workspaces have none now.

        With a `token` only that one: what was stored meanwhile, as by installing again, stays.
        """
        holder = await self.holder(workspace)
        while (kept := await self._kept.get(holder)) is not None:
            installation = self._opened(kept)
            if token and installation.bot_token != token:
                return []
            if await self._kept.delete(holder, kept.sealed):
                lost = set(self._known_teams(holder, installation)) if _is_whole(holder) else {holder}
                self._organization_of = {one: by for one, by in self._organization_of.items() if by != holder}
                return sorted(lost - {one.workspace_id for one in await self._kept.list("slack")})
        return [workspace]

    async def current(self, workspace: WorkspaceId) -> Installation | None:
        """What is kept, with a bot token that is good for a while; None when there is none, or none can be had."""
        workspace = await self.holder(workspace)
        installation = await self.find(workspace)
        if installation is None:
            return None
        left_s = self._left_s(installation)
        if left_s > EARLY.total_seconds():
            return installation
        if self._paused.get(workspace, 0.0) > self.clock.now().timestamp():
            return installation if left_s > 0 else None
        renewal = self._renewal(workspace)
        # While the old one is good nobody waits long for a new one: people are answered within three seconds.
        done, _ = await asyncio.wait({renewal}, timeout=BRIEFLY_S if left_s > 0 else None)
        return renewal.result() if done else installation

    def _renewal(self, workspace: WorkspaceId) -> asyncio.Task[Installation | None]:
        """The one renewal that is under way for a workspace."""
        if workspace not in self._renewals:
            task = self._renewals[workspace] = asyncio.create_task(self._renew(workspace))
            task.add_done_callback(lambda ended: self._ended(workspace, ended))
        return self._renewals[workspace]

    def _ended(self, workspace: WorkspaceId, renewal: asyncio.Task[Installation | None]) -> None:
        del self._renewals[workspace]
        if not renewal.cancelled() and (error := renewal.exception()):
            log.warning("token.unrenewed", workspace=workspace, reason=type(error).__name__)

    async def _renew(self, workspace: WorkspaceId) -> Installation | None:
        kept = await self._kept.get(workspace)
        if kept is None:
            return None
        installation = self._opened(kept)
        is_new = self._left_s(installation) > EARLY.total_seconds()
        return installation if is_new else await self._renewed(kept, installation)

    async def close(self) -> None:
        """Waits a while for what Slack renews: a refresh token that was used is good no more."""
        if self._renewals:
            await asyncio.wait(self._renewals.values(), timeout=CLOSE_S)

    async def _renewed(self, kept: KeptInstallation, old: Installation) -> Installation | None:
        try:
            answer = await self._client.oauth_v2_access(
                client_id=self._id,
                client_secret=self._secret.get_secret_value(),
                grant_type="refresh_token",
                refresh_token=old.bot_refresh_token,
            )
        except SlackApiError as error:
            return await self._without(kept.workspace_id, old, reason=str(error.response.get("error")))
        except UNANSWERED as error:
            return await self._without(kept.workspace_id, old, reason=type(error).__name__)
        new = Installation(**_fields(old))
        new.bot_token, new.bot_refresh_token = answer["access_token"], answer.get("refresh_token")
        new.bot_token_expires_at = int(self.clock.now().timestamp()) + int(answer.get("expires_in") or 0)
        return await self._stored(kept, old, new)

    async def _stored(self, kept: KeptInstallation, old: Installation, new: Installation) -> Installation | None:
        """The new one, unless somebody stored something newer while Slack was asked."""
        workspace = kept.workspace_id
        while not await self._kept.replace(workspace, kept.sealed, self._sealed(new), now=self.clock.now()):
            found = await self._kept.get(workspace)
            if found is None:
                return None
            other = self._opened(found)
            if other.bot_refresh_token != old.bot_refresh_token:
                return other
            # The same under another key, or with other workspaces: ours is the newer still.
            kept, new.custom_values = found, other.custom_values
        log.info("token.renewed", workspace=workspace)
        return new

    async def _without(self, workspace: WorkspaceId, old: Installation, *, reason: str) -> Installation | None:
        """What there is when Slack did not renew a token: another process's, the old one while it is good, or none."""
        for _ in range(_LOOKS):
            found = await self.find(workspace)
            if found is None or found.bot_refresh_token != old.bot_refresh_token:
                return found
            if self._left_s(old) > 0 or reason != "invalid_refresh_token":
                break
            # Another process has used the refresh token and is about to store what it got.
            await self.clock.sleep(_LOOK_S)
        self._paused[workspace] = (self.clock.now() + PAUSE).timestamp()
        is_good = self._left_s(old) > 0
        log.warning("token.kept" if is_good else "token.ended", workspace=workspace, reason=reason)
        return old if is_good else None

    def _left_s(self, installation: Installation) -> float:
        """Seconds until the bot token ends; for ever when Slack set no end."""
        if installation.bot_token_expires_at is None or not installation.bot_refresh_token:
            return float("inf")
        return installation.bot_token_expires_at - self.clock.now().timestamp()

    def _sealed(self, installation: Installation) -> str:
        return self._vault.seal(json.dumps(_fields(installation), ensure_ascii=False))

    def _opened(self, kept: KeptInstallation) -> Installation:
        return Installation(**json.loads(self._vault.open(kept.sealed)))


def workspace_of(
    enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
) -> WorkspaceId | None:
    """Whose tokens are meant: `slack:T…`, or `slack:E…` for an app that a whole organization installed."""
    id_ = enterprise_id if is_enterprise_install or not team_id else team_id
    return WorkspaceId(f"slack:{id_}") if id_ else None


def workspace_of_installation(installation: Installation) -> WorkspaceId | None:
    """The same of an installation."""
    return workspace_of(installation.enterprise_id, installation.team_id, installation.is_enterprise_install)


def _is_whole(workspace: WorkspaceId) -> bool:
    """Whether it is the id of an organization; Slack begins those of workspaces with a T."""
    return workspace.startswith("slack:E")


def _fields(installation: Installation) -> dict[str, Any]:
    """Everything of an installation that JSON can hold. User tokens, which we never ask for, are not kept."""
    fields = installation.to_dict_for_copying()
    fields |= {
        "installed_at": installation.installed_at,
        "bot_token_expires_at": installation.bot_token_expires_at,
        "user_token": None,
        "user_refresh_token": None,
        "user_token_expires_at": None,
        "user_scopes": "",
        "incoming_webhook_url": None,
        # Slack gives no scopes now and then, and the class splits no None.
        "bot_scopes": fields["bot_scopes"] or "",
    }
    return fields
