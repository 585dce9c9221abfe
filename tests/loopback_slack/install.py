"""Installing and removing the app: authorization, tokens and their refreshing, revoking."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from tests.loopback_slack.calls import Asked, Handler, Refused
from tests.loopback_slack.world import APP_ID, Json, Org, Person, Team, Token, new_id

if TYPE_CHECKING:
    from tests.loopback_slack.world import World

CODE_S, TOKEN_S = 600.0, 43_200


@dataclass
class _Grant:
    """What a code stands for."""

    person: Person
    scopes: set[str]
    redirect_uri: str
    at: float = field(default_factory=time.monotonic)
    is_used: bool = False


class Install:
    """The part of Slack that hands out tokens."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client_id, self.client_secret = "111.222", "fake-client-secret"
        self.is_rotating = False
        """Tokens end after 12 hours and are refreshed."""
        self.person: Person | None = None
        """Who presses Allow; nobody declines."""
        self.org: Org | None = None
        """For which whole organization they do so."""
        self.codes: dict[str, _Grant] = {}
        self._refreshes: dict[str, Token] = {}

    async def authorize(self, request: web.Request) -> web.Response:
        """The page with the button Allow, already pressed."""
        query = request.query
        if query.get("client_id") != self.client_id or not query.get("redirect_uri"):
            return web.Response(status=400, text="invalid_client_id")
        back = {"state": query.get("state", "")}
        scopes = {scope for scope in query.get("scope", "").split(",") if scope}
        if self.person is None:
            back |= {"error": "access_denied"}
        elif not scopes:
            return web.Response(status=400, text="invalid_scope")
        else:
            code = new_id("code")
            self.codes[code] = _Grant(self.person, scopes, query["redirect_uri"])
            back |= {"code": code}
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{urlencode(back)}"})

    def access(self, args: Json, authorization: str) -> Json:
        """`oauth.v2.access`: a code or a refresh token against a bot token."""
        self._check_client(args, authorization)
        if args.get("grant_type") == "refresh_token":
            return self._refreshed(str(args.get("refresh_token")))
        grant = self.codes.get(str(args.get("code")))
        if grant is None or time.monotonic() - grant.at > CODE_S:
            raise Refused("invalid_code")
        if grant.is_used:
            raise Refused("code_already_used")
        if args.get("redirect_uri", grant.redirect_uri) != grant.redirect_uri:
            raise Refused("bad_redirect_uri")
        grant.is_used = True
        team = grant.person.team
        team.is_installed = True
        if self.org is not None:
            return self._described(self._token_of(self.org, team, grant.scopes)) | {
                "authed_user": {"id": grant.person.id}
            }
        return self._described(self._token(team, grant.scopes)) | {"authed_user": {"id": grant.person.id}}

    def _check_client(self, args: Json, authorization: str) -> None:
        given = (args.get("client_id"), args.get("client_secret"))
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            given = (name, secret)
        if given[0] != self.client_id:
            raise Refused("invalid_client_id")
        if given[1] != self.client_secret:
            raise Refused("bad_client_secret")

    def _token(self, team: Team, scopes: set[str]) -> Token:
        """The workspace's token as before when that is still good, else a new one."""
        old = self.world.tokens.get(team.token)
        if old is not None and not old.trouble and not self.is_rotating:
            old.scopes |= scopes
            return old
        return self.world.mint(team, set(scopes))

    def _token_of(self, org: Org, team: Team, scopes: set[str]) -> Token:
        """An organization's token, which is not its workspace's own."""
        own = team.token
        token = self.world.mint(team, set(scopes))
        token.org, team.token = org, own
        return token

    def _refreshed(self, refresh: str) -> Json:
        old = self._refreshes.pop(refresh, None)
        if old is None or not old.team.is_installed:
            raise Refused("invalid_refresh_token")
        if old.org is not None:
            return self._described(self._token_of(old.org, old.team, old.scopes))
        return self._described(self.world.mint(old.team, old.scopes))

    def _described(self, token: Token) -> Json:
        team = token.team
        found: Json = {"ok": True, "app_id": APP_ID, "access_token": token.text, "token_type": "bot"}
        found |= {"scope": ",".join(sorted(token.scopes)), "bot_user_id": team.bot_user_id}
        found |= {"team": {"id": team.id, "name": team.name}, "enterprise": None, "is_enterprise_install": False}
        if token.org is not None:
            found |= {"team": None, "enterprise": {"id": token.org.id, "name": token.org.name}}
            found |= {"is_enterprise_install": True}
        if self.is_rotating:
            token.refresh = f"xoxe-1-{new_id('R')}"
            self._refreshes[token.refresh] = token
            found |= {"refresh_token": token.refresh, "expires_in": TOKEN_S}
        return found


def revoke(asked: Asked) -> Json:
    """Ends the token that asks."""
    if asked.flag("test"):
        return {"ok": True, "revoked": False}
    asked.slack.later(asked.slack.revoke(asked.team))
    asked.token.trouble = "token_revoked"
    return {"ok": True, "revoked": True}


def uninstall(asked: Asked) -> Json:
    install = asked.slack.install
    if asked.text("client_id") != install.client_id:
        raise Refused("invalid_client_id")
    if asked.text("client_secret") != install.client_secret:
        raise Refused("bad_client_secret")
    asked.slack.later(asked.slack.uninstall(asked.team))
    return {"ok": True}


METHODS: dict[str, Handler] = {"auth.revoke": revoke, "apps.uninstall": uninstall}
