"""What a topic's rule takes of the last week and why, and what it just misses; before the topic is stored, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.commands.admin_topics import asked_rule, refuse_everything
from bot.commands.context import Context, Reply
from bot.commands.describe import as_typed, is_clear, rule_in_words, typed_name
from bot.commands.naming import asked_name
from bot.documents.build import about_briefs
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Code,
    Facts,
    Heading,
    Inline,
    Kind,
    Note,
    Text,
)
from bot.documents.wording import age
from bot.models import Brief, Topic, TopicRule, public_id
from bot.saying import say, say_count
from bot.store.briefs import BriefFacts
from bot.topics.match import obstacles, reason, subject_of
from bot.topics.mute import unmuted

DAYS: Final = 7
_REACH: Final = 2000
_SHOWN: Final = 10
_MISSES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A rule held against recent briefs: those that match and those that one part of it keeps out, with why."""

    matches: tuple[tuple[Brief, str], ...]
    misses: tuple[tuple[Brief, str], ...]
    of: int


def try_rule(rule: TopicRule, briefs: Sequence[Brief], facts: dict[int, BriefFacts]) -> Trial:
    """Each list in the order given."""
    matches: list[tuple[Brief, str]] = []
    misses: list[tuple[Brief, str]] = []
    for brief in briefs:
        subject = subject_of(brief, facts[brief.id])
        if why := reason(rule, subject):
            matches.append((brief, why))
        elif len(misses) < _MISSES and (miss := _near_miss(rule, obstacles(rule, subject), subject.has_words(rule))):
            misses.append((brief, miss))
    return Trial(matches=tuple(matches), misses=tuple(misses), of=len(briefs))


def _near_miss(rule: TopicRule, why: Sequence[str], has_words: bool) -> str:
    """Why a brief just fails: a single part keeps it out, and it has at least one of the words that were asked for."""
    return why[0] if len(why) == 1 and (has_words or not rule.words) else ""


async def preview(context: Context) -> Reply:
    topic = context.arguments.get("topic", Topic)
    rule = asked_rule(context, topic.rule if topic else TopicRule())
    name = asked_name(context, topic.name if topic else _name_for(rule))
    refuse_everything(context, rule, name)
    recent = await context.store.briefs.latest(
        context.workspace.id, limit=_REACH, since=context.now - timedelta(days=DAYS)
    )
    shown = unmuted(context.workspace, recent)
    trial = try_rule(rule, shown, await context.store.briefs.with_sources([brief.id for brief in shown]))
    names = {source.id: source.name for source in await context.store.sources.followed(context.workspace.id)}
    title = say("Preview: {name}", name=name)
    blocks: list[Block] = [
        Heading(title, level=1),
        Facts(((say("Takes"), rule_in_words(rule, names)), (say("Last 7 days"), _share(trial)))),
        *_told(context, say("Newest"), trial.matches[:_SHOWN]),
        *_told(context, say("Just missed"), trial.misses),
        *_next_steps(context, topic, name),
    ]
    return Reply(document=about_briefs(Kind.LIST, title, blocks, context.workspace))


def _name_for(rule: TopicRule) -> str:
    return next((word for word in rule.words if is_clear(word)), say("New topic"))[:80]


def _share(trial: Trial) -> str:
    if not trial.of:
        return say("no briefs yet")
    count = len(trial.matches)
    percent = round(100 * count / trial.of)
    return say_count(
        "{n} of {of} brief ({percent} %)", "{n} of {of} briefs ({percent} %)", count, of=trial.of, percent=percent
    )


def _told(context: Context, heading: str, briefs: Sequence[tuple[Brief, str]]) -> list[Block]:
    if not briefs:
        return []
    items: list[tuple[Inline, ...]] = []
    for brief, why in briefs:
        facts = (age(brief.published_at, context.now), why, brief.ref)
        items.append((Text(brief.text.headline, strong=True), Text(f" · {' · '.join(facts)}")))
    return [Heading(heading, level=2), Bullets(tuple(items))]


def _next_steps(context: Context, topic: Topic | None, name: str) -> list[Block]:
    """The button that does it; the same as typed, for a rule that is too long for a button."""
    typed = {key: text for key, text in context.typed.items() if key not in ("topic", "name")}
    if topic:
        ref = public_id("t", topic.id)
        edit = Action(say("Edit"), f"brief-admin topic edit topic:{ref}", asks=True)
        if not typed:
            return [Actions((Action(say("Read"), f"brief latest topic:{typed_name(topic.name, ref)}"), edit))]
        command = as_typed("brief-admin topic edit", {"topic": ref, **typed})
        return _offer(Action(say("Change it so"), command), edit) if command else []
    command = as_typed("brief-admin topic add", {"name": name, **typed})
    return _offer(Action(say("Add it"), command), Action(say("Edit"), command, asks=True)) if command else []


def _offer(do: Action, edit: Action) -> list[Block]:
    return [Actions((do, edit)), Note((Text(say("The same, typed: ")), Code(f"/{do.command}")), is_hint=True)]
