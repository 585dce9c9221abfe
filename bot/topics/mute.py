"""Muted words of a workspace: a brief that has one is shown there only to who asks for it by its id or searches.

The words are read as those of a topic's rule. They are looked for in what a reader would see of the brief: its own
words and the titles of its sources; so nothing has to be read from the store for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.models import Brief, Related, Workspace
from bot.store.briefs import BriefFacts
from bot.topics.match import has_any, subject_of, words_stand_in

if TYPE_CHECKING:
    from bot.store import Store


def is_muted(workspace: Workspace, brief: Brief) -> bool:
    if not workspace.muted:
        return False
    titles = tuple(source.title for source in brief.text.sources)
    return has_any(workspace.muted, subject_of(brief, BriefFacts(article_titles=titles)))


def unmuted(workspace: Workspace, briefs: Sequence[Brief]) -> list[Brief]:
    """Those that may be shown unasked, in the same order."""
    return [brief for brief in briefs if not is_muted(workspace, brief)]


async def without_muted_links(store: Store, workspace: Workspace, briefs: Sequence[Brief]) -> list[Brief]:
    """The briefs without links to muted ones; costs one more read, and only where something is muted."""
    if not workspace.muted:
        return list(briefs)
    ids = {link.brief_id for brief in briefs for link in brief.related if link.brief_id}
    others = await store.briefs.by_ids(sorted(ids), workspace=workspace.id)
    hidden = {other.id for other in others if is_muted(workspace, other)}

    def is_shown(link: Related) -> bool:
        return link.brief_id not in hidden and not words_stand_in(workspace.muted, f"{link.headline}\n{link.blurb}")

    return [replace(brief, related=tuple(filter(is_shown, brief.related))) for brief in briefs]
