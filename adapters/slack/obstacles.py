"""What Slack's answers to a message mean: wait, ask a manager, or a defect of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.ports import Gone, Rejected, Retry, SendResult

_INVITE: Final = "invite it with /invite @Briefbot, or choose another channel with /brief-admin digest edit"
_GONE: Final[Mapping[str, str]] = {
    "channel_not_found": f"Briefbot does not see this channel: it was deleted, or is private; {_INVITE}",
    "not_in_channel": f"Briefbot is not in this channel; {_INVITE}",
    "is_archived": "the channel is archived; unarchive it, or choose another with /brief-admin digest edit",
    "restricted_action": "an admin of the workspace restricts who may post in this channel; let Briefbot post there",
    "restricted_action_read_only_channel": "the channel is read-only; let Briefbot post there, or choose another",
    "restricted_action_thread_only_channel": "only threads may be written to in this channel; choose another",
    "restricted_action_non_threadable_channel": "the channel has no threads, which a long digest needs; choose another",
    "restricted_action_thread_locked": "the thread is locked; unlock it",
    "cannot_reply_to_message": "the first message of the digest was deleted, so its thread is gone",
    "thread_not_found": "the first message of the digest was deleted, so its thread is gone",
    "message_not_found": "the message was deleted",
    "cant_update_message": "the message is not Briefbot's own, so it cannot change it",
    "edit_window_closed": "the workspace lets messages be changed only for a while, which is over; an admin can change "
    "that in the settings of the workspace",
    "is_inactive": "the channel is archived or frozen, so nothing in it can be changed; unarchive it",
    "messages_tab_disabled": "direct messages with Briefbot are switched off in its app settings",
    "invalid_auth": "Slack does not take Briefbot's token from the machine it runs on; whoever runs it should look at "
    "`briefbot check`, and at the workspace's list of allowed addresses",
    "not_authed": "Briefbot has no token for this workspace; install it again",
    "access_denied": "the workspace does not let Briefbot post in this channel; let it, or choose another",
    "ekm_access_denied": "the workspace's encryption settings keep Briefbot from posting",
    "team_access_not_granted": "Briefbot is not allowed in this workspace any more; add it again",
    "missing_scope": "Briefbot lacks the permission to post; install the app again, so that it is asked for",
    "no_permission": "Briefbot lacks the permission to post; install the app again, so that it is asked for",
}
REMOVED: Final = frozenset(("account_inactive", "token_revoked", "app_uninstalled"))
"""The token is good no more: the app was removed from the workspace, or its token was replaced.

`invalid_auth` is none of them: Slack says it also when a list of allowed addresses leaves out this machine.
"""
REMOVED_WORDS: Final = "Briefbot was removed from this workspace, or its token was revoked; install it again"
_PASSING: Final = frozenset(
    (
        "service_unavailable",
        "team_added_to_org",
        "request_timeout",
        "org_login_required",
        "token_expired",
        "update_failed",
        "external_channel_migrating",
    )
)
_UNKNOWN: Final = frozenset(("fatal_error", "internal_error"))
"""Slack says of these that the message may have been posted all the same."""


def meaning(code: str, status: int, after_s: float | None) -> SendResult:
    """What an answer that is no success comes to."""
    if code in ("ratelimited", "rate_limited") or status == 429:
        return Retry(reason="Slack asks us to slow down", after_s=after_s or 30.0)
    if code in REMOVED:
        return Gone(reason=REMOVED_WORDS)
    if code in _GONE:
        return Gone(reason=_GONE[code])
    if code in _UNKNOWN or (status >= 500 and not code):
        return Retry(reason=f"Slack answered {code or status}", is_unknown=True)
    if code in _PASSING or not code:
        return Retry(reason=f"Slack does not take it now ({code or status})", after_s=30, is_unknown=not code)
    return Rejected(reason=f"Slack refuses this message ({code})")
