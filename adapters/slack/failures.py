"""What a call of Slack's API may meet: its refusal, or no answer in time."""

from __future__ import annotations

from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError

UNANSWERED: Final = (aiohttp.ClientError, OSError)
"""No answer: nothing is known of what was asked for. A timeout is one."""
FAILURES: Final = (SlackApiError, *UNANSWERED)


def error_code(error: SlackApiError) -> str:
    """Slack's own word for what went wrong; empty when its answer was none of its own."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def reason_of(error: BaseException) -> str:
    """What the log says of a failure."""
    return error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
