"""Installation by many workspaces: the unmodified slack_bolt over our store, against the loopback Slack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text

from adapters.slack.installing import InstallationStore, oauth_flow, oauth_settings
from adapters.slack.scopes import BOT_SCOPES
from adapters.slack.tokens import Tokens, workspace_of
from bot import config
from bot.config import Settings
from bot.models import WorkspaceId
from bot.store import Store
from tests.loopback_slack import FakeSlack, Team
from tests.waiting import until

# slack_sdk gives aiohttp what aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
PUBLIC = "https://briefbot.example.org"
HALF_A_DAY_S = 43_200.0


class LateClock:
    """The machine's clock, set forward: tokens end as they do, and waiting takes as long as it does."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Site:
    """Our side: an address at which the app listens, and a browser that goes there."""

    origin: str
    browser: aiohttp.ClientSession
    installed: dict[WorkspaceId, str]
    cookie: str = ""

    async def get(self, path: str) -> tuple[int, str, str]:
        """Status, text and where it leads; the cookie is secure, and we speak no TLS here, so it is carried by hand."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with self.browser.get(f"{self.origin}{path}", headers=headers, allow_redirects=False) as response:
            if state := response.cookies.get("slack-app-oauth-state"):
                assert state["secure"]
                assert state["httponly"]
                self.cookie = f"slack-app-oauth-state={state.value}"
            return response.status, await response.text(), response.headers.get("Location", "")

    async def begin(self) -> str:
        """From the install page over Slack's; the path to which Slack sends the installer back."""
        status, _, slack = await self.get("/slack/install")
        assert status == 302
        async with self.browser.get(slack, allow_redirects=False) as response:
            back = response.headers["Location"]
        assert back.startswith(f"{PUBLIC}/slack/oauth_redirect?")
        return back.removeprefix(PUBLIC)


