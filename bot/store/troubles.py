"""Why a channel cannot be posted to: the columns `trouble` and `trouble_since` of digests and follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, and_, update

from bot.models import ChannelRef
from bot.store.database import Database


async def set_trouble(
    database: Database, table: Table, id_: int, channel: ChannelRef, reason: str, now: datetime
) -> bool:
    """Notes why its channel cannot be posted to; True when there was none before, so that it is told.

    Nothing of a channel that is not its own any more.
    """
    known = and_(table.c.id == id_, table.c.channel == channel)
    async with database.writing() as connection:
        new = update(table).where(known, table.c.trouble == "")
        if (await connection.execute(new.values(trouble=reason, trouble_since=now))).rowcount:
            return True
        await connection.execute(update(table).where(known).values(trouble=reason))
    return False


async def end_trouble(database: Database, table: Table, id_: int) -> None:
    """Its channel can be posted to again."""
    async with database.writing() as connection:
        query = update(table).where(table.c.id == id_, table.c.trouble != "")
        await connection.execute(query.values(trouble="", trouble_since=None))
