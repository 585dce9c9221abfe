"""What whoever runs the bot may ask beyond their own workspace."""

from __future__ import annotations

from typing import Final

from bot.commands.context import Context, Reply
from bot.documents.build import notice
from bot.documents.nodes import Facts, Note, Text
from bot.errors import Conflict, NotFound, UsageError
from bot.models import Change, DeliveryState, Source, public_id
from bot.saying import marked, say

_MESSAGES: Final = {
    DeliveryState.PENDING: marked("Messages that wait"),
    DeliveryState.SENDING: marked("Messages on their way"),
    DeliveryState.SENT: marked("Messages that were sent"),
    DeliveryState.FAILED: marked("Messages that failed"),
}


async def status(context: Context) -> Reply:
    """All workspaces in numbers; nothing of any one of them."""
    found = await context.store.overview.numbers()
    rows = [
        (say("Workspaces on {platform}", platform=platform.title()), f"{count:,}")
        for platform, count in sorted(found.here.items())
    ]
    rows += [
        (say("Workspaces that removed the bot"), f"{found.left:,}"),
        (say("Sources"), say("{n}, of which {failing} are failing", n=f"{found.sources:,}", failing=found.failing)),
        (say("Shared with all"), f"{found.shared:,}"),
        (say("Articles"), f"{found.articles:,}"),
        (say("Stories"), f"{found.stories:,}"),
        (say("Briefs"), f"{found.briefs:,}"),
        *((say(_MESSAGES[DeliveryState(state)]), f"{count:,}") for state, count in sorted(found.deliveries.items())),
    ]
    if state := await context.model.state(context.now):
        used = say("{used} of {most} tokens today", used=f"{state.spend.total:,}", most=f"{state.daily_tokens:,}")
        rows.append((state.label, used))
    return Reply(document=notice(say("All workspaces"), Facts(tuple(rows))))


async def share(context: Context) -> Reply:
    """Lets every workspace see a source."""
    source = context.arguments.need("source", Source)
    try:
        await context.store.sources.add(source.url, workspace=None, now=context.now)
    except Conflict:
        raise UsageError(
            say("'{name}' is shared already", name=source.name), example="/brief-admin source list"
        ) from None
    note = Note((Text(say("Every workspace sees its stories from now on.")),))
    title = say("'{name}' is shared with all", name=source.name)
    return Reply(document=notice(title, note), changes=(_change(source, "no", "yes"),))


async def unshare(context: Context) -> Reply:
    """Leaves a source to those who follow it themselves."""
    source = context.arguments.need("source", Source)
    try:
        await context.store.sources.unfollow(None, source.id)
    except NotFound:
        raise UsageError(say("'{name}' is not shared", name=source.name), example="/brief-admin source list") from None
    title = say("'{name}' is shared no more", name=source.name)
    return Reply(document=notice(title), changes=(_change(source, "yes", "no"),))


def _change(source: Source, old: str, new: str) -> Change:
    what = f"source “{source.name}” ({public_id('src', source.id)})"
    return Change(what=what, field="shared with all", old=old, new=new)
