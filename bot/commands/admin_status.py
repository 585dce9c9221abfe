"""How a workspace is doing: its sources, editions, messages on their way, and the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.briefs.model.view import ModelState
from bot.commands.admin_digests import LATE_STATES, STATES
from bot.commands.context import Context, Reply
from bot.commands.describe import instant_in_words, paused_in_words
from bot.documents.build import notice
from bot.documents.nodes import Block, Bullets, Code, Facts, Heading, Mention, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.documents.wording import listed, short_date
from bot.models import ChannelRef, Digest, Edition, EditionState, Follow, Source
from bot.saying import say, say_count

_EDITIONS: Final = 10
_FAILING: Final = 20
_WEEK: Final = timedelta(days=7)
_NAMED: Final = re.compile(r"<#\w+>")
"""A channel, in the reason that a platform's adapter gives."""


async def status(context: Context) -> Reply:
    sources = await context.store.sources.followed(context.workspace.id)
    digests = await context.store.digests.list(context.workspace.id)
    editions = await context.store.editions.recent(context.workspace.id, limit=_EDITIONS)
    stored = await context.store.articles.count()
    waiting = await context.store.deliveries.waiting(context.workspace.id)
    troubled = [one for one in await context.store.follows.list(context.workspace.id) if one.trouble]
    blocked = {digest.id: why for digest in digests if (why := digest.trouble or context.dispatcher.obstacle(digest))}
    short = {digest.id: why for digest in digests if (why := context.dispatcher.shortfall(digest))}
    blocks: list[Block] = []
    if _is_well(context, sources, editions) and not (waiting or troubled or blocked or short):
        blocks.append(Paragraph((Text(say("All is well."), strong=True),)))
    blocks += [
        *_trouble(context, sources),
        *_next_runs(context, digests),
        *_blocked(context, [digest for digest in digests if digest.id in blocked], blocked),
        *_short([digest for digest in digests if digest.id in short], short),
        *_untold(troubled),
        *_last_runs(context, editions, digests),
        *_waiting(waiting),
        *_model(context, await context.model.state(context.now)),
        Note((Text(_stored(stored, context.store.dialect)),)),
    ]
    return Reply(document=notice(say("Status"), *blocks))


def _is_well(context: Context, sources: Sequence[Source], editions: Sequence[Edition]) -> bool:
    """Nothing fails now, and no edition of the last week was late, skipped or lost."""
    recent = [edition for edition in editions if edition.due_at >= context.now - _WEEK]
    is_on_time = not any(
        edition.is_late or edition.state in (EditionState.SKIPPED, EditionState.FAILED) for edition in recent
    )
    return is_on_time and not any(source.last_error for source in sources)


def _waiting(waiting: Mapping[str, int]) -> list[Block]:
    """Messages on their way that were tried and put off, by reason."""
    if not waiting:
        return []
    rows = tuple((say_count("{n} message", "{n} messages", count), retold(reason)) for reason, count in waiting.items())
    return [Heading(say("Waiting to be posted")), Facts(rows)]


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
    summary = say("{sentence}.", sentence=listed(parts))
    blocks: list[Block] = [Heading(say("Sources")), Paragraph((Text(summary),))]
    rows = tuple((source.name, _why_failing(context, source)) for source in failing[:_FAILING])
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
    if source.switched_off_at:
        parts.append(say("switched off; read it again with /brief-admin source resume"))
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
        when = paused_in_words(digest, context.now)
        if due is not None and not digest.is_paused:
            coming = instant_in_words(due, digest.zone, context.now)
            when = f"{when}, {coming}" if when else coming
        runs.append((Text(digest.name, strong=True), Text(f": {when}, "), Mention(digest.channel)))
    return [Heading(say("Next")), Bullets(tuple(runs))]


def _blocked(context: Context, digests: Sequence[Digest], why: Mapping[int, str]) -> list[Block]:
    """Digests whose channel cannot be posted to: as the last try found, or as it would find now."""
    lines = tuple(
        (
            Text(digest.name, strong=True),
            Text(": "),
            *_told(_trouble_of(context, digest, why[digest.id]), digest.channel),
        )
        for digest in digests
    )
    return [Heading(say("Cannot be posted")), Bullets(lines)] if lines else []


def _short(digests: Sequence[Digest], why: Mapping[int, str]) -> list[Block]:
    """Digests whose channel can be posted to, but not with everything that makes it safe."""
    lines = tuple(
        (Text(digest.name, strong=True), Text(", "), Mention(digest.channel), Text(f": {retold(why[digest.id])}"))
        for digest in digests
    )
    return [Heading(say("Posted, but something is missing")), Bullets(lines)] if lines else []


def _untold(troubled: Sequence[Follow]) -> list[Block]:
    """Stories that are followed where nothing can be posted."""
    if not troubled:
        return []
    lines = tuple((Mention(one.channel), Text(": "), *_told(retold(one.trouble), one.channel)) for one in troubled)
    return [Heading(say("Followed stories that cannot be posted")), Bullets(lines)]


def _told(words: str, channel: ChannelRef) -> Iterator[Text | Mention]:
    """A platform's reason, which names the channel as it writes it, with a link to it."""
    first, *rest = _NAMED.split(words)
    yield Text(first)
    for part in rest:
        yield Mention(channel)
        yield Text(part)


def _trouble_of(context: Context, digest: Digest, why: str) -> str:
    since = digest.trouble_since if digest.trouble else None
    parts = [retold(why)]
    if since:
        parts.append(say("since {when}", when=instant_in_words(since, context.workspace.zone, context.now)))
    return "; ".join(parts)


def _last_runs(context: Context, editions: Sequence[Edition], digests: Sequence[Digest]) -> list[Block]:
    if not editions:
        return []
    names = {digest.id: digest.name for digest in digests}
    rows = tuple(
        (listed((names.get(edition.digest_id or 0, say("deleted")), short_date(edition.on))), _outcome(edition))
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
    return [Heading(say("Model")), Paragraph((Text(say("{sentence}.", sentence=listed(parts))),))]


def _extracted(count: int, since: str) -> str:
    return say_count("{n} brief by extraction since {when}", "{n} briefs by extraction since {when}", count, when=since)
