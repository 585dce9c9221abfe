"""The server: one port for the Web API, Socket Mode, response URLs and the page that installs the app."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.loopback_slack import chat, conversations, directory, files, install, payloads, views
from tests.loopback_slack.acks import take_response
from tests.loopback_slack.calls import Asked, Handler, Refused
from tests.loopback_slack.faults import Faults
from tests.loopback_slack.files import Files
from tests.loopback_slack.install import Install
from tests.loopback_slack.limits import Limits
from tests.loopback_slack.people import People
from tests.loopback_slack.signed import Signed
from tests.loopback_slack.sockets import Hub
from tests.loopback_slack.world import ALL_SCOPES, PUBLIC, Channel, Json, Org, Person, Team, World, new_id

APP_TOKEN, SIGNING_SECRET = "xapp-fake-slack-token", "fake-slack-signing-secret"
RESPONSE_URL = "response_url"
METHODS: dict[str, Handler] = {
    **chat.METHODS,
    **conversations.METHODS,
    **directory.METHODS,
    **files.METHODS,
    **install.METHODS,
    **views.METHODS,
}


@dataclass
class Request:
    """One request of the app; a status of 0 is a response that was lost."""

    method: str
    args: Json
    at: float
    team_id: str = ""
    status: int = 0
    error: str = ""


class FakeSlack(People):
    """Slack on the loopback; `async with` starts and stops it."""

    def __init__(self) -> None:
        super().__init__()
        self.app_token, self.signing_secret = APP_TOKEN, SIGNING_SECRET
        self.world, self.limits, self.faults, self.hub = World(), Limits(), Faults(), Hub()
        self.signed, self.install, self.files = Signed(SIGNING_SECRET), Install(self.world), Files(self.world)
        self.requests: list[Request] = []
        self.origin = self.api = self.authorize_url = ""
        self.crashes: list[Exception] = []
        """Mistakes of this server itself, which its end reports."""
        self._tasks: set[asyncio.Task[object]] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeSlack:
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self.hub.handle)
        app.router.add_get("/oauth/v2/authorize", self.install.authorize)
        app.router.add_get("/files-pri/{team}-{id}/{name}", self.files.fetch)
        app.router.add_post("/upload/{id}", self.files.upload)
        app.router.add_post("/response/{team}/{key}", self._response)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.api, self.authorize_url = f"{self.origin}/api/", f"{self.origin}/oauth/v2/authorize"
        self.hub.origin = self.files.origin = self.origin
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hub.drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.signed.close()
        assert self._runner is not None
        await self._runner.cleanup()
        if self.crashes:
            raise self.crashes[0]

    def later(self, work: Coroutine[Any, Any, object]) -> None:
        """Does something after the response."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ── what there is ─────────────────────────────────────────────────────────────────────────────────────────────────

    def add_team(self, name: str = "Harbour", *, scopes: Iterable[str] = ALL_SCOPES, installed: bool = True) -> Team:
        """A workspace, with a token of these scopes when the app is installed there."""
        team = Team(new_id("T"), name, is_installed=installed)
        self.world.teams[team.id] = team
        if installed:
            self.world.mint(team, set(scopes))
        return team

    def add_org(self, *teams: Team, name: str = "The Harbours") -> Org:
        """An organization of these workspaces, to all of which it will give the app."""
        org = Org(new_id("E"), name, list(teams))
        for team in teams:
            team.org = org
        return org

    def add_channel(self, team: Team, name: str = "news", kind: str = PUBLIC, **parts: Any) -> Channel:
        channel = Channel(new_id("C"), team, name, kind, **parts)
        team.channels[channel.id] = channel
        return channel

    def add_group(self, team: Team, handle: str = "editors", people: Iterable[Person] = ()) -> str:
        """A group of people that can be pinged."""
        group = {"id": new_id("S"), "team_id": team.id, "is_usergroup": True, "name": handle.title(), "handle": handle}
        ids = [person.id for person in people]
        team.groups.append(group | {"date_delete": 0, "users": ids, "user_count": len(ids)})
        return str(group["id"])

    def set_scopes(self, team: Team, *scopes: str) -> None:
        self.world.tokens[team.token].scopes = set(scopes)

    def direct_messages(self, person: Person) -> list[Json]:
        """What stands between the bot and a person."""
        return [m for c in person.team.channels.values() if c.user_id == person.id for m in c.messages]

    def calls(self, method: str) -> list[Request]:
        return [request for request in self.requests if request.method == method]

    # ── what happens to the app ───────────────────────────────────────────────────────────────────────────────────────

    def spoil(self, team: Team, trouble: str = "token_revoked") -> None:
        """Every token of a workspace fails from now on, and the app is not told."""
        for token in self.world.tokens.values():
            if token.team is team:
                token.trouble = trouble

    async def revoke(self, team: Team) -> None:
        """Somebody revokes the bot's token."""
        self.spoil(team, "token_revoked")
        await self.event(
            team, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user_id]}}, retries=0
        )

    async def uninstall(self, team: Team) -> None:
        """Somebody removes the app from a workspace."""
        team.is_installed = False
        self.spoil(team, "account_inactive")
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user_id]}}
        told = (self.event(team, inner, retries=0) for inner in ({"type": "app_uninstalled"}, revoked))
        await asyncio.gather(*told)

    async def uninstall_org(self, org: Org) -> None:
        """Somebody removes the app from a whole organization."""
        for token in self.world.tokens.values():
            if token.org is org:
                token.trouble = "account_inactive"
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["W0BOT"]}}
        inner: Json
        for inner in ({"type": "app_uninstalled"}, revoked):
            await self.tell(payloads.event_of_org(org, inner))

    async def regroup(self, org: Org, *teams: Team) -> None:
        """An organization gives the app to these workspaces and to no others."""
        before, org.given = org.given, list(teams)
        for kind, changed in (("granted", _ids(teams, before)), ("revoked", _ids(before, teams))):
            if changed:
                inner = {"type": f"team_access_{kind}", "team_ids": changed}
                await self.tell(payloads.event_of_org(org, inner))

    # Slack tells of these three only an app that asks for such events; ours does not.

    def archive(self, channel: Channel) -> None:
        channel.is_archived = True

    def delete_channel(self, channel: Channel) -> None:
        del channel.team.channels[channel.id]

    def remove_bot(self, channel: Channel) -> None:
        """Somebody takes the bot out of a channel."""
        channel.is_member = False

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _api(self, request: web.Request) -> web.StreamResponse:
        args, token, wrong = await _read(request)
        record = Request(request.match_info["method"], args, time.monotonic())
        self.requests.append(record)
        try:
            if wrong:
                raise Refused(wrong)
            response = await self._answered(record, token, request.headers.get("Authorization", ""))
        except Refused as error:
            record.error = error.code
            response = _json(error.to_json())
        except Exception as error:
            self.crashes.append(error)
            raise
        return _sent(request, record, response)

    async def _answered(self, record: Request, token_text: str, authorization: str) -> web.Response | None:
        if record.method == "oauth.v2.access":
            return await self._faulty(record, lambda: self.install.access(record.args, authorization))
        if record.method == "apps.connections.open":
            return await self._faulty(record, lambda: self._open_connection(token_text))
        if record.method not in METHODS:
            raise Refused("unknown_method")
        if not token_text:
            raise Refused("not_authed")
        token = self.world.tokens.get(token_text)
        if token is None or token.trouble:
            raise Refused(token.trouble if token else "invalid_auth")
        record.team_id = token.team.id
        if wait := self.limits.wait(token.team.id, record.method, str(record.args.get("channel", ""))):
            record.error = "ratelimited"
            return _json({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})
        asked = Asked(self, record.args, token)
        response = await self._faulty(record, lambda: METHODS[record.method](asked))
        if response is not None:
            response.headers["X-OAuth-Scopes"] = ",".join(sorted(token.scopes))
        return response

    async def _faulty(self, record: Request, call: Any) -> web.Response | None:
        """The response of a call, or what a fault makes of it; None for one that is lost."""
        fault = self.faults.take(record.method)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.is_lost:
            return None
        if fault.error:
            raise Refused(fault.error)
        if fault.status:
            record.error = {500: "internal_error", 429: "ratelimited"}.get(fault.status, "service_unavailable")
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
            return _json({"ok": False, "error": record.error}, fault.status, headers)
        answered = call()
        return None if fault.is_lost_after else _json(answered)

    def _open_connection(self, token: str) -> Json:
        if not token:
            raise Refused("not_authed")
        if token != self.app_token:
            raise Refused("not_allowed_token_type" if token in self.world.tokens else "invalid_auth")
        return {"ok": True, "url": self.hub.ticket()}

    async def _response(self, request: web.Request) -> web.StreamResponse:
        """What is posted to a `response_url`; it needs no token and no right in the channel."""
        record = Request(RESPONSE_URL, {}, time.monotonic(), request.match_info["team"])
        self.requests.append(record)
        try:
            record.args = json.loads(await request.read())
            answer = self.answer_of(request.match_info["key"])
            response = await self._faulty(record, lambda: take_response(self.world, answer, record.args))
        except ValueError:
            record.error, response = "invalid_payload", _json({"ok": False, "error": "invalid_payload"}, 400)
        except Refused as error:
            record.error = error.code
            response = _json(error.to_json(), 404 if error.code.endswith("_url") else 400)
        except Exception as error:
            self.crashes.append(error)
            raise
        return _sent(request, record, response)


def _ids(these: Iterable[Team], without: Iterable[Team]) -> list[str]:
    known = {team.id for team in without}
    return [team.id for team in these if team.id not in known]


async def _read(request: web.Request) -> tuple[Json, str, str]:
    """The arguments, the token and what is wrong with the body."""
    args: Json = dict(request.query)
    authorization = request.headers.get("Authorization", "")
    token = authorization.removeprefix("Bearer ") if authorization.startswith("Bearer ") else ""
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            return args, token, "invalid_json"
        if not isinstance(body, dict):
            return args, token, "json_not_object"
        args |= body
    else:
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        token = token or str(args.get("token", ""))
    args.pop("token", None)
    return args, token, ""


def _sent(request: web.Request, record: Request, response: web.Response | None) -> web.StreamResponse:
    if response is None:
        if request.transport is not None:
            request.transport.close()
        return web.Response()
    record.status = response.status
    return response


def _json(value: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(value, status=status, headers=headers)
