"""Workspaces that come and go, through the whole bot over HTTP: installing, tokens, removal, organizations."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from adapters.slack.incoming import channel_ref, workspace_of
from bot.config import Settings
from bot.models import WorkspaceId
from bot.ports import Gone, Outgoing, Payload, Retry, Sent
from bot.store import Store
from tests.fakes import FakeClock
from tests.loopback_slack import Channel, FakeSlack, Person, Team
from tests.loopback_slack.payloads import event
from tests.waiting import until
from tests.wharf import KEY, Wharf, settings_for, wharf

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
PUBLIC = "https://briefbot.example.org"
NEW_KEY = "another key for tests that is long enough"


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
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def team(fake: FakeSlack) -> Team:
    """A workspace that has not installed the app."""
    return fake.add_team("Lighthouse", installed=False)


@pytest.fixture
def settings(fake: FakeSlack) -> Settings:
    return settings_for(fake, None, mode="http", public_url=PUBLIC)


@pytest.fixture
async def site(
    fake: FakeSlack, sqlite_store: Store, clock: FakeClock, settings: Settings, team: Team
) -> AsyncIterator[Wharf]:
    async with wharf(fake, sqlite_store, clock, mode="http", settings=settings, team=team) as made:
        yield made


@pytest.fixture
def manager(fake: FakeSlack, team: Team) -> Person:
    return fake.manager(team)


class Browser:
    """An installer's browser; the cookie is secure, and we speak no TLS here, so it is carried by hand."""

    def __init__(self, origin: str) -> None:
        self.origin, self.cookie = origin, ""

    async def get(self, path: str) -> tuple[int, str, str]:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            url = path if path.startswith("http://") else f"{self.origin}{path}"
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if state := response.cookies.get("slack-app-oauth-state"):
                    self.cookie = f"slack-app-oauth-state={state.value}" if state.value else self.cookie
                return response.status, await response.text(), response.headers.get("Location", "")

    async def begin(self) -> str:
        """Over Slack's page back to the path that ends the installation."""
        _, _, slack = await self.get("/slack/install")
        _, _, back = await self.get(slack)
        return back.removeprefix(PUBLIC)


async def install(site: Wharf, person: Person) -> None:
    site.fake.install.person = person
    browser = Browser(site.server.address)
    status, page, _ = await browser.get(await browser.begin())
    assert status == 200, page


async def here(site: Wharf) -> set[WorkspaceId]:
    return set(await site.store.workspaces.here("slack"))


def outgoing(site: Wharf, channel: Channel, key: str = "bb-1") -> Outgoing:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "News"}}]
    payload = Payload(body={"text": "News", "blocks": blocks}, caveat="")
    ref = channel_ref(channel.team.id, channel.id)
    return Outgoing(channel=ref, payload=payload, key=key, since=site.clock.now())


async def test_installing_asking_removing_and_installing_again(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    assert await here(site) == set()
    await install(site, manager)
    assert await here(site) == {site.workspace}
    answer = await fake.slash(manager, site.channel, "/brief-admin", "settings zone:Europe/Berlin")
    assert answer.error == ""
    assert (await site.store.workspaces.get(site.workspace)).zone == "Europe/Berlin"
    await fake.uninstall(team)
    await until(lambda: _is_gone(site))
    assert await site.store.installations.get(site.workspace) is None
    asked = await fake.slash(manager, site.channel, "/brief", "latest", effects=0)
    assert "Berlin" not in str(asked.ack)
    assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Gone)
    await install(site, manager)
    assert await here(site) == {site.workspace}
    # What was set up before is still there.
    assert (await site.store.workspaces.get(site.workspace)).zone == "Europe/Berlin"
    assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)


async def _is_gone(site: Wharf) -> bool:
    return site.workspace not in await here(site)


async def test_state_works_once_and_only_in_the_browser_that_began(
    site: Wharf, fake: FakeSlack, manager: Person
) -> None:
    fake.install.person = manager
    browser = Browser(site.server.address)
    back = await browser.begin()
    assert (await Browser(site.server.address).get(back))[0] == 400
    cookie = browser.cookie
    assert (await browser.get(back))[0] == 200
    browser.cookie = cookie
    status, page, _ = await browser.get(back)
    assert (status, "opened twice" in page) == (401, True)
    assert len(fake.calls("oauth.v2.access")) == 1


async def test_state_ends_after_ten_minutes(site: Wharf, fake: FakeSlack, clock: FakeClock, manager: Person) -> None:
    fake.install.person = manager
    browser = Browser(site.server.address)
    back = await browser.begin()
    clock.advance(601)
    assert (await browser.get(back))[0] == 401
    assert await here(site) == set()


