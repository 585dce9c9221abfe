"""A workspace's own data: handed over, looked at, removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from bot.commands.audit_words import told
from bot.commands.context import Context, Reply
from bot.commands.describe import days_as_typed, instant_in_words
from bot.commands.opml import write_feeds
from bot.commands.values import WORKSPACES
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Bullets, Code, Facts, Inline, Mention, Note, Paragraph, Text
from bot.errors import UsageError
from bot.models import Audited, Digest, Source, Topic, Workspace, public_id
from bot.saying import marked, say, say_count

log = structlog.get_logger(__name__)

_PER_PAGE: Final = 8
_CHANGES: Final = 10
_KINDS: Final = {
    "amendments": marked("edits of posted messages"),
    "articles": marked("articles"),
    "audit": marked("entries of the audit trail"),
    "brief_translations": marked("translations of briefs"),
    "brief_versions": marked("versions of briefs"),
    "briefs": marked("briefs"),
    "corrections": marked("corrections"),
    "deliveries": marked("messages of digests"),
    "digests": marked("digests"),
    "edition_items": marked("stories that digests told"),
    "editions": marked("editions of digests"),
    "follows": marked("followed stories"),
    "installations": marked("tokens"),
    "notices": marked("notices to managers"),
    "oauth_states": marked("installations that were begun"),
    "reports": marked("reports of readers"),
    "setups": marked("set-ups that were begun"),
    "shared_answers": marked("shared answers"),
    "shared_items": marked("briefs in shared answers"),
    "sources": marked("sources"),
    "stories": marked("stories"),
    "topics": marked("topics"),
    "workspace_sources": marked("followed sources"),
    "workspaces": marked("settings"),
}
"""What stands in each table, for who takes it away."""


# ── export ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def export(context: Context) -> Reply:
    """Everything of the workspace: what people set up in words that a person reads, and every row of every table."""
    id_ = context.workspace.id
    sources = await context.store.sources.followed(id_)
    topics = await context.store.topics.list(id_)
    digests = await context.store.digests.list(id_)
    data = {
        "version": 2,
        "exported_at": context.now.isoformat(),
        "settings": _settings_json(context.workspace),
        "sources": [_source_json(source) for source in sources],
        "topics": [_topic_json(topic, sources) for topic in topics],
        "digests": [_digest_json(digest, topics) for digest in digests],
        "tables": await context.store.holdings.everything(id_),
    }
    opml = write_feeds("Briefbot sources", [(source.title, source.shown_url) for source in sources])
    rows = (
        (say("Sources"), f"{len(sources):,}"),
        (say("Topics"), f"{len(topics):,}"),
        (say("Digests"), f"{len(digests):,}"),
    )
    words = say("All data of this workspace as JSON, its sources as OPML too. Tokens are never part of it.")
    files = (("briefbot.json", json.dumps(data, ensure_ascii=False, indent=2)), ("briefbot-sources.opml", opml))
    return Reply(document=notice(say("Export"), Paragraph((Text(words),)), Facts(rows)), files=files)


def _settings_json(workspace: Workspace) -> dict[str, Any]:
    return {
        "workspace": workspace.id,
        "name": workspace.name,
        "zone": workspace.zone,
        "language": workspace.language,
        "admin_role": workspace.admin_role,
        "ping_role": workspace.ping_role,
        "notices": workspace.notices,
        "retention_days": workspace.retention_days,
        "caveat_note": workspace.caveat_note,
        "mute": list(workspace.muted),
    }


def _source_json(source: Source) -> dict[str, Any]:
    ref = public_id("src", source.id)
    return {"source": ref, "url": source.shown_url, "title": source.title, "is_shared": source.is_shared}


def _topic_json(topic: Topic, sources: Sequence[Source]) -> dict[str, Any]:
    rule = topic.rule
    return {
        "topic": public_id("t", topic.id),
        "name": topic.name,
        "words": list(rule.words),
        "exclude": list(rule.excluded),
        "sources": [source.shown_url for source in sources if source.id in rule.source_ids],
        "not_sources": [source.shown_url for source in sources if source.id in rule.excluded_source_ids],
        "languages": list(rule.languages),
        "publishers": rule.min_publishers,
    }


def _digest_json(digest: Digest, topics: Sequence[Topic]) -> dict[str, Any]:
    return {
        "digest": public_id("d", digest.id),
        "name": digest.name,
        "channel": digest.channel,
        "at": ", ".join(f"{one.at:%H:%M}" for one in digest.times),
        "zone": digest.zone,
        "days": days_as_typed(digest.days),
        "topics": [topic.name for id_ in digest.topic_ids for topic in topics if topic.id == id_],
        "style": digest.style,
        "stories": digest.max_stories,
        "catch_up_h": digest.catch_up_s // 3600,
        "publish": digest.publish,
        "caps": {topic.name: most for id_, most in digest.caps for topic in topics if topic.id == id_},
        "quiet": digest.quiet,
        "covers": digest.covers,
        "repeats": digest.repeats,
        "language": digest.language or WORKSPACES,
        "place": digest.place,
        "ping": WORKSPACES if digest.ping is None else digest.ping or "none",
        "is_paused": digest.is_paused,
        "paused_until": digest.paused_until.isoformat() if digest.paused_until else None,
    }


# ── forget ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def confirmation(workspace: Workspace) -> str:
    """What has to be typed so that a workspace is forgotten."""
    return workspace.id.partition(":")[2]


async def forget(context: Context) -> Reply:
    """Removes everything of the workspace, once it was said twice."""
    code = confirmation(context.workspace)
    given = context.arguments.get("confirm", str)
    if given is None:
        return await _asked(context, code)
    if given != code:
        raise UsageError(
            say("'{given}' is not the word that confirms it, so nothing was removed", given=given[:60]),
            allowed=code,
            example=f"/brief-admin forget confirm:{code}",
        )
    pruned = await context.store.pruning.forget(context.workspace.id)
    log.warning("workspace.forgotten", workspace=context.workspace.id, **_named(pruned.counts))
    rows = tuple((_kind(kind), f"{count:,}") for kind, count in sorted(pruned.counts.items()))
    notes = [
        say("Messages that were posted in channels stay there; delete them yourselves, or have the bot removed."),
        say("Briefbot can be set up anew at any time."),
    ]
    if pruned.counts.get("installations"):
        notes.append(say("Its token is deleted too: to use it here again, install the app again."))
    return Reply(document=notice(say("Everything of this workspace was removed"), Facts(rows), *map(_note, notes)))


async def _asked(context: Context, code: str) -> Reply:
    counts = await context.store.holdings.counts(context.workspace.id)
    rows = tuple((_kind(kind), f"{count:,}") for kind, count in sorted(counts.items()) if count)
    words = say("This removes for good what is listed here, and articles that nobody else sees. To go on:")
    command = Code(f"/brief-admin forget confirm:{code}")
    first = _note(say("Take an export first if you may want any of it: /brief-admin export"))
    title = say("Remove everything of this workspace?")
    return Reply(document=notice(title, Facts(rows), Paragraph((Text(words + " "), command)), first))


def _kind(table: str) -> str:
    """What the rows of a table are called."""
    return say(_KINDS[table]) if table in _KINDS else table.replace("_", " ")


def _named(counts: dict[str, int]) -> dict[str, int]:
    return {kind.replace(" ", "_"): count for kind, count in counts.items()}


def _note(text: str) -> Note:
    return Note((Text(text),))


# ── audit ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def audit(context: Context) -> Reply:
    """Who changed what, the newest first."""
    page = context.arguments.get("page", int) or 1
    since = context.arguments.get("since", datetime)
    entries, count = await context.store.trail.page(
        context.workspace.id, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE, since=since
    )
    if not entries:
        words = say("There is no more.") if count else say("Nothing was changed yet.")
        return Reply(document=notice(say("Changes"), Paragraph((Text(words),))))
    blocks: list[Block] = [block for entry in entries for block in _entry(context, entry)]
    blocks.append(
        _note(
            say_count(
                "{n} entry, kept for {days} days",
                "{n} entries, kept for {days} days",
                count,
                days=context.workspace.retention_days,
            )
        )
    )
    command = "brief-admin audit" + (f" since:{context.typed['since']}" if since else "")
    back = [Action(say("Back"), f"{command} page:{page - 1}", replaces=True)] if page > 1 else []
    more = [Action(say("More"), f"{command} page:{page + 1}", replaces=True)] if page * _PER_PAGE < count else []
    turns = (Actions((*back, *more)),) if back or more else ()
    return Reply(document=notice(say("Changes"), *blocks, *turns))


def _entry(context: Context, entry: Audited) -> tuple[Block, ...]:
    when = instant_in_words(entry.at, context.workspace.zone, context.now)
    who = Mention(entry.person_id, name=entry.person_name or entry.person_id)
    head: tuple[Inline, ...] = (Text(when, strong=True), Text(" · "), who, Text(" · "), Code(f"/{entry.command}"))
    items = [(Text(told(change)),) for change in entry.changes[:_CHANGES]]
    if len(entry.changes) > _CHANGES:
        items.append((Text(say("and {n} more, which are in the export", n=len(entry.changes) - _CHANGES)),))
    return Paragraph(head), Bullets(tuple(items))
