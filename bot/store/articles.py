"""Rows of articles: each stored once, under every name it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.models import Article, ArticleChange, Draft, Stored, Value, public_id
from bot.store.database import Database, among
from bot.store.rows import value
from bot.store.schema import article_bands, article_keys, articles, pruned_keys, stories
from bot.store.source_changes import note_changes

_COLUMNS = tuple(field.name for field in fields(Article) if field.name not in ("id", "story_id", "place"))
_TURN = 0x61727469636C6573
"""PostgreSQL advisory lock of whoever stores articles; any number does that nobody else uses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming(Value):
    """A draft with what is needed to recognise it."""

    draft: Draft
    owner: str
    keys: tuple[str, ...]
    """Every name it goes by; see `stories/duplicates.py`."""
    bands: tuple[int, ...]
    """MinHash bands of its text, signed 64-bit; none for a short text."""
    is_news: bool
    published_at: datetime


_MOST_BEHIND = timedelta(days=8)
"""A clock that is further behind than an edition ever looks back is rather right, and was far ahead before."""
IsSame = Callable[[Incoming, Article], bool]
ChangeOf = Callable[[Article, Draft], ArticleChange | None]
"""What readers of an article should know of its new words; None for what is no matter."""


def _no_change(article: Article, draft: Draft) -> None:
    return None


_NEWEST: Final = select(func.max(articles.c.seen_at))

# Each built once for a dialect: to build one takes longer than SQLite takes to execute it.


@cache
def _known_by(is_sqlite: bool) -> Select[Any]:
    query = select(article_keys.c.key, article_keys.c.article_id)
    return query.where(among(article_keys.c.key, is_sqlite=is_sqlite))


@cache
def _pruned(is_sqlite: bool) -> Select[Any]:
    return select(pruned_keys.c.key).where(among(pruned_keys.c.key, is_sqlite=is_sqlite))


@cache
def _in_bands(is_sqlite: bool) -> Select[Any]:
    columns = (article_bands.c.band, article_bands.c.article_id)
    return select(*columns).where(among(article_bands.c.band, is_sqlite=is_sqlite)).order_by(*columns)


@cache
def _numbered(is_sqlite: bool) -> Select[Any]:
    return select(articles).where(among(articles.c.id, is_sqlite=is_sqlite))


class Articles:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add_all(
        self,
        source_id: int,
        items: Sequence[Incoming],
        *,
        seen_at: datetime,
        is_same: IsSame,
        change_of: ChangeOf = _no_change,
    ) -> list[tuple[Stored, int]]:
        """Stores what is new, in order; for each item what became of it and the article's number.

        An item is a known article when one of its keys is known, or when it shares a band with an article for which
        `is_same` says so. A known article takes the item's new keys; with another title or text it is updated, and its
        story is due. An article never becomes news by being seen again. What `change_of` says of an update is noted
        under the brief that was written from it.
        """
        async with self._db.writing() as connection:
            if not self._db.is_sqlite:
                # As SQLite's writers do: two feeds that list one article at once must not both find it new.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _TURN})
            taking = _Taking(connection, self._db, source_id, await _not_before(connection, seen_at), is_same)
            outcomes = await taking.take(items)
            await note_changes(connection, taking.changes(change_of), at=seen_at)
            return outcomes

    async def known(self, keys: Sequence[str]) -> dict[str, int]:
        """The number of the article behind each key that is known."""
        async with self._db.reading() as connection:
            return await _known(self._db, connection, keys)

    async def get(self, article_id: int) -> Article:
        async with self._db.reading() as connection:
            row = (await connection.execute(select(articles).where(articles.c.id == article_id))).one_or_none()
        if row is None:
            raise NotFound(f"no article {public_id('a', article_id)}")
        return value(Article, row)

    async def ungrouped(self, *, limit: int) -> list[Article]:
        """Articles in no story yet, the first stored first."""
        query = select(articles).where(articles.c.story_id.is_(None)).order_by(articles.c.id).limit(limit)
        return await self._list(query)

    async def grouped(self, *, after: int, limit: int) -> list[Article]:
        """The next articles that were grouped after that place, in the order in which they were grouped."""
        query = select(articles).where(articles.c.place > after).order_by(articles.c.place, articles.c.id)
        return await self._list(query.limit(limit))

    async def before_newest(self, count: int) -> int:
        """The place after which the `count` articles come that were grouped last; 0 when there are fewer."""
        query = select(articles.c.place).where(articles.c.place > 0).order_by(articles.c.place.desc())
        async with self._db.glancing() as connection:
            return (await connection.execute(query.limit(1).offset(count))).scalar() or 0

    async def stories_of_changed(self, since: datetime) -> dict[int, int]:
        """The story of each article whose story changed since then."""
        query = (
            select(articles.c.id, articles.c.story_id)
            .join(stories, stories.c.id == articles.c.story_id)
            .where(stories.c.changed_at >= since)
            .order_by(articles.c.id)
        )
        async with self._db.reading() as connection:
            return {row.id: row.story_id for row in await connection.execute(query)}

    async def count(self) -> int:
        async with self._db.glancing() as connection:
            return int((await connection.execute(select(func.count()).select_from(articles))).scalar_one())

    async def _list(self, query: Any) -> list[Article]:
        async with self._db.reading() as connection:
            return [value(Article, row) for row in await connection.execute(query)]


