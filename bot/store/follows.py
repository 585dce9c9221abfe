"""Rows of follows: stories that a channel follows, what it was told of each, and which have something to say.

Each post about one is an edition without a digest, so that it is claimed, sent, found and settled as any other, kept
right when its brief is corrected, and counted as told when stories are pruned.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.models import Brief, ChannelRef, DeliveryState, EditionState, Follow, Pick, WorkspaceId
from bot.ports import Payload
from bot.saying import say
from bot.store.claiming import claim
from bot.store.database import Database
from bot.store.editions import items_of, parts_of
from bot.store.platforms import is_of
from bot.store.rows import value
from bot.store.schema import briefs, deliveries, edition_items, editions, follows, workspaces
from bot.store.troubles import end_trouble, set_trouble

PAUSE: Final = timedelta(minutes=30)
"""Between two posts about one story."""
QUIET: Final = timedelta(days=14)
"""Without news for so long, a story is followed no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowPost:
    """What is posted about a followed story; without `payloads` it is only noted that there is nothing to say."""

    follow: Follow
    payloads: Sequence[Payload] = ()
    pick: Pick | None = None
    """What it tells; None for one that only says that it is over."""
    ended_why: str = ""


class Follows:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def start(
        self,
        channel: ChannelRef,
        brief: Brief,
        payloads: Sequence[Payload],
        workspace: WorkspaceId,
        *,
        until: datetime | None,
        now: datetime,
    ) -> Follow:
        """Follows a story in a channel and has its first post made; Conflict when it is followed there already."""
        async with self._db.writing() as connection:
            known = _of(workspace, brief.story_id, channel)
            if (await connection.execute(select(follows.c.id).where(*known))).first() is not None:
                raise Conflict(
                    say("{brief} is followed in that channel already", brief=brief.ref),
                    example="/brief-admin story list",
                )
            columns = {
                "workspace_id": workspace,
                "story_id": brief.story_id,
                "channel": channel,
                "until": until,
                **_told(brief),
                "news_at": now,
                "not_before": now + PAUSE,
                "created_at": now,
            }
            row = (await connection.execute(follows.insert().values(columns).returning(follows))).one()
            follow = value(Follow, row, brief_id=brief.id)
            pick = Pick(brief=brief, why="")
            await _post(connection, FollowPost(follow=follow, payloads=payloads, pick=pick), now)
        return follow

    async def end(
        self, workspace: WorkspaceId, story_id: int, channel: ChannelRef | None, *, why: str, now: datetime
    ) -> builtins.list[ChannelRef]:
        """Follows a story no more, in one channel or in all; what was not begun to be sent is not sent."""
        async with self._db.writing() as connection:
            ended = update(follows).where(*_of(workspace, story_id, channel))
            ended = ended.values(ended_at=now, ended_why=why, trouble="").returning(follows.c.id, follows.c.channel)
            rows = (await connection.execute(ended)).all()
            await _cancel(connection, [row.id for row in rows])
        return [row.channel for row in rows]

    async def list(self, workspace: WorkspaceId) -> builtins.list[Follow]:
        """The stories that are followed in a workspace, the first followed first."""
        query = _whole().where(follows.c.workspace_id == workspace, follows.c.ended_at.is_(None))
        async with self._db.glancing() as connection:
            return [value(Follow, row) for row in await connection.execute(query.order_by(follows.c.id))]

    async def get(self, follow_id: int) -> Follow | None:
        async with self._db.glancing() as connection:
            row = (await connection.execute(_whole().where(follows.c.id == follow_id))).one_or_none()
        return value(Follow, row) if row is not None else None

    async def claim_due(
        self, now: datetime, *, limit: int, lease_s: float, platforms: Sequence[str]
    ) -> builtins.list[Follow]:
        """Follows that have something to say: news of their story, or that they are over. Nobody else gets them until
        they are posted or the lease ends.
        """
        async with self._db.writing() as connection:
            until = now + timedelta(seconds=lease_s)
            if not (ids := await claim(connection, follows, _due(now, platforms, limit), not_before=until)):
                return []
            rows = await connection.execute(_whole().where(follows.c.id.in_(ids)).order_by(follows.c.id))
            return [value(Follow, row) for row in rows]

    async def post(self, post: FollowPost, *, now: datetime) -> bool:
        """Has something posted and notes what was told, in one transaction; False when it was done meanwhile."""
        follow = post.follow
        is_same = (
            follows.c.id == follow.id,
            follows.c.ended_at.is_(None),
            follows.c.told_brief_id == follow.told_brief_id,
            follows.c.told_version == follow.told_version,
        )
        changed: dict[str, Any] = {"first_ref": follow.first_ref}
        if post.pick is not None:
            changed |= _told(post.pick.brief)
        if follow.is_put_back and post.pick is not None and not post.payloads:
            # Other articles of before then may still be read.
            changed |= {"told_version": -post.pick.brief.version, "told_at": follow.told_at}
        if post.payloads:
            changed |= {"not_before": now + PAUSE, "news_at": now}
        if post.ended_why:
            changed |= {"ended_at": now, "ended_why": post.ended_why}
        async with self._db.writing() as connection:
            done = await connection.execute(update(follows).where(*is_same).values(changed))
            if not done.rowcount:
                return False
            if post.payloads:
                await _post(connection, post, now)
        return True

    async def put_off(self, follow_id: int, until: datetime) -> None:
        """Looks at it again only then."""
        async with self._db.writing() as connection:
            await connection.execute(update(follows).where(follows.c.id == follow_id).values(not_before=until))

    async def pass_over(self, now: datetime) -> int:
        """The store was put back: what was published up to now may have been told everywhere; how many are followed."""
        again = update(follows).where(follows.c.ended_at.is_(None))
        again = again.values(told_version=-func.abs(follows.c.told_version), told_at=now)
        async with self._db.writing() as connection:
            return int((await connection.execute(again)).rowcount)

    async def set_trouble(self, follow_id: int, channel: ChannelRef, reason: str, now: datetime) -> bool:
        """Notes why its channel cannot be posted to; True when there was none before, so that it is told."""
        return await set_trouble(self._db, follows, follow_id, channel, reason, now)

    async def end_trouble(self, follow_id: int) -> None:
        """Its channel can be posted to again."""
        await end_trouble(self._db, follows, follow_id)


