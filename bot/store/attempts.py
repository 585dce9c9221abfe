"""Rows of a model's work on briefs: which is due, who is at it, and how it went.

What is due follows from the briefs themselves (extracted ones that are news, translations asked for that are missing),
so nothing is lost in a crash; a row here only says who holds one, and when to try it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, update

from bot.models import Origin
from bot.store.database import Database
from bot.store.schema import brief_translations, briefs, model_attempts, stories

_EXTRACTED: Final = "extractive"
_LOOK: Final = 5
"""Candidates looked at for one claim; another process may be faster with the first ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """Work that is claimed: a brief to be written, or to be translated where `language` names one."""

    brief_id: int
    language: str = ""
    failures: int = 0
    """In a row, up to now."""
    successes: int = 0
    """Times that it was done before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Briefs that are news and extracted, although a model should have written them."""

    count: int = 0
    since: datetime | None = None
    failing: int = 0
    """Those of them that the model was tried on in vain."""


class Attempts:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def claim_due(self, now: datetime, *, since: datetime, lease_s: float) -> Attempt | None:
        """The next work, held until the lease ends: briefs before translations, those of most publishers first.

        `since`: only briefs that became news from then on, and translations that were asked for from then on.
        """
        async with self._db.writing() as connection:
            for query in (_to_write(now, since), _to_translate(now, since)):
                for row in (await connection.execute(query)).all():
                    if claimed := await self._claim(connection, row, now, lease_s):
                        return claimed
        return None

    async def _claim(self, connection: Any, row: Any, now: datetime, lease_s: float) -> Attempt | None:
        until = now + timedelta(seconds=lease_s)
        insert = self._db.insert(model_attempts).values(brief_id=row.brief_id, language=row.language, lease_until=until)
        claim = insert.on_conflict_do_update(
            index_elements=["brief_id", "language"], set_={"lease_until": until}, where=_is_free(now)
        ).returning(model_attempts)
        found = (await connection.execute(claim)).one_or_none()
        if found is None:
            return None
        return Attempt(
            brief_id=found.brief_id, language=found.language, failures=found.failures, successes=found.successes
        )

    async def succeeded(self, attempt: Attempt, *, next_try_at: datetime) -> None:
        """It was done; should the story change, it is not done again before then."""
        await self._settle(attempt, failures=0, successes=attempt.successes + 1, next_try_at=next_try_at, last_error="")

    async def failed(self, attempt: Attempt, reason: str, *, next_try_at: datetime) -> None:
        """It could not be done, for a reason in plain words."""
        await self._settle(attempt, failures=attempt.failures + 1, next_try_at=next_try_at, last_error=reason)

    async def release(self, attempt: Attempt, *, next_try_at: datetime | None = None) -> None:
        """Gives it back as it was."""
        await self._settle(attempt, next_try_at=next_try_at)

    async def _settle(self, attempt: Attempt, **columns: object) -> None:
        is_it = (model_attempts.c.brief_id == attempt.brief_id, model_attempts.c.language == attempt.language)
        async with self._db.writing() as connection:
            await connection.execute(update(model_attempts).where(*is_it).values(lease_until=None, **columns))

    async def waiting(self, *, since: datetime) -> Waiting:
        """What a model has not written of the news since then."""
        failing = func.count().filter(model_attempts.c.failures > 0)
        query = (
            select(func.count(), func.min(briefs.c.news_at), failing)
            .select_from(briefs)
            .outerjoin(model_attempts, _attempt_at(briefs, ""))
            .where(*_is_extracted_news(since))
        )
        async with self._db.glancing() as connection:
            count, oldest, tried = (await connection.execute(query)).one()
        return Waiting(count=count, since=oldest, failing=tried)


def _is_extracted_news(since: datetime) -> tuple[ColumnElement[bool], ...]:
    columns = briefs.c
    return (
        columns.origin == Origin.WRITTEN,
        columns.written_by == _EXTRACTED,
        columns.is_news,
        columns.news_at >= since,
    )


def _to_write(now: datetime, since: datetime) -> Select[Any]:
    """Extracted briefs that are news; not those whose story is about to be written anew anyway."""
    return (
        select(briefs.c.id.label("brief_id"), func.coalesce(model_attempts.c.language, "").label("language"))
        .join(stories, stories.c.id == briefs.c.story_id)
        .outerjoin(model_attempts, _attempt_at(briefs, ""))
        .where(*_is_extracted_news(since), ~stories.c.is_due, _is_untried_or_free(now))
        .order_by(briefs.c.publishers.desc(), briefs.c.news_at.desc(), briefs.c.id.desc())
        .limit(_LOOK)
    )


def _to_translate(now: datetime, since: datetime) -> Select[Any]:
    """Translations that were asked for and are not of the brief's version; what was asked last comes first.

    Not of briefs that are to be written first: their words would be translated twice.
    """
    asked, writing = brief_translations.c, model_attempts.alias("writing")
    is_resting = and_(writing.c.next_try_at.is_not(None), writing.c.next_try_at > now)
    return (
        select(asked.brief_id, asked.language)
        .join(briefs, briefs.c.id == asked.brief_id)
        .outerjoin(model_attempts, _attempt_at(brief_translations, asked.language, key="brief_id"))
        .outerjoin(writing, and_(writing.c.brief_id == asked.brief_id, writing.c.language == ""))
        .where(asked.version < briefs.c.version, asked.asked_at >= since, _is_untried_or_free(now))
        .where(or_(not_(and_(*_is_extracted_news(since))), is_resting))
        .order_by(asked.asked_at.desc(), asked.brief_id.desc())
        .limit(_LOOK)
    )


def _attempt_at(table: Any, language: Any, *, key: str = "id") -> ColumnElement[bool]:
    return and_(model_attempts.c.brief_id == table.c[key], model_attempts.c.language == language)


def _is_free(now: datetime) -> ColumnElement[bool]:
    row = model_attempts.c
    return and_(
        or_(row.lease_until.is_(None), row.lease_until <= now), or_(row.next_try_at.is_(None), row.next_try_at <= now)
    )


def _is_untried_or_free(now: datetime) -> ColumnElement[bool]:
    return or_(model_attempts.c.brief_id.is_(None), _is_free(now))
