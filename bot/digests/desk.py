"""What one round of planning reads of the store, each thing once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.digests.compose import stories
from bot.digests.news import news_of
from bot.digests.runs import WEEK
from bot.digests.select import FADE, WEEK_FADE, Candidate, Selection, Wish, select
from bot.documents.build import language_of
from bot.documents.nodes import Block
from bot.models import Brief, ChannelRef, Covers, Digest, Pick, Style, Topic, Workspace, WorkspaceId
from bot.saying import spoken
from bot.store import Store
from bot.store.briefs import BriefFacts
from bot.store.editions import SentStory
from bot.topics.match import match
from bot.topics.mute import unmuted

SENT_WINDOW: Final = timedelta(days=30)
"""How long a channel's stories are remembered as told."""
MOST_CANDIDATES: Final = 1500


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a workspace could be told now, with what topic rules ask of it."""

    briefs: Sequence[Brief]
    facts: Mapping[int, BriefFacts]


class Desk:
    """What one round of planning has read, so that digests that ask for the same are given the same."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self.now = store, now
        self._workspaces: dict[WorkspaceId, Workspace] = {}
        self._topics: dict[WorkspaceId, dict[int, Topic]] = {}
        self._own_sources: dict[WorkspaceId, frozenset[int]] = {}
        self._correcting: frozenset[WorkspaceId] = frozenset()
        self._subjects: dict[Hashable, Subjects] = {}
        self._sent: dict[tuple[WorkspaceId, ChannelRef], Mapping[int, SentStory]] = {}
        self._sent_by: dict[int, Mapping[int, SentStory]] = {}
        self._selections: dict[Hashable, Selection] = {}
        self._as_sent: dict[int, tuple[Sequence[Pick], Mapping[int, SentStory]]] = {}
        self._told: dict[Hashable, Sequence[Pick]] = {}
        self._stories: dict[Hashable, tuple[Block, ...]] = {}

    async def open(self, digests: Sequence[Digest]) -> None:
        """Reads what the digests' workspaces follow and what their channels were told before."""
        theirs = {digest.workspace_id for digest in digests}
        since = self.now - SENT_WINDOW
        self._workspaces |= await self._store.workspaces.each(theirs)
        self._own_sources = await self._store.sources.own_of(theirs)
        self._correcting = await self._store.corrections.holders(theirs)
        self._sent |= await self._store.editions.sent([_place(digest) for digest in digests], since=since)
        for digest in digests:
            if digest.repeats:
                own = await self._store.editions.sent([_place(digest)], since=since, digest_id=digest.id)
                self._sent_by[digest.id] = own[_place(digest)]

    def lay_out(self, workspace: WorkspaceId, topics: Sequence[Topic]) -> None:
        """Takes these for the topics that the workspace has."""
        self._topics[workspace] = {topic.id: topic for topic in topics}

    def note_told(self, digest: Digest, picks: Sequence[Pick]) -> None:
        """Remembers an edition of this round, so that another digest in its channel does not tell the same."""
        if id(picks) not in self._as_sent:
            self._as_sent[id(picks)] = picks, _as_sent(picks)
        place = _place(digest)
        self._sent[place] = {**self._sent[place], **self._as_sent[id(picks)][1]}

    async def workspace(self, id_: WorkspaceId) -> Workspace:
        if id_ not in self._workspaces:
            self._workspaces[id_] = await self._store.workspaces.get(id_)
        return self._workspaces[id_]

    async def workspace_of(self, digest: Digest) -> Workspace:
        """The digest's workspace as its readers see it: with the language and the ping of the digest."""
        workspace = await self.workspace(digest.workspace_id)
        if not digest.language and digest.ping is None:
            return workspace
        ping = workspace.ping_role if digest.ping is None else digest.ping
        return replace(workspace, language=digest.language or workspace.language, ping_role=ping)

    async def select(self, digest: Digest, window: timedelta, *, language: str = "") -> Selection:
        """The stories of an edition that looks so far back, those in a language first."""
        sent = self._sent_by.get(digest.id) if digest.repeats else None
        if sent is None:
            sent = self._sent[_place(digest)]
        topics = await self._topics_of(digest)
        workspace = await self.workspace(digest.workspace_id)
        viewer = self._viewer(digest.workspace_id)
        fade = WEEK_FADE if digest.covers is Covers.WEEK else FADE
        told = frozenset(sent.items())
        # The reasons of a selection are in a language.
        seen = (viewer, workspace.muted, spoken())
        key = (seen, window, topics, digest.max_stories, told, digest.caps, language, fade)
        if key not in self._selections:
            candidates = candidates_of(await self.subjects(digest.workspace_id, window), topics, workspace)
            most = dict(digest.caps)
            caps = {rank: most[topic.id] for rank, topic in enumerate(topics) if topic.id in most}
            chosen = select(
                candidates,
                sent=sent,
                limit=digest.max_stories,
                now=self.now,
                window=window,
                wish=Wish(caps=caps, language=language, fade=fade),
            )
            self._selections[key] = replace(chosen, picks=await self._with_news(chosen.picks, sent))
        return self._selections[key]

    async def told(
        self, selection: Selection, workspace: Workspace, tell: Callable[[Sequence[Pick]], Awaitable[Sequence[Pick]]]
    ) -> Sequence[Pick]:
        """The picks of a selection of this desk as `tell` gives them to a workspace; once for all that read alike."""
        # What is muted hides links to briefs that this workspace alone may see.
        key = (id(selection), workspace.language, workspace.muted and workspace.id)
        if key not in self._told:
            self._told[key] = await tell(selection.picks)
        return self._told[key]

    def stories(self, style: Style, picks: Sequence[Pick], workspace: Workspace) -> tuple[Block, ...]:
        """Picks that `told` gave as blocks; once for all digests that tell them alike."""
        key = (id(picks), style, workspace.zone, language_of(workspace), spoken())
        if key not in self._stories:
            self._stories[key] = stories(style, picks, workspace, now=self.now)
        return self._stories[key]

    async def best_of_week(self, digest: Digest, *, language: str = "") -> Selection:
        """What of the last week its channel was not told."""
        return await self.select(replace(digest, covers=Covers.WEEK, repeats=False), WEEK, language=language)

    async def _with_news(self, picks: Sequence[Pick], sent: Mapping[int, SentStory]) -> tuple[Pick, ...]:
        """The picks; those that are told again with what is new since."""
        told = {pick.brief.id: sent[pick.brief.story_id].told for pick in picks if pick.is_update}
        texts = await self._store.editions.told({version for versions in told.values() for version in versions})
        return tuple(
            replace(pick, news=news_of(pick.brief.text, [texts[one] for one in told[pick.brief.id] if one in texts]))
            if pick.is_update
            else pick
            for pick in picks
        )

    async def subjects(self, workspace: WorkspaceId, window: timedelta) -> Subjects:
        """Briefs that the workspace sees and that became news within the window; once for all that see the same."""
        key = (self._viewer(workspace), window)
        if key not in self._subjects:
            briefs = await self._store.briefs.news(workspace, since=self.now - window, limit=MOST_CANDIDATES)
            facts = await self._store.briefs.with_sources([brief.id for brief in briefs])
            self._subjects[key] = Subjects(briefs, facts)
        return self._subjects[key]

    def _viewer(self, workspace: WorkspaceId) -> Hashable:
        """The same for workspaces that see the same briefs in the same words."""
        return workspace if workspace in self._correcting else self._own_sources.get(workspace, workspace)

    async def _topics_of(self, digest: Digest) -> tuple[Topic, ...]:
        if not digest.topic_ids:
            return ()
        if digest.workspace_id not in self._topics:
            found = await self._store.topics.list(digest.workspace_id)
            self._topics[digest.workspace_id] = {topic.id: topic for topic in found}
        known = self._topics[digest.workspace_id]
        return tuple(known[id_] for id_ in digest.topic_ids if id_ in known)


def _place(digest: Digest) -> tuple[WorkspaceId, ChannelRef]:
    return digest.workspace_id, digest.channel


def _as_sent(picks: Sequence[Pick]) -> dict[int, SentStory]:
    """What of each story they tell."""
    return {
        pick.brief.story_id: SentStory(
            brief_version=pick.brief.version,
            written_at=pick.brief.updated_at,
            told=((pick.brief.id, pick.brief.version),),
        )
        for pick in picks
    }


def candidates_of(subjects: Subjects, topics: Sequence[Topic], workspace: Workspace) -> list[Candidate]:
    """Each unmuted brief once, under the first of the topics that it matches; all of them when there are no topics."""
    briefs = unmuted(workspace, subjects.briefs)
    if not topics:
        return [Candidate(brief=brief) for brief in briefs]
    found = []
    for brief in briefs:
        for rank, topic in enumerate(topics):
            if reason := match(topic.rule, brief, subjects.facts[brief.id]):
                found.append(Candidate(brief=brief, topic=topic.name, topic_rank=rank, matches=reason))
                break
    return found
