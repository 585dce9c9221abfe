"""What Discord's refusals and silences mean for a message: only what surely was not sent is not looked for."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp
import discord
import pytest

from adapters.discord.posting import _failed
from bot.ports import Retry


def answered(status: int, code: int = 0) -> discord.HTTPException:
    response = SimpleNamespace(status=status, reason="", headers={})
    return discord.HTTPException(response, {"code": code, "message": ""})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error", [TimeoutError(), aiohttp.ServerDisconnectedError(), answered(502), discord.RateLimited(9)]
)
def test_message_may_have_been_sent_when_an_answer_was_lost(error: Exception) -> None:
    result = _failed(error, 1)
    assert isinstance(result, Retry)
    assert result.is_unknown


@pytest.mark.parametrize("error", [answered(429), answered(401), answered(400, 130000), answered(403, 50013)])
def test_message_was_not_sent_when_discord_refused_it(error: Exception) -> None:
    assert not getattr(_failed(error, 1), "is_unknown", False)
