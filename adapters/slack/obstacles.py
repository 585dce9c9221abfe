"""What Slack's answers to a message mean: wait, ask a manager, or a defect of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.ports import Gone, Rejected, Retry, SendResult
from bot.saying import marked

_GONE: Final[Mapping[str, str]] = {
    "channel_not_found": marked(
        "Briefbot does not see this channel: it was deleted, or is private; invite it with "
        "/invite @Briefbot, or choose another channel with /brief-admin digest edit"
    ),
    "not_in_channel": marked(
        "Briefbot is not in this channel; invite it with /invite @Briefbot, or choose another "
        "channel with /brief-admin digest edit"
    ),
    "is_archived": marked("the channel is archived; unarchive it, or choose another with /brief-admin digest edit"),
    "restricted_action": marked(
        "an admin of the workspace restricts who may post in this channel; let Briefbot post there"
    ),
    "restricted_action_read_only_channel": marked(
        "the channel is read-only; let Briefbot post there, or choose another"
    ),
    "restricted_action_thread_only_channel": marked("only threads may be written to in this channel; choose another"),
    "restricted_action_non_threadable_channel": marked(
        "the channel has no threads, which a long digest needs; choose another"
    ),
    "restricted_action_thread_locked": marked("the thread is locked; unlock it"),
    "cannot_reply_to_message": marked("the first message of the digest was deleted, so its thread is gone"),
    "thread_not_found": marked("the first message of the digest was deleted, so its thread is gone"),
    "message_not_found": marked("the message was deleted"),
    "cant_update_message": marked("the message is not Briefbot's own, so it cannot change it"),
    "edit_window_closed": marked(
        "the workspace lets messages be changed only for a while, which is over; "
        "an admin can change "
        "that in the settings of the workspace"
    ),
    "is_inactive": marked("the channel is archived or frozen, so nothing in it can be changed; unarchive it"),
    "messages_tab_disabled": marked("direct messages with Briefbot are switched off in its app settings"),
    "invalid_auth": marked(
        "Slack does not take Briefbot's token from the machine it runs on; whoever runs it "
        "should look at "
        "`briefbot check`, and at the workspace's list of allowed addresses"
    ),
    "not_authed": marked("Briefbot has no token for this workspace; install it again"),
    "access_denied": marked("the workspace does not let Briefbot post in this channel; let it, or choose another"),
    "ekm_access_denied": marked("the workspace's encryption settings keep Briefbot from posting"),
    "team_access_not_granted": marked("Briefbot is not allowed in this workspace any more; add it again"),
    "missing_scope": marked("Briefbot lacks the permission to post; install the app again, so that it is asked for"),
    "no_permission": marked("Briefbot lacks the permission to post; install the app again, so that it is asked for"),
}
REMOVED: Final = frozenset(("account_inactive", "token_revoked", "app_uninstalled"))
"""The token is good no more: the app was removed from the workspace, or its token was replaced.

`invalid_auth` is none of them: Slack says it also when a list of allowed addresses leaves out this machine.
"""
REMOVED_WORDS: Final = marked("Briefbot was removed from this workspace, or its token was revoked; install it again")
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
        return Retry(reason=marked("Slack asks us to slow down"), after_s=after_s or 30.0)
    if code in REMOVED:
        return Gone(reason=REMOVED_WORDS)
    if code in _GONE:
        return Gone(reason=_GONE[code])
    if code in _UNKNOWN or (status >= 500 and not code):
        return Retry(reason=marked("Slack answered {code}").format(code=code or status), is_unknown=True)
    if code in _PASSING or not code:
        reason = marked("Slack does not take it now ({code})").format(code=code or status)
        return Retry(reason=reason, after_s=30, is_unknown=not code)
    return Rejected(reason=marked("Slack refuses this message ({code})").format(code=code))
