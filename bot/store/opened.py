"""The store as a whole: the database, checked, with a repository for each kind of row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, text

from bot.errors import BriefbotError
from bot.store import schema
from bot.store.ahead import Ahead
from bot.store.amendments import Amendments
from bot.store.articles import Articles
from bot.store.attempts import Attempts
from bot.store.briefs import Briefs
from bot.store.corrections import Corrections
from bot.store.database import Database
from bot.store.deliveries import Deliveries
from bot.store.digests import Digests
from bot.store.editions import Editions
from bot.store.figures import Counting
from bot.store.follows import Follows
from bot.store.heartbeats import Heartbeats
from bot.store.holdings import Holdings
from bot.store.installations import Installations
from bot.store.migrate import require_current, upgrade
from bot.store.notices import Notices
from bot.store.overview import Overview
from bot.store.pruning import Pruning
from bot.store.published import Published
from bot.store.reports import Reports
from bot.store.search import Search
from bot.store.setups import Setups
from bot.store.shares import Shares
from bot.store.source_changes import SourceChanges
from bot.store.sources import Sources
from bot.store.spend import Spend
from bot.store.stories import Stories
from bot.store.topics import Topics
from bot.store.trail import Trail
from bot.store.translations import Translations
from bot.store.workspaces import Workspaces


@dataclass(frozen=True, kw_only=True)
class StoreHealth:
    """Whether the database can be trusted, and how much is in it."""

    dialect: str
    revision: str
    problems: tuple[str, ...]
    counts: dict[str, int]

    @property
    def is_sound(self) -> bool:
        return not self.problems


class Store:
    """Everything that is kept. Each method of its repositories is one transaction: done whole, or not at all."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.workspaces = Workspaces(database)
        self.sources = Sources(database)
        self.articles = Articles(database)
        self.stories = Stories(database)
        self.briefs = Briefs(database)
        self.search = Search(database)
        self.topics = Topics(database)
        self.digests = Digests(database)
        self.setups = Setups(database)
        self.editions = Editions(database)
        self.deliveries = Deliveries(database)
        self.follows = Follows(database)
        self.installations = Installations(database)
        self.spend = Spend(database)
        self.attempts = Attempts(database)
        self.translations = Translations(database)
        self.corrections = Corrections(database)
        self.reports = Reports(database)
        self.amendments = Amendments(database)
        self.notices = Notices(database)
        self.shares = Shares(database)
        self.source_changes = SourceChanges(database)
        self.heartbeats = Heartbeats(database)
        self.published = Published(database)
        self.counting = Counting(database)
        self.holdings = Holdings(database)
        self.pruning = Pruning(database)
        self.ahead = Ahead(database)
        self.overview = Overview(database)
        self.trail = Trail(database)

    @classmethod
    async def open(cls, url: str, *, migrate: bool | None = None) -> Store:
        """The store at this address. `migrate` None: bring SQLite up to date, expect PostgreSQL to be.

        Raises ConfigError, StoreError, and SchemaMismatch for a database of another version.
        """
        database = Database(url)
        try:
            if database.is_sqlite if migrate is None else migrate:
                await upgrade(database)
            else:
                await require_current(database)
        except BaseException:
            await database.close()
            raise
        return cls(database)

    @property
    def dialect(self) -> str:
        return self.database.dialect

    async def close(self) -> None:
        await self.database.close()

    async def health(self) -> StoreHealth:
        """Reads the whole database on SQLite, so it takes a second for each gigabyte."""
        problems: tuple[str, ...] = ()
        revision = ""
        counts: dict[str, int] = {}
        try:
            revision = await require_current(self.database)
            async with self.database.reading() as connection:
                if self.database.is_sqlite:
                    rows = (await connection.execute(text("PRAGMA quick_check"))).scalars().all()
                    problems = tuple(row for row in rows if row != "ok")
                for table in (schema.sources, schema.articles, schema.stories, schema.briefs, schema.digests):
                    counts[table.name] = (
                        await connection.execute(select(func.count()).select_from(table))
                    ).scalar_one()
        except BriefbotError as error:
            problems = (error.message,)
        return StoreHealth(dialect=self.dialect, revision=revision, problems=problems, counts=counts)
