"""What the store holds of an edition, read as no part of the bot needs it."""

from __future__ import annotations

from datetime import date

from bot.models import Delivery, Edition
from bot.store import Store
from bot.store.deliveries import WHOLE, delivery_of
from bot.store.schema import deliveries


async def edition_on(store: Store, digest_id: int, on: date, slot: int = 0) -> Edition | None:
    """The edition of a digest for a slot of a local date."""
    return (await store.editions.since(digest_id, on)).get((on, slot))


async def parts_of(store: Store, edition_id: int) -> list[Delivery]:
    """The messages of an edition, in order."""
    query = WHOLE.where(deliveries.c.edition_id == edition_id).order_by(deliveries.c.part)
    async with store.database.reading() as connection:
        return [delivery_of(row) for row in await connection.execute(query)]
