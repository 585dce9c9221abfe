"""The loopback Slack against the unmodified slack_bolt, over Socket Mode, over HTTP, and while it is installed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.oauth.installation_store.file import FileInstallationStore
from slack_sdk.oauth.state_store.file import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.loopback_slack import Channel, FakeSlack, Person, Team
from tests.unit.slack_sample import (
    SampleApp,
    app_of,
    client_of,
    code_of,
    connecting,
    form,
    plain,
    section,
    serving,
)

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def quiet_libraries() -> None:
    for name in ("slack_bolt", "slack_sdk"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as made:
        made.patience_s = 1.0
        yield made


@pytest.fixture
def team(fake: FakeSlack) -> Team:
    return fake.add_team()


@pytest.fixture
def news(fake: FakeSlack, team: Team) -> Channel:
    return fake.add_channel(team)


@pytest.fixture
def mina(fake: FakeSlack, team: Team) -> Person:
    return fake.person(team)


@pytest.fixture(params=["socket", "http"])
async def app(request: pytest.FixtureRequest, fake: FakeSlack, team: Team) -> AsyncIterator[SampleApp]:
    made = app_of(fake, team)
    way = connecting if request.param == "socket" else serving
    async with way(fake, made):
        yield made


async def test_command_and_button_and_choice(app: SampleApp, fake: FakeSlack, mina: Person, news: Channel) -> None:
    shown = await fake.slash(mina, news, "/brief", "latest")
    assert (shown.error, shown.is_ephemeral, shown.texts, len(shown.posts)) == ("", True, "Latest\nMore", 1)
    assert 0 < shown.first_s <= shown.whole_s < 1
    assert shown.labels == {"More": "more"}
    turned = await fake.press(mina, shown.messages[0], "More")
    assert turned.messages[0] is shown.messages[0]
    assert turned.texts == "Page 2"
    [body] = app.heard
    assert (body["actions"][0]["value"], body["container"]["is_ephemeral"], "message" in body) == ("2", True, False)
    external = {"type": "external_select", "action_id": "pick", "min_query_length": 1}
    posted = fake.world.store(news, {"blocks": [section("x", block_id="s", accessory=external)]})
    assert (await fake.suggest(mina, posted, "pick", "")).error == "too short to be asked"
    assert [o["value"] for o in (await fake.suggest(mina, posted, "pick", "fer")).options] == ["b1"]
    assert (await fake.choose(mina, posted, "pick", "b1")).texts == "picked b1"


async def test_form_and_home_and_events(app: SampleApp, fake: FakeSlack, mina: Person, news: Channel) -> None:
    opened = await fake.slash(mina, news, "/brief", "form")
    with pytest.raises(AssertionError, match="the client asks for"):
        await fake.submit(mina, opened.view)
    wrong = await fake.submit(mina, opened.view, {"name": "bad"})
    assert (wrong.action, wrong.errors) == ("errors", {"name": "There is one already"})
    right = await fake.submit(mina, opened.view, {"name/text": "Ports"}, effects=1)
    assert (right.error, right.view, right.texts) == ("", {}, "Saved")
    home = await fake.open_home(mina)
    assert (home.view["type"], home.texts) == ("home", "Home")
    said = await fake.mention(mina, news, "hi & bye")
    assert "hi &amp; bye" in said.texts
    assert (await fake.shortcut(mina, "save", news.messages[-1])).texts == "Saved"
    fake.hub.first_s = 0.3
    await fake.uninstall(mina.team)
    assert [event["type"] for event in app.heard] == ["app_uninstalled"]
    assert await code_of(client_of(fake, mina.team).auth_test()) == "account_inactive"


async def test_signatures_are_checked_and_a_replay_is_not_noticed(fake: FakeSlack, team: Team, news: Channel) -> None:
    async with serving(fake, app_of(fake, team)):
        event = {"type": "event_callback", "event": {"type": "app_uninstalled"}, "team_id": team.id}
        assert (await fake.signed.send("events_api", event)).status == 200
        assert (await fake.signed.replay()).status == 200
        assert (await fake.signed.send("events_api", event, secret="forged")).status == 401
        assert (await fake.signed.send("events_api", event, age_s=400)).status == 401
        assert (await fake.signed.challenge("abc")).text == '{"challenge": "abc"}'


async def test_connections_refresh_drop_and_share(fake: FakeSlack, team: Team, mina: Person, news: Channel) -> None:
    app = app_of(fake, team)
    async with connecting(fake, app):
        await fake.hub.refresh()
        await fake.hub.connected()
        assert (await fake.slash(mina, news, "/brief", "latest")).error == ""
        await fake.hub.drop()
        assert (await fake.slash(mina, news, "/brief", "latest")).error == "dispatch_failed"
        await fake.hub.connected()
        assert fake.hub.opened == 3
        async with connecting(fake, app_of(fake, team)):
            await fake.hub.connected(2)
            for _ in range(2):
                assert (await fake.slash(mina, news, "/brief", "latest")).error == ""
            assert len({envelope["link"] for envelope in fake.hub.envelopes[-2:]}) == 2


async def test_command_without_an_answer_times_out(fake: FakeSlack, team: Team, mina: Person, news: Channel) -> None:
    fake.hub.first_s = 0.2
    async with connecting(fake, app_of(fake, team)):
        answer = await fake.slash(mina, news, "/brief", "silent")
    assert (answer.error, answer.is_acked) == ("operation_timeout", False)


async def test_state_has_the_shape_of_each_element(fake: FakeSlack, team: Team, mina: Person, news: Channel) -> None:
    options = [{"text": plain(name), "value": name} for name in ("a", "b", "c")]
    elements: list[tuple[Json, Any, Any]] = [
        ({"type": "static_select", "options": options}, "b", {"selected_option": options[1]}),
        ({"type": "checkboxes", "options": options}, ["a", "c"], {"selected_options": [options[0], options[2]]}),
        ({"type": "timepicker"}, "08:00", {"selected_time": "08:00"}),
        ({"type": "conversations_select"}, "C1", {"selected_conversation": "C1"}),
        ({"type": "multi_users_select"}, ["U1"], {"selected_users": ["U1"]}),
        ({"type": "number_input", "is_decimal_allowed": False}, "3", {"value": "3"}),
    ]
    blocks = [
        {"type": "input", "block_id": f"b{n}", "label": plain("x"), "element": element | {"action_id": "e"}}
        for n, (element, _, _) in enumerate(elements)
    ]
    async with connecting(fake, app_of(fake, team)):
        _, trigger = fake._begin(mina, news)
        await client_of(fake, team).views_open(trigger_id=trigger, view=form(*blocks, callback_id="shapes"))
        values = {f"b{n}/e": value for n, (_, value, _) in enumerate(elements)}
        await fake.submit(mina, team.stacks[mina.id][0], values)
        sent = fake.hub.envelopes[-1]["payload"]["view"]["state"]["values"]
    for n, (element, _, held) in enumerate(elements):
        assert sent[f"b{n}"]["e"] == {"type": element["type"], **held}


async def test_event_that_was_not_acknowledged_comes_again(fake: FakeSlack, team: Team, mina: Person) -> None:
    app = app_of(fake, team)
    async with connecting(fake, app):
        client = client_of(fake, team)

        async def drop_first(event: Json) -> None:
            if fake.hub.opened == 1:
                await fake.hub.drop()

        app.event("team_rename")(drop_first)
        ack = await fake.event(team, {"type": "team_rename", "name": "Port"})
        sent = [(e["payload"]["event_id"], e["retry_attempt"], e["retry_reason"]) for e in fake.hub.envelopes]
    assert ack.error == ""
    assert [(attempt, reason) for _, attempt, reason in sent] == [(0, ""), (1, "timeout")]
    assert len({event_id for event_id, _, _ in sent}) == 1
    assert (await client.auth_revoke())["revoked"]
    assert await code_of(client.auth_test()) == "token_revoked"


# slack_sdk gives aiohttp what aiohttp has deprecated.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_app_is_installed_by_oauth(fake: FakeSlack, tmp_path: Path) -> None:
    team = fake.add_team("Lighthouse", installed=False)
    fake.install.person, fake.install.is_rotating = fake.manager(team), True
    store = FileInstallationStore(base_dir=str(tmp_path / "installs"), client_id=fake.install.client_id)
    settings = AsyncOAuthSettings(
        client_id=fake.install.client_id,
        client_secret=fake.install.client_secret,
        scopes=["chat:write", "commands"],
        redirect_uri="http://bot.example/slack/oauth_redirect",
        installation_store=store,
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path / "states")),
        authorization_url=fake.authorize_url,
    )
    client = AsyncWebClient(base_url=fake.api)
    flow = AsyncOAuthFlow(client=client, settings=settings)
    asked = AsyncBoltRequest(body="", mode="http")
    url = await flow.build_authorize_url(await flow.issue_new_state(asked), asked)
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as response:
        code = parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
    made = await flow.run_installation(code)
    assert made is not None
    assert (made.team_id, made.bot_token, made.bot_scopes) == (team.id, team.token, ["chat:write", "commands"])
    assert made.bot_refresh_token
    assert await flow.run_installation(code) is None
    again = await client.oauth_v2_access(
        client_id=fake.install.client_id,
        client_secret=fake.install.client_secret,
        grant_type="refresh_token",
        refresh_token=made.bot_refresh_token,
    )
    assert again["access_token"] == team.token != made.bot_token
