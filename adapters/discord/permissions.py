"""What the bot may do in a channel, and how to say what it lacks so that an admin can give it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from bot.saying import marked

VIEW_CHANNEL: Final = 1 << 10
SEND_MESSAGES: Final = 1 << 11
READ_MESSAGE_HISTORY: Final = 1 << 16
CREATE_PUBLIC_THREADS: Final = 1 << 35
SEND_MESSAGES_IN_THREADS: Final = 1 << 38

NEEDED: Final[Mapping[int, str]] = {
    VIEW_CHANNEL: "View Channel",
    SEND_MESSAGES: "Send Messages",
    CREATE_PUBLIC_THREADS: "Create Public Threads",
    SEND_MESSAGES_IN_THREADS: "Send Messages in Threads",
    READ_MESSAGE_HISTORY: "Read Message History",
}
"""Everything that is asked for in the invitation, as Discord calls it; docs/discord.md says why."""

_LACKS: Final = marked(
    "Briefbot lacks {missing} in {channel}: open the channel's settings, Permissions, add Briefbot, and allow {missing}"
)
_LACKS_SOME: Final = marked(
    "Briefbot lacks a permission in {channel}: open the channel's settings, Permissions, add Briefbot, and allow it to "
    "post"
)
_BLIND: Final = marked(
    "Briefbot lacks Read Message History there: when Discord's answer is lost, it cannot look whether the message was "
    "posted, and counts it as missed; open the channel's settings, Permissions, add Briefbot, and allow it"
)

TEXT_KINDS: Final = frozenset((0, 5))
THREAD_KINDS: Final = frozenset((10, 11, 12))


def to_post(kind: int, *, in_thread: bool = False) -> tuple[int, ...]:
    """What posting in a channel of this kind takes; `in_thread`: and in a thread of one's own message there."""
    if in_thread and kind in TEXT_KINDS:
        return (VIEW_CHANNEL, SEND_MESSAGES, CREATE_PUBLIC_THREADS, SEND_MESSAGES_IN_THREADS)
    return (VIEW_CHANNEL, SEND_MESSAGES_IN_THREADS if kind in THREAD_KINDS else SEND_MESSAGES)


def lacking(kind: int, allowed: int, *, in_thread: bool = False) -> list[str]:
    """The names of the permissions that posting there takes and we do not have."""
    return [NEEDED[bit] for bit in to_post(kind, in_thread=in_thread) if not allowed & bit]


def advice(names: list[str], channel_id: int) -> str:
    """Which permission is missing where, and how to give it."""
    where = f"<#{channel_id}>"
    if not names:
        return _LACKS_SOME.format(channel=where)
    return _LACKS.format(missing=", ".join(names), channel=where)


def blindness(allowed: int) -> str:
    """What is lost in a channel whose history we may not read; empty where we may."""
    return "" if allowed & READ_MESSAGE_HISTORY else _BLIND


def invitation(application_id: int) -> str:
    """The link that adds the bot to a server with exactly the permissions it needs."""
    query = {
        "client_id": application_id,
        "scope": "bot applications.commands",
        "permissions": sum(NEEDED),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"