async def test_tokens_are_sealed_and_no_log_holds_one(
    site: Wharf, fake: FakeSlack, manager: Person, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await install(site, manager)
    await site.adapter.send(outgoing(site, site.channel))
    async with site.store.database.reading() as connection:
        rows = str((await connection.execute(text("SELECT * FROM installations"))).all())
    logged = "".join(capsys.readouterr()) + caplog.text
    for secret in (*fake.world.tokens, KEY, fake.install.client_secret, fake.signing_secret):
        assert secret not in rows
        assert secret not in logged


async def test_key_is_replaced_without_a_new_installation(
    fake: FakeSlack, sqlite_store: Store, clock: FakeClock, settings: Settings, team: Team, manager: Person
) -> None:
    async with wharf(fake, sqlite_store, clock, mode="http", settings=settings, team=team) as first:
        await install(first, manager)
    for keys in (f"{NEW_KEY},{KEY}", NEW_KEY):
        changed = settings.model_copy(update={"secret_key": SecretStr(keys)})
        async with wharf(fake, sqlite_store, clock, mode="http", settings=changed, team=team) as site:
            assert await here(site) == {site.workspace}
            assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)


async def test_token_is_renewed_while_posting(
    site: Wharf, fake: FakeSlack, clock: FakeClock, team: Team, manager: Person
) -> None:
    await install(site, manager)
    first = team.token
    clock.advance(11 * 3600)
    assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)
    assert team.token != first
    assert len(fake.calls("oauth.v2.access")) == 2


async def test_renewal_under_way_is_finished_when_the_bot_stops(
    site: Wharf, fake: FakeSlack, clock: FakeClock, team: Team, manager: Person
) -> None:
    await install(site, manager)
    first = team.token
    clock.advance(11 * 3600)
    fake.faults.slow(1.2, "oauth.v2.access")
    assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)
    assert team.token == first
    clients, serving = site.adapter._clients, site.serving
    assert clients is not None
    assert serving is not None
    site.stop.set()
    # Before it is closed, for which there is little time.
    await serving
    assert team.token != first
    kept = await clients.of(team.id)
    assert kept is not None
    assert kept.token == team.token


async def test_revoked_token_ends_the_workspace(site: Wharf, fake: FakeSlack, team: Team, manager: Person) -> None:
    await install(site, manager)
    await fake.revoke(team)
    await until(lambda: _is_gone(site))
    assert await site.store.installations.get(site.workspace) is None
    # That a person's token was revoked, of which we have none, changes nothing.
    await install(site, manager)
    await fake.event(team, {"type": "tokens_revoked", "tokens": {"oauth": [manager.id], "bot": []}})
    await asyncio.sleep(0.1)
    assert await here(site) == {site.workspace}


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
@pytest.mark.parametrize("is_reachable", [True, False])
async def test_late_word_of_a_removal_leaves_the_new_tokens(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person, kind: str, is_reachable: bool
) -> None:
    await install(site, manager)
    inner: dict[str, Any] = {"type": kind, "tokens": {"oauth": [], "bot": [team.bot_user_id]}}
    late = event(team, inner) | {"event_time": int(datetime.now(UTC).timestamp()) - 60}
    fake.spoil(team, "account_inactive")
    await install(site, manager)
    if not is_reachable:
        fake.faults.lose_before("auth.test")
    calls = len(fake.calls("auth.test"))
    assert (await fake.tell(late)).error == ""
    await until(lambda: len(fake.calls("auth.test")) > calls)
    await asyncio.sleep(0.1)
    assert await here(site) == {site.workspace}
    assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)


