"""Our payloads as discord.py takes them, messages and forms that were drawn as plain data, and what it raises."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord.http import MultipartParameters

log = structlog.get_logger(__name__)

FAILURES: Final = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What a request may meet: Discord's refusal, its limits, or no answer in time."""


class RawView(discord.ui.LayoutView):
    """A view of components that were drawn before; what is pressed comes back by its id, not through this object."""

    def __init__(self, components: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(timeout=None)
        self._raw = [dict(component) for component in components]

    def to_components(self) -> list[dict[str, Any]]:
        return self._raw

    def has_components_v2(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False


class RawModal(discord.ui.Modal):
    """A form that was drawn before; what is filled in comes back by its id."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(title=body["title"], custom_id=body["custom_id"], timeout=None)
        self._raw = dict(body)
        # A modal that is stopped is not kept waiting for its answer.
        self.stop()

    def to_dict(self) -> dict[str, Any]:
        return self._raw


def parameters(body: Mapping[str, Any]) -> MultipartParameters:
    return MultipartParameters(payload=dict(body), multipart=None, files=None)


async def direct_channel(client: discord.Client, user_id: int) -> int | None:
    """The channel of direct messages with a person; None for one who takes none."""
    try:
        return int((await client.http.start_private_message(user_id))["id"])
    except FAILURES as error:
        log.info("discord.no_direct_message", reason=str(error)[:200])
        return None


def attached(files: Sequence[tuple[str, str]]) -> list[discord.File]:
    return [discord.File(io.BytesIO(text.encode()), filename=name) for name, text in files]
