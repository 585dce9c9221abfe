"""What a message said that was posted before messages were kept as documents: composed again as it was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.digests.compose import Issue, compose
from bot.documents.nodes import Document
from bot.models import Edition, Pick, Style, Workspace
from bot.ports import Adapter
from bot.store import Store
from bot.store.amendments import Amendment


async def recomposed(store: Store, adapter: Adapter, one: Amendment, workspace: Workspace) -> list[Document]:
    """The messages of its edition at the versions told then; none where they do not come to as many as were posted.

    What is not kept by version, as the number of publishers, is as it is now.
    """
    if one.edition_id is None:
        return []
    edition, parts = await store.editions.posted(one.edition_id)
    if edition.digest_id is None:
        # A post about a followed story; those are kept as documents since there are any.
        return []
    digest = await store.digests.get(workspace.id, edition.digest_id)
    issue = Issue(name=digest.name, on=edition.on, style=Style(digest.style), late_by=_late(edition))
    document = compose(issue, await _picks(store, edition), workspace, now=edition.created_at)
    pages = [payload.page for payload in adapter.render(document)]
    return [page for page in pages if page is not None] if len(pages) == parts else []


def _late(edition: Edition) -> timedelta | None:
    return edition.created_at - edition.due_at if edition.is_late else None


async def _picks(store: Store, edition: Edition) -> list[Pick]:
    found = []
    for item in await store.editions.items(edition.id):
        brief = await store.briefs.get(item.brief_id, workspace=None, is_raw=True)
        versions = {number: text for number, _, text in await store.briefs.versions(item.brief_id)}
        text = versions.get(item.brief_version, brief.text)
        told = replace(brief, id=item.brief_id, version=item.brief_version, text=text)
        found.append(Pick(brief=told, topic=item.topic, is_update=item.is_update, why=item.why))
    return found
