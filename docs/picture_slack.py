"""`python -m docs.picture_slack`: draws what Slack is sent, with Chromium, for docs/slack.md and the README."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from adapters.slack import forms
from adapters.slack.actions import Press, Verb, pressed
from adapters.slack.forms import Origin
from adapters.slack.home import home
from adapters.slack.render import render
from bot.app import App
from bot.commands.catalogue import BY_NAME
from bot.commands.context import Invocation, Person
from bot.documents.nodes import Document
from bot.models import ChannelRef, WorkspaceId
from docs import slack_page
from docs.picture_discord import draw
from docs.sample import sample

TEAM = WorkspaceId("slack:T0BRIEFBOT")
HERE = Invocation(
    workspace_id=TEAM, person=Person(id="U1", name="Ola", is_manager=True), channel=ChannelRef(f"{TEAM}.C0NEWS")
)


async def main() -> None:
    """Draws each picture anew."""
    async with sample(TEAM) as app:
        workspace = await app.store.workspaces.get(TEAM)
        today = await app.dispatcher.today(workspace, None)
        [found, *_] = await app.store.search.find("Helia batteries", workspace=None, limit=1)
        brief = await _asked(app, f"/brief read {found.brief.ref}")
        await _asked(app, '/brief-admin topic add "Energy" words:"battery, grid"')
        added = await _asked(app, f"/brief-admin digest add Morning at:08:00 zone:Asia/Seoul channel:{HERE.channel}")
        tab = await home(app.commands, HERE, is_manager=True)
    known = {"name": "Morning", "channel": str(HERE.channel), "at": "08:00", "zone": "Asia/Seoul", "days": "weekdays"}
    edited = forms.form(BY_NAME["brief-admin digest add"], known, {}, Origin(words="brief-admin digest add"))
    _draw("slack-home", [slack_page.home(tab["blocks"])])
    _draw("slack-form", [slack_page.form(edited)])
    _draw("slack-digest", [_first(replace(today, title="Morning", ping=""))])
    _draw("slack-brief", [_first(brief, shares=f"brief read {found.brief.ref}")])
    _draw("slack-admin", [_first(added, is_private=True)])


async def _asked(app: App, line: str) -> Document:
    return (await app.commands.run(line, HERE)).document


def _first(document: Document, *, is_private: bool = False, shares: str = "") -> str:
    blocks = list(render(document)[0].body["blocks"])
    if shares:
        button = pressed(Press(Verb.SHARE, shares), "Share in this channel")
        blocks.append({"type": "actions", "elements": [button]})
    return slack_page.message(blocks, is_private=is_private or bool(shares))


def _draw(name: str, parts: list[str]) -> None:
    draw(name, slack_page.page(parts))


if __name__ == "__main__":
    asyncio.run(main())
