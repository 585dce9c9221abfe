"""What becomes of a message that a platform was given: its answer, its silence, or a defect of its adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final

import structlog

from bot.ports import CaveatMissing, Rejected, Retry, SendResult
from bot.saying import marked

log = structlog.get_logger(__name__)

CALL_S: Final = 30.0
"""How long a platform may take for a look or a send; of a send that takes longer nothing is known."""


async def outcome_of(call: Awaitable[SendResult], **ids: int | None) -> SendResult:
    """What happened, whatever the adapter raises; `ids` say in the log which message it was."""
    try:
        async with asyncio.timeout(CALL_S):
            return await call
    except CaveatMissing as error:
        log.critical("message.without_caveat", **ids)
        return Rejected(reason=str(error))
    except TimeoutError:
        return Retry(reason=marked("no answer within {limit} s").format(limit=f"{CALL_S:.0f}"), is_unknown=True)
    except Exception as error:
        # A defect of the adapter; the message may stand in the channel.
        log.exception("message.adapter_failed", **ids)
        return Retry(reason=marked("the adapter failed ({kind})").format(kind=type(error).__name__), is_unknown=True)