class _Taking:
    """One batch on its way in: reads what is known once, decides item by item, writes at the end.

    Articles that are new in this batch go by negative numbers until they are written.
    """

    def __init__(
        self, connection: AsyncConnection, database: Database, source_id: int, seen_at: datetime, is_same: IsSame
    ) -> None:
        self._connection, self._db = connection, database
        self._source_id, self._seen_at, self._is_same = source_id, seen_at, is_same
        self._by_key: dict[str, int] = {}
        self._by_band: dict[int, tuple[int, ...]] = {}
        self._articles: dict[int, Article] = {}
        self._added: list[Incoming] = []
        self._aliases: dict[str, int] = {}
        self._changed: dict[int, Incoming] = {}
        self._before: dict[int, Article] = {}

    async def take(self, items: Sequence[Incoming]) -> list[tuple[Stored, int]]:
        items = await self._without_old_news(items)
        self._by_key = await _known(self._db, self._connection, [key for item in items for key in item.keys])
        bands = [band for item in items if not self._by_key.keys() & set(item.keys) for band in item.bands]
        await self._read_neighbours(bands)
        await self._read_articles({*self._by_key.values(), *(id_ for ids in self._by_band.values() for id_ in ids)})
        outcomes = [self._take_one(item) for item in items]
        numbers = await self._write()
        return [(stored, numbers.get(id_, id_)) for stored, id_ in outcomes]

    async def _without_old_news(self, items: Sequence[Incoming]) -> list[Incoming]:
        """The items, with those that we had and pruned as no news: an undated one could not tell."""
        keys = [key for item in items if item.is_news for key in item.keys]
        pruned = set((await self._asked(_pruned, keys)).scalars()) if keys else set()
        return [replace(item, is_news=False) if pruned & set(item.keys) else item for item in items]

    def _take_one(self, item: Incoming) -> tuple[Stored, int]:
        known = self._find(item)
        if known is None:
            return Stored.NEW, self._add(item)
        for key in item.keys:
            if key not in self._by_key:
                self._by_key[key] = self._aliases[key] = known
        article = self._articles[known]
        if (article.title, article.text) == (item.draft.title, item.draft.text):
            return Stored.DUPLICATE, known
        return self._update(known, item)

    def _find(self, item: Incoming) -> int | None:
        for key in item.keys:
            if key in self._by_key:
                return self._by_key[key]
        near = dict.fromkeys(id_ for band in item.bands for id_ in self._by_band.get(band, ()))
        return next((id_ for id_ in near if self._is_same(item, self._articles[id_])), None)

    def _add(self, item: Incoming) -> int:
        self._added.append(item)
        id_ = -len(self._added)
        self._articles[id_] = self._article(id_, item)
        for key in item.keys:
            self._by_key[key] = self._aliases[key] = id_
        # One tuple for all of them: forty thousand lists of one number are work for the garbage collector.
        holders: dict[int, tuple[int, ...]] = dict.fromkeys(item.bands, (id_,))
        for band in self._by_band.keys() & holders.keys():
            holders[band] = (*self._by_band[band], id_)
        self._by_band |= holders
        return id_

    def _update(self, id_: int, item: Incoming) -> tuple[Stored, int]:
        """Another source's copy, or a shorter text, does not replace what we have."""
        article = self._articles[id_]
        if article.source_id != self._source_id or (article.text and not item.draft.text):
            return Stored.DUPLICATE, id_
        self._articles[id_] = replace(article, title=item.draft.title, text=item.draft.text)
        self._changed[id_] = item
        self._before.setdefault(id_, article)
        return Stored.UPDATED, id_

    def changes(self, change_of: ChangeOf) -> list[tuple[Article, ArticleChange]]:
        """What became of articles that were known before this batch and are in a story."""
        known = [(article, self._changed[id_].draft) for id_, article in self._before.items() if article.story_id]
        return [(article, change) for article, draft in known if (change := change_of(article, draft))]

    def _article(self, id_: int, item: Incoming) -> Article:
        draft = item.draft
        return Article(
            id=id_,
            source_id=self._source_id,
            url=draft.url,
            title=draft.title,
            text=draft.text,
            publisher=draft.publisher,
            owner=item.owner,
            language=draft.language,
            published_at=item.published_at,
            seen_at=self._seen_at,
            is_news=item.is_news,
        )

    async def _read_neighbours(self, bands: Iterable[int]) -> None:
        if not (wanted := sorted(set(bands))):
            return
        for band, article_id in await self._asked(_in_bands, wanted):
            self._by_band[band] = (*self._by_band.get(band, ()), article_id)

    async def _read_articles(self, ids: Iterable[int]) -> None:
        if wanted := sorted(ids):
            rows = await self._asked(_numbered, wanted)
            self._articles |= {row.id: value(Article, row) for row in rows}

    async def _write(self) -> dict[int, int]:
        """Writes all changes; the number given to each new article by the one it had here."""
        numbers: dict[int, int] = {}
        if self._added:
            rows = [_columns(self._articles[-place]) for place in range(1, len(self._added) + 1)]
            ids = await self._db.insert_numbered(self._connection, articles, rows)
            numbers = {-place: id_ for place, id_ in enumerate(ids, start=1)}
        await self._write_keys(numbers)
        await self._write_changes()
        return numbers

    async def _write_keys(self, numbers: dict[int, int]) -> None:
        keys = [{"key": key, "article_id": numbers.get(id_, id_)} for key, id_ in self._aliases.items()]
        if keys:
            await self._connection.execute(self._db.insert(article_keys).on_conflict_do_nothing(), keys)
        bands = [(band, numbers[-place]) for place, item in enumerate(self._added, start=1) for band in set(item.bands)]
        # In the order of their tree, where the next one is often on the same page.
        await self._db.insert_many(self._connection, article_bands, ("band", "article_id"), sorted(bands))

    async def _write_changes(self) -> None:
        written = {id_: self._articles[id_] for id_ in self._changed if id_ > 0}
        for id_, article in written.items():
            change = update(articles).where(articles.c.id == id_)
            await self._connection.execute(change.values(title=article.title, text=article.text))
        due = [article.story_id for article in written.values() if article.story_id is not None]
        if due:
            change = update(stories).where(among(stories.c.id, is_sqlite=self._db.is_sqlite))
            due_again = change.values(is_due=True, changed_at=self._seen_at)
            await self._connection.execute(due_again, self._db.many(due))

    async def _asked(self, query: Callable[[bool], Select[Any]], values: Sequence[int] | Sequence[str]) -> Any:
        return await self._connection.execute(query(self._db.is_sqlite), self._db.many(values))


async def _not_before(connection: AsyncConnection, seen_at: datetime) -> datetime:
    """An instant no earlier than that of the newest article, within reason.

    While the clock is behind, what comes in would be dated so, and be old news once it is right again.
    """
    newest = (await connection.execute(_NEWEST)).scalar()
    return max(seen_at, min(newest, seen_at + _MOST_BEHIND)) if newest else seen_at


async def _known(database: Database, connection: AsyncConnection, keys: Iterable[str]) -> dict[str, int]:
    if not (wanted := list(dict.fromkeys(keys))):
        return {}
    found = await connection.execute(_known_by(database.is_sqlite), database.many(wanted))
    return dict(map(tuple, found))


def _columns(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in _COLUMNS}