@pytest.fixture(autouse=True)
def quiet_libraries() -> None:
    for name in ("slack_bolt", "slack_sdk", "adapters.slack.installing.flow"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as made:
        made.patience_s = 1.0
        made.install.is_rotating = True
        yield made


@pytest.fixture
def settings(fake: FakeSlack) -> Settings:
    return config.load(
        env_file=None,
        slack_signing_secret=fake.signing_secret,
        slack_client_id=fake.install.client_id,
        slack_client_secret=fake.install.client_secret,
        secret_key="a passphrase for tests",
        public_url=PUBLIC,
    )


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
def client(fake: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(base_url=fake.api, retry_handlers=[])


@pytest.fixture
def tokens(settings: Settings, sqlite_store: Store, client: AsyncWebClient, clock: LateClock) -> Tokens:
    return Tokens(settings, sqlite_store.installations, client, clock)


@pytest.fixture
async def site(
    fake: FakeSlack, settings: Settings, sqlite_store: Store, tokens: Tokens, client: AsyncWebClient
) -> AsyncIterator[Site]:
    installed: dict[WorkspaceId, str] = {}

    async def note(workspace: WorkspaceId, name: str) -> None:
        installed[workspace] = name

    oauth = oauth_settings(settings, tokens, sqlite_store.installations, authorization_url=fake.authorize_url)
    app = AsyncApp(
        signing_secret=fake.signing_secret, client=client, oauth_flow=oauth_flow(oauth, client, installed=note)
    )

    @app.command("/brief")
    async def brief(ack: Any, client: AsyncWebClient, command: dict[str, Any]) -> None:
        await ack()
        await client.chat_postMessage(channel=command["channel_id"], text="Latest")

    runner = web.AppRunner(app.server(path="/slack/events").web_app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    fake.signed.url = f"{origin}/slack/events"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        yield Site(origin, browser, installed)
    await runner.cleanup()


@pytest.fixture
def team(fake: FakeSlack) -> Team:
    """A workspace that has not installed the app; its admin is about to."""
    team = fake.add_team("Lighthouse & <Co>", installed=False)
    fake.install.person = fake.manager(team)
    return team


def at(team: Team) -> WorkspaceId:
    return WorkspaceId(f"slack:{team.id}")


async def install(site: Site) -> str:
    status, page, _ = await site.get(await site.begin())
    assert status == 200, page
    return page


async def test_workspace_installs_and_asks(fake: FakeSlack, site: Site, team: Team, tokens: Tokens) -> None:
    page = await install(site)
    assert "Briefbot is installed" in page
    assert "Lighthouse &amp; &lt;Co&gt;" in page
    assert site.installed == {at(team): "Lighthouse & <Co>"} == await tokens.workspaces()
    assert set(fake.world.tokens[team.token].scopes) == set(BOT_SCOPES)
    channel = fake.add_channel(team)
    before = len(fake.calls("auth.test"))
    assert fake.install.person is not None
    answer = await fake.slash(fake.install.person, channel, "/brief", "latest", effects=0)
    assert answer.error == ""
    await until(lambda: bool(channel.messages))
    # The token comes from the store, so no command waits for a second question to Slack.
    assert len(fake.calls("auth.test")) == before


async def test_nothing_of_a_token_is_readable_in_the_database(site: Site, team: Team, sqlite_store: Store) -> None:
    await install(site)
    async with sqlite_store.database.reading() as connection:
        rows = (await connection.execute(text("SELECT * FROM installations"))).all()
    assert len(rows) == 1
    assert "xox" not in str(rows)
    assert team.name not in str(rows)


async def test_wrong_ways_back_are_explained(fake: FakeSlack, site: Site, team: Team, tokens: Tokens) -> None:
    back = await site.begin()
    code = parse_qs(urlsplit(back).query)["code"][0]
    mine, site.cookie = site.cookie, ""
    status, page, _ = await site.get(back)
    assert (status, "another browser" in page) == (400, True)
    site.cookie = mine
    forged = "/slack/oauth_redirect?state=forged&code=x"
    assert (await site.get(forged))[0] == 400
    site.cookie = "slack-app-oauth-state=forged"
    status, page, _ = await site.get(forged)
    assert (status, "ten minutes" in page) == (401, True)
    status, page, _ = await site.get("/slack/oauth_redirect?error=%3Cscript%3E")
    assert (status, "<script" in page, "does not know" in page) == (200, False, True)
    site.cookie = mine
    fake.faults.error("invalid_code", "oauth.v2.access")
    status, page, _ = await site.get(back)
    assert (status, "did not confirm" in page) == (401, True)
    assert code not in page
    assert await tokens.workspaces() == {}
    # The state was used by that; a second try begins anew.
    site.cookie = mine
    assert (await site.get(back))[0] == 401


async def test_slack_that_cannot_be_reached_gives_a_page(fake: FakeSlack, site: Site, team: Team) -> None:
    back = await site.begin()
    fake.faults.lose_before("oauth.v2.access")
    status, page, _ = await site.get(back)
    assert (status, "could not reach Slack" in page, "Traceback" in page) == (503, True, False)


async def test_database_that_is_gone_gives_a_page(site: Site, team: Team, sqlite_store: Store) -> None:
    back = await site.begin()
    async with sqlite_store.database.writing() as connection:
        await connection.execute(text("DROP TABLE installations"))
    status, page, _ = await site.get(back)
    assert (status, "could not store it" in page) == (500, True)
    async with sqlite_store.database.writing() as connection:
        await connection.execute(text("DROP TABLE oauth_states"))
    status, page, _ = await site.get("/slack/install")
    assert (status, "could not store it" in page, "oauth_states" in page) == (503, True, False)


async def test_code_of_a_failed_installation_is_not_logged(
    fake: FakeSlack, site: Site, team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("adapters.slack.installing.flow").setLevel(logging.WARNING)
    back = await site.begin()
    fake.faults.error("internal_error", "oauth.v2.access")
    await site.get(back)
    assert "internal_error" in caplog.text
    assert parse_qs(urlsplit(back).query)["code"][0] not in caplog.text


async def test_token_is_renewed_before_it_ends(site: Site, team: Team, tokens: Tokens, clock: LateClock) -> None:
    await install(site)
    first = await tokens.current(at(team))
    clock.by = timedelta(seconds=HALF_A_DAY_S - 7000)
    second = await tokens.current(at(team))
    assert first is not None
    assert second is not None
    assert first.bot_token != second.bot_token == team.token
    assert second.installed_at == first.installed_at
    third = await tokens.current(at(team))
    assert third is not None
    assert third.bot_token == second.bot_token


async def test_nobody_waits_for_a_renewal_while_the_old_token_is_good(
    fake: FakeSlack, site: Site, team: Team, tokens: Tokens, clock: LateClock
) -> None:
    await install(site)
    first = team.token
    clock.by = timedelta(seconds=HALF_A_DAY_S - 3600)
    fake.faults.slow(2.0, "oauth.v2.access")
    asked = len(fake.calls("oauth.v2.access"))
    found = await asyncio.gather(*(tokens.current(at(team)) for _ in range(5)))
    assert {one.bot_token for one in found if one} == {first}
    await until(lambda: team.token != first)
    await tokens.close()
    renewed = await tokens.current(at(team))
    assert renewed is not None
    assert renewed.bot_token == team.token
    assert len(fake.calls("oauth.v2.access")) == asked + 1


@pytest.mark.parametrize("late_s", [HALF_A_DAY_S - 60, HALF_A_DAY_S + 60])
async def test_two_processes_that_renew_at_once_share_one_token(
    fake: FakeSlack,
    settings: Settings,
    store_url: str,
    client: AsyncWebClient,
    clock: LateClock,
    team: Team,
    late_s: float,
) -> None:
    stores = [await Store.open(store_url) for _ in range(2)]
    both = [Tokens(settings, store.installations, client, clock) for store in stores]
    made = await granted(fake, client, settings)
    await InstallationStore(both[0]).async_save(made)
    clock.by = timedelta(seconds=late_s)
    fake.faults.slow(0.15, "oauth.v2.access")
    found = await asyncio.gather(*(tokens.current(at(team)) for _ in range(3) for tokens in both))
    used = {one.bot_token for one in found if one is not None}
    assert None not in found
    # Who was refused while the old one was good may have gone on with that.
    assert used <= {team.token, made.bot_token}
    assert late_s < HALF_A_DAY_S or used == {team.token}
    kept = await both[1].current(at(team))
    assert kept is not None
    assert kept.bot_token == team.token
    refused = [call for call in fake.calls("oauth.v2.access") if call.error]
    assert len(refused) == 1
    for store in stores:
        await store.close()


async def test_token_that_cannot_be_renewed_serves_to_its_end(
    fake: FakeSlack, site: Site, team: Team, tokens: Tokens, clock: LateClock
) -> None:
    await install(site)
    first = team.token
    clock.by = timedelta(seconds=HALF_A_DAY_S - 3600)
    fake.faults.lose_before("oauth.v2.access")
    kept = await tokens.current(at(team))
    assert kept is not None
    assert kept.bot_token == first
    # For a minute nobody asks again.
    await tokens.current(at(team))
    assert team.token == first
    clock.by += timedelta(seconds=61)
    renewed = await tokens.current(at(team))
    assert renewed is not None
    assert renewed.bot_token == team.token != first
    clock.by += timedelta(seconds=HALF_A_DAY_S + 1)
    fake.faults.error("invalid_client_id", "oauth.v2.access")
    assert await tokens.current(at(team)) is None
    assert await tokens.current(at(team)) is None


async def test_renewal_never_overwrites_what_came_meanwhile(
    fake: FakeSlack, site: Site, team: Team, tokens: Tokens, clock: LateClock
) -> None:
    await install(site)
    clock.by = timedelta(seconds=HALF_A_DAY_S - 60)
    fake.faults.slow(0.2, "oauth.v2.access")
    renewing = asyncio.create_task(tokens.current(at(team)))
    await until(lambda: len(fake.calls("oauth.v2.access")) == 2)
    await tokens.forget(at(team))
    assert await renewing is None
    assert await tokens.find(at(team)) is None


async def test_renewal_goes_on_when_the_key_is_replaced_meanwhile(
    fake: FakeSlack,
    site: Site,
    team: Team,
    settings: Settings,
    sqlite_store: Store,
    client: AsyncWebClient,
    clock: LateClock,
) -> None:
    await install(site)
    keys = f"the new passphrase,{settings.secret_key.get_secret_value()}"
    both = Tokens(
        settings.model_copy(update={"secret_key": SecretStr(keys)}), sqlite_store.installations, client, clock
    )
    clock.by = timedelta(seconds=HALF_A_DAY_S - 60)
    fake.faults.slow(0.2, "oauth.v2.access")
    renewing = asyncio.create_task(both.current(at(team)))
    await until(lambda: len(fake.calls("oauth.v2.access")) == 2)
    await both.start()
    renewed, kept = await renewing, await both.find(at(team))
    assert renewed is not None
    assert kept is not None
    assert renewed.bot_token == team.token == kept.bot_token


async def test_store_tells_workspaces_and_organizations_apart(tokens: Tokens) -> None:
    kept = InstallationStore(tokens)
    bot = {"bot_token": "xoxb-1", "bot_id": "B1", "bot_user_id": "U9", "user_id": "U1"}
    await kept.async_save(Installation(team_id="T1", enterprise_id="E1", **bot))  # type: ignore[arg-type]
    await kept.async_save(Installation(enterprise_id="E1", is_enterprise_install=True, **bot))  # type: ignore[arg-type]
    assert (set(await tokens.workspaces()), await tokens.organizations()) == ({"slack:T1"}, ["slack:E1"])
    await tokens.forget(WorkspaceId("slack:T1"))
    assert (await tokens.workspaces(), await tokens.organizations()) == ({}, ["slack:E1"])
    await tokens.forget(WorkspaceId("slack:E1"))
    assert await tokens.organizations() == []
    assert workspace_of(None, None) is None
    with pytest.raises(BoltError):
        await kept.async_save(Installation(team_id="T1", user_id="U1"))


async def granted(fake: FakeSlack, client: AsyncWebClient, settings: Settings) -> Installation:
    """What Slack gives to an installer, without our pages."""
    async with aiohttp.ClientSession() as browser:
        query = {"client_id": fake.install.client_id, "scope": "chat:write", "redirect_uri": PUBLIC}
        async with browser.get(fake.authorize_url, params=query, allow_redirects=False) as response:
            code = parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
    given = await client.oauth_v2_access(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        code=code,
        redirect_uri=PUBLIC,
    )
    return Installation(
        app_id=given["app_id"],
        team_id=given["team"]["id"],
        team_name=given["team"]["name"],
        bot_token=given["access_token"],
        bot_id="B1",
        bot_user_id=given["bot_user_id"],
        bot_scopes=given["scope"],
        bot_refresh_token=given["refresh_token"],
        bot_token_expires_in=given["expires_in"],
        user_id=given["authed_user"]["id"],
    )