def _of(workspace: WorkspaceId, story_id: int, channel: ChannelRef | None) -> tuple[ColumnElement[bool], ...]:
    here = (follows.c.workspace_id == workspace, follows.c.story_id == story_id, follows.c.ended_at.is_(None))
    return here if channel is None else (*here, follows.c.channel == channel)


def _told(brief: Brief) -> dict[str, Any]:
    return {
        "told_brief_id": brief.id,
        "told_version": brief.version,
        "told_at": brief.updated_at,
    }


def _whole() -> Select[Any]:
    """Follows with the brief of their story, and, once one stands there, the message of their thread and the last."""
    first = (
        select(deliveries.c.message_ref)
        .join(editions, editions.c.id == deliveries.c.edition_id)
        .where(editions.c.follow_id == follows.c.id, deliveries.c.part == 1, deliveries.c.state == DeliveryState.SENT)
        .order_by(editions.c.id)
        .limit(1)
        .correlate(follows)
        .scalar_subquery()
    )
    last = (
        select(func.max(deliveries.c.sent_at))
        .join(editions, editions.c.id == deliveries.c.edition_id)
        .where(editions.c.follow_id == follows.c.id, deliveries.c.state == DeliveryState.SENT)
        .correlate(follows)
        .scalar_subquery()
        .label("posted_at")
    )
    columns = [column for column in follows.c if column is not follows.c.first_ref]
    first_ref = func.coalesce(func.nullif(follows.c.first_ref, ""), first, "").label("first_ref")
    brief_id = briefs.c.id.label("brief_id")
    return select(*columns, first_ref, last, brief_id).outerjoin(briefs, briefs.c.story_id == follows.c.story_id)


def _due(now: datetime, platforms: Sequence[str], limit: int) -> Select[tuple[int]]:
    """Of those whose pause is over; while a post is on its way, what comes meanwhile waits and goes with the next."""
    is_new = and_(
        briefs.c.news_at > follows.c.told_at,
        or_(briefs.c.version > func.abs(follows.c.told_version), briefs.c.id != follows.c.told_brief_id),
    )
    is_over = or_(follows.c.until <= now, follows.c.news_at <= now - QUIET)
    is_under_way = exists().where(editions.c.follow_id == follows.c.id, editions.c.state == EditionState.PLANNED)
    is_left = exists().where(workspaces.c.id == follows.c.workspace_id, workspaces.c.left_at.is_not(None))
    return (
        select(follows.c.id)
        .outerjoin(briefs, briefs.c.story_id == follows.c.story_id)
        .where(follows.c.ended_at.is_(None), follows.c.not_before <= now, or_(is_new, is_over))
        .where(is_of(follows.c.workspace_id, platforms), ~is_under_way, ~is_left)
        .order_by(follows.c.not_before, follows.c.id)
        .limit(limit)
    )


async def _post(connection: AsyncConnection, post: FollowPost, now: datetime) -> None:
    """Makes the edition of a post with what it tells and its messages."""
    follow = post.follow
    picks = [post.pick] if post.pick is not None else []
    columns = {
        "workspace_id": follow.workspace_id,
        "follow_id": follow.id,
        "on": now.date(),
        "channel": follow.channel,
        "due_at": now,
        "state": EditionState.PLANNED,
        "story_count": len(picks),
        "created_at": now,
    }
    edition = (await connection.execute(editions.insert().values(columns).returning(editions.c.id))).scalar_one()
    if picks:
        await connection.execute(edition_items.insert(), list(items_of(picks, edition)))
    parts = parts_of(post.payloads, edition, follow.workspace_id, follow.channel, now)
    await connection.execute(deliveries.insert(), list(parts))


async def _cancel(connection: AsyncConnection, follow_ids: Sequence[int]) -> None:
    """Removes the posts of which no message was begun: that they are not sent is a manager's wish and no failure."""
    begun = exists().where(deliveries.c.edition_id == editions.c.id, deliveries.c.attempts > 0)
    waiting = (editions.c.follow_id.in_(follow_ids), editions.c.state == EditionState.PLANNED, ~begun)
    await connection.execute(delete(editions).where(*waiting))
