"""Installation by many workspaces (OAuth): slack_bolt's flow over our store, with tokens that are renewed in time."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import UNANSWERED
from adapters.slack.install_pages import failed, succeeded
from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from adapters.slack.scopes import BOT_SCOPES
from adapters.slack.tokens import Tokens, workspace_of, workspace_of_installation
from bot.config import Settings
from bot.errors import BriefbotError
from bot.models import WorkspaceId
from bot.ports import Clock
from bot.store.installations import STATE_LIFE, Installations

log = structlog.get_logger(__name__)

Installed = Callable[[WorkspaceId, str], Awaitable[None]]
"""Is told of each workspace that has installed the app, with its name."""


class InstallationStore(AsyncInstallationStore):
    """Where Bolt's flow leaves an installation: in `Tokens`, one for each workspace, its bot's.

    Bolt only saves here. What it would find or delete is asked of `Tokens` by `Authorize` and by our own events.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        workspace = workspace_of_installation(installation)
        if workspace is None or not installation.bot_token:
            raise BoltError("an installation without a workspace or without a bot")
        try:
            await self._tokens.keep(workspace, installation)
        except BriefbotError as error:
            # The one kind of error for which the flow shows its page.
            raise BoltError(error.message) from error


class StateStore(AsyncOAuthStateStore):
    """What an installer's browser must bring back, once, within ten minutes."""

    def __init__(self, kept: Installations, clock: Clock) -> None:
        self._kept, self._clock = kept, clock

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_issue(self, *_: object, **__: object) -> str:
        return await self._kept.issue_state(now=self._clock.now())

    async def async_consume(self, state: str) -> bool:
        return await self._kept.consume_state(state, now=self._clock.now())


class Authorize(AsyncAuthorize):
    """The token for each request of Slack, from the store.

    Bolt's own asks Slack (`auth.test`) for each request, renews with a client that knows no other address, and gives up
    when another process was faster.
    """

    token_rotation_expiration_minutes = 0
    """Bolt writes it; `tokens.EARLY` is what counts."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        workspace = workspace_of(enterprise_id, team_id, context.is_enterprise_install)
        found = await self._tokens.current(workspace) if workspace else None
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=found.enterprise_id,
            team_id=team_id or found.team_id,
            team=found.team_name,
            bot_user_id=found.bot_user_id,
            bot_id=found.bot_id,
            bot_token=found.bot_token,
            bot_scopes=found.bot_scopes,
        )


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, which tells us of each installation and has a page for whatever goes wrong."""

    def __init__(self, settings: AsyncOAuthSettings, client: AsyncWebClient, installed: Installed | None) -> None:
        super().__init__(client=client, logger=_logger(), settings=settings)
        self._installed = installed

    async def handle_installation(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_installation(request)
        except BriefbotError as error:
            return await self._failed(request, error)

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_callback(request)
        except (BriefbotError, *UNANSWERED) as error:
            return await self._failed(request, error)

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        await super().store_installation(request, installation)
        workspace = workspace_of_installation(installation)
        assert workspace is not None
        log.info("workspace.installed", workspace=workspace)
        if self._installed:
            await self._installed(workspace, installation.team_name or installation.enterprise_name or "")

    async def _failed(self, request: AsyncBoltRequest, error: Exception) -> BoltResponse:
        log.error("install.failed", reason=type(error).__name__)
        return await self.failure_handler(
            AsyncFailureArgs(
                request=request,
                reason="storage_error" if isinstance(error, BriefbotError) else "unreachable",
                error=error,
                suggested_status_code=503,
                settings=self.settings,
                default=self.default_callback_options,
            )
        )


def oauth_settings(
    settings: Settings, tokens: Tokens, kept: Installations, *, authorization_url: str | None = None
) -> AsyncOAuthSettings:
    """Bolt's settings for the installation by many workspaces; another `authorization_url` is for tests."""
    made = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        scopes=list(BOT_SCOPES),
        user_scopes=[],
        redirect_uri=f"{settings.public_url}{REDIRECT_PATH}" if settings.public_url else None,
        install_path=INSTALL_PATH,
        # Straight to Slack, whose page says what is asked for.
        install_page_rendering_enabled=False,
        redirect_uri_path=REDIRECT_PATH,
        callback_options=AsyncCallbackOptions(success=succeeded, failure=failed),
        authorization_url=authorization_url,
        installation_store=InstallationStore(tokens),
        state_store=StateStore(kept, tokens.clock),
        state_expiration_seconds=int(STATE_LIFE.total_seconds()),
    )
    made.authorize = Authorize(tokens)
    return made


def oauth_flow(oauth: AsyncOAuthSettings, client: AsyncWebClient, *, installed: Installed | None = None) -> InstallFlow:
    """The flow for `AsyncApp(oauth_flow=…)`; `client` needs no token."""
    return InstallFlow(oauth, client, installed)


_CODE: Final = re.compile(r"code: \S+")


class _WithoutCode(logging.Filter):
    """Bolt logs the code of an installation that failed, which may be good still."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _CODE.sub("code: ********", record.getMessage()), ()
        return True


def _logger() -> logging.Logger:
    logger = logging.getLogger(f"{__name__}.flow")
    if not any(isinstance(one, _WithoutCode) for one in logger.filters):
        logger.addFilter(_WithoutCode())
    return logger
