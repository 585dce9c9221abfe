"""Rows of topics: what a workspace follows."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.models import Topic, TopicRule, WorkspaceId, parse_public_id, public_id
from bot.saying import say
from bot.store.database import Database
from bot.store.rows import name_key, not_found, value
from bot.store.schema import topics

_ALL = select(topics).where(topics.c.workspace_id == bindparam("workspace")).order_by(topics.c.name_key)


class Topics:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, workspace: WorkspaceId, name: str, rule: TopicRule, *, now: datetime) -> Topic:
        """A new topic; Conflict when the workspace has one of that name."""
        topic = Topic(id=0, workspace_id=workspace, name=name, rule=rule, created_at=now)
        try:
            async with self._db.writing() as connection:
                return await insert_topic(connection, topic)
        except IntegrityError:
            raise _taken(name) from None

    async def get(self, workspace: WorkspaceId, topic_id: int) -> Topic:
        return await self.find(workspace, public_id("t", topic_id))

    async def find(self, workspace: WorkspaceId, text: str) -> Topic:
        """By id (`t3`, `3`) or name; NotFound offers the nearest names."""
        found = await self.list(workspace)
        number = parse_public_id("t", text)
        key = name_key(text)
        # The id first: buttons and forms name it, whatever somebody calls another one.
        for topic in found:
            if topic.id == number:
                return topic
        for topic in found:
            if name_key(topic.name) == key:
                return topic
        raise not_found("topic", text, {public_id("t", topic.id): topic.name for topic in found})

    async def list(self, workspace: WorkspaceId) -> list[Topic]:
        """All topics of a workspace, by name."""
        return [_topic(row) for row in await self._db.rows(_ALL, {"workspace": workspace})]

    async def save(self, topic: Topic) -> None:
        """Writes name and rule of a known topic; Conflict when another has that name."""
        query = (
            update(topics)
            .where(topics.c.id == topic.id, topics.c.workspace_id == topic.workspace_id)
            .values(name=topic.name, name_key=name_key(topic.name), rule=asdict(topic.rule))
        )
        try:
            async with self._db.writing() as connection:
                await connection.execute(query)
        except IntegrityError:
            raise _taken(topic.name) from None

    async def remove(self, workspace: WorkspaceId, topic_id: int) -> None:
        """NotFound when it is not this workspace's."""
        query = delete(topics).where(topics.c.id == topic_id, topics.c.workspace_id == workspace)
        async with self._db.writing() as connection:
            gone = (await connection.execute(query)).rowcount
        if not gone:
            raise not_found("topic", public_id("t", topic_id), {})


async def insert_topic(connection: AsyncConnection, topic: Topic) -> Topic:
    """Stores a new topic, whose id is given here."""
    row = {
        "workspace_id": topic.workspace_id,
        "name": topic.name,
        "name_key": name_key(topic.name),
        "rule": asdict(topic.rule),
        "created_at": topic.created_at,
    }
    id_ = (await connection.execute(topics.insert().values(row).returning(topics.c.id))).scalar_one()
    return replace(topic, id=id_)


def _topic(row: Any) -> Topic:
    rule: Any = {key: tuple(part) if isinstance(part, list) else part for key, part in row.rule.items()}
    return value(Topic, row, rule=TopicRule(**rule))


def _taken(name: str) -> Conflict:
    return Conflict(
        say("there is a topic named '{name}' already", name=name),
        allowed=say("a name of its own, or edit that topic"),
        example="/brief-admin topic list",
    )
