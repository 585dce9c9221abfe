"""Digests that tell the same share what was composed and drawn; each must still get what it would get alone."""

from __future__ import annotations

import functools
import gc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.discord.render import render as on_discord
from adapters.slack.render import render as on_slack
from bot.models import ChannelRef, Place, Quiet, Style, WorkspaceId
from bot.store import Store
from bot.store.schema import deliveries, digests, edition_items, editions
from tests.contract.test_store_plans import asked
from tests.desk import DAY, TODAY, Desk, open_desk
from tests.fakes import FakeClock
from tests.office_store import brief, words

_KINDS: tuple[dict[str, object], ...] = (
    {},
    {"name": "Evening"},
    {"style": Style.FULL},
    {"style": Style.HEADLINES, "max_stories": 2},
    {"place": Place.THREAD},
    {"language": "ko"},
    {"language": "ja", "style": Style.FULL},
    {"quiet": Quiet.SKIP, "ping": "123"},
)


async def _rows(store: Store) -> dict[str, Any]:
    """By the name of each digest what stands in its edition and in its messages."""
    names = {}
    async with store.database.reading() as connection:
        query = select(digests.c.name, editions.c.id).join(editions, editions.c.digest_id == digests.c.id)
        for name, edition in (await connection.execute(query)).all():
            items = select(
                edition_items.c.position,
                edition_items.c.brief_id,
                edition_items.c.brief_version,
                edition_items.c.story_id,
                edition_items.c.topic,
                edition_items.c.why,
            )
            told = select(
                deliveries.c.part,
                deliveries.c.parts,
                deliveries.c.channel,
                deliveries.c.title,
                deliveries.c.body,
                deliveries.c.caveat,
                deliveries.c.page,
            )
            names[name] = (
                (
                    await connection.execute(items.where(edition_items.c.edition_id == edition).order_by("position"))
                ).all(),
                (await connection.execute(told.where(deliveries.c.edition_id == edition).order_by("part"))).all(),
            )
    return names


def _forget_what_was_drawn() -> None:
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper):
            found.cache_clear()


async def _planned(file: Path, *, at_once: int, draw: Any) -> dict[str, Any]:
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    clock = FakeClock(TODAY)
    desk: Desk = await open_desk(store, clock, file.parent)
    if draw is not None:
        desk.adapter.render = draw  # type: ignore[method-assign]
    for number, text in enumerate(("Rates held in Veltria", "Harbour opens", "A storm & <@everyone> nears"), start=1):
        await brief(store, clock.now(), number, words(text))
    for number, parts in enumerate(_KINDS * 2):
        name = f"{parts.get('name', 'Morning')} {number}"
        await desk.digest(**(parts | {"name": name, "channel": ChannelRef(f"console:c{number}")}))  # type: ignore[arg-type]
    clock.advance(DAY.total_seconds())
    while await desk.dispatcher.dispatch_due(limit=at_once):
        if at_once == 1:
            _forget_what_was_drawn()
    found = await _rows(store)
    await store.close()
    return found


@pytest.mark.parametrize("draw", [None, on_discord, on_slack], ids=["recorder", "discord", "slack"])
async def test_digests_planned_together_get_what_each_gets_alone(tmp_path: Path, draw: Any) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "all").mkdir()
    alone = await _planned(tmp_path / "one" / "a.db", at_once=1, draw=draw)
    together = await _planned(tmp_path / "all" / "b.db", at_once=500, draw=draw)
    assert len(together) == 2 * len(_KINDS)
    assert all(messages and items for items, messages in together.values())
    assert together == alone


async def test_planning_asks_no_more_for_many_workspaces(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> None:
    desk = await open_desk(sqlite_store, clock, tmp_path)
    await brief(sqlite_store, clock.now(), 1, words("Harbour opens"), workspace=None)
    counts = []
    for day, few_or_many in enumerate((range(2), range(2, 9))):
        for number in few_or_many:
            workspace = WorkspaceId(f"console:w{number}")
            await sqlite_store.workspaces.ensure(workspace, now=clock.now())
            await desk.digest(workspace_id=workspace, channel=ChannelRef(f"console:c{number}"))
        with asked(sqlite_store) as statements:
            await desk.plan(TODAY + (day + 1) * DAY)
        counts.append(len(statements))
        await desk.deliverer.drain()
    assert counts[1] <= counts[0]
