"""Settings of a workspace, how it is doing, and its own data as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.briefs.model.view import ModelState
from bot.caveat import caveat_for
from bot.commands.admin_digests import LATE_STATES, STATES
from bot.commands.context import Context, Reply
from bot.commands.describe import instant_in_words, source_name
from bot.commands.languages import name_of
from bot.commands.values import is_none
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Bullets, Code, Facts, Heading, Mention, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.documents.wording import short_date
from bot.models import Digest, Edition, Source, Workspace
from bot.saying import say, say_count, speaking

_EDITIONS: Final = 10
_FAILING: Final = 20


async def settings(context: Context) -> Reply:
    workspace = _changed(context)
    if not context.arguments:
        return _settings(say("Settings"), workspace)
    await context.store.workspaces.save(workspace)
    # A new language is spoken at once, unless who asks has one of their own.
    with speaking(context.invocation.language(workspace)):
        return _settings(say("Settings are changed"), workspace)


def _changed(context: Context) -> Workspace:
    """The workspace with the settings that were given; an empty role takes the old one away."""
    given, old = context.arguments, context.workspace
    note = given.get("caveat_note", str)
    admin, ping = given.get("admin_role", str), given.get("ping_role", str)
    return replace(
        old,
        zone=given.get("zone", str) or old.zone,
        language=given.get("language", str) or old.language,
        admin_role=old.admin_role if admin is None else admin,
        ping_role=old.ping_role if ping is None else ping,
        retention_days=given.get("retention", int) or old.retention_days,
        caveat_note=old.caveat_note if note is None else "" if is_none(note) else note,
    )


def _settings(title: str, workspace: Workspace) -> Reply:
    caveat = caveat_for(workspace.language, workspace.caveat_note)
    admin = Mention(workspace.admin_role, is_role=True) if workspace.admin_role else None
    ping = Mention(workspace.ping_role, is_role=True) if workspace.ping_role else None
    rows: tuple[tuple[str, str | Mention], ...] = (
        (say("Zone"), workspace.zone),
        (say("Language"), name_of(workspace.language)),
        (say("Admin role"), admin or say("none: managers of this place only")),
        (say("Ping role"), ping or say("none: digests mention nobody")),
        (say("Kept for"), say_count("{n} day", "{n} days", workspace.retention_days)),
        (say("Caveat"), f"{caveat.text} {caveat.note}".strip()),
    )
    command = Code("/brief-admin settings zone:Asia/Seoul language:ko")
    hint = Note(phrase(say("Change one: {command}"), command=command), is_hint=True)
    zones = Note((Text(say("A digest keeps the zone that it was set up with.")),))
    change = Actions((Action(say("Change"), "brief-admin settings", asks=True),))
    return Reply(document=notice(title, Facts(rows), hint, zones, change))


# ── status ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def status(context: Context) -> Reply:
    sources = await context.store.sources.followed(context.workspace.id)
    digests = await context.store.digests.list(context.workspace.id)
    editions = await context.store.editions.recent(context.workspace.id, limit=_EDITIONS)
    stored = await context.store.articles.count()
    blocks = [
        *_trouble(context, sources),
        *_next_runs(context, digests),
        *_last_runs(context, editions, digests),
        *_model(context, await context.model.state(context.now)),
        Note((Text(_stored(stored, context.store.dialect)),)),
    ]
    return Reply(document=notice(say("Status"), *blocks))


def _stored(count: int, where: str) -> str:
    return say_count(
        "{n} article stored on {store}, of all workspaces.",
        "{n} articles stored on {store}, of all workspaces.",
        count,
        store=where,
    )


def _trouble(context: Context, sources: Sequence[Source]) -> list[Block]:
    failing = [source for source in sources if source.last_error]
    unread = sum(source.last_polled_at is None for source in sources)
    parts = [say_count("{n} source", "{n} sources", len(sources)), say("{n} failing", n=len(failing))]
    if unread:
        parts.append(say("{n} not read yet", n=unread))
    summary = say("{sentence}.", sentence=", ".join(parts))
    blocks: list[Block] = [Heading(say("Sources")), Paragraph((Text(summary),))]
    rows = tuple((source_name(source), _why_failing(context, source)) for source in failing[:_FAILING])
    if rows:
        blocks.append(Facts(rows))
    if len(failing) > _FAILING:
        more = say("{n} more are failing: {command}", n=len(failing) - _FAILING, command="{command}")
        blocks.append(Note(phrase(more, command=Code("/brief-admin source list"))))
    return blocks


def _why_failing(context: Context, source: Source) -> str:
    zone = context.workspace.zone
    parts = [retold(source.last_error).rstrip(".。")]
    if source.failing_since:
        parts.append(say("since {when}", when=instant_in_words(source.failing_since, zone, context.now)))
    if source.next_poll_at:
        when = instant_in_words(source.next_poll_at, zone, context.now)
        is_soon = source.next_poll_at <= context.now
        parts.append(say("next try now") if is_soon else say("next try {when}", when=when))
    return "; ".join(parts)


def _next_runs(context: Context, digests: Sequence[Digest]) -> list[Block]:
    if not digests:
        return [Heading(say("Next")), Paragraph((Text(say("No digest is set up.")),))]
    runs = []
    for digest in digests:
        due = digest.next_due_at
        when = say("paused") if digest.is_paused or due is None else instant_in_words(due, digest.zone, context.now)
        runs.append((Text(digest.name, strong=True), Text(f": {when}, "), Mention(digest.channel)))
    blocks: list[Block] = [Heading(say("Next")), Bullets(tuple(runs))]
    troubled = [digest for digest in digests if digest.trouble]
    if troubled:
        blocks += [Heading(say("Cannot be posted")), Facts(tuple(_trouble_of(context, digest) for digest in troubled))]
    return blocks


def _trouble_of(context: Context, digest: Digest) -> tuple[str, str]:
    since = digest.trouble_since
    parts = [retold(digest.trouble)]
    if since:
        parts.append(say("since {when}", when=instant_in_words(since, context.workspace.zone, context.now)))
    return digest.name, "; ".join(parts)


def _last_runs(context: Context, editions: Sequence[Edition], digests: Sequence[Digest]) -> list[Block]:
    if not editions:
        return []
    names = {digest.id: digest.name for digest in digests}
    rows = tuple(
        (f"{names.get(edition.digest_id, say('deleted'))}, {short_date(edition.on)}", _outcome(edition))
        for edition in editions
    )
    return [Heading(say("Last")), Facts(rows)]


def _outcome(edition: Edition) -> str:
    words = say(LATE_STATES[edition.state] if edition.is_late else STATES[edition.state])
    if edition.story_count:
        words += ", " + say_count("{n} story", "{n} stories", edition.story_count)
    return words + (f": {retold(edition.reason)}" if edition.reason else "")


def _model(context: Context, state: ModelState | None) -> list[Block]:
    """What the model used today, and what it has not come to."""
    if state is None:
        return []
    spend, waiting = state.spend, state.waiting
    used, of = f"{spend.total:,}", f"{state.daily_tokens:,}"
    parts = [say("{model}: {used} of {limit} tokens today", model=state.label, used=used, limit=of)]
    if waiting.count:
        since = instant_in_words(waiting.since, context.workspace.zone, context.now) if waiting.since else say("now")
        parts.append(_extracted(waiting.count, since))
    if waiting.failing:
        parts.append(say("{n} of them after a failure", n=waiting.failing))
    return [Heading(say("Model")), Paragraph((Text(say("{sentence}.", sentence=", ".join(parts))),))]


def _extracted(count: int, since: str) -> str:
    return say_count("{n} brief by extraction since {when}", "{n} briefs by extraction since {when}", count, when=since)
