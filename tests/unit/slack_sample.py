"""A small app, and blocks for it, with which the loopback Slack is tried."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.loopback_slack import FakeSlack, Team

Json = dict[str, Any]


def client_of(fake: FakeSlack, team: Team, **parts: Any) -> AsyncWebClient:
    return AsyncWebClient(token=team.token, base_url=fake.api, **parts)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str, **parts: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **parts}


def button(action_id: str, label: str = "More", **parts: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label), **parts}


def buttons(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


def form(*blocks: Json, **parts: Any) -> Json:
    return {"type": "modal", "title": plain("Topic"), "submit": plain("Save"), "blocks": list(blocks), **parts}


def typed(name: str, **parts: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "text", **parts}
    return {"type": "input", "block_id": name, "label": plain(name.title()), "element": element}


async def code_of(call: Any) -> str:
    """The error code of a call; empty when it works."""
    try:
        await call
    except SlackApiError as error:
        return str(error.response["error"])
    return ""


def app_of(fake: FakeSlack, team: Team) -> SampleApp:
    """An app with one of each thing that people can do."""
    app = SampleApp(client=client_of(fake, team), signing_secret=fake.signing_secret)
    _take_commands(app)
    _take_choices(app)
    _take_forms(app)
    _take_events(app)
    return app


class SampleApp(AsyncApp):
    """An app that remembers some of what it heard."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.heard: list[Json] = []


def _take_commands(app: SampleApp) -> None:
    @app.command("/brief")
    async def brief(ack: Any, respond: Any, command: Json, client: Any) -> None:
        if command["text"] == "form":
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=form(typed("name"), callback_id="topic"))
        elif command["text"] == "silent":
            await asyncio.sleep(0.5)
        else:
            await ack()
            await respond(text="Latest", blocks=[section("Latest"), buttons(button("more", value="2"))])

    @app.shortcut("save")
    async def save(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Saved")


def _take_choices(app: SampleApp) -> None:
    @app.action("more")
    async def more(ack: Any, respond: Any, body: Json) -> None:
        await ack()
        app.heard.append(body)
        await respond(text="Page 2", blocks=[section("Page 2")], replace_original=True)

    @app.action("pick")
    async def pick(ack: Any, respond: Any, action: Json) -> None:
        await ack()
        await respond(text=f"picked {action['selected_option']['value']}")

    @app.options("pick")
    async def pick_options(ack: Any, payload: Json) -> None:
        await ack(options=[{"text": plain(payload["value"]), "value": "b1"}])


def _take_forms(app: SampleApp) -> None:
    @app.view("topic")
    async def topic(ack: Any, view: Json, body: Json, client: Any) -> None:
        if view["state"]["values"]["name"]["text"]["value"] == "bad":
            await ack(response_action="errors", errors={"name": "There is one already"})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="Saved")

    @app.view("shapes")
    async def shapes(ack: Any) -> None:
        await ack()


def _take_events(app: SampleApp) -> None:
    @app.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Home")]})

    @app.event("app_mention")
    async def mention(event: Json, say: Any) -> None:
        await say(f"You wrote {event['text']}")

    @app.event("app_uninstalled")
    async def gone(event: Json) -> None:
        app.heard.append(event)


@contextlib.asynccontextmanager
async def serving(fake: FakeSlack, app: AsyncApp) -> AsyncIterator[None]:
    """The app at an address of its own."""
    runner = web.AppRunner(app.server(path="/slack/events").web_app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.signed.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def connecting(fake: FakeSlack, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app over Socket Mode."""
    handler = AsyncSocketModeHandler(app, fake.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await fake.hub.connected()
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
