"""What editions told, for a digest's feed, and the secret addresses of feeds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update

from bot.caveat import caveat_for
from bot.models import Digest, EditionState
from bot.models.published import Channel, Item
from bot.store.bodies import load
from bot.store.database import Database
from bot.store.schema import briefs, digests, edition_items, editions, workspaces

MOST: Final = 100
"""Items of a feed; a reader that comes once a week misses none of a daily digest."""


class Published:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def channel(self, digest_id: int, *, limit: int = MOST) -> Channel:
        """What a digest told, the newest first: briefs as they stand now, so that corrections reach their readers."""
        told = (
            select(editions.c.id, editions.c.on, editions.c.created_at, briefs.c.id.label("brief_id"), briefs.c.body)
            .join(edition_items, edition_items.c.edition_id == editions.c.id)
            .join(briefs, briefs.c.id == edition_items.c.brief_id)
            .where(
                editions.c.digest_id == digest_id,
                editions.c.state.in_([EditionState.PLANNED, EditionState.DELIVERED]),
                ~briefs.c.is_retired,
            )
            .order_by(editions.c.due_at.desc(), editions.c.id.desc(), edition_items.c.position)
            .limit(limit)
        )
        of = select(digests.c.name, digests.c.created_at, workspaces.c.language, workspaces.c.caveat_note)
        of = of.join(workspaces, workspaces.c.id == digests.c.workspace_id).where(digests.c.id == digest_id)
        async with self._db.reading() as connection:
            about = (await connection.execute(of)).one()
            rows = (await connection.execute(told)).all()
        caveat = caveat_for(about.language, about.caveat_note)
        items = [
            Item(
                edition_id=row.id,
                brief_id=row.brief_id,
                on=row.on,
                posted_at=row.created_at,
                text=load(row.body),
                caveat=caveat,
            )
            for row in rows
        ]
        return Channel(
            digest_id=digest_id, name=about.name, language=about.language, items=items, made_at=about.created_at
        )

    async def token(self, digest: Digest) -> str:
        """The secret part of its feed's address; empty when it has none."""
        async with self._db.glancing() as connection:
            query = select(digests.c.feed_token).where(digests.c.id == digest.id)
            return (await connection.execute(query)).scalar_one() or ""

    async def set_token(self, digest: Digest, token: str | None) -> None:
        """Gives its feed a new address, or none; the old one leads nowhere from now on."""
        change = update(digests).where(digests.c.id == digest.id, digests.c.workspace_id == digest.workspace_id)
        async with self._db.writing() as connection:
            await connection.execute(change.values(feed_token=token))

    async def by_token(self, token: str) -> int | None:
        """The digest whose feed has this address."""
        async with self._db.glancing() as connection:
            found = await connection.execute(select(digests.c.id).where(digests.c.feed_token == token))
            return found.scalar_one_or_none()
