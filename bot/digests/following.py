"""Plans the posts about stories that channels follow: the brief at first, then what is new, then that it is over.

Sends nothing: a post is an edition, so what holds of digests under crashes holds of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from bot.briefs.model.view import ModelView
from bot.digests.news import news_of
from bot.documents.followed import Ending, ending_document, first_document, update_document
from bot.documents.nodes import Document
from bot.errors import ConfigError, NotFound, StoreError
from bot.models import Brief, ChannelRef, Follow, Pick, Workspace
from bot.ports import Adapter, Clock, Payload
from bot.saying import speaking
from bot.store import Store
from bot.store.follows import PAUSE, QUIET, FollowPost
from bot.topics.mute import without_muted_links

log = structlog.get_logger(__name__)

LEASE_S: Final = 120.0
BATCH: Final = 100


class Following:
    """Follows stories for the platforms of this process; any number of processes may do so side by side."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock, model: ModelView) -> None:
        self._store, self._adapters, self._clock, self._model = store, adapters, clock, model

    async def start(self, workspace: Workspace, channel: ChannelRef, brief: Brief, *, until: datetime | None) -> Follow:
        """Follows a story in a channel from now on; Conflict when it is followed there already."""
        now = self._clock.now()
        with speaking(workspace.language):
            shown = await self._shown(brief, workspace, now)
            document = first_document(shown, workspace, until=until, now=now)
            payloads = self._drawn(workspace, document)
        return await self._store.follows.start(channel, brief, payloads, workspace.id, until=until, now=now)

    async def drain(self, stop: asyncio.Event | None = None) -> None:
        """Plans the posts of everything that is followed and has news or is over, or until `stop` is set."""
        while not (stop and stop.is_set()):
            now = self._clock.now()
            due = await self._store.follows.claim_due(now, limit=BATCH, lease_s=LEASE_S, platforms=list(self._adapters))
            for follow in due:
                # Answers to people must not wait for the composing of many.
                await asyncio.sleep(0)
                try:
                    await self._look(follow, now)
                except StoreError:
                    raise
                except Exception:
                    # Its lease keeps it away for a while.
                    log.exception("follow.failed", follow=follow.id, workspace=follow.workspace_id)
            if not due:
                return

    async def _look(self, follow: Follow, now: datetime) -> None:
        """Posts what there is to say of one."""
        workspace = await self._store.workspaces.get(follow.workspace_id)
        with speaking(workspace.language):
            post = await self._post(follow, workspace, now)
        if post is None:
            await self._store.follows.put_off(follow.id, now + PAUSE)
        elif await self._store.follows.post(post, now=now):
            log.info("follow.posted", follow=follow.id, parts=len(post.payloads), ended=post.ended_why)

    async def _post(self, follow: Follow, workspace: Workspace, now: datetime) -> FollowPost | None:
        if not follow.first_ref:
            # Its first post was given up, and who manages the place was told why.
            return FollowPost(follow=follow, ended_why=Ending.UNPOSTED)
        if follow.until is not None and follow.until <= now:
            return self._ending(follow, workspace, Ending.UNTIL)
        pick = await self._news(follow, workspace)
        if pick is not None and pick.news:
            brief = await self._shown(pick.brief, workspace, now)
            document = update_document(replace(pick, brief=brief), workspace)
            return FollowPost(follow=follow, payloads=self._drawn(workspace, document), pick=pick)
        if follow.news_at <= now - QUIET:
            return self._ending(follow, workspace, Ending.QUIET)
        # Other words, or nothing that its readers may see: told as far as there is something to tell.
        return FollowPost(follow=follow, pick=pick) if pick is not None else None

    async def _news(self, follow: Follow, workspace: Workspace) -> Pick | None:
        """The story as it is now, with what is new since it was told; None when it is not to be shown here."""
        if follow.brief_id is None:
            return None
        try:
            brief = await self._store.briefs.get(follow.brief_id, workspace=workspace.id)
        except NotFound:
            return None
        if brief.is_retracted:
            return None
        told = await self._store.editions.told([follow.told])
        since = follow.told_at if follow.is_put_back else None
        news = news_of(brief.text, list(told.values()), since=since)
        if since is not None and not news:
            reason = "the store was restored; it may have been posted before"
            log.warning("follow.passed_over", follow=follow.id, brief=brief.id, version=brief.version, reason=reason)
        return Pick(brief=brief, is_update=True, news=news, why="")

    def _ending(self, follow: Follow, workspace: Workspace, why: Ending) -> FollowPost:
        payloads = self._drawn(workspace, ending_document(why, QUIET))
        return FollowPost(follow=follow, payloads=payloads, ended_why=why)

    async def _shown(self, brief: Brief, workspace: Workspace, now: datetime) -> Brief:
        """As the workspace reads it: in its language, without links to what it muted."""
        briefs = await self._model.in_language([brief], workspace.language, now)
        [shown] = await without_muted_links(self._store, workspace, briefs)
        return shown

    def _drawn(self, workspace: Workspace, document: Document) -> tuple[Payload, ...]:
        adapter = self._adapters.get(workspace.platform)
        if adapter is None:
            raise ConfigError(f"{workspace.platform} does not run here; set its tokens or run it in another process")
        return adapter.render(document)
