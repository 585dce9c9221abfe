"""`python -m docs.picture_discord`: draws what Discord is sent, with Chromium, for docs/discord.md and the README."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from adapters.discord.buttons import Press, Verb
from adapters.discord.forms import form
from adapters.discord.render import BUTTON, GREY, ROW, Component, render
from bot.app import App
from bot.commands.catalogue import BY_NAME
from bot.commands.context import Invocation, Person
from bot.documents.nodes import Document
from bot.models import ChannelRef, WorkspaceId
from docs import discord_page
from docs.sample import sample

OUT = Path(__file__).parent / "images"
GUILD = WorkspaceId("discord:81384788765712384")
HERE = Invocation(
    workspace_id=GUILD, person=Person(id="1", name="Ola", is_manager=True), channel=ChannelRef(f"{GUILD}.42")
)
SHARE: Component = {
    "type": ROW,
    "components": [{"type": BUTTON, "style": GREY, "label": "Share in this channel", "custom_id": "v1:share:"}],
}


async def main() -> None:
    """Draws each picture anew."""
    async with sample(GUILD) as app:
        workspace = await app.store.workspaces.get(GUILD)
        today = await app.dispatcher.today(workspace, None)
        digest = replace(today, title="Morning", ping="")
        [found, *_] = await app.store.search.find("Helia batteries", workspace=None, limit=1)
        brief = await _asked(app, f"/brief read {found.brief.ref}")
        await _asked(app, '/brief-admin topic add "Energy" words:"battery, grid"')
        added = await _asked(app, f"/brief-admin digest add Morning at:08:00 zone:Asia/Seoul channel:{HERE.channel}")
        removed = await app.commands.question(BY_NAME["brief-admin topic remove"], {"topic": "t1"}, HERE)
        filled = await app.commands.filled(BY_NAME["brief-admin digest edit"], {"digest": "d1"}, HERE)
    assert isinstance(filled, dict)
    modal = form(
        BY_NAME["brief-admin digest edit"], filled, {"topics": [("Energy", "t1")]}, Press(Verb.FORM, "brief-admin x")
    )
    draw("discord-digest", discord_page.page([_first(digest)]))
    draw("discord-brief", discord_page.page([_first(brief, is_private=True, shared=True)]))
    admin = [_first(added, is_private=True), _first(removed.document, is_private=True)]
    draw("discord-admin", discord_page.page(admin))
    draw("discord-form", discord_page.page([discord_page.form(modal)]))


async def _asked(app: App, line: str) -> Document:
    return (await app.commands.run(line, HERE)).document


def _first(document: Document, *, is_private: bool = False, shared: bool = False) -> str:
    components = list(render(document)[0].body["components"])
    return discord_page.message([*components, *([SHARE] if shared else [])], is_private=is_private)


def draw(name: str, html: str) -> None:
    """Writes the page as a picture; Chromium is the one thing that this needs from the machine."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("needs chromium")
    with tempfile.TemporaryDirectory() as folder:
        page, raw = Path(folder, "page.html"), Path(folder, "page.png")
        page.write_text(html, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=700,2400", f"--screenshot={raw}"]
        subprocess.run([browser, *options, page.as_uri()], check=True, capture_output=True)  # noqa: S603
        _cropped(raw, OUT / f"{name}.png")


def _cropped(raw: Path, out: Path) -> None:
    """The picture without the empty page below."""
    from PIL import Image, ImageChops

    picture = Image.open(raw).convert("RGB")
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, picture.getpixel((699, 2399)))).getbbox()
    assert box is not None
    picture.crop((0, 0, 700, box[3] + 16)).quantize(128).save(out, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