async def test_refusal_of_an_old_token_leaves_the_new_one(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    await install(site, manager)
    fake.faults.slow(0.3)
    fake.faults.error("token_revoked")
    posting = asyncio.create_task(site.adapter.send(outgoing(site, site.channel)))
    await until(lambda: len(fake.calls("chat.postMessage")) == 1)
    fake.spoil(team, "account_inactive")
    await install(site, manager)
    await posting
    stale = await site.adapter._removed(site.workspace, "xoxb-of-before")
    assert not stale
    fake.faults.ordered.clear()
    assert isinstance(await site.adapter.send(outgoing(site, site.channel, "bb-2")), Sent)


async def test_post_with_a_token_that_was_replaced_meanwhile_is_tried_again(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    await install(site, manager)
    posts, web = site.adapter._posts, await site.adapter._clients.of(team.id)  # type: ignore[union-attr]
    fake.spoil(team, "token_revoked")
    await install(site, manager)

    async def old(team_id: str) -> Any:
        return web

    assert posts is not None
    current, posts._client_of = posts._client_of, old
    result = await posts.send(outgoing(site, site.channel))
    assert isinstance(result, Retry)
    assert not result.is_unknown
    posts._client_of = current
    assert isinstance(await posts.send(outgoing(site, site.channel)), Sent)
    assert await here(site) == {site.workspace}


# ── what Slack signs ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_wrong_late_and_replayed_requests_are_refused(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    await install(site, manager)
    said = fake.world.store(site.channel, {"text": "help"}, manager)
    body = event(team, {"type": "app_mention", "user": manager.id, "text": "help", "channel": site.channel.id})
    body["event"] |= {"ts": said["ts"]}
    forged = await fake.signed.send("events_api", body, secret="of somebody else")
    late = await fake.signed.send("events_api", body, age_s=301)
    assert (forged.status, late.status) == (401, 401)
    assert site.channel.messages == [said]
    assert (await fake.signed.send("events_api", body, age_s=290)).status == 200
    await until(lambda: len(site.channel.messages) == 2)
    assert (await fake.signed.replay()).status == 400
    # Slack sends it once more when our answer got lost, with a signature of its own.
    assert (await fake.signed.send("events_api", body, attempt=1)).status == 200
    await asyncio.sleep(0.2)
    assert len(site.channel.messages) == 2


async def test_forged_removal_removes_nothing(site: Wharf, fake: FakeSlack, team: Team, manager: Person) -> None:
    await install(site, manager)
    fake.spoil(team)
    assert (await fake.signed.send("events_api", event(team, {"type": "app_uninstalled"}), secret="x")).status == 401
    await asyncio.sleep(0.1)
    assert await here(site) == {site.workspace}


# ── organizations ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_organization_installs_for_its_workspaces_and_removes(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    second, third = (fake.add_team(name, installed=False) for name in ("Second", "Third"))
    reader, news = fake.person(second), fake.add_channel(second)
    org = fake.add_org(team, second)
    third.org, fake.install.org = org, org
    await install(site, manager)
    assert await here(site) == {site.workspace, workspace_of(second.id)}
    assert (await site.store.workspaces.get(workspace_of(second.id))).name == "Second"
    assert isinstance(await site.adapter.send(outgoing(site, news)), Sent)
    answer = await fake.slash(reader, news, "/brief", "latest", effects=0)
    assert "not installed" not in json.dumps(answer.ack)
    assert answer.ack["blocks"]
    assert (await fake.open_home(reader)).error == ""
    assert reader.id in second.homes
    await fake.regroup(org, second, third)
    await until(lambda: _is_gone(site))
    assert await here(site) == {workspace_of(second.id), workspace_of(third.id)}
    await fake.uninstall_org(org)
    await until(lambda: _are_gone(site))
    assert isinstance(await site.adapter.send(outgoing(site, news, "bb-2")), Gone)
    assert await site.store.installations.list("slack") == []
    # The settings stay, and are found again.
    await install(site, manager)
    assert workspace_of(second.id) in await here(site)


async def _are_gone(site: Wharf) -> bool:
    return await here(site) == set()


async def test_workspace_with_its_own_installation_outlives_its_organizations(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    await install(site, manager)
    second = fake.add_team("Second", installed=False)
    fake.install.org = org = fake.add_org(team, second)
    await install(site, fake.manager(second))
    assert await here(site) == {site.workspace, workspace_of(second.id)}
    await fake.uninstall_org(org)
    await until(lambda: _is_only(site))
    org.given.clear()
    assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)


async def _is_only(site: Wharf) -> bool:
    return await here(site) == {site.workspace}


async def test_organization_is_known_after_a_restart_and_without_slacks_list(
    fake: FakeSlack, sqlite_store: Store, clock: FakeClock, settings: Settings, team: Team, manager: Person
) -> None:
    fake.install.org = fake.add_org(team)
    async with wharf(fake, sqlite_store, clock, mode="http", settings=settings, team=team) as first:
        await install(first, manager)
    fake.faults.status(500, "auth.teams.list", times=9)
    async with wharf(fake, sqlite_store, clock, mode="http", settings=settings, team=team) as site:
        assert await here(site) == {site.workspace}
        clock.advance(11 * 3600)
        assert isinstance(await site.adapter.send(outgoing(site, site.channel)), Sent)
        clock.advance(11 * 3600)
        assert isinstance(await site.adapter.send(outgoing(site, site.channel, "bb-2")), Sent)


async def test_workspace_of_an_organization_is_learnt_from_what_it_asks(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    fake.install.org = org = fake.add_org(team)
    second = fake.add_team("Second", installed=False)
    second.org = org
    await install(site, manager)
    # The event that tells of it got lost.
    org.given.append(second)
    reader, news = fake.person(second), fake.add_channel(second)
    answer = await fake.slash(reader, news, "/brief", "latest", effects=0)
    assert "blocks" in answer.ack
    assert workspace_of(second.id) in await here(site)
