"""Stories that a channel follows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.commands.context import Context, Reply
from bot.commands.describe import instant_in_words
from bot.documents.build import notice
from bot.documents.followed import Ending
from bot.documents.nodes import Action, Actions, Block, Code, Facts, Heading, Mention, Note, Paragraph
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.errors import UsageError
from bot.models import Brief, ChannelRef, Follow, public_id
from bot.models.zones import zone_of
from bot.saying import say


async def follow(context: Context) -> Reply:
    brief = context.arguments.need("brief", Brief)
    if brief.is_retracted:
        raise UsageError(say("{brief} was retracted, so it is not followed", brief=brief.ref), example="/brief latest")
    channel = ChannelRef(context.arguments.get("channel", str) or context.invocation.channel)
    made = await context.dispatcher.following.start(context.workspace, channel, brief, until=_end(context))
    title = say("“{headline}” is followed", headline=brief.text.headline)
    stop = Action(say("Unfollow"), f"brief-admin story unfollow brief:{brief.ref}")
    return Reply(document=notice(title, Facts(_facts(context, made)), Actions((stop,))))


async def unfollow(context: Context) -> Reply:
    brief = context.arguments.need("brief", Brief)
    given = context.arguments.get("channel", str)
    channel = ChannelRef(given) if given else None
    ended = await context.store.follows.end(
        context.workspace.id, brief.story_id, channel, why=Ending.UNFOLLOWED, now=context.now
    )
    if not ended:
        raise UsageError(
            say("{brief} is not followed there", brief=brief.ref),
            allowed=say("a story that is followed: /brief-admin story list"),
            example=f"/brief-admin story follow {brief.ref}",
        )
    rows = tuple((say("Where"), Mention(where)) for where in ended)
    return Reply(document=notice(say("“{headline}” is not followed any more", headline=_name(brief)), Facts(rows)))


async def list_all(context: Context) -> Reply:
    follows = await context.store.follows.list(context.workspace.id)
    title = say("Followed stories")
    if not follows:
        hint = phrase(say("No story is followed. Follow one: {command}"), command=Code("/brief-admin story follow b12"))
        return Reply(document=notice(title, Paragraph(hint)))
    ids = [one.brief_id for one in follows if one.brief_id is not None]
    briefs = {brief.id: brief for brief in await context.store.briefs.by_ids(ids, workspace=context.workspace.id)}
    blocks: list[Block] = []
    for one in follows:
        brief = briefs.get(one.brief_id or 0)
        ref = public_id("b", one.brief_id) if one.brief_id else "—"
        name = brief.text.headline if brief else say("not to be seen here any more")
        blocks += [Heading(f"{name} ({ref})"), Facts(_facts(context, one))]
    if briefs:
        command = Code(f"/brief-admin story unfollow {next(iter(briefs.values())).ref}")
        blocks.append(Note(phrase(say("Stop with {command}"), command=command)))
    return Reply(document=notice(title, *blocks))


def follow_here(brief: Brief) -> Action:
    """For who reads a brief and may have it followed."""
    return Action(say("Follow here"), f"brief-admin story follow brief:{brief.ref}", is_personal=True)


def _facts(context: Context, one: Follow) -> tuple[tuple[str, str | Mention], ...]:
    # One that was made by this command was made after it began.
    zone, now = context.workspace.zone, max(context.now, one.created_at)
    last = say("until there is no news for two weeks")
    trouble = ((say("Trouble"), retold(one.trouble)),) if one.trouble else ()
    return (
        (say("Where"), Mention(one.channel)),
        (say("Since"), instant_in_words(one.created_at, zone, now)),
        (say("Until"), instant_in_words(one.until, zone, now) if one.until else last),
        (say("Last post"), instant_in_words(one.posted_at, zone, now) if one.posted_at else say("not yet")),
        *trouble,
    )


def _end(context: Context) -> datetime | None:
    """The end of the last day on which it is followed."""
    day = context.arguments.get("until", date)
    zone = zone_of(context.workspace.zone)
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone) if day else None


def _name(brief: Brief) -> str:
    return brief.ref if brief.is_retracted else brief.text.headline
