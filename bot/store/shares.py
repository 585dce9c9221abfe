"""Rows of shared answers: what somebody showed to all, so that it can be edited when a brief in it is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.documents.stored import to_json
from bot.models import ChannelRef, WorkspaceId
from bot.ports import Payload
from bot.store.database import Database
from bot.store.schema import shared_answers, shared_items


class Shares:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(
        self,
        workspace: WorkspaceId,
        channel: ChannelRef,
        messages: Sequence[tuple[str, Payload]],
        told: Sequence[tuple[int, int]],
        *,
        now: datetime,
    ) -> None:
        """Notes the messages of an answer, each with its reference, and the briefs in it with their versions."""
        if not told:
            return
        async with self._db.writing() as connection:
            for ref, payload in messages:
                row = {"workspace_id": workspace, "channel": channel, "message_ref": ref, "title": payload.title}
                page = to_json(payload.page) if payload.page else ""
                insert = shared_answers.insert().values(**row, caveat=payload.caveat, page=page, created_at=now)
                share = (await connection.execute(insert.returning(shared_answers.c.id))).scalar_one()
                items = [
                    {"share_id": share, "position": position, "brief_id": brief, "brief_version": version}
                    for position, (brief, version) in enumerate(told)
                ]
                await connection.execute(shared_items.insert(), items)
