"""Who the tokens in the settings belong to, without asking Slack."""

from __future__ import annotations

import hashlib
import re

from bot.config import Settings


def account_of(settings: Settings) -> str:
    """The bot in the one workspace whose token is set, else the app that workspaces install."""
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return f"app {settings.slack_client_id}"
    # xoxb-TEAM-BOT-secret; a fingerprint of one that is made otherwise.
    found = re.match(r"xoxb-(\d+)-(\d+)-", token)
    return f"{found[1]}/{found[2]}" if found else hashlib.sha256(token.encode()).hexdigest()[:16]
