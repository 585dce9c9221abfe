"""Takes whole stories out of the store, with everything that told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.indexing import unindex_briefs
from bot.store.merging import retire
from bot.store.schema import (
    article_bands,
    article_keys,
    articles,
    brief_translations,
    brief_versions,
    briefs,
    model_attempts,
    pruned_keys,
    stories,
)


async def remove_stories(connection: AsyncConnection, story_ids: Sequence[int], now: datetime | None) -> dict[str, int]:
    """Stories with their articles, briefs and rows of search; how many of each, by kind.

    `now`: keeps the names of what told no date. None: keeps no name, since of a source that nobody reads nothing comes
    back.
    """
    brief_ids = (await connection.execute(select(briefs.c.id).where(briefs.c.story_id.in_(story_ids)))).scalars().all()
    if now is not None:
        await _keep_names(connection, story_ids, now)
    gone = await connection.execute(delete(articles).where(articles.c.story_id.in_(story_ids)))
    await unindex_briefs(connection, brief_ids)
    done = await connection.execute(delete(stories).where(stories.c.id.in_(story_ids)))
    return {"articles": int(gone.rowcount), "briefs": len(brief_ids), "stories": int(done.rowcount)}


async def without_newest(connection: AsyncConnection, story_ids: Sequence[int]) -> list[int]:
    """The stories but for those of the newest story, article or brief there is, which are emptied instead.

    SQLite gives the number of the last row again when that row is gone. Messages in channels would then open another
    brief, and stories in the memory of a process would be mistaken for new ones.
    """
    newest = [
        select(table.c[column]).order_by(table.c.id.desc()).limit(1)
        for table, column in ((stories, "id"), (articles, "story_id"), (briefs, "story_id"))
    ]
    kept = {(await connection.execute(query)).scalar_one_or_none() for query in newest} & set(story_ids)
    if kept and connection.dialect.name == "sqlite":
        await _empty(connection, sorted(id_ for id_ in kept if id_ is not None))
        return [id_ for id_ in story_ids if id_ not in kept]
    return list(story_ids)


async def _empty(connection: AsyncConnection, story_ids: Sequence[int]) -> None:
    """Takes all words out of stories, their articles and briefs; nothing joins them, and they go in their time."""
    of_stories = articles.c.story_id.in_(story_ids)
    ids = (await connection.execute(select(articles.c.id).where(of_stories))).scalars().all()
    for table in (article_keys, article_bands):
        await connection.execute(delete(table).where(table.c.article_id.in_(ids)))
    blank = dict.fromkeys(("url", "title", "text", "publisher", "owner"), "")
    await connection.execute(update(articles).where(of_stories).values(**blank, is_news=False))
    of_briefs = briefs.c.story_id.in_(story_ids)
    brief_ids = (await connection.execute(select(briefs.c.id).where(of_briefs))).scalars().all()
    await retire(connection, brief_ids)
    for table in (brief_versions, brief_translations, model_attempts):
        await connection.execute(delete(table).where(table.c.brief_id.in_(brief_ids)))
    await connection.execute(update(briefs).where(of_briefs).values(body={}, refused=[]))
    await connection.execute(update(stories).where(stories.c.id.in_(story_ids)).values(merged_into=0, is_due=False))


async def _keep_names(connection: AsyncConnection, story_ids: Sequence[int], now: datetime) -> None:
    """An undated article counts as published when it was seen: seen anew, it would be today's news again."""
    is_undated = (articles.c.story_id.in_(story_ids), articles.c.published_at == articles.c.seen_at, articles.c.is_news)
    query = select(article_keys.c.key).join(articles, articles.c.id == article_keys.c.article_id).where(*is_undated)
    keys = (await connection.execute(query)).scalars().all()
    if keys:
        known = set((await connection.execute(select(pruned_keys.c.key).where(pruned_keys.c.key.in_(keys)))).scalars())
        rows = [{"key": key, "pruned_at": now} for key in keys if key not in known]
        if rows:
            await connection.execute(pruned_keys.insert(), rows)
