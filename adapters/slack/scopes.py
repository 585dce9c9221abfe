"""What the app asks Slack for, the least that its features need, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BOT_SCOPES: Final[Mapping[str, str]] = {
    "app_mentions:read": "answers somebody who mentions it",
    "channels:history": "finds its own message again when Slack's answer was lost, so that nothing is posted twice",
    "channels:join": "joins a public channel that a manager chose for a digest, so that nobody has to invite it",
    "channels:read": "knows the name of a chosen public channel, and whether it was archived or deleted",
    "chat:write": "posts digests and answers",
    "commands": "/brief, /brief-admin, and Report this brief in the menu of a message",
    "files:read": "reads the OPML file that a manager adds to the form of /brief-admin source import",
    "files:write": "hands a manager the file of /brief-admin export and source export",
    "groups:history": "the same as channels:history, in private channels it was invited to",
    "groups:read": "the same as channels:read, in private channels it was invited to",
    "im:write": "tells in person what cannot be told elsewhere: to managers a digest's trouble, to anybody an answer",
    "team:read": "knows the name of the workspace",
    "usergroups:read": "knows who is in the user group that a workspace chose as its managers",
    "users:read": "knows who is an admin, and a person's language and time zone",
}
"""Bot scopes with what each is for; docs/slack.md shows the same.

`chat:write.public` would post without joining, too; but only a member can look for its own message again.
"""

BOT_EVENTS: Final[Mapping[str, str]] = {
    "app_home_opened": "draws the Home tab",
    "app_mention": "answers a mention",
    "app_uninstalled": "forgets the workspace's tokens",
    "channel_unarchive": "posts what waited for the channel",
    "group_unarchive": "the same in private channels",
    "member_joined_channel": "posts what waited for an invitation of the bot",
    "tokens_revoked": "forgets a token that is good no more",
}
"""Events with what each is for. None of them carries what people write, but for a mention of the bot.

That a channel was lost needs no event: the next message does not get there, and the managers are told why.
"""

ORGANIZATION_EVENTS: Final[Mapping[str, str]] = {
    "team_access_granted": "goes to work in a workspace to which its organization gives the app",
    "team_access_revoked": "stops in one from which its organization takes the app",
}
"""Besides those, for an app that a whole organization may install (Enterprise Grid)."""
