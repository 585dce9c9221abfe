"""What the options of a command are set to now, as texts that the command would read: what a form is filled with."""

from __future__ import annotations

from bot.commands import admin_setup
from bot.commands.catalogue.corrections import LEDE_LIMIT
from bot.commands.context import Context
from bot.commands.corrections import current_words
from bot.commands.describe import days_as_typed
from bot.commands.values import WORKSPACES
from bot.models import Brief, Digest, Topic, public_id


async def current(context: Context) -> dict[str, str]:
    """The values of the row that a command is about, or of the settings; nothing for any other command."""
    match context.command.name:
        case "brief-admin topic edit":
            return _topic(context.arguments.need("topic", Topic))
        case "brief-admin digest edit":
            return _digest(context.arguments.need("digest", Digest))
        case "brief-admin correct":
            return current_words(context.arguments.need("brief", Brief), LEDE_LIMIT)
        case "brief-admin settings":
            return _settings(context)
        case "brief-admin setup":
            return await admin_setup.chosen(context)
        case _:
            return {}


def _topic(topic: Topic) -> dict[str, str]:
    rule = topic.rule
    return {
        "topic": public_id("t", topic.id),
        "name": topic.name,
        "words": ", ".join(rule.words),
        "exclude": ", ".join(rule.excluded),
        "sources": ", ".join(public_id("src", id_) for id_ in rule.source_ids),
        "not_sources": ", ".join(public_id("src", id_) for id_ in rule.excluded_source_ids),
        "languages": ", ".join(rule.languages),
        "publishers": str(rule.min_publishers),
    }


def _digest(digest: Digest) -> dict[str, str]:
    return {
        "digest": public_id("d", digest.id),
        "name": digest.name,
        "at": ", ".join(f"{one.at:%H:%M}" for one in digest.times),
        "topics": ", ".join(public_id("t", id_) for id_ in digest.topic_ids),
        "channel": digest.channel,
        "zone": digest.zone,
        "days": days_as_typed(digest.days).replace("–", "-").lower(),
        "style": str(digest.style),
        "stories": str(digest.max_stories),
        "catch_up": str(digest.catch_up_s // 3600),
        "publish": "yes" if digest.publish else "no",
        "caps": ", ".join(f"{public_id('t', id_)}={most}" for id_, most in digest.caps),
        "quiet": str(digest.quiet),
        "covers": str(digest.covers),
        "repeats": "yes" if digest.repeats else "no",
        "language": digest.language or WORKSPACES,
        "place": str(digest.place),
        "ping": WORKSPACES if digest.ping is None else digest.ping or "none",
    }


def _settings(context: Context) -> dict[str, str]:
    workspace = context.workspace
    return {
        "zone": workspace.zone,
        "language": workspace.language,
        "admin_role": workspace.admin_role,
        "ping_role": workspace.ping_role,
        "notices": workspace.notices,
        "retention": str(workspace.retention_days),
        "caveat_note": workspace.caveat_note,
        "mute": ", ".join(workspace.muted),
    }
