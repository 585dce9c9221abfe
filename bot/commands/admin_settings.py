"""Settings of a workspace, how it is doing, and its own data as a file."""

from __future__ import annotations

from dataclasses import replace

from bot.caveat import caveat_for
from bot.commands.admin_topics import check_words
from bot.commands.context import Context, Reply
from bot.commands.values import is_none
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Code, Facts, Mention, Note, Text
from bot.documents.phrases import phrase
from bot.documents.wording import language_name
from bot.models import ChannelRef, Workspace
from bot.saying import say, say_count, speaking


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
    muted = given.many("mute", str)
    check_words("mute", muted or ())
    admin, ping = given.get("admin_role", str), given.get("ping_role", str)
    return replace(
        old,
        zone=given.get("zone", str) or old.zone,
        language=given.get("language", str) or old.language,
        admin_role=old.admin_role if admin is None else admin,
        ping_role=old.ping_role if ping is None else ping,
        notices=old.notices if (chosen := given.get("notices", str)) is None else ChannelRef(chosen),
        retention_days=given.get("retention", int) or old.retention_days,
        muted=old.muted if muted is None else tuple(dict.fromkeys(muted)),
        caveat_note=old.caveat_note if note is None else "" if is_none(note) else note,
    )


def _settings(title: str, workspace: Workspace) -> Reply:
    caveat = caveat_for(workspace.language, workspace.caveat_note)
    admin = Mention(workspace.admin_role, is_role=True) if workspace.admin_role else None
    ping = Mention(workspace.ping_role, is_role=True) if workspace.ping_role else None
    rows: tuple[tuple[str, str | Mention], ...] = (
        (say("Zone"), workspace.zone),
        (say("Language"), language_name(workspace.language)),
        (say("Admin role"), admin or say("none: managers of this place only")),
        (say("Ping role"), ping or say("none: digests mention nobody")),
        (say("Notices"), Mention(workspace.notices) if workspace.notices else say("none: to who runs this place")),
        (say("Kept for"), say_count("{n} day", "{n} days", workspace.retention_days)),
        (say("Muted words"), ", ".join(f"“{word}”" for word in workspace.muted) or say("none")),
        (say("Caveat"), f"{caveat.text} {caveat.note}".strip()),
    )
    command = Code("/brief-admin settings zone:Asia/Seoul language:ko")
    hint = Note(phrase(say("Change one: {command}"), command=command), is_hint=True)
    zones = Note((Text(say("A digest keeps the zone that it was set up with.")),))
    change = Actions((Action(say("Change"), "brief-admin settings", asks=True),))
    return Reply(document=notice(title, Facts(rows), hint, zones, change))
