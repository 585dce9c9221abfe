"""The two pages that an installer sees: it worked, or why it did not. Plain, and without anything secret."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import quote

from slack_bolt.oauth.async_callback_options import AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.response import BoltResponse

_REASONS: Final = {
    "access_denied": "It was not allowed in Slack, so nothing was changed.",
    "invalid_browser": "It was begun in another browser, or the page was opened twice.",
    "invalid_state": "It took longer than ten minutes, or the page was opened twice.",
    "missing_code": "Slack did not say who allowed it.",
    "invalid_code": "Slack did not confirm it.",
    "storage_error": "Briefbot could not store it. Please tell whoever runs it.",
    "unreachable": "Briefbot could not reach Slack.",
}
_OTHER: Final = "Slack gave a reason that Briefbot does not know."
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""
_HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    # The address of this page holds the code.
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def succeeded(args: AsyncSuccessArgs) -> BoltResponse:
    """Where to go on."""
    made = args.installation
    name = escape(made.team_name or made.enterprise_name or "your workspace")
    body = (
        f"<p>It is now in <strong>{name}</strong>. Type <code>/brief-admin help</code> there to set up the first "
        "digest, or <code>/brief help</code> to ask for news.</p>"
    )
    if made.team_id and made.app_id:
        link = f"slack://app?team={quote(made.team_id, safe='')}&amp;id={quote(made.app_id, safe='')}"
        body += f'<p><a href="{link}">Open Slack</a></p>'
    done = args.settings.state_utils.build_set_cookie_for_deletion()
    return _page(200, "Briefbot is installed", body, done)


async def failed(args: AsyncFailureArgs) -> BoltResponse:
    """Why, and how to try again; whatever came in the address is not shown."""
    path = escape(args.settings.install_path.rpartition("/")[2], quote=True)
    body = f"<p>{_REASONS.get(args.reason, _OTHER)}</p>"
    body += f'<p><a href="{path}">Try again</a></p>'
    done = args.settings.state_utils.build_set_cookie_for_deletion()
    return _page(args.suggested_status_code, "Briefbot was not installed", body, done)


def _page(status: int, title: str, body: str, cookie: str) -> BoltResponse:
    headers = {**_HEADERS, "set-cookie": [cookie]}
    return BoltResponse(status=status, body=_PAGE.format(title=title, body=body), headers=headers)
