"""`python -m docs.picture`: draws the pictures of the README anew from what the program really shows."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

from rich.console import Console

from adapters.console.render import draw
from bot.commands.context import Invocation, Person
from bot.models import LOCAL_WORKSPACE, ChannelRef
from docs.sample import sample

OUT = Path(__file__).parent / "images"


async def main() -> None:
    """The digest of the sample news and one brief, as a terminal shows them."""
    async with sample() as app:
        workspace = await app.store.workspaces.get(LOCAL_WORKSPACE)
        digest = await app.dispatcher.today(workspace, None)
        [found, *_] = await app.store.search.find("Helia batteries", workspace=None, limit=1)
        person = Person(id="p", name="p")
        asked = Invocation(workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"))
        reply = await app.commands.run(f"/brief read {found.brief.ref}", asked)
    for name, document in (("digest", digest), ("brief", reply.document)):
        console = Console(record=True, file=io.StringIO(), width=100, highlight=False, force_terminal=True)
        draw(document, console)
        svg = console.export_svg(title=f"briefbot demo: {name}")
        # The fonts of the reader's own machine will do; nothing is loaded from elsewhere.
        svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
        # Wide characters are measured as narrow ones there, and squeezed into half their room.
        svg = re.sub(r' textLength="[0-9.]+"(?=[^>]*>[^<]*[\u1100-\uffdc])', "", svg)
        (OUT / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
