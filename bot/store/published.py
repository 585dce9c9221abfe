"""What editions told, for a digest's feed, and the secret addresses of feeds."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select, update

from bot.caveat import Caveat, caveat_for
from bot.models import Digest, EditionState
from bot.models.published import Channel, Item
from bot.store.bodies import load
from bot.store.database import Database
from bot.store.layer import laid_over, layered
from bot.store.schema import briefs, digests, edition_items, editions, workspaces
from bot.store.visible import viewer

MOST: Final = 100
"""Items of a feed; a reader that comes once a week misses none of a daily digest."""


class Published:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def channel(self, digest_id: int, *, limit: int = MOST) -> Channel:
        """What a digest told, the newest first: briefs as they stand now for its workspace.

        What was corrected or retracted says so, in its place.
        """
        told = (
            select(editions.c.id, editions.c.on, editions.c.created_at, briefs.c.id.label("brief_id"), briefs.c.body)
            .join_from(briefs, edition_items, edition_items.c.brief_id == briefs.c.id)
            .join(editions, editions.c.id == edition_items.c.edition_id)
            .where(
                editions.c.digest_id == digest_id,
                editions.c.state.in_([EditionState.PLANNED, EditionState.DELIVERED]),
                ~briefs.c.is_retired,
            )
            .order_by(editions.c.due_at.desc(), editions.c.id.desc(), edition_items.c.position)
            .limit(limit)
        )
        language = func.coalesce(func.nullif(digests.c.language, ""), workspaces.c.language).label("language")
        own = (digests.c[name] for name in ("name", "created_at", "zone", "workspace_id"))
        of = select(*own, language, workspaces.c.caveat_note)
        of = of.join(workspaces, workspaces.c.id == digests.c.workspace_id).where(digests.c.id == digest_id)
        async with self._db.reading() as connection:
            about = (await connection.execute(of)).one()
            rows = (await connection.execute(laid_over(told, to_all=False), viewer(about.workspace_id))).all()
        caveat = caveat_for(about.language, about.caveat_note)
        return Channel(
            digest_id=digest_id,
            name=about.name,
            language=about.language,
            zone=about.zone,
            items=[_item(row, caveat) for row in rows],
            made_at=about.created_at,
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


def _item(row: Any, caveat: Caveat) -> Item:
    over = layered(row._mapping)
    return Item(
        edition_id=row.id,
        brief_id=row.brief_id,
        on=row.on,
        posted_at=row.created_at,
        text=over.get("text") or load(row.body),
        caveat=caveat,
        correction=over.get("correction"),
    )
