"""What happens to a story, its brief and what was said of it when all its articles went to another story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.indexing import unindex_briefs
from bot.store.schema import briefs, edition_items, follows, related, stories


async def merge(connection: AsyncConnection, into: Mapping[int, int]) -> None:
    """Each story of `into`, now without articles, leads to another, which takes on what it was.

    The brief of an emptied story is retired: out of lists, search and links, its number leading to the other's brief.
    When the other has none yet, it takes the brief over, so that no number is without an answer in between. What a
    channel was given of the one counts as given of the other, and who follows the one follows the other.
    """
    for gone, kept in into.items():
        await connection.execute(update(stories).where(stories.c.id == gone).values(merged_into=kept, is_due=False))
        for table in (edition_items, follows):
            await connection.execute(update(table).where(table.c.story_id == gone).values(story_id=kept))
    found = select(briefs.c.story_id, briefs.c.id).where(briefs.c.story_id.in_([*into, *into.values()]))
    brief_of: dict[int, int] = {row.story_id: row.id for row in await connection.execute(found)}
    retired = []
    for gone, kept in into.items():
        brief = brief_of.pop(gone, None)
        if brief is None:
            continue
        if kept in brief_of:
            retired.append(brief)
            continue
        brief_of[kept] = brief
        await connection.execute(update(briefs).where(briefs.c.id == brief).values(story_id=kept))
    await retire(connection, retired)


async def retire(connection: AsyncConnection, brief_ids: Sequence[int]) -> None:
    """Takes briefs out of everything that is shown."""
    if not brief_ids:
        return
    await connection.execute(update(briefs).where(briefs.c.id.in_(brief_ids)).values(is_retired=True))
    is_linked = or_(related.c.other_id.in_(brief_ids), related.c.brief_id.in_(brief_ids))
    await connection.execute(delete(related).where(is_linked))
    await unindex_briefs(connection, brief_ids)


async def led_to(connection: AsyncConnection, story_ids: Iterable[int]) -> dict[int, int]:
    """Where each story leads that was merged, through any number of steps; a story that stands is not in it."""
    steps: dict[int, int] = {}
    open_ids = set(story_ids)
    while open_ids:
        query = select(stories.c.id, stories.c.merged_into).where(
            stories.c.id.in_(open_ids), stories.c.merged_into.is_not(None)
        )
        found = {row.id: row.merged_into for row in await connection.execute(query)}
        open_ids = set(found.values()) - steps.keys() - found.keys()
        steps |= found
    return {story: _end(steps, story) for story in steps}


async def successor(connection: AsyncConnection, brief_id: int) -> int:
    """The number of the brief that answers for a brief: of the story that its own was merged into, else itself."""
    query: Any = select(briefs.c.story_id).where(briefs.c.id == brief_id, briefs.c.is_retired)
    story = (await connection.execute(query)).scalar_one_or_none()
    if story is None:
        return brief_id
    end = (await led_to(connection, [story])).get(story, story)
    found = (await connection.execute(select(briefs.c.id).where(briefs.c.story_id == end))).scalar_one_or_none()
    return found or brief_id


def _end(steps: Mapping[int, int], story: int) -> int:
    seen = {story}
    while (after := steps.get(story)) is not None and after not in seen:
        seen.add(after)
        story = after
    return story
