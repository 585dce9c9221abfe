"""What the gate refused is stored with the version of a brief, and told by `brief ID --json`."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.briefs.hold import hold_to_sources
from bot.briefs.writer import BriefWriter
from bot.models import Brief, Sentence
from bot.store import Store
from tests.born import briefbot
from tests.fakes import FakeClock
from tests.office_store import incoming, source_of, words, workspaces
from tests.saving import save

TEXT = "The harbour of Ferrow reopened on Monday after 12 days. Mayor Ida Quill thanked 300 workers."


async def stored(store: Store, clock: FakeClock) -> Brief:
    """A brief whose writer made one number up and one sentence out of nothing."""
    await workspaces(store, clock.now())
    source = await source_of(store, clock.now(), None)
    item = incoming(1, clock.now(), text=TEXT, title="Harbour of Ferrow reopens")
    [(_, article)] = await store.articles.add_all(
        source.id, [item], seen_at=clock.now(), is_same=lambda one, other: False
    )
    placed = await store.stories.place([(article, None)], now=clock.now())
    story = await store.stories.get(placed[article])
    written = replace(
        words("Harbour of Ferrow reopens"),
        deck="The harbour of Ferrow reopened on Monday after 12 days.",
        lede=(
            Sentence(text="Mayor Ida Quill thanked 400 workers.", sources=(1,)),
            Sentence(text="Zorvath Industries bought Lisbon.", sources=(1,)),
        ),
        written_by="openai:made-up",
    )
    text, refusals = hold_to_sources(written, story)
    return await save(store, story, text, publishers=1, refusals=refusals, now=clock.now())


async def test_refusals_are_stored_with_the_brief_and_shown(store_url: str, clock: FakeClock, tmp_path: Path) -> None:
    store = await Store.open(store_url)
    saved = await stored(store, clock)
    known = await store.briefs.get(saved.id, workspace=None)
    await store.close()
    assert known.refusals == saved.refusals
    shown = await asyncio.to_thread(_shown, store_url, saved, tmp_path)
    assert shown["lede"] == [{"text": "Mayor Ida Quill thanked 300 workers.", "sources": [1]}]
    first, second = shown["refused"]
    assert (first["kind"], first["token"], first["outcome"]) == ("number", "400", "repaired")
    assert first["became"] == "Mayor Ida Quill thanked 300 workers."
    assert (second["place"], second["outcome"], second["became"]) == ("lede", "dropped", None)
    assert second["sentence"] == "Zorvath Industries bought Lisbon."


def _shown(url: str, brief: Brief, folder: Path) -> dict[str, Any]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BRIEFBOT", "DISCORD", "SLACK"))}
    done = briefbot(["brief", brief.ref, "--json"], folder=folder, env=clean | {"BRIEFBOT_DATABASE_URL": url})
    assert done.returncode == 0, done.stderr
    line: dict[str, Any] = json.loads(done.stdout)
    return line


async def test_written_brief_passes_the_gate_before_it_is_stored(store: Store, clock: FakeClock) -> None:
    await workspaces(store, clock.now())
    source = await source_of(store, clock.now(), None)
    item = incoming(1, clock.now(), text=TEXT, title="Harbour of Ferrow reopens")
    [(_, article)] = await store.articles.add_all(
        source.id, [item], seen_at=clock.now(), is_same=lambda one, other: False
    )
    await store.stories.place([(article, None)], now=clock.now())
    assert await BriefWriter(store, clock).write_due() == 1
    [brief] = await store.briefs.latest(None, limit=2)
    assert brief.refusals == ()
    assert brief.text.lede
